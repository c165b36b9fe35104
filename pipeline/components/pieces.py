"""The pieces that times in a text are made of, from left to right.

`pieces("It broke at 10:15 p.m. on Tuesday")` gives a piece with a clock (22:15) and one with a weekday.
A walk over words and numbers with one dictionary look-up each decides where an expression is tried, and
every expression is anchored and bounded, so that cost stays linear in hostile text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from pipeline.components.clock import read_bare_hour, read_clock, read_part, read_word_clock
from pipeline.components.dates import (
    MONTHS,
    WEEKDAYS,
    read_day_month,
    read_iso_date,
    read_month_word,
    read_numeric_date,
    read_ordinal,
    read_this_part,
    read_today,
    read_weekday,
)
from pipeline.components.lengths import UNIT_WORDS, Length, read_length
from pipeline.components.points import Day, Point
from pipeline.components.time_rules import numbers, parts
from pipeline.components.zone_words import read_zone
from pipeline.terms import Precision

Reader = Callable[[str, int], "tuple[Point | Length, ...]"]
NUMBER_OR_WORD = re.compile(r"[A-Za-z]+|[0-9]+")
AGO = re.compile(r"\sago\b")


def pieces(text: str) -> Iterator[Point | Length]:
    """The pieces of times and the lengths of time in a text, from left to right."""
    done = 0
    for found in NUMBER_OR_WORD.finditer(text):
        word = found.group()
        reader = _number if word[0] <= "9" else READERS.get(word)
        if reader is None or found.start() < done:
            continue
        for piece in reader(text, found.start()):
            # The zone is taken here, so that the "08:00" of "+08:00" is not read as a time.
            whole = with_zone(piece, text) if isinstance(piece, Point) else piece
            done = whole.end
            yield whole


def _number(text: str, at: int) -> tuple[Point | Length, ...]:
    before = text[at - 1 : at] if at else ""
    if before and (before in "$£€#@%_." or (before.isalnum() and before != "T")):
        return ()
    for read in NUMBER_READERS:
        out = read(text, at)
        if out:
            return out
    return ()


def _length(text: str, at: int) -> tuple[Point | Length, ...]:
    length = read_length(text, at)
    if length is None:
        return ()
    ago = AGO.match(text, length.end)
    if ago is None or length.vague or length.unit not in ("minute", "hour", "day"):
        return (length,)
    if length.unit == "day":
        return (Point(at, ago.end(), day=Day(shift=-round(length.minutes / 1440))),)
    precision = Precision.HOUR if length.unit == "hour" else Precision.MINUTE
    return (Point(at, ago.end(), back=timedelta(minutes=length.minutes), precision=precision),)


def _number_word(text: str, at: int) -> tuple[Point | Length, ...]:
    return _length(text, at) or read_word_clock(text, at)


def with_zone(point: Point, text: str) -> Point:
    """The point with the zone that is written right behind it, where one is."""
    if point.zone is not None or (point.clock is None and point.part is None):
        return point
    zone = read_zone(text, point.end)
    return point if zone is None else replace(point, zone=zone, end=zone.end)


def _spelled(words: Iterable[str], reader: Reader, *, capital: bool = False) -> dict[str, Reader]:
    """Readers by the writings of a word; short names of months and days count in capitals only."""
    forms = ((w.capitalize(), w.upper()) if capital else (w, w.capitalize(), w.upper()) for w in words)
    return {form: reader for group in forms for form in group}


LONG_MONTHS = (
    "january", "february", "april", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBER_READERS: tuple[Reader, ...] = (
    read_iso_date,
    read_day_month,
    read_clock,
    read_numeric_date,
    _length,
    read_ordinal,
    read_bare_hour,
)
READERS: dict[str, Reader] = {
    **_spelled(LONG_MONTHS, read_month_word),
    **_spelled((*MONTHS, "sept", "march", "may"), read_month_word, capital=True),
    **_spelled(LONG_DAYS, read_weekday),
    **_spelled((*WEEKDAYS, "tues", "weds", "thur", "thurs"), read_weekday, capital=True),
    **_spelled(("yesterday", "today", "tonight", "tomorrow"), read_today),
    **_spelled(("this", "last", "late", "earlier", "early"), read_this_part),
    **_spelled((p for p in parts() if " " not in p), read_part),
    **_spelled((*numbers(), *UNIT_WORDS), _number_word),
}
