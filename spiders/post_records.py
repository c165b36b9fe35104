"""What the platforms of public posts share: records read one by one, and times in the forms these APIs use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Gone, Posting
from spiders.strict import BadRecordError, Reading, Record, as_record


def read_posts(
    reading: Reading, items: Iterable[Any], read: Callable[[Record], Posting | Gone | None]
) -> Iterator[Posting | Gone]:
    """Each item as `read` reads it, None being one to pass over. A bad one is skipped and noted.

    Raises `ShapeError` where three or more items are all bad: then the body is of another shape.
    """
    good, bad = 0, []
    for place, item in enumerate(items):
        try:
            said = read(as_record(item))
        except BadRecordError as error:
            bad.append(error)
            reading.note("bad_record", f"record {place}: {error}")
            continue
        good += 1
        if said is not None:
            yield said
    if len(bad) >= 3 and not good:
        raise ShapeError(f"none of {len(bad)} records can be read; the first: {bad[0]}")


def listing(value: object) -> list[Any]:
    """A body that is a list itself. Raises `ShapeError`."""
    if not isinstance(value, list):
        raise ShapeError(f"the body is no list but a {type(value).__name__}")
    return value


def need_id(record: Record, key: str) -> str:
    """A key that is text or a whole number, as text. Raises `BadRecordError`."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise BadRecordError(f"{key} is missing or no key: {type(value).__name__}")
    return str(value)


def need_record(record: Record, key: str) -> Record:
    """The object under a mandatory key. Raises `BadRecordError`."""
    value = record.get(key)
    if not isinstance(value, dict):
        raise BadRecordError(f"{key} is no object: {type(value).__name__}")
    return value


def need_time(record: Record, key: str) -> datetime:
    """An ISO 8601 time; one that names no zone is refused. Raises `BadRecordError`."""
    value = record.get(key)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRecordError(f"{key} is no time with a zone")
    return _within(moment.astimezone(UTC), key)


def need_unix(record: Record, key: str, *, per_second: int = 1) -> datetime:
    """A Unix time in seconds, or in parts of them. Raises `BadRecordError`."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRecordError(f"{key} is no Unix time: {type(value).__name__}")
    try:
        return _within(datetime.fromtimestamp(value / per_second, UTC), key)
    except (OverflowError, ValueError, OSError) as error:
        raise BadRecordError(f"{key} is no Unix time: {value}") from error


def _within(moment: datetime, key: str) -> datetime:
    if not 2000 <= moment.year <= 2200:
        raise BadRecordError(f"{key} lies in the year {moment.year}")
    return moment


def maybe_bool(record: Record, key: str) -> bool:
    """A truth value that may be left out. Raises `BadRecordError` for anything else."""
    value = record.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise BadRecordError(f"{key} is no truth value: {type(value).__name__}")


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
