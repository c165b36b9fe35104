"""`data/work.db`: the only SQL of the program's own record.

One writer at a time; WAL, foreign keys and STRICT tables throughout. Every public method is one
transaction, and every one may be repeated without another effect. Times go in and come out as
aware UTC datetimes; rows that are only passed on stay as `sqlite3` gave them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from pipeline.belief import Claim, Outage, Resolution, Signals
from pipeline.catalogue import Catalogue, Service
from pipeline.claims import ReadReport, build_claim, is_claim
from pipeline.errors import StoreError
from pipeline.habits import Habit
from pipeline.merge import CONTENT, Change, StoredUpdate, close, lay, update_id
from pipeline.migrations import work
from pipeline.model import (
    Annotation,
    Batch,
    BatchResult,
    Fetch,
    Issue,
    PostPage,
    Run,
    Source,
    SourceRun,
    canonical_json,
    digest,
    iso,
    parse_iso,
)
from pipeline.standing_faults import Ending, Fault, Faults, parts_of, settle
from pipeline.terms import SourceKind

BUSY_TIMEOUT_MS = 30_000
CHUNK = 500


@dataclass(frozen=True, slots=True)
class KnownReport:
    """What the store has of a report, for deciding whether its page must be fetched."""

    content_hash: str
    has_text: bool
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the walk through a source's list of all incidents has come, newest page first.

    `empty_pages` were met in a row; `oldest` is the oldest month read, `floor` the month from which on
    an earlier walk has read all (``YYYY-MM``). Page 1 was read at `begun_at`.
    """

    begun_at: datetime
    next_page: int = 1
    empty_pages: int = 0
    oldest: str | None = None
    ended: bool = False
    floor: str | None = None


@dataclass(frozen=True, slots=True)
class StoredReport:
    """What the language pipeline needs of one report."""

    id: str
    source: str
    source_kind: str
    service: str | None
    url: str
    title: str
    text: str | None
    published_at: str | None
    timezone: str | None
    content_hash: str


REPORT_COLUMNS = (
    *(*CONTENT, "id", "native_id", "updated_at", "content_hash", "withdrawn_at", "source", "body_hash"),
    *("first_run", "first_seen_at", "last_run", "fetched_at"),
)
PERMANENT = ("id", "source", "native_id", "first_run", "first_seen_at")
WRITE_REPORT = (
    f"INSERT INTO reports ({', '.join(REPORT_COLUMNS)}) VALUES ({', '.join(':' + c for c in REPORT_COLUMNS)})"  # noqa: S608
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{c} = excluded.{c}" for c in REPORT_COLUMNS if c not in (*PERMANENT, "updated_at"))
    + ", updated_at = coalesce(excluded.updated_at, updated_at)"
)


