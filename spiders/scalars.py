"""Values of JSON that platforms write in more than one form: keys and codes, switches, lists of words, epochs."""

from __future__ import annotations

from datetime import datetime

from spiders.strict import BadRecordError, Reading, Record, maybe
from spiders.times import UnreadTimeError, read_epoch


def need_key(record: Record, key: str) -> str:
    """The mandatory key of a record, a text or a whole number, as text. Raises `BadRecordError`."""
    found = maybe_key(record, key)
    if not found:
        raise BadRecordError(f"{key} is missing")
    return found


def maybe_key(record: Record, key: str) -> str | None:
    """A key or a code, a text or a whole number, as text; `None` where it is absent. Raises `BadRecordError`."""
    value = record.get(key)
    # A bool is an int to Python and no code to anyone.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else maybe(record, key)


def is_set(record: Record, key: str) -> bool:
    """Whether a switch is on; absent is off. Raises `BadRecordError` for anything but true, false, 1 and 0."""
    value = record.get(key)
    if value is None or value in (0, 1):
        return bool(value)
    raise BadRecordError(f"{key} is no switch: {value!r}")


def words(record: Record, key: str) -> list[str]:
    """The plain texts listed under a key that may be absent or null. Raises `BadRecordError`."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadRecordError(f"{key} is no list of texts")
    return value


def inner(record: Record, key: str) -> Record:
    """The object under a key that may be absent or null. Raises `BadRecordError` for anything else."""
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRecordError(f"{key} is no object: {type(value).__name__}")
    return value


def epoch_time(reading: Reading, value: object, where: str, native_id: str | None = None) -> datetime | None:
    """The moment that a count of seconds gives, or `None`: it is absent, or it cannot be read and that is noted."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return read_epoch(value)
        except UnreadTimeError as error:
            reading.note(error.code, f"{where}: {value}", native_id)
            return None
    reading.note("unreadable_date", f"{where}: {value!r}", native_id)
    return None
