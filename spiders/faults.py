"""Faults of the disk below the databases: their words, which of them end a crawl, and which are worth another try."""

from __future__ import annotations

import errno
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

ENDING = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_CANTOPEN", "SQLITE_NOTADB")
DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})
BUSY = "SQLITE_BUSY"
TRIES = 8
PAUSE = 0.02
"""Seconds before the second try, doubled before each further one: 2.5 in all."""


def is_ending(error: BaseException) -> bool:
    """Whether nothing more can be written, to whatever source it belongs."""
    return isinstance(error, sqlite3.Error) and _name(error).startswith(ENDING)


def explain_fault(error: BaseException) -> str | None:
    """The sentence for a disk that is full or may not be written, or a database that is held; None for a defect."""
    if isinstance(error, sqlite3.Error) and _name(error).startswith((*ENDING, BUSY)):
        return f"the database cannot be written: {error}"
    if isinstance(error, OSError) and error.errno in DISK:
        return f"{error.filename or 'the disk'}: {error.strerror}"
    return None


def patiently(work: Callable[[], Answer]) -> Answer:
    """What `work` answers, tried again while another process writes.

    SQLite waits by itself for a lock, but not where a transaction has read what another one changed since; it then
    has to begin anew. `work` must be one transaction that may be repeated. Raises what it raised last.
    """
    for tried in range(TRIES - 1):
        try:
            return work()
        except sqlite3.OperationalError as error:
            if not _name(error).startswith(BUSY):
                raise
            time.sleep(PAUSE * 2**tried)
    return work()


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""
