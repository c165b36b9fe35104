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

from pipeline.components.clock import read_bare_hour, read_clock, read_near_hour, read_part, read_word_clock
from pipeline.components.dates import (
    MONTHS,
    WEEKDAYS,
    read_all_day,
    read_day_before,
    read_day_month,
    read_holiday,
    read_iso_date,
    read_long_part,
    read_month_word,
    read_next_day,
    read_numeric_date,
    read_ordinal,
    read_short_date,
    read_this_part,
    read_today,
    read_weekday,
    read_weekend,
)
from pipeline.components.foreign_times import (
    read_foreign_day,
    read_foreign_hour,
    read_foreign_length,
    read_kanji_date,
    words,
)
from pipeline.components.lengths import UNIT_WORDS, Length, read_face, read_length
from pipeline.components.machine_times import read_machine_time
from pipeline.components.points import Day, Point
from pipeline.components.spoken_hours import read_spoken_hour
from pipeline.components.time_rules import numbers, parts
from pipeline.components.zone_words import read_zone, read_zone_before
from pipeline.terms import Precision

Reader = Callable[[str, int], "tuple[Point | Length, ...]"]
NUMBER_OR_WORD = re.compile(r"[A-Za-zÀ-ɏ]+|[0-9]+")
# The last letter of "UTC ", "ET ", "GMT: " and "time " before a clock.
ZONE_ENDS = frozenset({"C ", "T ", "e ", ": ", ") "})
AGO = re.compile(r"\s(?:or\sso\s)?ago\b")
IDEOGRAPHS = "\u2e80"
NOW = re.compile(r"just\snow\b|moments\sago\b", re.IGNORECASE)


def pieces(text: str) -> Iterator[Point | Length]:
    """The pieces of times and the lengths of time in a text, from left to right."""
    done = 0
    for found in NUMBER_OR_WORD.finditer(text):
        word = found.group()
        reader = _number if word[0] <= "9" else READERS.get(word)
        if reader is None or found.start() < done:
            continue
        at = found.start()
        for piece in reader(text, at):
            # The zone is taken here, so that the "08:00" of "+08:00" is not read as a time.
            whole = with_zone(piece, text) if isinstance(piece, Point) else piece
            if isinstance(whole, Point) and whole.clock and whole.zone is None and text[at - 2 : at] in ZONE_ENDS:
                whole = replace(whole, zone=read_zone_before(text, done, at))
            done = whole.end
            yield whole


def _number(text: str, at: int) -> tuple[Point | Length, ...]:
    before = text[at - 1 : at] if at else ""
    # Letters of scripts without spaces may stand right before a number.
    if before and (before in "$£€#@%_." or (before.isalnum() and before != "T" and before < IDEOGRAPHS)):
        return ()
    readers = STAMP_READERS if text[at : at + 8].isdigit() else NUMBER_READERS
    face = read_face(text, at)
    if face is not None:
        return (face,)
    for read in readers:
        out = read(text, at)
        if out:
            return out
    return ()


def _length(text: str, at: int) -> tuple[Point | Length, ...]:
    length = read_length(text, at) or read_foreign_length(text, at)
    if length is None:
        return ()
    ago = AGO.match(text, length.end)
    if ago is None or length.unit == "second":
        return (length,)
    if length.unit in ("day", "week", "fortnight"):
        # "a few days ago" is known to no day.
        return () if length.vague else (Point(at, ago.end(), day=Day(shift=-round(length.minutes / 1440))),)
    precision = Precision.MINUTE if length.unit == "minute" else Precision.HOUR
    if length.vague:
        precision = Precision.HOUR if length.unit == "minute" else Precision.PART_OF_DAY
    return (Point(at, ago.end(), back=timedelta(minutes=length.minutes), precision=precision),)


def _day(text: str, at: int) -> tuple[Point | Length, ...]:
    return read_day_before(text, at) or _number_word(text, at)


def _part(text: str, at: int) -> tuple[Point | Length, ...]:
    return read_day_before(text, at) or read_part(text, at)


def _now(text: str, at: int) -> tuple[Point, ...]:
    found = NOW.match(text, at)
    return () if found is None else (Point(at, found.end(), back=timedelta(0), precision=Precision.HOUR),)


def _early_hours(text: str, at: int) -> tuple[Point | Length, ...]:
    return read_long_part(text, at) or read_this_part(text, at)


def _number_word(text: str, at: int) -> tuple[Point | Length, ...]:
    return read_near_hour(text, at) or _length(text, at) or read_word_clock(text, at) or read_spoken_hour(text, at)


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
# A number of eight figures or more can be nothing else.
STAMP_READERS: tuple[Reader, ...] = (read_machine_time,)
_FOREIGN_DAYS = (*words()["days"], *words()["weekdays"])
NUMBER_READERS: tuple[Reader, ...] = (
    read_iso_date,
    read_near_hour,
    read_day_month,
    read_clock,
    read_numeric_date,
    read_short_date,
    read_kanji_date,
    read_foreign_hour,
    _length,
    read_ordinal,
    read_bare_hour,
    read_spoken_hour,
)
READERS: dict[str, Reader] = {
    **_spelled(LONG_MONTHS, read_month_word),
    **_spelled((*MONTHS, "sept", "march", "may"), read_month_word, capital=True),
    **_spelled(LONG_DAYS, read_weekday),
    **_spelled((*WEEKDAYS, "tues", "weds", "thur", "thurs"), read_weekday, capital=True),
    **_spelled(("yesterday", "today", "tonight", "tomorrow"), read_today),
    **_spelled(("this", "last", "late", "earlier"), read_this_part),
    **_spelled(("early", "small", "wee"), _early_hours),
    **_spelled(("next", "following", "same", "previous"), read_next_day),
    **_spelled(("all",), read_all_day),
    **_spelled(("just", "moments"), _now),
    **_spelled(("weekend",), read_weekend),
    **_spelled(
        ("new", "christmas", "boxing", "halloween", "valentine", "independence", "thanksgiving", "black", "cyber"),
        read_holiday,
    ),
    **_spelled((p for p in parts() if " " not in p), _part),
    **_spelled((*numbers(), *UNIT_WORDS), _number_word),
    **_spelled(("day",), _day),
    **_spelled((w.partition("-")[0].partition("'")[0].partition("’")[0] for w in _FOREIGN_DAYS), read_foreign_day),
    **_spelled(words()["numbers"].keys() - set(numbers()) - {"due"}, _length),
}
