"""`data/work.db`: the only SQL of the program's own record.

One writer at a time; WAL, foreign keys and STRICT tables throughout. Every public method is one
transaction, and every one may be repeated without another effect. Times go in and come out as
aware UTC datetimes; rows that are only passed on stay as `sqlite3` gave them.
"""

from __future__ import annotations

from pipeline.store.beliefs import BeliefRows
from pipeline.store.bodies import BodyRows, KnownReport
from pipeline.store.readings import ReadingRows, StoredReport
from pipeline.store.sources import SourceRows
from pipeline.store.walks import Walk, WalkRows

__all__ = ["KnownReport", "Store", "StoredReport", "Walk"]


class Store(SourceRows, BodyRows, WalkRows, ReadingRows, BeliefRows):
    """The record layers in one SQLite file, one parent class a group of tables."""
