"""Hours as people say them, and the half of the day of a clock that leaves it open.

    "From eight this morning until just gone 11"                 08:00 and 11:00
    "between 11:55 AM and 1:40 PM; in its second half, 12:50 to 1:40"    12:50 PM and 1:40 PM
    "It died at 3 p.m. and was back by five."                    15:00 and 17:00

An hour alone is a time only behind a word that leads to one, and where the text has told the time that way before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.components.anchors import with_part
from pipeline.components.points import Clock, Point
from pipeline.components.time_rules import numbers
from pipeline.terms import Precision

HOURS = "|".join(word for word, number in numbers().items() if 1 <= number <= 12 and len(word) > 2)
HOUR = re.compile(rf"(\d{{1,2}}|{HOURS})(?![\w:%-]|\.\d)", re.IGNORECASE)
# "at eight this morning", "until seven last night", "since nine yesterday".
OF_A_DAY = re.compile(
    r"\s(?:this\s(?:morning|afternoon|evening)|last\snight|tonight|yesterday|on\s\w{3,6}day(?:\s(?:morning|afternoon|evening|night))?)\b",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"\b(?:at|around|about|by|since|until|till|from|to|before|after|nearly|almost|gone|past)\s$", re.IGNORECASE
)
GONE = re.compile(r"\b(?:just|shortly|well|until|till|by|was)\s(?:just\s)?gone\s$", re.IGNORECASE)
# "... 3 p.m. until nearly five, when": what stands behind it ends the phrase, so that it counts nothing.
AGAIN = re.compile(
    r"\b(?:at|by|until|till|around|about|before|after)\s(?:(?:about|around|nearly|almost|just|shortly)\s){0,2}$",
    re.IGNORECASE,
)
ENDS = re.compile(r"\s?(?:[,.;:)!?—–]|$|(?:and|but|when|while|as|with|that|on|again)\b)|\s-\s", re.IGNORECASE)
TOLD_SO = re.compile(
    r"\d\s?[ap]\.?\s?m\b|\b(?:morning|afternoon|evening|noon|midnight|tonight|o['’]clock)\b", re.IGNORECASE
)
REACH = 120
HALF = re.compile(r"\d\s?-?[ap]\.?\s?m?\b|\b(?:morning|afternoon|evening|night)", re.IGNORECASE)
LINKED = re.compile(r"\s{0,2}(?:-|–|—|to|and|until|till)\s(?:about\s|around\s)?|[-–—]", re.IGNORECASE)
HALF_DAY, DAY = 720, 1440
# A step back costs twice as much as one of the same length on: stories run forwards.
BACKWARDS = 2


def read_spoken_hour(text: str, at: int) -> tuple[Point, ...]:
    """An hour alone, by number or word, where the words around it make it a time."""
    found = HOUR.match(text, at)
    if found is None:
        return ()
    said = found[1].lower()
    hour = int(said) if said.isdigit() else numbers()[said]
    if not 1 <= hour <= 12:
        return ()
    before = max(0, at - 40)
    spoken = OF_A_DAY.match(text, found.end()) is not None and LEAD.search(text, before, at) is not None
    gone = GONE.search(text, before, at) is not None and ENDS.match(text, found.end()) is not None
    if not (spoken or gone or _told_so(text, at, found.end())):
        return ()
    return (Point(at, found.end(), clock=Clock(hour, 0, 0, Precision.HOUR, meridiem=False, worded=True)),)


def _told_so(text: str, at: int, end: int) -> bool:
    """Whether the hour ends a phrase of time, and a clock of twelve hours was told before it."""
    return (
        ENDS.match(text, end) is not None
        and AGAIN.search(text, max(0, at - 40), at) is not None
        and TOLD_SO.search(text, max(0, at - REACH), at) is not None
    )


def with_half_days(points: Sequence[Point], text: str) -> list[Point]:
    """The points with the half of the day of those clocks that leave it open, where others of the text tell theirs.

    Nothing is done in a text that shows a clock of twenty-four hours, and nothing to the first end of a range whose
    last end has its half: that settles both.
    """
    out = list(points)
    if not any(_told_half(p, text) for p in out) or any(_whole_day(p, text) for p in out):
        return out
    before: Clock | None = None
    for i, point in enumerate(out):
        if before is not None and _open(point):
            following = out[i + 1] if i + 1 < len(out) else None
            linked = following is not None and LINKED.fullmatch(text, point.end, following.start) is not None
            if not (linked and following is not None and _told_half(following, text)):
                out[i] = replace(point, clock=_nearest(point.clock, before)) if point.clock is not None else point
        clock = out[i].clock
        before = with_part(clock, point.part) if clock is not None and _settled(out[i]) else before
    return out


def _open(point: Point) -> bool:
    """Whether the half of the day of a clock is open."""
    clock = point.clock
    return (
        clock is not None and not clock.meridiem and point.part is None and point.day is None and 1 <= clock.hour <= 12
    )


def _told_half(point: Point, text: str) -> bool:
    return point.clock is not None and HALF.search(text, point.start, point.end) is not None


def _whole_day(point: Point, text: str) -> bool:
    """Whether a clock is one of twenty-four hours: "14:05", "08:15"."""
    clock = point.clock
    return clock is not None and not clock.meridiem and (clock.hour > 12 or text[point.start] == "0")


def _settled(point: Point) -> bool:
    return point.clock is not None and (point.clock.meridiem or point.part is not None)


def _nearest(clock: Clock, before: Clock) -> Clock:
    """The clock in the half of the day that lies nearest to the one told before, best behind it."""
    last = before.hour * 60 + before.minute

    def cost(hour: int) -> int:
        on = (hour * 60 + clock.minute - last) % DAY
        return min(on, BACKWARDS * (DAY - on))

    hours = (clock.hour % 12, clock.hour % 12 + 12)
    return replace(clock, hour=min(hours, key=cost), meridiem=True)
