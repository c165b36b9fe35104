"""A whole night against a web of which every sixth host is ill: it ends, the healthy are whole, the ill are named.

`outagewire nightly` as a process of its own. What is ill, and the outcome that must name it: 5 % accept
and never answer, 5 % refuse, 5 % serve an error page with status 200, 2 % send one byte a second and
1 % never end.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.terms import Outcome
from tests.bench.crawl_bench import Rows, Timed, incomplete, load, time_command
from tests.bench.mixed_web import HEALTHY, REFUSE, Site, free_port, plan_sites, serving, write_tables
from tests.bench.slow_hosts import DRIP, ENDLESS, ERROR_PAGE, HANG

SHARES = {HANG: 0.05, REFUSE: 0.05, ERROR_PAGE: 0.05, DRIP: 0.02, ENDLESS: 0.01}
NAMED = {
    HEALTHY: Outcome.OK,
    HANG: Outcome.TIMEOUT,
    REFUSE: Outcome.CONNECTION,
    ERROR_PAGE: Outcome.BAD_SHAPE,
    DRIP: Outcome.TIMEOUT,
    ENDLESS: Outcome.TOO_LARGE,
}
PAUSE_S = 0.2
MINUTES_BUDGET, MEMORY_BUDGET_MB = 10, 300


@dataclass(frozen=True, slots=True)
class Night:
    """One night that has ended: its command, its hosts, the healthy that are not whole and the rows that misname."""

    timed: Timed
    sites: Sequence[Site]
    broken: tuple[str, ...]
    misnamed: tuple[str, ...]
    outcomes: Mapping[str, Counter[str]]

    def ill(self) -> str:
        """Each manner of being ill with the outcomes that named it."""
        return "; ".join(
            f"{manner}: " + ", ".join(f"{count} {outcome}" for outcome, count in self.outcomes[manner].items())
            for manner in SHARES
        )


def run_night(folder: Path, sites: Sequence[Site], port: int, pause: float, **environment: str) -> Night:
    """One night over these hosts; `environment` holds settings. Raises `RuntimeError` where the command fails."""
    db = folder / "work.db"
    command = [sys.executable, "-m", "pipeline.cli", "nightly", "--db", str(db), "--json"]
    command += ["--sources", str(write_tables(folder / "sources", sites)), "--workers", "1"]
    with serving(folder, sites, port, pause):
        timed = time_command(command, **environment)
    run = json.loads(timed.out)["run"]
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as connection:
        rows = connection.execute("select source, outcome, error from source_runs where run_id = ?", [run])
        said = {source: (outcome, error) for source, outcome, error in rows}
    outcomes: dict[str, Counter[str]] = {manner: Counter() for manner in NAMED}
    misnamed = []
    for site in sites:
        outcome, error = said.get(site.source.name, ("no row", None))
        outcomes[site.manner][outcome] += 1
        # A failure without its reason is not named.
        if outcome != NAMED[site.manner] or (site.manner != HEALTHY and not error):
            misnamed.append(f"{site.source.name} ({site.source.platform}), {site.manner}: {outcome}: {error}")
    broken = incomplete(db, [site for site in sites if site.manner == HEALTHY])
    return Night(timed, sites, tuple(broken), tuple(misnamed), outcomes)


def measure(folder: Path, hosts: int) -> Rows:
    """A night of the full size."""
    port = free_port()
    night = run_night(folder, plan_sites(hosts, port, SHARES), port, PAUSE_S)
    healthy = sum(site.manner == HEALTHY for site in night.sites)
    ill = hosts - healthy
    took = f"{night.timed.wall:.0f} s ({night.timed.cpu:.0f} s CPU; {load()}), {night.timed.memory} MB"
    ended = night.timed.wall <= MINUTES_BUDGET * 60 and night.timed.memory <= MEMORY_BUDGET_MB
    return [
        (
            f"night of {hosts} sources, {ill} of them ill",
            took,
            f"<= {MINUTES_BUDGET} min, < {MEMORY_BUDGET_MB} MB",
            ended,
        ),
        (
            "  healthy sources that are whole",
            f"{healthy - len(night.broken)} of {healthy} {' '.join(night.broken[:5])}",
            "all",
            not night.broken,
        ),
        (
            "  ill ones named by their reason",
            f"{ill - len(night.misnamed)} of {ill} ({night.ill()})",
            "all",
            not night.misnamed,
        ),
    ]
