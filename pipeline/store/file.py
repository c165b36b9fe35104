"""The SQLite file itself: how it is opened, and the three ways to ask it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout
from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.migrations import work

BUSY_TIMEOUT_MS = 30_000
PAUSE = 0.02
CHUNK = 500


class StoreFile:
    """One SQLite file of the current schema."""

    def __init__(self, path: Path) -> None:
        """Open or create `path`. Raises `StoreError` where it is no database or not ours."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        try:
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self.db = Database(connection)
            _prepare(self.db, path)
        except (sqlite3.DatabaseError, Timeout) as error:
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

    def faults(self) -> list[str]:
        """What SQLite itself finds wrong with the file: broken pages, dangling references."""
        broken = [str(row[0]) for row in self._all("PRAGMA quick_check") if row[0] != "ok"]
        dangling = self._all("PRAGMA foreign_key_check")
        return broken + [f"{row[0]} row {row[1]} refers to no {row[2]}" for row in dangling]

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


def _prepare(db: Database, path: Path) -> None:
    """Bring the file to the current schema. Of processes that open a new file at once one does so, the others wait."""
    (mode,) = db.execute("PRAGMA journal_mode").fetchone()
    if mode == "wal" and not work.pending(db):
        return
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    with FileLock(path.with_name(f"{path.name}.lock"), timeout=BUSY_TIMEOUT_MS / 1000):
        while True:
            try:
                db.execute("PRAGMA journal_mode = WAL")
                work.apply(db)
            except sqlite3.OperationalError as error:
                # Whoever looks at the new file meanwhile bars the change of its mode, for which SQLite does not wait.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                db.conn.rollback()
                time.sleep(PAUSE)
            else:
                return
