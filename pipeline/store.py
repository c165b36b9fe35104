"""`data/work.db`: the only SQL of the program's own record.

One writer at a time; WAL, foreign keys and STRICT tables throughout. Every public method is one
transaction, and every one may be repeated without another effect. Times go in and come out as
aware UTC datetimes; rows that are only passed on stay as `sqlite3` gave them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from pipeline.belief import Claim, Outage, Resolution, Signals
from pipeline.catalogue import Catalogue, Service
from pipeline.claims import ReadReport, build_claim, is_claim
from pipeline.errors import StoreError
from pipeline.merge import (
    CONTENT,
    StoredUpdate,
    compose_timeline,
    content_hash,
    content_of,
    is_edit,
    overlay,
    reconcile,
    update_id,
)
from pipeline.migrations import work
from pipeline.model import (
    Annotation,
    Batch,
    BatchResult,
    Fetch,
    Issue,
    Report,
    Run,
    Source,
    SourceRun,
    canonical_json,
    digest,
    iso,
    parse_iso,
    report_id,
)
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
                    """INSERT INTO sources (name, platform, kind, service, url, language, note)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET platform = excluded.platform,
                    kind = excluded.kind, service = excluded.service, url = excluded.url,
                    language = excluded.language, note = excluded.note, active = 1""",
                    [s.name, s.platform, s.kind, s.service, s.url, s.language, s.note],
                )

    # The memory of fetches

    def memory(self, url: str, run_id: str | None = None) -> Fetch | None:
        """What the last good answer of `url` was.

        What `run_id` itself remembers does not count: a run that was killed before it finished a
        source visits that source anew, as if it had not been there.
        """
        row = self._one("SELECT * FROM fetches WHERE url = ? AND run_id IS NOT ?", [url, run_id])
        if row is None:
            return None
        fetched = datetime.fromisoformat(row["fetched_at"])
        return Fetch(url, fetched, row["status"], row["body_hash"], row["size"], row["etag"], row["last_modified"])

    def touch_fetch(self, source: str, url: str, now: datetime) -> None:
        """Note that `url` answered as before. Nothing else is written."""
        self.db.execute("UPDATE fetches SET fetched_at = ? WHERE url = ? AND source = ?", [iso(now), url, source])

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
        """Store all that one body said, with the memory of its fetch, in one transaction."""
        kind, first_seen = self._provenance(batch)
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        with self.db.atomic():
            listed = set()
            for report in batch.reports:
                identity, what = self._save_report(batch, report, first_seen, whole=kind == SourceKind.STATUS)
                listed.add(identity)
                counts[what] += 1
            withdrawn = self._withdraw(batch, listed) if batch.complete else 0
            self._save_issues(batch.issues, batch.fetch.fetched_at, batch.run_id)
            self._remember(batch)
        return BatchResult(counts["new"], counts["changed"], counts["unchanged"], withdrawn)

    def _provenance(self, batch: Batch) -> tuple[str, str]:
        source = self._one("SELECT kind FROM sources WHERE name = ?", [batch.source])
        run = self._one("SELECT started_at FROM runs WHERE id = ?", [batch.run_id])
        if source is None or run is None:
            raise StoreError(f"unknown source or run: {batch.source}, {batch.run_id}")
        return source["kind"], run["started_at"]

    def _save_report(self, batch: Batch, report: Report, first_seen: str, *, whole: bool) -> tuple[str, str]:
        stored, slid = self._find_report(batch.source, report)
        identity = stored["id"] if stored else report_id(batch.source, report.native_id)
        said = content_of(report)
        merged = overlay(stored, said, whole=whole) if stored else said
        if stored and slid and stored["published_at"]:
            merged["published_at"] = min(stored["published_at"], merged["published_at"] or stored["published_at"])
        updates = self._updates(identity) if stored else []
        new, gone = reconcile(identity, updates, report.updates)
        if report.updates and report.text is None:
            current = [u for u in updates if u not in gone]
            lines = [(u.posted_at, u.status, u.text) for u in current]
            lines += [(iso(u.posted_at) or "", u.status, u.text) for u in new]
            merged["text"] = compose_timeline(lines)
        hashed = content_hash(merged)
        back = stored is not None and stored["withdrawn_at"] is not None and batch.complete
        if stored and stored["content_hash"] == hashed and not new and not gone and not back:
            return identity, "unchanged"
        if stored and (is_edit(stored, merged) or back):
            self._save_version(stored, updates, batch.fetch.fetched_at)
        self._write_report(batch, report, identity, merged, hashed, first_seen)
        self._write_updates(batch, identity, new, gone)
        return identity, "changed" if stored else "new"

    def _find_report(self, source: str, report: Report) -> tuple[dict[str, Any] | None, bool]:
        """The stored report, and whether only an update led to it (its first one slid out of the feed)."""
        row = self._one("SELECT * FROM reports WHERE source = ? AND native_id = ?", [source, report.native_id])
        if row is not None or not report.updates:
            return (dict(row) if row else None), False
        for held in self._in(
            "SELECT r.* FROM report_updates u JOIN reports r ON r.id = u.report_id"
            " WHERE r.source = ? AND u.native_id IN ({})",
            [source],
            [u.native_id for u in report.updates],
        ):
            return dict(held), True
        return None, False

    def _updates(self, identity: str) -> list[StoredUpdate]:
        rows = self._all(
            "SELECT id, native_id, posted_at, status, text FROM report_updates"
            " WHERE report_id = ? AND replaced_at IS NULL ORDER BY posted_at, id",
            [identity],
        )
        return [StoredUpdate(*row) for row in rows]

    def _save_version(self, stored: Mapping[str, Any], updates: Sequence[StoredUpdate], now: datetime) -> None:
        content: dict[str, Any] = {key: stored[key] for key in (*CONTENT, "updated_at", "withdrawn_at")}
        if updates:
            # The words of the updates stand in report_updates; their ids restore the text.
            content["text"], content["updates"] = None, [u.id for u in updates]
        self.db.execute(
            "INSERT OR IGNORE INTO report_versions VALUES (?, ?, ?, ?, ?)",
            [stored["id"], stored["content_hash"], stored["fetched_at"], iso(now), canonical_json(content)],
        )

    def _write_report(
        self,
        batch: Batch,
        report: Report,
        identity: str,
        merged: Mapping[str, Any],
        hashed: str,
        first_seen: str,
    ) -> None:
        row = {
            **merged,
            "id": identity,
            "source": batch.source,
            "native_id": report.native_id,
            "updated_at": iso(report.updated_at),
            "content_hash": hashed,
            "body_hash": batch.fetch.body_hash,
            "first_run": batch.run_id,
            "first_seen_at": first_seen,
            "last_run": batch.run_id,
            "fetched_at": iso(batch.fetch.fetched_at),
            "withdrawn_at": None,
        }
        kept = ("id", "source", "native_id", "first_run", "first_seen_at", "updated_at")
        changes = ", ".join(f"{key} = excluded.{key}" for key in row if key not in kept)
        self.db.execute(
            f"INSERT INTO reports ({', '.join(row)}) VALUES ({', '.join(f':{key}' for key in row)})"  # noqa: S608
            f" ON CONFLICT (id) DO UPDATE SET {changes}, updated_at = coalesce(excluded.updated_at, updated_at)",
            row,
        )

    def _write_updates(self, batch: Batch, identity: str, new: Sequence[Any], gone: Sequence[StoredUpdate]) -> None:
        now = iso(batch.fetch.fetched_at)
        for update in gone:
            self.db.execute("UPDATE report_updates SET replaced_at = ? WHERE id = ?", [now, update.id])
        for update in new:
            self.db.execute(
                "INSERT INTO report_updates VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)"
                " ON CONFLICT (id) DO UPDATE SET replaced_at = NULL",
                [
                    *(update_id(identity, update), identity, update.native_id, iso(update.posted_at)),
                    *(update.status, update.native_status, update.text, now),
                ],
            )

    def _withdraw(self, batch: Batch, listed: set[str]) -> int:
        """Mark what the body should list and does not. What slid out of its window stays as it is."""
        if batch.window_start is None:
            return 0
        rows = self._all(
            # The earlier of both clocks: a record that was opened long after the event slides out like its event.
            "SELECT id FROM reports WHERE source = ? AND withdrawn_at IS NULL"
            " AND min(coalesce(started_at, published_at), coalesce(published_at, started_at)) > ?",
            [batch.source, iso(batch.window_start)],
        )
        gone = [row["id"] for row in rows if row["id"] not in listed]
        for identity in gone:
            self.db.execute("UPDATE reports SET withdrawn_at = ? WHERE id = ?", [iso(batch.fetch.fetched_at), identity])
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

    # How collecting went

    def save_source_run(self, row: SourceRun) -> None:
        """Write how the source fared, once a run, and keep the source's own health in step.

        What is new and what changed is counted in the tables, so that a run which was killed and
        taken up again counts all that it brought.
        """
        with self.db.atomic():
            counts = self._one(
                """SELECT count(*) FILTER (WHERE first_run = :run) AS new,
                count(*) FILTER (WHERE first_run <> :run) AS changed FROM reports
                WHERE source = :source AND last_run = :run""",
                {"run": row.run_id, "source": row.source},
            )
            added = self.db.execute(
                "INSERT OR IGNORE INTO source_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(row.run_id, row.source, row.outcome, iso(row.started_at), iso(row.finished_at)),
                    *(row.http_status, row.requests, row.bytes, row.items, *(counts or (0, 0)), row.errors, row.error),
                ],
            ).rowcount
            if added:
                self.db.execute(
                    """UPDATE sources SET last_try_at = :at, last_outcome = :outcome,
                    last_ok_at = CASE WHEN :good THEN :at ELSE last_ok_at END,
                    consecutive_failures = CASE WHEN :good THEN 0 ELSE consecutive_failures + 1 END
                    WHERE name = :name""",
                    {
                        "at": iso(row.finished_at),
                        "outcome": row.outcome,
                        "good": row.outcome.good,
                        "name": row.source,
                    },
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
                WHERE r.id > ? AND (e.report_id IS NULL OR e.content_hash <> r.content_hash OR e.version <> ?)
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
        """Empty the second layer, so that every report is read again."""
        with self.db.atomic():
            self.db.execute("DELETE FROM mentions")
            self.db.execute("DELETE FROM extractions")

    def claims(self, catalogue: Catalogue) -> Iterator[Claim]:
        """What every report that tells of an outage claims, in order of report id."""
        for row in self._all(
            """SELECT r.*, s.kind AS source_kind, s.service AS source_service, e.annotation, e.is_outage
            FROM reports r JOIN sources s ON s.name = r.source JOIN extractions e ON e.report_id = r.id ORDER BY r.id"""
        ):
            read = ReadReport(
                dict(row), SourceKind(row["source_kind"]), row["source_service"], json.loads(row["annotation"])
            )
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
                "INSERT INTO signal_spikes VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (s.service, iso(s.started_at), iso(s.peak_at), iso(s.ended_at), s.authors, s.p_value)
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