class Store:
    """The record layers in one SQLite file."""

    def __init__(self, path: Path) -> None:
        """Open or create `path`. Raises `StoreError` where it is no database or not ours."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        try:
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self.db = Database(connection)
            work.apply(self.db)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} cannot be opened as outagewire's database: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in."""
        self.db.close()

    # Runs

    def start_run(self, job: str, now: datetime) -> Run:
        """Open a run of `job`, whose id is its start and its name."""
        run = Run(f"{now:%Y%m%dT%H%M%SZ}-{job}", job, now)
        self.db.execute(
            "INSERT INTO runs (id, job, started_at, stage) VALUES (?, ?, ?, 'started') ON CONFLICT (id) DO NOTHING",
            [run.id, job, iso(now)],
        )
        return run

    def unfinished_run(self, job: str) -> Run | None:
        """The newest run of `job` that was started and is not done."""
        row = self._one(
            "SELECT id, job, started_at FROM runs WHERE job = ? AND stage <> 'done' ORDER BY started_at DESC LIMIT 1",
            [job],
        )
        return Run(row["id"], row["job"], datetime.fromisoformat(row["started_at"])) if row else None

    def earlier_runs(self, run: Run) -> int:
        """How many runs of the same job were started before this one."""
        row = self._one("SELECT count(*) FROM runs WHERE job = ? AND started_at < ?", [run.job, iso(run.started_at)])
        return int(row[0]) if row else 0

    def last_done_run(self, job: str) -> tuple[Run, dict[str, Any]] | None:
        """The newest run of `job` that is done, with its summary."""
        row = self._one(
            "SELECT id, job, started_at, summary FROM runs WHERE job = ? AND stage = 'done' AND outcome <> 'abandoned'"
            " ORDER BY started_at DESC LIMIT 1",
            [job],
        )
        if row is None:
            return None
        run = Run(row["id"], row["job"], datetime.fromisoformat(row["started_at"]))
        return run, json.loads(row["summary"] or "{}")

    def run_stage(self, run_id: str) -> str:
        """The last stage that the run completed."""
        row = self._one("SELECT stage FROM runs WHERE id = ?", [run_id])
        if row is None:
            raise StoreError(f"there is no run {run_id}")
        return str(row["stage"])

    def set_stage(self, run_id: str, stage: str) -> None:
        """Note that the run has completed `stage`."""
        self.db.execute("UPDATE runs SET stage = ? WHERE id = ?", [stage, run_id])

    def finish_run(
        self, run_id: str, outcome: str, now: datetime, summary: Mapping[str, Any], stage: str = "done"
    ) -> None:
        """Close the run with its outcome and its summary; a `stage` before ``done`` leaves more to do."""
        self.db.execute(
            "UPDATE runs SET finished_at = ?, outcome = ?, summary = ?, stage = ? WHERE id = ?",
            [iso(now), outcome, canonical_json(dict(summary)), stage, run_id],
        )

    # The catalogue and the sources

    def sync_catalogue(self, services: Iterable[Service]) -> None:
        """Make the catalogue's tables equal to `services`; a service that a source needs stays."""
        with self.db.atomic():
            self.db.execute("DELETE FROM service_aliases")
            for s in services:
                self.db.execute(
                    """INSERT INTO services VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (slug) DO UPDATE SET name = excluded.name, provider = excluded.provider,
                    provider_name = excluded.provider_name, category = excluded.category, homepage = excluded.homepage,
                    parent = excluded.parent, status_page = excluded.status_page, wikidata = excluded.wikidata,
                    note = excluded.note""",
                    [
                        *(s.slug, s.name, s.provider, s.provider_name, s.category, s.homepage, s.parent),
                        *(s.status_page, s.wikidata, s.note),
                    ],
                )
                self.db.conn.executemany(
                    "INSERT OR IGNORE INTO service_aliases VALUES (?, ?, ?)",
                    [(alias, s.slug, int(alias in s.ambiguous)) for alias in s.aliases],
                )

    def sync_sources(self, sources: Iterable[Source], *, retire: bool = True) -> None:
        """Make the sources' declared columns equal to `sources`; one that is gone is kept as inactive.

        Without `retire` these are all that is touched.
        """
        with self.db.atomic():
            if retire:
                self.db.execute("UPDATE sources SET active = 0 WHERE active = 1")
            for s in sources:
                self.db.execute(
                    # Another address was not confirmed by what the old one answered.
                    """INSERT INTO sources (name, platform, kind, service, url, language, note, genre, cadence, basis,
                    terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
                    confirmed_at = CASE WHEN url = excluded.url THEN confirmed_at END,
                    moved_to = CASE WHEN url = excluded.url THEN moved_to END,
                    platform = excluded.platform, kind = excluded.kind, service = excluded.service,
                    url = excluded.url, language = excluded.language, note = excluded.note, genre = excluded.genre,
                    cadence = excluded.cadence, basis = excluded.basis, terms = excluded.terms, active = 1""",
                    [
                        *(s.name, s.platform, s.kind, s.service, s.url, s.language, s.note),
                        *(s.genre, s.cadence, s.basis, s.terms),
                    ],
                )

    # The memory of fetches

    def memory(self, url: str, run_id: str | None = None, source: str | None = None) -> Fetch | None:
        """What the last good answer of `url` was.

        Only what `source` itself was answered counts: a page that another source led to was read in
        another way, and must not pass for this one's. What `run_id` itself remembers does not count:
        a run that was killed before it finished a source visits that source anew.
        """
        row = self._one(
            "SELECT * FROM fetches WHERE url = ? AND run_id IS NOT ? AND source = coalesce(?, source)",
            [url, run_id, source],
        )
        if row is None:
            return None
        fetched = datetime.fromisoformat(row["fetched_at"])
        return Fetch(url, fetched, row["status"], row["body_hash"], row["size"], row["etag"], row["last_modified"])

    def touch_fetch(self, source: str, url: str, now: datetime) -> None:
        """Note that `url` answered as before. Nothing else is written."""
        self.db.execute(
            "UPDATE fetches SET fetched_at = ?1 WHERE url = ?2 AND source = ?3 AND fetched_at < ?1",
            [iso(now), url, source],
        )

    def _is_late(self, fetch: Fetch) -> bool:
        """Whether a later answer of the same address is remembered."""
        later = "SELECT 1 FROM fetches WHERE url = ? AND fetched_at > ?"
        return self._one(later, [fetch.url, iso(fetch.fetched_at)]) is not None

    def robots(self, host: str, now: datetime, max_age: timedelta) -> tuple[int, bytes] | None:
        """Status and body of the host's robots.txt, where it is younger than `max_age`."""
        row = self._one("SELECT status, body FROM robots WHERE host = ? AND fetched_at > ?", [host, iso(now - max_age)])
        return (row["status"], bytes(row["body"])) if row else None

    def save_robots(self, host: str, now: datetime, status: int, body: bytes) -> None:
        """Keep the host's robots.txt."""
        self.db.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?)", [host, iso(now), status, body])

    # What the world said

    def known(self, source: str, native_ids: Sequence[str], run_id: str | None = None) -> dict[str, KnownReport]:
        """Those of `native_ids` that the store has of `source`; a text from `run_id` itself does not count."""
        found = {}
        for row in self._in(
            "SELECT native_id, content_hash, text IS NOT NULL AND last_run IS NOT ? AS has_text, updated_at"
            " FROM reports WHERE source = ? AND native_id IN ({})",
            [run_id, source],
            native_ids,
        ):
            known = KnownReport(row["content_hash"], bool(row["has_text"]), parse_iso(row["updated_at"]))
            found[row["native_id"]] = known
        return found

    def save_batch(self, batch: Batch) -> BatchResult:
        """Store all that one body said, with the memory of its fetch, in one transaction.

        A body that was fetched before the one that is remembered of its address, as in a recording
        that is fed late or again, is no news of what is known: only reports that are new are taken.
        """
        kind, first_seen = self._provenance(batch)
        with self.db.atomic():
            late, withdrawn = self._is_late(batch.fetch), 0
            elsewhere = 0
            if batch.posts is not None:
                batch, elsewhere = self._only_own(batch)
            faults = self._faults(batch, late=late)
            batch = replace(batch, reports=faults.reports)
            held = self._held(batch)
            updates = self._updates([row["id"] for row, _ in held.values()])
            changes = [
                lay(batch, report, held.get(report.native_id), updates, whole=kind == SourceKind.STATUS)
                for report in batch.reports
            ]
            if late:
                changes = [change if change.is_new else Change(change.identity) for change in changes]
            changes += self._closed(faults.ended)
            self._write(batch, [change for change in changes if change.content], first_seen)
            self._save_faults(batch.source, faults)
            if batch.complete and not late:
                withdrawn = self._withdraw(batch, {change.identity for change in changes})
            self._save_issues(batch.issues, batch.fetch.fetched_at, batch.run_id)
            if batch.posts is not None:
                withdrawn += self._save_posts(batch, batch.posts, elsewhere)
            if not late:
                self._remember(batch)
        new = sum(change.is_new for change in changes)
        unchanged = sum(change.content is None for change in changes)
        return BatchResult(new, len(changes) - new - unchanged, unchanged, withdrawn)

    def _only_own(self, batch: Batch) -> tuple[Batch, int]:
        """The batch without posts that another source of the platform has told, and how many those are.

        Posts whose text is not kept any more are left out as well: it must not come back.
        """
        keys = [report.native_id for report in batch.reports]
        told = {
            row["native_id"]
            for row in self._in(
                "SELECT r.native_id FROM sources s JOIN reports r ON r.source = s.name"
                " WHERE s.platform = (SELECT platform FROM sources WHERE name = ?) AND s.name <> ?"
                " AND r.native_id IN ({})",
                [batch.source, batch.source],
                keys,
            )
        }
        purged = "SELECT native_id FROM reports WHERE source = ? AND purged_at IS NOT NULL AND native_id IN ({})"
        blank = {row["native_id"] for row in self._in(purged, [batch.source], keys)}
        kept = tuple(report for report in batch.reports if report.native_id not in told | blank)
        return replace(batch, reports=kept), len(told)

    def _save_posts(self, batch: Batch, posts: PostPage, elsewhere: int) -> int:
        """Count the posts of a page, blank those that are gone, and note how far the stream was read."""
        now = iso(batch.fetch.fetched_at)
        gone = [
            row["id"]
            for row in self._in(
                # A post may be deleted where another instance told of it first.
                "SELECT r.id FROM sources s JOIN reports r ON r.source = s.name"
                " WHERE s.platform = (SELECT platform FROM sources WHERE name = ?) AND r.withdrawn_at IS NULL"
                " AND r.native_id IN ({})",
                [batch.source],
                posts.gone,
            )
        ]
        left = "SELECT id FROM reports WHERE source = ? AND withdrawn_at IS NULL AND author_hash IN ({})"
        gone += [row["id"] for row in self._in(left, [batch.source], posts.gone_authors) if row["id"] not in gone]
        self._blank(gone, now)
        for identity in gone:
            self.db.execute("DELETE FROM mentions WHERE report_id = ?", [identity])
            self.db.execute("DELETE FROM extractions WHERE report_id = ?", [identity])
            self.db.execute(
                "UPDATE reports SET withdrawn_at = ?, last_run = ? WHERE id = ?", [now, batch.run_id, identity]
            )
        self.db.conn.executemany(
            "UPDATE reports SET checked_at = ? WHERE source = ? AND native_id = ?",
            [(now, batch.source, key) for key in posts.checked],
        )
        self.db.execute(
            """INSERT INTO post_counts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, source) DO UPDATE SET
            seen = seen + excluded.seen, passed = passed + excluded.passed,
            told_elsewhere = told_elsewhere + excluded.told_elsewhere, gone = gone + excluded.gone""",
            [batch.run_id, batch.source, posts.seen, posts.passed, elsewhere, len(gone)],
        )
        if posts.cursor is not None:
            self.db.execute("INSERT OR REPLACE INTO post_cursors VALUES (?, ?, ?)", [batch.source, posts.cursor, now])
        return len(gone)

    def _blank(self, identities: Sequence[str], now: str | None) -> None:
        """Take the words of these reports out of the record, with all earlier wordings. The hash of them stays."""
        if not identities:
            return
        # SQLite leaves what it deletes on its pages, unless it is told to overwrite it.
        self.db.execute("PRAGMA secure_delete = ON").fetchall()
        many: Callable[..., Any] = self.db.conn.executemany
        ids = [(identity,) for identity in identities]
        many(
            "UPDATE reports SET title = '', summary = NULL, text = NULL, purged_at = ? WHERE id = ?",
            [(now, identity) for identity in identities],
        )
        many("DELETE FROM report_versions WHERE report_id = ?", ids)
        many("DELETE FROM report_updates WHERE report_id = ?", ids)

    def _provenance(self, batch: Batch) -> tuple[str, str]:
        source = self._one("SELECT kind FROM sources WHERE name = ?", [batch.source])
        run = self._one("SELECT started_at FROM runs WHERE id = ?", [batch.run_id])
        if source is None or run is None:
            raise StoreError(f"unknown source or run: {batch.source}, {batch.run_id}")
        return source["kind"], run["started_at"]

    def _faults(self, batch: Batch, *, late: bool) -> Faults:
        """What the body makes of the faults of the parts that it shows."""
        parts = parts_of(batch)
        if not parts:
            return Faults(batch.reports)
        stored, keys = [], {}
        for row in self._in(
            "SELECT f.report_id, f.part, f.opened_at, f.ended_at, r.native_id FROM standing_faults f"
            " JOIN reports r ON r.id = f.report_id WHERE f.source = ? AND f.part IN ({})",
            [batch.source],
            parts,
        ):
            stored.append(Fault(*row[:4]))
            keys[row["report_id"]] = row["native_id"]
        return settle(batch, stored, keys, late=late)

    def _closed(self, ended: Sequence[Ending]) -> list[Change]:
        ends = {ending.fault.report_id: ending for ending in ended}
        rows = self._in("SELECT * FROM reports WHERE id IN ({})", [], list(ends))
        return [close(dict(row), ends[row["id"]].at, ends[row["id"]].word) for row in rows]

    def _save_faults(self, source: str, faults: Faults) -> None:
        self.db.conn.executemany(
            "INSERT INTO standing_faults VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (report_id) DO UPDATE SET ended_at = excluded.ended_at",
            [(f.report_id, source, f.part, f.opened_at, None) for f in faults.opened],
        )
        self.db.conn.executemany(
            "UPDATE standing_faults SET ended_at = ? WHERE report_id = ?",
            [(ending.at, ending.fault.report_id) for ending in faults.ended],
        )

    def _held(self, batch: Batch) -> dict[str, tuple[dict[str, Any], bool]]:
        """The stored report of each native id, and whether only an update led to it.

        That is so where a feed lists updates and the first one of an incident has slid out of it.
        """
        found: dict[str, tuple[dict[str, Any], bool]] = {}
        keys = [report.native_id for report in batch.reports]
        for row in self._in("SELECT * FROM reports WHERE source = ? AND native_id IN ({})", [batch.source], keys):
            found[row["native_id"]] = (dict(row), False)
        strays = {
            update.native_id: report.native_id
            for report in batch.reports
            if report.native_id not in found
            for update in report.updates
        }
        for row in self._in(
            "SELECT u.native_id AS led, r.* FROM reports r JOIN report_updates u ON u.report_id = r.id"
            " WHERE r.source = ? AND u.native_id IN ({})",
            [batch.source],
            list(strays),
        ):
            report = dict(row)
            found.setdefault(strays[report.pop("led")], (report, True))
        return found

    def _updates(self, identities: Sequence[str]) -> dict[str, list[StoredUpdate]]:
        """The current updates of each report, oldest first."""
        found: dict[str, list[StoredUpdate]] = {}
        for row in self._in(
            "SELECT report_id, id, native_id, posted_at, status, text FROM report_updates"
            " WHERE replaced_at IS NULL AND report_id IN ({}) ORDER BY posted_at, id",
            [],
            identities,
        ):
            found.setdefault(row["report_id"], []).append(StoredUpdate(*row[1:]))
        return found

    def _write(self, batch: Batch, changes: Sequence[Change], first_seen: str) -> None:
        now = iso(batch.fetch.fetched_at)
        stamp = {
            "source": batch.source,
            "body_hash": batch.fetch.body_hash,
            "first_run": batch.run_id,
            "first_seen_at": first_seen,
            "last_run": batch.run_id,
            "fetched_at": now,
        }
        many: Callable[..., Any] = self.db.conn.executemany
        versions = [(*change.version, now, change.earlier) for change in changes if change.version]
        many(
            "INSERT OR IGNORE INTO report_versions (report_id, content_hash, seen_at, replaced_at, content)"
            " VALUES (?, ?, ?, ?, ?)",
            versions,
        )
        many(WRITE_REPORT, [{**(change.content or {}), **stamp} for change in changes])
        gone = [(now, update.id) for change in changes for update in change.gone]
        many("UPDATE report_updates SET replaced_at = ? WHERE id = ?", gone)
        many(
            "INSERT INTO report_updates VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)"
            " ON CONFLICT (id) DO UPDATE SET replaced_at = NULL",
            [
                (
                    *(update_id(change.identity, u), change.identity, u.native_id, iso(u.posted_at)),
                    *(u.status, u.native_status, u.text, now),
                )
                for change in changes
                for u in change.new
            ],
        )

    def _withdraw(self, batch: Batch, listed: set[str]) -> int:
        """Mark what the body should list and does not. What slid out of its window stays as it is."""
        if batch.window_start is None:
            return 0
        rows = self._all(
            # A state of a part that is no longer shown was not taken back, whatever clock it has.
            # The earlier of both clocks: a record that was opened long after the event slides out like its event.
            "SELECT id, native_status FROM reports WHERE source = ? AND withdrawn_at IS NULL"
            " AND min(coalesce(started_at, published_at), coalesce(published_at, started_at)) > ?"
            " AND id NOT IN (SELECT report_id FROM standing_faults)",
            [batch.source, iso(batch.window_start)],
        )
        states = batch.native_states
        gone = [
            row["id"] for row in rows if row["id"] not in listed and (states is None or row["native_status"] in states)
        ]
        for identity in gone:
            self.db.execute(
                "UPDATE reports SET withdrawn_at = ?, last_run = ? WHERE id = ?",
                [iso(batch.fetch.fetched_at), batch.run_id, identity],
            )
        return len(gone)

    def _remember(self, batch: Batch) -> None:
        f = batch.fetch
        self.db.execute(
            "INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(f.url, batch.source, iso(f.fetched_at), f.status, f.body_hash, f.size, f.etag, f.last_modified),
                batch.run_id,
            ],
        )

    # Public posts

    def post_cursor(self, source: str) -> str | None:
        """Where the next visit of a stream of posts goes on."""
        row = self._one("SELECT cursor FROM post_cursors WHERE source = ?", [source])
        return str(row["cursor"]) if row else None

    def post_counts(self, run_id: str) -> dict[str, dict[str, int]]:
        """Posts seen, passed, told by another source before, and gone, of each source in this run."""
        rows = self._all("SELECT * FROM post_counts WHERE run_id = ? ORDER BY source", [run_id])
        return {row["source"]: {key: row[key] for key in row.keys()[2:]} for row in rows}

    def posts_to_check(self, source: str, since: datetime, run_id: str, most: int) -> list[tuple[str, str]]:
        """Key and address of posts first seen since then, and before this run, that are held.

        Those looked up longest ago come first.
        """
        rows = self._all(
            """SELECT native_id, url FROM reports WHERE source = ? AND first_seen_at >= ? AND first_run <> ?
            AND withdrawn_at IS NULL AND purged_at IS NULL ORDER BY coalesce(checked_at, first_seen_at), id LIMIT ?""",
            [source, iso(since), run_id, most],
        )
        return [(row["native_id"], row["url"]) for row in rows]

    def purge_posts(self, before: datetime, now: datetime) -> int:
        """Blank the posts that were first seen before this moment; how many. What was read in them stays."""
        with self.db.atomic():
            rows = self._all(
                """SELECT r.id FROM reports r JOIN sources s ON s.name = r.source
                WHERE s.kind = ? AND r.purged_at IS NULL AND r.first_seen_at < ?""",
                [SourceKind.SOCIAL, iso(before)],
            ).fetchall()
            self._blank([row["id"] for row in rows], iso(now))
        return len(rows)

    # The walk through history

    def walk(self, source: str) -> Walk | None:
        """How far the walk through the source's history has come."""
        row = self._one("SELECT * FROM history_walks WHERE source = ?", [source])
        if row is None:
            return None
        begun_at, ended = datetime.fromisoformat(row["begun_at"]), bool(row["ended"])
        return Walk(begun_at, row["next_page"], row["empty_pages"], row["oldest"], ended, row["floor"])

    def save_walk(self, source: str, walk: Walk, begun: Mapping[str, str]) -> None:
        """Note that a page of the list was read: how far the walk is now, and when each incident on it began."""
        with self.db.atomic():
            self.db.conn.executemany(
                "INSERT OR IGNORE INTO history_incidents (source, code, begun) VALUES (?, ?, ?)",
                [(source, code, day) for code, day in begun.items()],
            )
            self.db.execute(
                "INSERT OR REPLACE INTO history_walks VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    *(source, iso(walk.begun_at), walk.next_page, walk.empty_pages, walk.oldest),
                    *(int(walk.ended), walk.floor),
                ],
            )

    def wanted(self, source: str, since: str | None) -> list[str]:
        """The incidents that the walk has met and no report is there of, newest first, those that failed last.

        `since` is a day, ``YYYY-MM-DD``; an incident of which only the month is known counts from its month.
        """
        rows = self._all(
            """SELECT h.code FROM history_incidents h
            LEFT JOIN reports r ON r.source = h.source AND r.native_id = h.code
            WHERE h.source = ?1 AND h.gave_up IS NULL AND r.id IS NULL
            AND (?2 IS NULL OR h.begun >= substr(?2, 1, length(h.begun))) ORDER BY h.tries, h.begun DESC, h.code""",
            [source, since],
        )
        return [row["code"] for row in rows]

    def save_try(self, source: str, code: str, gave_up: str | None, most: int) -> None:
        """Note that the page of an incident could not be had; for good with `gave_up`, or after so many tries."""
        self.db.execute(
            """UPDATE history_incidents SET tries = tries + 1,
            gave_up = coalesce(?, CASE WHEN tries + 1 >= ? THEN 'failed too often' END)
            WHERE source = ? AND code = ?""",
            [gave_up, most, source, code],
        )

    # How collecting went

    def save_source_run(self, row: SourceRun, *, health: bool = True) -> None:
        """Write how the source fared, once a run, and keep the source's own health in step.

        Without `health` the run tells nothing of how the source is now. What is new and what changed is
        counted in the tables, so that a run which was killed and taken up again counts all that it brought.
        """
        with self.db.atomic():
            counts = self._one(
                """SELECT count(*) FILTER (WHERE first_run = :run) AS new,
                count(*) FILTER (WHERE first_run <> :run) AS changed FROM reports
                WHERE source = :source AND last_run = :run""",
                {"run": row.run_id, "source": row.source},
            )
            added = self.db.execute(
                "INSERT OR IGNORE INTO source_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(row.run_id, row.source, row.outcome, iso(row.started_at), iso(row.finished_at)),
                    *(row.http_status, row.requests, row.bytes, row.items, *(counts or (0, 0)), row.errors, row.error),
                    row.screened,
                ],
            ).rowcount
            if added and health:
                self.db.execute(
                    """UPDATE sources SET last_try_at = :at, last_outcome = :outcome,
                    last_ok_at = CASE WHEN :good THEN :at ELSE last_ok_at END,
                    confirmed_at = CASE WHEN :good THEN coalesce(confirmed_at, :at) ELSE confirmed_at END,
                    moved_to = CASE WHEN :good THEN :moved ELSE moved_to END,
                    consecutive_failures = CASE WHEN :good THEN 0 ELSE consecutive_failures + :failed END
                    WHERE name = :name""",
                    {
                        "at": iso(row.finished_at),
                        "outcome": row.outcome,
                        "good": row.outcome.good,
                        "failed": int(row.outcome.failed),
                        "moved": row.moved_to,
                        "name": row.source,
                    },
                )

    def said_at(self, source: str, most: int = 60) -> list[datetime]:
        """When the latest reports of a source were published, or first seen where they do not say."""
        rows = self._all(
            "SELECT coalesce(published_at, first_seen_at) AS at FROM reports WHERE source = ?"
            " ORDER BY published_at DESC LIMIT ?",
            [source, most],
        )
        return [datetime.fromisoformat(row["at"]) for row in rows]

    def save_habit(self, source: str, habit: Habit) -> None:
        """Note when the source spoke last, and after how long it counts as silent."""
        self.db.execute(
            "UPDATE sources SET last_said_at = ?, habit_hours = ?, habit_basis = ? WHERE name = ?",
            [iso(habit.last_said_at), habit.hours, habit.basis, source],
        )

    def done_sources(self, run_id: str) -> set[str]:
        """The sources that this run has visited already."""
        return {row["source"] for row in self._all("SELECT source FROM source_runs WHERE run_id = ?", [run_id])}

    def source_runs(self, run_id: str) -> list[dict[str, Any]]:
        """How every source fared in the run, by name."""
        return [dict(row) for row in self._all("SELECT * FROM source_runs WHERE run_id = ? ORDER BY source", [run_id])]

    def save_issues(self, issues: Iterable[Issue], now: datetime, run_id: str | None = None) -> None:
        """Name and count what was met; the same issue is counted once a run."""
        with self.db.atomic():
            self._save_issues(issues, now, run_id)

    def _save_issues(self, issues: Iterable[Issue], now: datetime, run_id: str | None) -> None:
        for issue in issues:
            parts = (issue.stage, issue.code, issue.source or "", issue.report_id or "", issue.detail)
            self.db.execute(
                """INSERT INTO issues VALUES (:id, :stage, :code, :detail, :source, :report, :now, :now, :run, 1)
                ON CONFLICT (id) DO UPDATE SET count = count + (last_run IS NOT excluded.last_run),
                last_seen_at = excluded.last_seen_at, last_run = excluded.last_run
                WHERE last_run IS NOT excluded.last_run""",
                {
                    "id": "i" + digest(*parts),
                    "stage": issue.stage,
                    "code": issue.code,
                    "detail": issue.detail,
                    "source": issue.source,
                    "report": issue.report_id,
                    "now": iso(now),
                    "run": run_id,
                },
            )

    # Which reports are copies of one text

    def without_digest(self, after: str = "") -> list[dict[str, Any]]:
        """Some reports of the press that were never compared or read otherwise then, in order of id from `after` on."""
        rows = self._all(
            """SELECT r.id, r.content_hash, r.url, r.title, r.text, coalesce(r.published_at, r.first_seen_at) AS said_at
            FROM reports r JOIN sources s ON s.name = r.source LEFT JOIN report_digests d ON d.report_id = r.id
            WHERE r.id > ? AND s.kind IN ('news', 'postmortem')
            AND (d.report_id IS NULL OR d.content_hash <> r.content_hash) ORDER BY r.id LIMIT ?""",
            [after, CHUNK],
        )
        return [{**dict(row), "said_at": datetime.fromisoformat(row["said_at"])} for row in rows]

    def save_digests(self, digests: Iterable[tuple[str, str, str, str, str | None]]) -> None:
        """Keep what each report is compared by, with the hash of the wording that it was made of."""
        with self.db.atomic():
            self.db.conn.executemany("INSERT OR REPLACE INTO report_digests VALUES (?, ?, ?, ?, ?)", digests)

    def digests(self, first: datetime, last: datetime) -> Iterator[dict[str, Any]]:
        """What the reports of a stretch of time are compared by."""
        for row in self._all(
            """SELECT d.report_id AS id, r.source, coalesce(r.published_at, r.first_seen_at) AS said_at, d.address,
            d.headline, d.sketch FROM report_digests d JOIN reports r ON r.id = d.report_id
            WHERE coalesce(r.published_at, r.first_seen_at) BETWEEN ? AND ?""",
            [iso(first), iso(last)],
        ):
            yield {**dict(row), "said_at": datetime.fromisoformat(row["said_at"])}

    def copies(self) -> list[tuple[str, str, str]]:
        """Each copy with its first and by what it is one."""
        return [(row[0], row[1], row[2]) for row in self._all("SELECT report_id, first_id, why FROM report_copies")]

    def save_copies(self, compared: Sequence[str], links: Iterable[tuple[str, str, str]]) -> None:
        """Replace the links of the reports that were compared. A first that became a copy itself leads on."""
        with self.db.atomic():
            self.db.conn.executemany("DELETE FROM report_copies WHERE report_id = ?", [(key,) for key in compared])
            self.db.conn.executemany("INSERT INTO report_copies VALUES (?, ?, ?)", links)
            onward = """UPDATE report_copies SET first_id =
                (SELECT c.first_id FROM report_copies c WHERE c.report_id = report_copies.first_id)
                WHERE first_id IN (SELECT report_id FROM report_copies)"""
            while self.db.execute(onward).rowcount:
                # Two that lead to each other, as a moved date may leave them, are copies of neither.
                self.db.execute("DELETE FROM report_copies WHERE first_id = report_id")

    # What one text says

    def to_extract(self, version: str) -> Iterator[StoredReport]:
        """The reports whose wording was never read, or by another version of the language pipeline.

        Read page by page, so that what was read may be stored while the rest is still to come.
        """
        last = ""
        while True:
            rows = self._all(
                """SELECT r.id, r.source, s.kind, s.service, r.url, r.title, coalesce(r.text, r.summary),
                r.published_at, r.timezone, r.content_hash FROM reports r JOIN sources s ON s.name = r.source
                LEFT JOIN extractions e ON e.report_id = r.id
                WHERE r.id > ? AND r.purged_at IS NULL
                AND (e.report_id IS NULL OR e.content_hash <> r.content_hash OR e.version <> ?)
                ORDER BY r.id LIMIT ?""",
                [last, version, CHUNK],
            ).fetchall()
            if not rows:
                return
            last = rows[-1]["id"]
            yield from (StoredReport(*row) for row in rows)

    def save_extractions(self, read: Sequence[tuple[StoredReport, Annotation]], version: str) -> None:
        """Replace what these reports were read to say."""
        with self.db.atomic():
            for report, said in read:
                self.db.execute("DELETE FROM mentions WHERE report_id = ?", [report.id])
                self.db.execute(
                    "INSERT OR REPLACE INTO extractions VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        *(report.id, report.content_hash, version, int(said.is_outage), said.relevance),
                        canonical_json(said.as_json()),
                    ],
                )
                self.db.conn.executemany(
                    "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (
                            *(report.id, m.field, m.text, m.value, m.start, m.end, m.rule, version, m.confidence),
                            canonical_json(list(m.context)),
                        )
                        for m in said.mentions
                    ],
                )

    def forget_extractions(self) -> None:
        """Empty the second layer, so that every report is read again whose text is still kept."""
        kept = "SELECT id FROM reports WHERE purged_at IS NOT NULL"
        with self.db.atomic():
            self.db.execute(f"DELETE FROM mentions WHERE report_id NOT IN ({kept})")  # noqa: S608 - our own words
            self.db.execute(f"DELETE FROM extractions WHERE report_id NOT IN ({kept})")  # noqa: S608

    def claims(self, catalogue: Catalogue) -> Iterator[Claim]:
        """What every report that tells of an outage claims, in order of report id."""
        posts = groupby(
            self._all(
                "SELECT report_id, posted_at, status, text FROM report_updates WHERE replaced_at IS NULL"
                " ORDER BY report_id, posted_at, id"
            ),
            key=itemgetter("report_id"),
        )
        waiting = next(posts, None)
        for row in self._all(
            """SELECT r.*, s.kind AS source_kind, s.service AS source_service, e.annotation, e.is_outage,
            f.ended_at AS seen_over_at, c.first_id AS copy_of FROM reports r JOIN sources s ON s.name = r.source
            JOIN extractions e ON e.report_id = r.id LEFT JOIN standing_faults f ON f.report_id = r.id
            LEFT JOIN report_copies c ON c.report_id = r.id ORDER BY r.id"""
        ):
            while waiting is not None and waiting[0] < row["id"]:
                waiting = next(posts, None)
            updates = [dict(u) for u in waiting[1]] if waiting is not None and waiting[0] == row["id"] else []
            kind, annotation = SourceKind(row["source_kind"]), json.loads(row["annotation"])
            read = ReadReport(dict(row), kind, row["source_service"], annotation, updates)
            if is_claim(read):
                yield build_claim(read, catalogue)

    # What we believe

    def save_resolution(self, resolution: Resolution, now: datetime, run_id: str | None = None) -> None:
        """Replace the third layer."""
        with self.db.atomic():
            for table in (
                *("outage_redirects", "outage_links", "outage_evidence", "outage_timeline", "outage_reports"),
                *("outage_regions", "outage_services", "outages"),
            ):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
            for outage in resolution.outages:
                self._save_outage(outage)
            self.db.conn.executemany("INSERT INTO outage_redirects VALUES (?, ?)", resolution.redirects)
            self.db.conn.executemany(
                "INSERT INTO outage_links VALUES (?, ?, ?)",
                [(link.cause_outage, link.effect_outage, link.reason) for link in resolution.links],
            )
            self._save_issues(resolution.issues, now, run_id)

    def _save_outage(self, o: Outage) -> None:
        many: Callable[..., Any] = self.db.conn.executemany
        self.db.execute(
            f"INSERT INTO outages VALUES ({', '.join('?' * 24)})",  # noqa: S608 - placeholders only
            [
                *(o.id, o.title, o.provider, o.services[0] if o.services else None, o.kind, o.status, o.certainty),
                *(o.severity, canonical_json(list(o.symptoms)), iso(o.started_at), o.started_precision),
                *(iso(o.ended_at), o.ended_precision, o.duration_minutes, o.cause, canonical_json(list(o.causes))),
                *(int(o.cause_hedged), canonical_json(list(o.components)), iso(o.first_signal_at)),
                *(iso(o.first_report_at), iso(o.official_posted_at), iso(o.first_seen_at)),
                *(len(o.reports), o.source_count),
            ],
        )
        many(
            "INSERT INTO outage_services VALUES (?, ?, ?)",
            [(o.id, s, position) for position, s in enumerate(o.services)],
        )
        many("INSERT INTO outage_regions VALUES (?, ?)", [(o.id, region) for region in o.regions])
        many(
            "INSERT INTO outage_reports VALUES (?, ?, ?, ?)",
            [(o.id, r.report_id, r.rank, int(r.anchor)) for r in o.reports],
        )
        many(
            "INSERT INTO outage_timeline VALUES (?, ?, ?, ?, ?, ?)",
            [(o.id, iso(t.at), t.event, t.status, t.report_id, t.quote) for t in o.timeline],
        )
        many(
            "INSERT INTO outage_evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(o.id, w.evidence.field, w.evidence.value, w.evidence.report_id, w.evidence.origin),
                    *(w.evidence.rule, w.evidence.confidence, w.evidence.quote, w.evidence.start, w.evidence.end),
                    *(int(w.chosen), w.reason),
                )
                for w in o.evidence
            ],
        )

    def save_signals(self, signals: Signals) -> None:
        """Replace the volumes of public posts and their spikes."""
        with self.db.atomic():
            self.db.execute("DELETE FROM signals")
            self.db.execute("DELETE FROM signal_spikes")
            self.db.conn.executemany(
                "INSERT INTO signals VALUES (?, ?, ?, ?, ?, ?)",
                [(b.service, iso(b.bin_start), b.bin_minutes, b.posts, b.authors, b.expected) for b in signals.bins],
            )
            self.db.conn.executemany(
                "INSERT INTO signal_spikes VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(s.service, iso(s.started_at), iso(s.peak_at), iso(s.ended_at), s.authors, s.p_value),
                        iso(s.detected_at),
                    )
                    for s in signals.spikes
                ],
            )

    # Soundness

    def faults(self) -> list[str]:
        """What SQLite itself finds wrong with the file: broken pages, dangling references."""
        broken = [str(row[0]) for row in self._all("PRAGMA quick_check") if row[0] != "ok"]
        dangling = self._all("PRAGMA foreign_key_check")
        return broken + [f"{row[0]} row {row[1]} refers to no {row[2]}" for row in dangling]

    # Reading

    def _one(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._all(sql, parameters).fetchone()
        return row

    def _all(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        cursor = self.db.conn.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, parameters)

    def _in(self, sql: str, first: Sequence[Any], values: Sequence[str]) -> Iterator[sqlite3.Row]:
        """Rows of `sql`, whose ``{}`` becomes one placeholder a value, some hundred at a time."""
        for start in range(0, len(values), CHUNK):
            chunk = values[start : start + CHUNK]
            yield from self._all(sql.format(", ".join("?" * len(chunk))), [*first, *chunk])
