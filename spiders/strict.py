"""Strict reading: every key is known or named, every word is known or named, one bad record is skipped.

A platform's `parse` makes one `Reading` for a body, reads its records through it and yields its
issues at the end. The same thing is named once a body, so that a new key is one row, not fifty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, report_id
from pipeline.terms import Stage
from spiders.bodies import clean
from spiders.times import UnreadTimeError, read_time

MAX_ISSUES = 200

Record = Mapping[str, Any]
Value = TypeVar("Value")


class BadRecordError(ValueError):
    """One record lacks what it needs. Raised while it is read; `Reading.records` skips and counts it."""


class Reading:
    """The issues met while one body of `source` is read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._issues: dict[tuple[str, str], Issue] = {}
        self._dropped = 0

    def note(self, code: str, detail: str, native_id: str | None = None) -> None:
        """Keep one issue, unless the same was noted before."""
        detail = clean(detail)[:200]
        if (code, detail) in self._issues:
            return
        if len(self._issues) >= MAX_ISSUES:
            self._dropped += 1
            return
        report = report_id(self.source.name, native_id) if native_id else None
        self._issues[code, detail] = Issue(Stage.PARSE, code, detail, self.source.name, report)

    def issues(self) -> Iterator[Issue]:
        """All that was noted; what exceeded `MAX_ISSUES` is told as one number."""
        yield from self._issues.values()
        if self._dropped:
            yield Issue(Stage.PARSE, "more_issues", f"{self._dropped} more in this body", self.source.name)

    def records(self, items: Iterable[Any], read: Callable[[Record], Report]) -> Iterator[Report]:
        """Each item as `read` reads it. A bad one, and a second one of the same key, is skipped and noted.

        Raises `ShapeError` where three or more items are all bad: then the body is of another shape.
        """
        seen: set[str] = set()
        bad: list[BadRecordError] = []
        for place, item in enumerate(items):
            try:
                report = read(as_record(item))
            except BadRecordError as error:
                bad.append(error)
                self.note("bad_record", f"record {place}: {error}")
                continue
            if report.native_id in seen:
                self.note("bad_record", f"record {place}: the key {report.native_id} is listed twice", report.native_id)
                continue
            seen.add(report.native_id)
            yield report
        if len(bad) >= 3 and not seen:
            raise ShapeError(f"none of {len(bad)} records can be read; the first: {bad[0]}")

    def keys(self, record: Record, known: frozenset[str], where: str) -> None:
        """Note every key of `record` that is neither used nor listed as ignored."""
        for key in sorted(record.keys() - known):
            self.note("unknown_key", f"{where}.{key}")

    def word(self, table: Mapping[str, Value], word: str | None, unknown: Value, where: str) -> Value:
        """What `word` means by `table`; `unknown`, with an issue, where the table does not hold it."""
        if word is None:
            return unknown
        if word not in table:
            self.note("unknown_value", f"{where}: {word}")
            return unknown
        return table[word]

    def time(self, value: object, where: str, native_id: str | None = None) -> datetime | None:
        """The moment that a field gives, or `None`: it is absent, or it cannot be read and that is noted."""
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.note("unreadable_date", f"{where}: {value!r}", native_id)
            return None
        try:
            return read_time(value)
        except UnreadTimeError as error:
            self.note(error.code, f"{where}: {value}", native_id)
            return None


def as_record(value: object) -> Record:
    """`value` as a JSON object. Raises `BadRecordError`."""
    if not isinstance(value, dict):
        raise BadRecordError(f"an object is expected, not {type(value).__name__}")
    return value


def need(record: Record, key: str) -> str:
    """The text of a mandatory key. Raises `BadRecordError` where it is missing, empty or no text."""
    text = maybe(record, key)
    if not text:
        raise BadRecordError(f"{key} is missing")
    return text


def maybe(record: Record, key: str) -> str | None:
    """The text of a key that may be absent or null. Raises `BadRecordError` for anything but text."""
    value = record.get(key)
    if value is None or isinstance(value, str):
        return clean(value) if value else None
    raise BadRecordError(f"{key} is no text: {type(value).__name__}")


def rows(record: Record, key: str) -> list[Record]:
    """The objects listed under a key that may be absent or null. Raises `BadRecordError`."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRecordError(f"{key} is no list: {type(value).__name__}")
    return [as_record(item) for item in value]


def listed(value: object, key: str) -> list[Any]:
    """The list under `key` of a whole body. Raises `ShapeError`: without it the body is of another shape."""
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list):
        shape = f"an object with {sorted(value)[:5]}" if isinstance(value, dict) else f"a {type(value).__name__}"
        raise ShapeError(f"the body has no list {key!r}: it is {shape}")
    return found


def distinct(words: Iterable[str | None]) -> tuple[str, ...]:
    """The words in their order, each once, without the empty ones."""
    return tuple(dict.fromkeys(w for w in words if w))
