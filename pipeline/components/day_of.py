"""The date of each time of a text: its own, or that of a time beside it which tells of the same event.

    "Logins failed on 9 July. At 14:05 UTC they worked again."    the clock takes the date of the sentence before

A clock without a date looks in its own sentence first, then among the other times, then to the publication.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipeline.components.anchors import Anchor, anchor_of, calendar_day, hour_of
from pipeline.components.datelines import byline, dateline
from pipeline.components.finds import Block, Meta
from pipeline.components.points import Day, Point
from pipeline.components.roles import Role
from pipeline.components.slots import Slot

NEIGHBOUR_AGE = timedelta(days=60)
ONE_DAY = timedelta(days=1)
NO_TIME = timedelta(0)
# "first shown ten days ago" dates nothing else.
LENT = -2
# Times on either side in which a date is looked for: it bounds the cost of a text that is all times.
FARTHEST = 40
NEVER_LENT = frozenset({"history", "promise"})
# The date of the paper, and that of a mail that is quoted.
NOT_OF_IT = frozenset({"dateline", "quoted"})
APART = frozenset({"history", "posted", "promise", "scheduled", "other"})


class Days:
    """The dates of the times of one text. `own` has the date that each writes itself; slots and roles run beside it."""

    def __init__(self, slots: Sequence[Slot], roles: Sequence[Role], blocks: Sequence[Block], meta: Meta) -> None:
        self.slots, self.roles, self.blocks = slots, roles, blocks
        self.spoken = anchor_of(meta.published)
        if self.spoken is None:
            self.spoken = byline(slots, roles)
        elif self.spoken.date_only and not blocks:
            self.spoken = dateline(slots, roles, self.spoken) or self.spoken
        days = (slot.point.day for slot in slots)
        self.year = next((d.year for d in days if d is not None and d.year is not None), None)
        orders = {s.point.day.order for s in slots if s.point.day is not None} - {None, "?"}
        self.order = orders.pop() if len(orders) == 1 else None
        self.own: list[date | None] = [None] * len(slots)
        for i in range(len(slots)):
            self.own[i] = self._own_day(i)

    def anchor(self, slot: Slot) -> Anchor | None:
        """When a time was spoken of: its post, or the publication."""
        posted = self.blocks[slot.block].posted_at if slot.block is not None else None
        return Anchor(posted) if posted is not None else self.spoken

    def _own_day(self, i: int) -> date | None:
        slot = self.slots[i]
        day = slot.point.day
        if day is None:
            return None
        if day.after is not None and day.month is None and day.weekday is None:
            before = self._told_before(i)
            return None if before is None else before + timedelta(days=day.after)
        if day.order == "?" and self.order is not None:
            # One date of the text that can be read in one order only tells the order of all.
            dm = self.order == "dm"
            day = replace(day, order=None, month=day.day if dm else day.month, day=day.month if dm else day.day)
        found = calendar_day(day, self.anchor(slot), slot.zone)
        return self._year_from_text(day) if found is None and day.month is not None else found

    def _told_before(self, i: int) -> date | None:
        """The date of the last time before, its own or the one it takes."""
        for j in range(i - 1, max(-1, i - 1 - FARTHEST), -1):
            if self.own[j] is not None or self.slots[j].point.clock is not None:
                return self.own[j] or self.inherited(j)[0]
        return None

    def conflict(self, i: int) -> bool:
        """Whether the weekday that is said is not that of the date."""
        day, found = self.slots[i].point.day, self.own[i]
        return (
            day is not None
            and found is not None
            and None not in (day.weekday, day.month, day.day)
            and found.weekday() != day.weekday
        )

    def _year_from_text(self, day: Day) -> date | None:
        """A date without a year in a text of unknown date: the year of the first full date in the text."""
        return None if self.year is None else calendar_day(replace(day, year=self.year), None, None)

    def inherited(self, i: int) -> tuple[date | None, bool]:
        """The date for a clock without one, and whether it is that of the anchor."""
        slot = self.slots[i]
        anchor = self.anchor(slot)
        near = self._neighbour(i, same_sentence=True)
        if near is None and slot.block is not None:
            # A post written days later tells of the days that it names, one of the same day of its own.
            told = self._neighbour(i, dated=True)
            near = told if told is not None and anchor is not None and anchor.day(slot.zone) - told > ONE_DAY else None
        if near is None and (slot.block is None or anchor is None):
            near = self._neighbour(i) or self._neighbour(i, lent=True) or self._neighbour(i, old=True)
        if near is not None:
            return near - (ONE_DAY if self._before_end(i, near) else NO_TIME), False
        return (anchor.day(slot.zone), True) if anchor is not None else (None, False)

    def _before_end(self, i: int, day: date) -> bool:
        """Whether the date is that of an end told behind, at an earlier hour: "froze at 22:30 until Sunday noon"."""
        clock = self.slots[i].point.clock
        if clock is None or self.roles[i].name == "end" or i + 1 == len(self.slots):
            return False
        other, role = self.slots[i + 1], self.roles[i + 1]
        if role.name != "end" or self.own[i + 1] != day or other.sentence != self.slots[i].sentence:
            return False
        before = self.own[i - 1] if i else None
        return before != day and hour_of(self.slots[i].point) > hour_of(other.point, late=True)

    def _neighbour(
        self, i: int, *, same_sentence: bool = False, dated: bool = False, lent: bool = False, old: bool = False
    ) -> date | None:
        """The date of the nearest time before, then behind, that has one and tells of the same event.

        Of another sentence the days of the event itself count first (`dated`: those of the calendar alone), then
        those `lent` by what was done or said ("the company wrote at 3:40 p.m. on Tuesday"), then `old` ones.
        """
        slot = self.slots[i]
        anchor = self.anchor(slot)
        before = range(i - 1, max(-1, i - 1 - FARTHEST), -1)
        for j in (*before, *range(i + 1, min(len(self.slots), i + 1 + FARTHEST))):
            other = self.slots[j]
            day: date | None = self.own[j]
            if day is None or other.stamp or not _lends(other.point):
                continue
            if same_sentence and (other.sentence != slot.sentence or self.roles[j].cue == "aftermath"):
                continue
            if not same_sentence and (other.block != slot.block or not self._shares(j, lent=lent)):
                continue
            if dated and other.point.day is not None and other.point.day.month is None:
                continue
            if old or anchor is None or -2 * ONE_DAY <= anchor.day(None) - day <= NEIGHBOUR_AGE:
                return day
        return None

    def _shares(self, j: int, *, lent: bool) -> bool:
        """Whether the day of a time counts in another sentence; that of a post only beside the post's own clock."""
        role = self.roles[j]
        if not lent:
            return role.name not in APART
        if role.name == "posted" and self.slots[j].point.clock is None:
            return False
        return role.cue not in NOT_OF_IT and role.name not in NEVER_LENT


def _lends(point: Point) -> bool:
    """Whether a day can be that of another time: no weekend, no mere month, no "ten days ago"."""
    day = point.day
    if day is None or point.early == "weekend" or (day.shift or 0) < LENT:
        return False
    return day.month is None or day.day is not None
