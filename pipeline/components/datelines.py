"""Dates that tell when a page was written and not when anything happened: datelines, bylines, lists of articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from pipeline.components.anchors import Anchor, calendar_day
from pipeline.components.moments import Range
from pipeline.components.points import Point
from pipeline.components.roles import Role
from pipeline.components.slots import Slot

TOP = 900
CLOSE = 3
NEXT_LINE = re.compile(r"\n\s{0,4}[-*•|\[(#]{0,3}\s{0,3}\**$")
HEADING_GAP = re.compile(r"[ \t):,*]{0,4}(?:\([A-Z]{2,4}\))?[ \t):,*]{0,4}\n\s{0,4}[-*•|\[(]{0,3}\s{0,3}\**$")
# The stamp of one entry of a log: "2024-07-09 10:00 UTC: ...", "| 2024-07-09 10:00 | ...".
LINE_BEGINS = re.compile(r"(?:^|\n|[.!?;])[ \t>]{0,4}[-*•|\[(#]{0,4}[ \t]{0,3}\**$")
LINE_GOES_ON = re.compile(r"[\])*]{0,3}[ \t]{0,2}[|:–—-][ \t*]{0,4}\w")
DATELINE_AGE = timedelta(days=4)
# Words that bring a date into its sentence; a date that follows none of them stands apart.
LEAD_WORD = re.compile(
    r"(?:\b(?:on|of|since|from|until|till|to|by|between|and|at|in|through|for|late|early|before|after|around|about"
    r"|approximately|was|is|were|the|dated?|morning|afternoon|evening|night|day|UTC|start|end|began|ended|starting|beginning|incident|outage|impact|event|time|window)\b)"
    r"[\s:*(,]{0,6}$",
    re.IGNORECASE,
)


def is_dateline(text: str, unit: Point | Range, title_end: int) -> bool:
    """Whether a full date of the body stands apart from any sentence."""
    if isinstance(unit, Range) or unit.start < title_end:
        return False
    day = unit.day
    if day is None or day.year is None or day.day is None:
        return False
    if text[unit.start : unit.start + 8].isdigit():
        return False
    return LEAD_WORD.search(text, max(0, unit.start - 24), unit.start) is None


def is_log_line(text: str, unit: Point | Range) -> bool:
    """Whether a clock begins a line or sentence, with what happened behind it: an entry of a timeline, no dateline."""
    if isinstance(unit, Range) or unit.clock is None:
        return False
    begins = LINE_BEGINS.search(text, max(0, unit.start - 16), unit.start)
    return begins is not None and LINE_GOES_ON.match(text, unit.end) is not None


def is_heading(text: str, unit: Point | Range, following: Point | Range | None) -> bool:
    """Whether a date is the heading of a list of times: the next line begins with a clock that has no date."""
    if following is None or isinstance(unit, Range):
        return False
    first = following.first if isinstance(following, Range) else following
    if first.clock is None or first.day is not None:
        return False
    # "9 July 2024" above the list, or before the clock of its first line.
    if unit.clock is None:
        return HEADING_GAP.match(text, unit.end, following.start) is not None
    return NEXT_LINE.search(text, unit.end, following.start) is not None


def dateline(slots: Sequence[Slot], roles: Sequence[Role], published: Anchor) -> Anchor | None:
    """The page's own date near its top, where the publication is known to the day and lies close before it."""
    for slot, role in zip(slots, roles, strict=True):
        if slot.point.start > TOP:
            return None
        found = _full_date(slot, role)
        if found is not None and timedelta(0) <= found - published.at.date() <= DATELINE_AGE:
            return _anchor(found)
    return None


def byline(slots: Sequence[Slot], roles: Sequence[Role]) -> Anchor | None:
    """The day of writing from the text's own "Posted 11 July 2013", where no publication is known."""
    for slot, role in zip(slots, roles, strict=True):
        found = _full_date(slot, role)
        if found is not None and role.cue == "posted" and role.distance <= CLOSE:
            return _anchor(found)
    return None


def _full_date(slot: Slot, role: Role) -> date | None:
    day = slot.point.day
    if role.name != "posted" or day is None or day.year is None or day.month is None or day.day is None:
        return None
    return calendar_day(day, None, None)


def _anchor(day: date) -> Anchor:
    return Anchor(datetime.combine(day, time(0), tzinfo=UTC), date_only=True)
