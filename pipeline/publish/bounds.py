"""How large an answer may be: the limit of time does not hold a query that makes gigabytes in one step."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable
from typing import Any

# The longest value published is a quotation of some hundred bytes; what joins many of them stays far below.
MAX_VALUE_BYTES = 1_000_000
MAX_ANSWER_BYTES = 20_000_000


def bound(connection: sqlite3.Connection) -> None:
    """Let no value and no answer of this connection be larger than is meant for a reader.

    SQLite refuses a value that is too long by itself (https://www.sqlite.org/limits.html); the rows of
    one answer are counted as they are fetched. Either is an `sqlite3.Error`, which Datasette shows.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.row_factory = _counting_rows()


def _counting_rows() -> Callable[[sqlite3.Cursor, tuple[Any, ...]], sqlite3.Row]:
    """A row factory that counts the text and the bytes which one cursor has given out."""
    current: weakref.ref[sqlite3.Cursor] | None = None
    given = 0

    def row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        nonlocal current, given
        if current is None or current() is not cursor:
            current, given = weakref.ref(cursor), 0
        given += sum(len(value) for value in values if isinstance(value, str | bytes))
        if given > MAX_ANSWER_BYTES:
            raise sqlite3.OperationalError(f"the answer is larger than {MAX_ANSWER_BYTES:,} bytes: ask for less")
        return sqlite3.Row(cursor, values)

    return row
