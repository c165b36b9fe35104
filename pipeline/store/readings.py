"""What one text says, and which texts are copies of one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from pipeline.annotation import Annotation
from pipeline.belief import Claim
from pipeline.catalogue import Catalogue
from pipeline.claims import ReadReport, build_claim, is_claim
from pipeline.model import canonical_json, iso
from pipeline.store.file import CHUNK, StoreFile
from pipeline.terms import SourceKind


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


class ReadingRows(StoreFile):
    """`extractions`, `mentions`, `report_digests` and `report_copies`."""

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
                        canonical_json(said.as_json() | ({"echoes": list(said.echoes)} if said.echoes else {})),
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
