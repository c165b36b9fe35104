"""The list of updates that a status feed writes into one entry, as updates with times and states.

Statuspage and its likes put an incident's whole timeline into the entry's HTML, newest first; its words are::

    Mar 5, 02:10 UTC
    Resolved - Uploads work again.

The year is left out: it is the one that brings the time nearest to the entry's own date. Where one
date of the list cannot be read, no update is made of it: a timeline with a hole would mislead.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pipeline.model import Update
from pipeline.terms import Status
from spiders.times import UnreadTimeError, read_time

# The words in lower case. `update` tells no new state.
STATES = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "postmortem": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
    "in progress": Status.IDENTIFIED,
    "verifying": Status.MONITORING,
    "completed": Status.RESOLVED,
}
SAME = "update"
PLANNED = frozenset({"scheduled", "in progress", "verifying", "completed"})

_DATE = r"(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2})(?:, (?P<year>\d{4}))?, (?P<clock>\d{1,2}:\d{2}(?::\d{2})?)"
_ZONE = r"(?P<zone>[A-Z]{1,5}(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2})"
_HEAD = re.compile(rf"^{_DATE} {_ZONE}\s*\n\s*(?P<word>[A-Z][A-Za-z -]{{2,40}}?) -(?:\s+|\Z)", re.MULTILINE)
_SCHEDULED = re.compile(
    rf"THIS IS A SCHEDULED EVENT\s+{_DATE} - (?:(?P<end_month>[A-Z][a-z]{{2,8}})\.? (?P<end_day>\d{{1,2}}), )?"
    rf"(?P<end_clock>\d{{1,2}}:\d{{2}}) {_ZONE}"
)
_SHORT_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?")


@dataclass(frozen=True, slots=True)
class UpdateList:
    """The updates, oldest first, what stands before them, and the words that are no known state."""

    updates: tuple[Update, ...]
    before: str
    unknown: tuple[str, ...] = ()


def read_updates(text: str, near: datetime | None) -> UpdateList:
    """The updates in the plain words of an entry; none where it holds no such list.

    Raises `UnreadTimeError` where the list is there and a date in it cannot be read.
    """
    heads = list(_HEAD.finditer(text))
    if not heads:
        return UpdateList((), text)
    ends = [following.start() for _, following in pairwise(heads)] + [len(text)]
    found = []
    for head, end in zip(heads, ends, strict=True):
        posted = _moment(head["month"], head["day"], head["year"], head["clock"], head["zone"], near)
        found.append((posted, head["word"], text[head.end() : end].strip()))
    # Newest first in the feed; of two in one minute, the lower one is the older.
    found.reverse()
    found.sort(key=lambda item: item[0])
    updates: list[Update] = []
    seen: Counter[datetime] = Counter()
    status = Status.UNKNOWN
    for posted, word, words in found:
        if word.lower() != SAME:
            status = STATES.get(word.lower(), Status.UNKNOWN)
        key = f"{posted:%Y%m%dT%H%M%S}" + (f"-{seen[posted]}" if seen[posted] else "")
        seen[posted] += 1
        updates.append(Update(key, posted, words, status, word))
    unknown = tuple(dict.fromkeys(w for _, w, _ in found if w.lower() not in STATES and w.lower() != SAME))
    return UpdateList(tuple(updates), text[: heads[0].start()].strip(), unknown)


def read_schedule(text: str, near: datetime | None) -> tuple[datetime, datetime] | None:
    """The window that a maintenance entry announces above its updates. Raises `UnreadTimeError`."""
    found = _SCHEDULED.search(text)
    if found is None:
        return None
    begin = _moment(found["month"], found["day"], found["year"], found["clock"], found["zone"], near)
    month, day = found["end_month"] or found["month"], found["end_day"] or found["day"]
    return begin, _moment(month, day, None, found["end_clock"], found["zone"], begin)


def _moment(month: str, day: str, year: str | None, clock: str, zone: str, near: datetime | None) -> datetime:
    if year is None and near is None:
        raise UnreadTimeError("unreadable_date", f"{month} {day}, {clock}: neither it nor the entry has a year")
    years = [int(year)] if year else [near.year + step for step in (-1, 0, 1)] if near else []
    read: list[datetime] = []
    for candidate in years:
        try:
            read.append(read_time(f"{day} {month} {candidate} {clock} {_full_offset(zone)}"))
        except UnreadTimeError as error:
            if error.code == "unknown_zone":
                raise UnreadTimeError("unknown_zone", f"{month} {day}, {clock} {zone}") from error
    if not read:
        raise UnreadTimeError("unreadable_date", f"{month} {day}, {clock} {zone}")
    return min(read, key=lambda moment: abs(moment - near)) if near else read[0]


def _full_offset(zone: str) -> str:
    """``GMT+2`` in the form that has minutes."""
    found = _SHORT_OFFSET.fullmatch(zone)
    return f"{found[1]}{int(found[2]):02d}:{found[3] or '00'}" if found else zone
