"""The nightly job: crawl, extract, resolve, signals, check, publish, under a lock.

Every stage may be repeated without another effect, and the crawl remembers which sources its run
has visited; so a night that was killed is simply started again and takes up its own run.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.catalogue import load_catalogue
from pipeline.check import run_checks
from pipeline.copies import link_copies
from pipeline.errors import LockedError, UsageError
from pipeline.export import publish
from pipeline.extract import extract
from pipeline.model import Run, Source, iso
from pipeline.paths import Paths
from pipeline.resolve import resolve
from pipeline.signals import measure
from pipeline.store import Store
from pipeline.terms import Outcome
from spiders.archive import Archive
from spiders.run import crawl

# A night that broke off longer ago than this is given up: its clock would date today's news.
RESUME_WITHIN = timedelta(hours=20)
MAX_FAILED = 0.2
RETENTION_DAYS, MOST_RETENTION_DAYS = 30, 3650


@dataclass(frozen=True, slots=True)
class Plan:
    """What a night is to do. `as_of` is the clock of a replay; a live night goes by the real one."""

    paths: Paths
    sources: Sequence[Source]
    replay: Path | None = None
    as_of: datetime | None = None
    workers: int = 1
    max_failed: float = MAX_FAILED
    force: bool = False


def run_night(plan: Plan, clock: Callable[[], datetime], say: Callable[[str], None]) -> dict[str, Any]:
    """Do the night and answer its summary; `clock` tells the time, `say` gets a line a stage.

    Raises `LockedError` where a night is under way, `CheckError` where nothing may be published, and
    `UsageError` where the database holds a later night than the clock tells.
    """
    with held(plan.paths), Store(plan.paths.work) as store:
        now = clock().replace(microsecond=0)
        last = store.last_done_run("nightly")
        if last is not None and last[0].started_at == now:
            say(f"the night of {iso(now)} is done already")
            return last[1]
        if last is not None and last[0].started_at > now:
            raise UsageError(f"{plan.paths.work} holds the night of {iso(last[0].started_at)}: it cannot go back")
        run = take_up(store, now)
        return _stages(plan, store, run, clock, say)


@contextmanager
def held(paths: Paths) -> Iterator[None]:
    """Hold the lock of the night: one at a time may resolve and publish. Raises `LockedError`."""
    paths.work.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(f"a nightly run is under way: it holds {paths.lock}") from error
    try:
        yield
    finally:
        lock.release()


def take_up(store: Store, now: datetime) -> Run:
    """The night that broke off, or a new one."""
    broken = store.unfinished_run("nightly")
    if broken is not None:
        if abs(now - broken.started_at) < RESUME_WITHIN:
            return broken
        store.finish_run(broken.id, "abandoned", now, {})
    return store.start_run("nightly", now)


def retention() -> timedelta:
    """How long the words of a public post are kept: ``OUTAGEWIRE_RETENTION_DAYS``. Raises `UsageError`."""
    text = os.environ.get("OUTAGEWIRE_RETENTION_DAYS") or str(RETENTION_DAYS)
    if not text.isdecimal() or not 1 <= int(text) <= MOST_RETENTION_DAYS:
        raise UsageError(f"OUTAGEWIRE_RETENTION_DAYS is no number of days from 1 to {MOST_RETENTION_DAYS}: {text!r}")
    return timedelta(days=int(text))


def _stages(
    plan: Plan, store: Store, run: Run, clock: Callable[[], datetime], say: Callable[[str], None]
) -> dict[str, Any]:
    say(f"crawl: {len(plan.sources)} sources")
    with Archive(plan.paths.archive) as archive:
        crawl(store, archive, plan.sources, run, replay=plan.replay, as_of=plan.as_of)
    store.set_stage(run.id, "crawled")
    gc.collect()  # the crawl's requests and answers hold each other, and what comes next needs the room
    rows = store.source_runs(run.id)
    new, changed = (sum(row[key] for row in rows) for key in ("new", "changed"))
    say(f"crawl: {_outcomes(rows)}; {new} new reports, {changed} changed")

    read = extract(store, workers=plan.workers, now=run.started_at)
    store.set_stage(run.id, "extracted")
    say(f"extract: {read} texts read")

    purged = store.purge_posts(run.started_at - retention(), run.started_at)
    say(f"purge: {purged} posts are not kept any more")

    believe(store, run, say)
    run_checks(store, plan.paths.public, force=plan.force)
    store.set_stage(run.id, "checked")
    summary = summarize(store, run, rows, plan.max_failed)
    outcome = "done_with_failures" if summary["too_many_failed"] else "done"
    # Closed in two steps: what is published says that the run is over, and a night that is killed
    # while it publishes is taken up again.
    store.finish_run(run.id, outcome, clock(), summary, stage="checked")
    publish(store, plan.paths.public, as_of=run.started_at)
    store.set_stage(run.id, "done")
    say(f"publish: {plan.paths.public}")
    return summary


def believe(store: Store, run: Run, say: Callable[[str], None]) -> int:
    """Rebuild the third layer from the first two; the number of outages."""
    copies = link_copies(store)
    claims = list(store.claims(load_catalogue()))
    signals = measure(claims, as_of=run.started_at)
    resolution = resolve(claims, as_of=run.started_at, signals=signals)
    store.save_resolution(resolution, run.started_at, run.id)
    store.set_stage(run.id, "resolved")
    say(f"resolve: {copies} reports are copies of others")
    say(f"resolve: {len(claims)} reports tell of {len(resolution.outages)} outages")
    store.save_signals(signals)
    store.set_stage(run.id, "signalled")
    say(f"signals: {len(signals.spikes)} spikes of public posts")
    return len(resolution.outages)


def summarize(store: Store, run: Run, rows: Sequence[dict[str, Any]], max_failed: float) -> dict[str, Any]:
    """The run in numbers, from the tables alone: the same however often the night broke off."""
    failed = [row for row in rows if Outcome(row["outcome"]).failed]
    share = len(failed) / len(rows) if rows else 0.0
    return {
        "run": run.id,
        "started_at": iso(run.started_at),
        "sources": len(rows),
        "outcomes": dict(sorted(Counter(row["outcome"] for row in rows).items())),
        "failed": [{"source": row["source"], "outcome": row["outcome"], "error": row["error"]} for row in failed],
        "failed_share": round(share, 4),
        "too_many_failed": share > max_failed,
        "new_reports": sum(row["new"] for row in rows),
        "changed_reports": sum(row["changed"] for row in rows),
        "outages": store.db["outages"].count,
        "ongoing": store.db["outages"].count_where(
            "ended_at IS NULL AND status NOT IN ('resolved', 'retracted', 'unknown')"
            " AND kind NOT IN ('maintenance', 'advisory')"
        ),
    }


def _outcomes(rows: Sequence[dict[str, Any]]) -> str:
    counts = Counter(row["outcome"] for row in rows)
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common()) or "nothing to do"
