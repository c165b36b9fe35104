"""Points and ranges of time put together from their pieces.

"9:40 PM on 2 May and 1:15 AM CEST on 3 May" has four pieces, two points, and is one range where
"between" stands before it. Nothing is resolved here: `pipeline.components.anchors` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo

from pipeline.components.foreign_times import links
from pipeline.components.lengths import Length
from pipeline.components.pieces import pieces, with_zone
from pipeline.components.points import Day, Point
from pipeline.components.spoken_hours import with_half_days
from pipeline.components.zone_words import read_zone
from pipeline.components.zones import ZoneWord
from pipeline.model import YEARS

GLUE = re.compile(
    r"(?:[\s,()*|@/–—]|T(?=$)|-(?=\s)|\b(?:on|at|of|in|the|around|about|approximately|approx|roughly|local|time|early|late|just"
    r"|after|before|past|shortly|this|same|day|that|between|from|starting|beginning|hours|mid)\b|\.(?=\s?$))*",
    re.IGNORECASE,
)
APART = re.compile(r"[-–—]|\b(?:between|from|starting|beginning|after|before)\b", re.IGNORECASE)
AGAIN = re.compile(r"\s?[(/]\s?(?:or\s|i\.e\.\s)?")
ON = re.compile(r"\bon\b", re.IGNORECASE)
LONGEST_GLUE = 32
HALF_DAY = 720
# A day of winter and one of summer, for the distance of two zones.
SEASONS = (datetime(2024, 1, 15), datetime(2024, 7, 15))  # noqa: DTZ001 - the wall clock of whatever zone is asked
TWO_DAYS = re.compile(r"\s?(?:st|nd|rd|th)?\s?(?:-|–|/|&|and|to)\s?")
LINK = re.compile(
    r"[\s,*_)\]]{0,4}(?:(?P<slash>/)|(?P<to>to|until|till|['’]?til|through|thru|up\sto|through\sto|and\sended\sat|and\sending\sat|and\slasted\suntil)\b"
    r"|(?P<dash>-|–|—|->|→)|(?P<and>and|&|&amp;)(?![a-z]))"
    r"(?:[\s,*~]|\b(?:to|approximately|approx\.?|about|around|roughly|at|on|the|just|after|before|early|late|nearly|almost|circa|as)\b){0,8}",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"\b(?:between|from)(?:[\s,*~]|\b(?:approximately|approx\.?|about|around|roughly|at|on|the|hours|of|just|after|before|early|late|as|the\shours)\b){0,8}$",
    re.IGNORECASE,
)
INSIDE = re.compile(r"\b(?:between|from)\b", re.IGNORECASE)
ALL_TIMES = re.compile(
    r"\b(?:(?:(?:all\s)?(?:times|timestamps)|all\stime)\s(?:are\s|is\s|listed\s|shown\s|given\s|below\s|here\s|in\s|the\s){0,4}"
    # Such as "on 9 July (UTC): 01:00 to 01:20".
    r"|\w{1,9}\s(?=\((?:UTC|GMT|[A-Z]{2,4}T)\)\s?:)"
    r"|(?:time|timeline|timestamps?|window|period|impact)(?:\sof\sevents)?:?\s?(?=\((?:all\stimes\s(?:are\s)?(?:in\s)?|in\s)?[A-Z]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Range:
    """Two points and the stretch between them."""

    start: int
    end: int
    first: Point
    last: Point


@dataclass(frozen=True, slots=True)
class Reading:
    """All times of a text as written, in order, and the zone the text declares for all of them."""

    points: tuple[Point | Range, ...]
    lengths: tuple[Length, ...]
    declared: ZoneWord | None


def read_times(text: str) -> Reading:
    """The points, ranges and lengths of time in a text."""
    lengths: list[Length] = []
    points: list[Point] = []
    for piece in pieces(text):
        if isinstance(piece, Length):
            lengths.append(piece)
            continue
        joined = _join(points[-1], piece, text) if points else None
        if joined is None:
            again = _restated(points[-1], piece, text) if points else None
            points[-1:] = [again] if again is not None else [*points[-1:], piece]
        else:
            points[-1] = with_zone(joined, text)
    kept = [p for p in points if _is_time(p)]
    settled = with_half_days(kept, text)
    return Reading(tuple(_ranges(settled, text)), tuple(lengths), _declared(text) if kept else None)


def _is_time(point: Point) -> bool:
    """Whether a point tells a time. "0001-01-01" and "9999-12-31" stand for none, and one cannot reckon from them."""
    if point.day is not None and point.day.year is not None and point.day.year not in YEARS:
        return False
    return point.day is not None or point.clock is not None or point.back is not None or point.part == "overnight"


def _join(left: Point, right: Point, text: str) -> Point | None:
    """One point of two neighbours, or None where they are two times."""
    if not _neighbours(left, right, text[left.end : right.start]):
        return None
    day = left.day or right.day
    if left.day is not None and right.day is not None:
        day = left.day.merged(right.day)
        if day is None:
            return None
    return replace(
        left,
        end=right.end,
        day=day,
        clock=left.clock or right.clock,
        part=left.part or right.part,
        zone=left.zone or right.zone,
        early=left.early or right.early,
        day_behind=left.day_behind or (left.day is None and ON.search(text, left.end, right.start) is not None),
    )


def _restated(left: Point, right: Point, text: str) -> Point | None:
    """One point of a time said twice: "8:52 a.m. (0052 GMT)", "10:00 ET/7:00 PT"; the fuller writing counts."""
    if left.clock is None or right.clock is None or right.zone is None:
        return None
    if not AGAIN.fullmatch(text, left.end, right.start) or (left.zone is None and text[left.end] == "/"):
        return replace(left, end=right.end) if _same_moment(left, right, text) else None
    # A day inside the brackets belongs to the second writing, one behind them to the first.
    closed = text[right.end : right.end + 1] == ")"
    if _zoneless(left) or (left.day is None and not closed):
        return replace(right, start=left.start, day=right.day or left.day, local=_local(left, right))
    return replace(left, end=right.end)


def _same_moment(left: Point, right: Point, text: str) -> bool:
    """Whether both are one moment in two zones, behind a comma: "2 p.m. EET, 1 p.m. CET"."""
    if text[left.end : right.start] not in (", ", ", or ") or left.clock is None or right.clock is None:
        return False
    one, two = (p.zone.zone if p.zone is not None else None for p in (left, right))
    if one is None or two is None or right.day is not None:
        return False
    minutes = (left.clock.hour - right.clock.hour) * 60 + left.clock.minute - right.clock.minute
    apart = {_offset(one, day) - _offset(two, day) for day in SEASONS}
    return one != two and any((minutes - minute) % (2 * HALF_DAY) == 0 for minute in apart)


def _offset(zone: tzinfo, day: datetime) -> int:
    shift = zone.utcoffset(day)
    return round(shift.total_seconds() / 60) if shift is not None else 0


def _zoneless(point: Point) -> bool:
    return point.zone is None or point.zone.key == "local"


def _local(left: Point, right: Point) -> tzinfo | None:
    """The zone of the first writing where the second is in UTC: "7:50am (06:50 GMT)" is told at UTC+1."""
    if not _zoneless(left) or left.clock is None or right.clock is None or right.zone is None:
        return None
    if right.zone.zone is None or right.zone.key not in ("utc", "gmt"):
        return None
    minutes = (left.clock.hour - right.clock.hour) * 60 + left.clock.minute - right.clock.minute
    minutes = (minutes + HALF_DAY) % (2 * HALF_DAY) - HALF_DAY
    return timezone(timedelta(minutes=minutes)) if minutes % 15 == 0 else None


def _neighbours(left: Point, right: Point, gap: str) -> bool:
    """Whether two pieces with this between them may be one time."""
    if len(gap) > LONGEST_GLUE or "\n\n" in gap or not GLUE.fullmatch(gap):
        return False
    if left.back is not None or right.back is not None:
        return False
    if left.clock is not None and right.clock is not None:
        return False
    if left.part is not None and right.part is not None and not left.part.endswith("hours"):
        # "the small hours of Wednesday morning" are one time.
        return False
    if "." in gap and not _stamp(left, right):
        return False
    # A dash and a word that opens a range may only stand between a day and its clock.
    day_first = left.clock is None and left.day is not None and right.clock is not None
    return (day_first or not APART.search(gap)) and not _two_dates(left, right)


def _two_dates(left: Point, right: Point) -> bool:
    """Whether the days are of two times: both in the calendar around a clock, or a month before a clock."""
    if left.day is None:
        return False
    if right.clock is not None and _month_only(left.day):
        return True
    return left.clock is not None and right.day is not None and _calendar(left.day, right.day)


def _calendar(left: Day, right: Day) -> bool:
    """Whether both say a date of the calendar, so that they are two times and not one."""
    return left.month is not None and right.month is not None


def _month_only(day: Day) -> bool:
    return day.month is not None and day.day is None


def _stamp(left: Point, right: Point) -> bool:
    """Whether a full stop stands inside one time, as in "Tuesday. 2019-10-22"."""
    return (
        left.clock is None
        and left.day is not None
        and left.day.month is None
        and right.day is not None
        and right.day.month is not None
    )


def _ranges(points: list[Point], text: str) -> Iterable[Point | Range]:
    at = 0
    while at < len(points):
        first = points[at]
        last = points[at + 1] if at + 1 < len(points) else None
        if last is not None and _linked(first, last, text):
            after = points[at + 2] if at + 2 < len(points) else None
            if after is not None and _both_days(first, last, after, text):
                first, last = replace(first, day=last.day), replace(last, end=after.end, day=after.day)
                at += 1
            yield Range(first.start, last.end, first, last)
            at += 2
        elif last is not None and at + 2 < len(points) and _nightly(first, last, points[at + 2], text):
            # "on 9-10 July from 22:10 to 01:40": the days of both ends stand before both clocks.
            after = points[at + 2]
            yield Range(first.start, after.end, replace(last, day=first.day), replace(after, day=last.day))
            at += 3
        else:
            yield first
            at += 1


def _both_days(first: Point, last: Point, after: Point, text: str) -> bool:
    """Whether the days of both ends follow the range: "between 23:15 and 00:45 UTC (19 and 20 May)"."""
    return (
        first.day is None
        and last.day is not None
        and after.clock is None
        and after.day is not None
        and last.day.month == after.day.month
        and last.day.month is not None
        and TWO_DAYS.fullmatch(text, last.end, after.start) is not None
    )


def _nightly(first: Point, last: Point, after: Point, text: str) -> bool:
    """Whether two days in a row stand before the clocks of a range over midnight."""
    if first.clock is not None or last.clock is None or after.clock is None or after.day is not None:
        return False
    one, two = first.day, last.day
    if one is None or two is None or one.day is None or two.day is None or one.month != two.month:
        return False
    if two.day != one.day + 1 or (after.clock.hour, after.clock.minute) > (last.clock.hour, last.clock.minute):
        return False
    return TWO_DAYS.fullmatch(text, first.end, last.start) is not None and _linked(last, after, text)


def _linked(first: Point, last: Point, text: str) -> bool:
    gap = text[first.end : last.start]
    if len(gap) > LONGEST_GLUE or "\n\n" in gap or first.back is not None or last.back is not None:
        return False
    link = LINK.fullmatch(gap)
    if link is None:
        return links(text, first, last)
    if first.clock is None and last.clock is not None and last.day is None:
        return False
    opened = BETWEEN.search(text, max(0, first.start - 40), first.start) or INSIDE.search(text, first.start, first.end)
    if link["slash"]:
        # "2024-07-09T10:00Z/2024-07-09T11:30Z", the interval of ISO 8601.
        return all(p.clock is not None and p.day is not None and p.day.year is not None for p in (first, last))
    if link["and"]:
        return opened is not None
    return opened is not None or link["to"] is not None or _like(first, last)


def _like(first: Point, last: Point) -> bool:
    """Whether a dash may join the two: both have a clock, or neither has."""
    return (first.clock is None) == (last.clock is None)


def _declared(text: str) -> ZoneWord | None:
    """The zone of a sentence such as "all times are US/Pacific"."""
    if "(" not in text and "ime" not in text:
        return None
    found = ALL_TIMES.search(text)
    while found is not None:
        zone = read_zone(text, found.end())
        if zone is not None:
            return zone
        found = ALL_TIMES.search(text, found.end())
    return None
