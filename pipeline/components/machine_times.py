"""Times as machines write them: "20240709T143000Z", Unix seconds where the words say so, "<t:1720535400:F>"."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pipeline.components.points import Clock, Day, Point
from pipeline.components.zones import ZoneWord
from pipeline.terms import Precision

BASIC = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?(?=Z|[+-]\d|\b)")
UNIX = re.compile(r"(1\d{9})(?:\.\d{1,6}|\d{3})?(?![\d.]*\d)(?::[A-Za-z]>)?")
NAMED = re.compile(r"\b(?:unix|epoch|timestamp|time_t)\b|<t:$", re.IGNORECASE)
REACH = 24


def read_machine_time(text: str, at: int) -> tuple[Point, ...]:
    """The point of a stamp that begins at this place; Unix seconds only where a word near them says so."""
    found = BASIC.match(text, at)
    if found is not None:
        return _basic(found)
    found = UNIX.match(text, at)
    if found is None or not (
        NAMED.search(text, max(0, at - REACH), at) or NAMED.search(text, found.end(), found.end() + REACH)
    ):
        return ()
    when = datetime.fromtimestamp(int(found[1]), UTC)
    clock = Clock(when.hour, when.minute, when.second, Precision.EXACT, meridiem=True)
    zone = ZoneWord(found.group(), "utc", at, found.end(), UTC)
    return (Point(at, found.end(), clock=clock, day=Day(when.year, when.month, when.day), zone=zone),)


def _basic(found: re.Match[str]) -> tuple[Point, ...]:
    year, month, day, hour, minute = (int(found[i]) for i in range(1, 6))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59):
        return ()
    precision = Precision.EXACT if found[6] else Precision.MINUTE
    clock = Clock(hour, minute, min(int(found[6] or 0), 59), precision, meridiem=True)
    return (Point(found.start(), found.end(), clock=clock, day=Day(year, month, day)),)
