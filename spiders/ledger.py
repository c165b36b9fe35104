"""What one crawl writes down: bodies into the archive, reports into the store, and how each source fared."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scrapy.settings import BaseSettings

from pipeline.catalogue import load_catalogue
from pipeline.habits import find_habit
from pipeline.model import Batch, Fetch, Issue, Report, Run, Source, SourceRun, iso, parse_iso, report_id
from pipeline.paths import salt_beside
from pipeline.privacy import load_salt
from pipeline.store import Store
from pipeline.terms import Outcome, SourceKind, Stage
from spiders.archive import Archive
from spiders.faults import is_ending, patiently
from spiders.news.walls import WALLS

logger = logging.getLogger("outagewire.crawl")

ARTICLE_FAILED = "article_failed"
NEWS_FOR = timedelta(days=7)
"""For how long the article of an entry that was left without it is still asked for, of so many entries a source."""
MOST_LEFT = 200
ARTICLE_TRIES = 3
"""Nights on which an article page may fail before it is left alone."""


@dataclass(slots=True, eq=False)
class Visit:
    """One source in one run, while it goes on. `pending` counts its requests that have not come to an end."""

    source: Source
    started_at: datetime
    pending: int = 0
    outcome: Outcome | None = None
    error: str | None = None
    http_status: int | None = None
    requests: int = 0
    bytes: int = 0
    items: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    errors: int = 0
    screened: int = 0
    moved_to: str | None = None

    def judge(self, outcome: Outcome, error: str | None = None) -> None:
        """Take in how one body fared: the first failure stays, `ok` outweighs `unchanged`."""
        weightier = outcome is Outcome.OK and self.outcome is Outcome.UNCHANGED
        if self.outcome is None or weightier or (self.outcome.good and not outcome.good):
            self.outcome, self.error = outcome, error
        if outcome.failed:
            self.errors += 1


@dataclass(frozen=True, slots=True)
class Collected:
    """The item that the spider yields: one body, and all that it said. `article` is the report whose page it is."""

    visit: Visit
    # Scrapy logs items, and the words of a post are for no log.
    batch: Batch = field(repr=False)
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    article: Report | None = None


@dataclass(slots=True)
class Ledger:
    """The store, the archive and the clock of one crawl. All of it runs in the reactor's thread."""

    store: Store
    archive: Archive
    run: Run
    clock: Callable[[], datetime]
    visits: dict[str, Visit] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    health: bool = True
    """Whether a visit tells how its source is now."""
    fault: str | None = None
    """Why nothing more can be written, where that is so."""
    stop: Callable[[], object] = lambda: None
    """Ends the crawl."""
    salt: bytes = b""
    """What the authors of public posts are hashed with."""
    _tries: Counter[str] | None = None

    def open(self, source: Source, requests: int) -> Visit:
        """Begin the visit of a source that starts with so many requests."""
        visit = Visit(source, self.clock(), pending=requests)
        self.visits[source.name] = visit
        return visit

    def settle(self, visit: Visit) -> None:
        """One request of the visit has come to its end; after the last one the visit is written down."""
        visit.pending -= 1
        if visit.pending <= 0 and visit.source.name not in self.done:
            self.close(visit)

    def close(self, visit: Visit) -> None:
        """Write how the source fared. A source whose row cannot be written is visited again by the next start."""
        if visit.outcome is None:
            visit.judge(Outcome.ERROR, "the visit ended without an answer")
        self.done.add(visit.source.name)
        if (visit.outcome or Outcome.ERROR).failed:
            logger.warning("%s: %s: %s", visit.source.name, visit.outcome, visit.error)
        self._write_row(
            SourceRun(
                run_id=self.run.id,
                source=visit.source.name,
                outcome=visit.outcome or Outcome.ERROR,
                started_at=visit.started_at,
                finished_at=self.clock(),
                http_status=visit.http_status,
                requests=visit.requests,
                bytes=visit.bytes,
                items=visit.items,
                new=visit.new,
                changed=visit.changed,
                errors=visit.errors,
                error=visit.error,
                screened=visit.screened,
                moved_to=visit.moved_to,
            )
        )
        if self.health and self.fault is None and visit.outcome is not None and visit.outcome.good:
            self._listen(visit.source)

    def _listen(self, source: Source) -> None:
        """Name a source that is read well and says nothing. A status page that says nothing is a good one."""
        now = self.clock()
        habit = (
            None
            if source.kind is SourceKind.STATUS
            else find_habit(self.store.said_at(source.name), source.cadence, now)
        )
        if habit is None:
            return
        self.store.save_habit(source.name, habit)
        if habit.silent(now):
            detail = (
                f"nothing since {iso(habit.last_said_at)}; after {habit.hours:g} hours ({habit.basis}) that is silence"
            )
            self.store.save_issues([Issue(Stage.CRAWL, "silent", detail, source.name)], now, self.run.id)

    def _write_row(self, row: SourceRun) -> None:
        try:
            patiently(lambda: self.store.save_source_run(row, health=self.health))
        except sqlite3.Error as error:
            if not is_ending(error):
                raise
            self.give_up(error)

    def give_up(self, error: BaseException) -> None:
        """End the crawl, since nothing more can be written: its sources are visited anew by the next start."""
        if self.fault is None:
            self.fault = f"nothing more can be written beside {self.store.path}: {error}"
            logger.error("%s", self.fault)
            self.stop()

    def keep(self, item: Collected) -> None:
        """Archive the body, then store what it said: a body that is remembered as seen is one that was stored.

        Bodies of public posts are full of people's names and words, and are not archived at all.
        """
        fetch, visit = item.batch.fetch, item.visit
        if visit.source.kind is not SourceKind.SOCIAL:
            self.archive.put(fetch.url, fetch.fetched_at, fetch.status, item.headers, item.body)
        result = patiently(lambda: self.store.save_batch(item.batch))
        visit.errors += len(item.batch.issues)
        if item.article is None:
            visit.items += len(item.batch.reports)
            visit.new += result.new
            visit.changed += result.changed
            visit.withdrawn += result.withdrawn
            visit.judge(Outcome.OK)

    def keep_unread(self, fetch: Fetch, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
        """Archive a body that could not be read. It is not remembered, so that it is read again the next time."""
        self.archive.put(fetch.url, fetch.fetched_at, fetch.status, headers, body)

    def article_failed(self, visit: Visit, report: Report, reason: str) -> None:
        """Name an article page that could not be had; the report with its summary stays as it is."""
        visit.errors += 1
        name = visit.source.name
        issue = Issue(Stage.CRAWL, ARTICLE_FAILED, reason, name, report_id(name, report.native_id))
        self.store.save_issues([issue], self.clock(), self.run.id)

    def article_closed(self, visit: Visit, report: Report, met: Issue) -> None:
        """Name an article that stands behind a wall. The report keeps its feed's words, and is not asked for again."""
        visit.errors += 1
        name = visit.source.name
        issue = Issue(Stage.CRAWL, met.code, met.detail, name, report_id(name, report.native_id))
        self.store.save_issues([issue], self.clock(), self.run.id)
        self.settle(visit)

    def besides_failed(self, visit: Visit, url: str, outcome: Outcome, sentence: str) -> None:
        """Name a list besides the first that could not be had. An old recording does not hold it, which is no issue."""
        if outcome is not Outcome.NOT_RECORDED:
            self.note(visit, "besides_failed", f"{url}: {outcome}: {sentence}")

    def note(self, visit: Visit, code: str, detail: str) -> None:
        """Name and count one thing about a source that does not end its visit."""
        visit.errors += 1
        self.store.save_issues([Issue(Stage.CRAWL, code, detail, visit.source.name)], self.clock(), self.run.id)

    def read_at(self, source: str) -> list[str]:
        """The addresses at which the source was read in earlier runs, the latest first."""
        rows = self.store.db["fetches"].rows_where(
            "source = ? AND run_id IS NOT ?", [source, self.run.id], select="url", order_by="fetched_at DESC", limit=5
        )
        return [row["url"] for row in rows]

    def tired(self, source: str, native_id: str) -> bool:
        """Whether the article page of a report is left alone: it failed on so many nights, or is closed."""
        if self._tries is None:
            self._tries = Counter()
            codes = [ARTICLE_FAILED, *WALLS]
            wanted = f"code IN ({', '.join('?' * len(codes))})"
            for row in self.store.db["issues"].rows_where(wanted, codes, select="report_id, code, count"):
                self._tries[row["report_id"]] += row["count"] if row["code"] == ARTICLE_FAILED else ARTICLE_TRIES
        return self._tries[report_id(source, native_id)] >= ARTICLE_TRIES

    def without_text(self, source: str) -> list[Report]:
        """The reports of a source whose article page was not had yet, newest first. Old ones are left alone."""
        rows = self.store.db["reports"].rows_where(
            "source = ? AND text IS NULL AND withdrawn_at IS NULL AND first_seen_at >= ?",
            [source, iso(self.clock() - NEWS_FOR)],
            select="native_id, title, url, summary, published_at",
            order_by="published_at DESC, native_id",
            limit=MOST_LEFT,
        )
        return [
            Report(
                r["native_id"], r["title"], r["url"], summary=r["summary"], published_at=parse_iso(r["published_at"])
            )
            for r in rows
        ]


def read_clock() -> datetime:
    """The wall clock, to the second, as everything is stored."""
    return datetime.now(UTC).replace(microsecond=0)


def register(store: Store, sources: Iterable[Source]) -> None:
    """Let the store know the catalogue and all sources."""
    store.sync_catalogue(load_catalogue().services.values())
    store.sync_sources(sources)


def open_ledger(settings: BaseSettings, sources: Iterable[Source]) -> Ledger:
    """A ledger of its own for `scrapy crawl NAME`, on the files that the settings name."""
    store = Store(Path(settings["OUTAGEWIRE_DB"]))
    register(store, sources)
    archive = Archive(Path(settings["OUTAGEWIRE_ARCHIVE"]))
    run = store.start_run("crawl", read_clock())
    return Ledger(store, archive, run, read_clock, salt=load_salt(salt_beside(store.path)))


def close_ledger(ledger: Ledger, reason: str) -> None:
    """Finish the run of a ledger that `open_ledger` opened."""
    outcomes = Counter(str(visit.outcome) for visit in ledger.visits.values())
    if ledger.fault is None:
        ledger.store.finish_run(ledger.run.id, reason, ledger.clock(), dict(outcomes))
    ledger.archive.close()
    ledger.store.close()
