"""The demo: two nights of a recorded web of invented services, through the real job.

Each night is a process of its own, as it is in life: `outagewire nightly --replay`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipeline.errors import OutagewireError, UsageError
from pipeline.paths import Paths

DATA = Path(__file__).resolve().parent.parent / "data"
NIGHTS = ("2026-11-19T03:00:00Z", "2026-11-20T03:00:00Z")


def run_demo(paths: Paths, say: Callable[[str], None]) -> dict[str, Any]:
    """Crawl, read, group, check and publish both nights into `paths`; the last night's summary.

    What an earlier demo left there is removed first. Raises `UsageError` where the recording is not
    part of this installation.
    """
    recording, folder = DATA / "demo.warc.gz", DATA / "demo"
    if not recording.is_file():
        raise UsageError(f"the recorded web is not part of this installation (no {recording})")
    for stale in (paths.work, paths.archive, paths.public):
        for path in stale.parent.glob(stale.name + "*"):
            path.unlink()
    environment = {**os.environ, "OUTAGEWIRE_SERVICES": str(folder / "services.toml")}
    summary: dict[str, Any] = {}
    for night in NIGHTS:
        say(f"the night of {night[:10]}")
        command = [sys.executable, "-m", "pipeline.cli", "nightly", "--db", str(paths.work), "--replay", str(recording)]
        command += ["--sources", str(folder / "sources"), "--as-of", night, "--workers", "1", "--json"]
        done = subprocess.run(  # noqa: S603 - our own command
            command, env=environment, cwd=DATA.parent, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 1) or not done.stdout:
            raise OutagewireError(f"the night of {night[:10]} failed: {done.stderr.strip()[-2000:]}")
        summary = json.loads(done.stdout)
        for line in describe(summary):
            say("  " + line)
    return summary


def describe(summary: dict[str, Any]) -> list[str]:
    """One night in three lines."""
    ill = ", ".join(f"{row['source']} ({row['outcome']})" for row in summary["failed"]) or "none"
    return [
        f"{summary['sources']} sources read, {len(summary['failed'])} ill: {ill}",
        f"{summary['new_reports']} new reports, {summary['changed_reports']} changed",
        f"{summary['outages']} outages known, {summary['ongoing']} ongoing",
    ]


def highlights(public: Path) -> list[tuple[str, str]]:
    """What to look at first, by what it shows: how outages were heard of, one that was taken back, the late pages."""
    heard = "(first_signal_at IS NOT NULL)"
    choices = (
        ("told by many reports", f"certainty = 'confirmed' AND NOT {heard}", "report_count DESC"),
        ("going on", "phase = 'ongoing' AND certainty = 'confirmed'", "started_at DESC"),
        ("suspected: posts alone", f"certainty = 'suspected' AND {heard}", "started_at DESC"),
        ("likely: posts and the press", f"certainty = 'likely' AND {heard}", "started_at DESC"),
        ("heard before it was told", "lead_minutes > 0", "lead_minutes DESC"),
        ("taken back", "phase = 'retracted'", "started_at DESC"),
        (
            "never told by the provider",
            f"certainty <> 'confirmed' AND NOT {heard} AND report_count > 1",
            "report_count DESC",
        ),
    )
    found = []
    with closing(sqlite3.connect(f"{public.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        table = Database(connection).table("outages")
        for what, where, order in choices:
            for row in table.rows_where(where, order_by=f"{order}, id", limit=1):
                found.append((what, f"/outage/{row['id']}"))  # noqa: PERF401 - one row of each
        if Database(connection).table("status_page_lag").count_where("judged"):
            found.append(("how late status pages are", "/lag"))
    return found
