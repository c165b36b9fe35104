"""How far the walk through a source's history has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.model import iso
from pipeline.store.file import StoreFile


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


class WalkRows(StoreFile):
    """`history_walks` and `history_incidents`."""

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
