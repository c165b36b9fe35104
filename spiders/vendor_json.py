"""What vendors' own JSON has and the platforms' has not: bare lists, and moments counted from 1970 in any form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipeline.errors import ShapeError
from spiders.strict import Reading
from spiders.times import UnreadTimeError, read_epoch

MILLISECONDS = 1000


def epoch(
    reading: Reading, value: object, where: str, native_id: str | None = None, *, unit: int = 1
) -> datetime | None:
    """The moment that a count of 1/`unit` seconds gives, a number or text; `None` where absent or noted as unreadable.

    A zero is how vendors write "not yet": it is absent as well.
    """
    if value in (None, "", 0, "0"):
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise UnreadTimeError("unreadable_date", str(value))
        return read_epoch(int(value) // unit)
    except ValueError:
        reading.note("unreadable_date", f"{where}: {value}", native_id)
        return None


def listed_with(value: Any, key: str) -> list[Any]:
    """The records of a body that is a bare list. Raises `ShapeError` where it is none, or no record has `key`."""
    if not isinstance(value, list):
        raise ShapeError(f"the body is no list of records: it is a {type(value).__name__}")
    if value and not any(isinstance(item, dict) and key in item for item in value):
        raise ShapeError(f"the body is a list, but no record in it has the key {key!r}")
    return value
