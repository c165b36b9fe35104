"""What the world said: all reports of one body, stored in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.errors import StoreError
from pipeline.merge import CONTENT, Change, StoredUpdate, close, lay, update_id
from pipeline.model import Batch, BatchResult, iso, parse_iso
from pipeline.standing_faults import Ending, Fault, Faults, parts_of, settle
from pipeline.store.fetches import FetchRows
from pipeline.store.posts import PostRows
from pipeline.store.runs import RunRows
from pipeline.terms import SourceKind


@dataclass(frozen=True, slots=True)
class KnownReport:
    """What the store has of a report, for deciding whether its page must be fetched."""

    content_hash: str
    has_text: bool
    updated_at: datetime | None


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


class BodyRows(RunRows, FetchRows, PostRows):
    """`reports` with their versions, updates and standing faults."""

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
