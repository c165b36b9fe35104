"""Every time of one text resolved: roles, dates and moments, with what is inherited from around.

`settle_times` is pure: text, what was read in it, its blocks and its meta in; settled times out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipeline.components.anchors import (
    Anchor,
    Moment,
    anchor_of,
    calendar_day,
    half_days,
    hour_of,
    latest_before,
    local_minutes,
    moment,
)
from pipeline.components.datelines import byline, dateline, is_dateline, is_heading, is_log_line
from pipeline.components.finds import Block, Meta
from pipeline.components.home_zones import Home, no_home
from pipeline.components.moments import Range, Reading
from pipeline.components.open_roles import with_likely
from pipeline.components.points import Day, Point
from pipeline.components.roles import Role, Sentences, role_of
from pipeline.components.slots import Settled, Slot, ends, make_slots

NEIGHBOUR_AGE = timedelta(days=60)
ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
NO_TIME = timedelta(0)
CLOSE = 3
LIKELY_END = 0.4
# "first shown ten days ago" dates nothing else.
LENT = -2
# Times on either side in which a date is looked for: it bounds the cost of a text that is all times.
FARTHEST = 40
RECOVERED = frozenset({"ended", "again", "mostly"})
NEVER_LENT = frozenset({"history", "promise"})
APART = frozenset({"history", "posted", "promise", "scheduled", "other"})


def settle_times(
    text: str, reading: Reading, blocks: Sequence[Block], meta: Meta, sentences: Sentences, home: Home = no_home
) -> list[Settled]:
    """The times of a text, each with its moments and its role."""
    return _Settling(text, reading, blocks, meta, sentences, home).run()


class _Settling:
    """The state of one text while its times are settled. Slots, roles and days are parallel lists."""

    def __init__(
        self, text: str, reading: Reading, blocks: Sequence[Block], meta: Meta, sentences: Sentences, home: Home
    ) -> None:
        self.text, self.reading, self.blocks, self.meta = text, reading, blocks, meta
        self.slots = make_slots(text, reading, blocks, meta, sentences, home)
        self.roles = self._roles(sentences)
        self.anchor = anchor_of(meta.published)
        if self.anchor is None:
            self.anchor = byline(self.slots, self.roles)
        elif self.anchor.date_only and not blocks:
            self.anchor = dateline(self.slots, self.roles, self.anchor) or self.anchor
        days = (slot.point.day for slot in self.slots)
        self.year = next((d.year for d in days if d is not None and d.year is not None), None)
        orders = {s.point.day.order for s in self.slots if s.point.day is not None} - {None, "?"}
        self.order = orders.pop() if len(orders) == 1 else None
        self.days: list[date | None] = [None] * len(self.slots)
        for i in range(len(self.slots)):
            self.days[i] = self._own_day(i)

    def run(self) -> list[Settled]:
        out, at = [], 0
        for unit in self.reading.points:
            out.append(self._range(unit, at) if isinstance(unit, Range) else self._point(at))
            at += len(ends(unit))
        return out

    def _roles(self, sentences: Sentences) -> list[Role]:
        out: list[Role] = []
        units, at = self.reading.points, 0
        # One such line may be a byline, two are a timeline.
        logged = sum(is_log_line(self.text, unit) for unit in units) > 1
        for i, unit in enumerate(units):
            bounds = self._bounds(sentences.around(unit.start), self.slots[at].block)
            at += len(ends(unit))
            left = units[i - 1].end if i else 0
            right = units[i + 1].start if i + 1 < len(units) else len(self.text)
            spoken = any(_spoken(p.day) for p in ends(unit))
            ranged = isinstance(unit, Range)
            role = role_of(self.text, (unit.start, unit.end), bounds, (left, right), spoken=spoken, ranged=ranged)
            loose = role.name in ("none", "start", "end") and role.distance > CLOSE
            following = units[i + 1] if i + 1 < len(units) else None
            if (
                loose
                and is_dateline(self.text, unit, self.meta.title_end)
                and not is_heading(self.text, unit, following)
                and not (logged and is_log_line(self.text, unit))
            ):
                role = Role("posted", "dateline", 0)
            if any(p.day is not None and ((p.day.shift or 0) > 0 or p.day.weeks == -1) for p in ends(unit)):
                role = Role("scheduled", "tomorrow", 0)
            out.extend([role] * len(ends(unit)))
        return with_likely(self.text, units, self.slots, out, sentences, self._bounds)

    def _bounds(self, sentence: tuple[int, int], block: int | None) -> tuple[int, int]:
        """The sentence without what lies outside of its post: the label of a post is no cue."""
        if block is None:
            return sentence
        return max(sentence[0], self.blocks[block].start), min(sentence[1], self.blocks[block].end)

    def _anchor(self, slot: Slot) -> Anchor | None:
        posted = self.blocks[slot.block].posted_at if slot.block is not None else None
        return Anchor(posted) if posted is not None else self.anchor

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
        found = calendar_day(day, self._anchor(slot), slot.zone)
        return self._year_from_text(day) if found is None and day.month is not None else found

    def _told_before(self, i: int) -> date | None:
        """The date of the last time before, its own or the one it takes."""
        for j in range(i - 1, max(-1, i - 1 - FARTHEST), -1):
            if self.days[j] is not None or self.slots[j].point.clock is not None:
                return self.days[j] or self._inherited_day(j)[0]
        return None

    def _conflict(self, i: int) -> bool:
        """Whether the weekday that is said is not that of the date."""
        day, found = self.slots[i].point.day, self.days[i]
        return (
            day is not None
            and found is not None
            and None not in (day.weekday, day.month, day.day)
            and found.weekday() != day.weekday
        )

    def _year_from_text(self, day: Day) -> date | None:
        """A date without a year in a text of unknown date: the year of the first full date in the text."""
        return None if self.year is None else calendar_day(replace(day, year=self.year), None, None)

    def _inherited_day(self, i: int) -> tuple[date | None, bool]:
        """The date for a clock without one, and whether it is that of the anchor."""
        slot = self.slots[i]
        anchor = self._anchor(slot)
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
        if role.name != "end" or self.days[i + 1] != day or other.sentence != self.slots[i].sentence:
            return False
        before = self.days[i - 1] if i else None
        return before != day and hour_of(self.slots[i].point) > hour_of(other.point, late=True)

    def _neighbour(
        self, i: int, *, same_sentence: bool = False, dated: bool = False, lent: bool = False, old: bool = False
    ) -> date | None:
        """The date of the nearest time before, then behind, that has one and tells of the same event.

        Of another sentence the days of the event itself count first (`dated`: those of the calendar alone), then
        those `lent` by what was done or said ("the company wrote at 3:40 p.m. on Tuesday"), then `old` ones.
        """
        slot = self.slots[i]
        anchor = self._anchor(slot)
        before = range(i - 1, max(-1, i - 1 - FARTHEST), -1)
        for j in (*before, *range(i + 1, min(len(self.slots), i + 1 + FARTHEST))):
            other = self.slots[j]
            day: date | None = self.days[j]
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
        return role.cue != "dateline" and role.name not in NEVER_LENT

    def _point(self, i: int) -> Settled:
        slot, point = self.slots[i], self.slots[i].point
        day, borrowed = (self.days[i], False) if self.days[i] else self._inherited_day(i)
        anchor = self._anchor(slot)
        at = None if self._only_lends(i) else moment(point, day, slot.zone, anchor)
        late = at is not None and borrowed and anchor is not None and latest_before(at, anchor)
        if late and day is not None and self.roles[i].name != "promise":
            day -= ONE_DAY
            at = moment(point, day, slot.zone, anchor)
        elif at is not None and anchor is not None and day is not None and self._to_come(i, at, anchor):
            # "Wednesday night ... 11:40 pm" in a story of early Thursday, UTC: the date of a neighbour was not its own.
            day -= WEEK if slot.point.day else ONE_DAY
            at = moment(point, day, slot.zone, anchor)
        lost = slot.lost or ("" if at is not None and at.zoneless else None)
        no_day = self.days[i] is None and point.back is None
        ended = no_day and (self.roles[i].name == "end" or self.roles[i].likely.get("end", 0) > LIKELY_END)
        following = moment(point, day + ONE_DAY, slot.zone, anchor) if ended and day is not None else None
        return Settled(
            point.start, point.end, at, None, ranged=False, role=self.roles[i], slot=slot, lost=lost, borrowed=no_day,
            conflict=self._conflict(i), following=following,
        )  # fmt: skip

    def _only_lends(self, i: int) -> bool:
        """Whether "the next day" stands without a clock and tells no end: it dates what follows only."""
        point = self.slots[i].point
        after = point.day.after if point.day is not None else None
        return after is not None and point.clock is None and not (after > 0 and self.roles[i].name == "end")

    def _to_come(self, i: int, at: Moment, anchor: Anchor) -> bool:
        """Whether a start to the hour lies behind the publication, with a date that may be read as an earlier one."""
        day = self.slots[i].point.day
        movable = day is None or (day.weekday is not None and day.month is None)
        return self.roles[i].name == "start" and movable and latest_before(at, anchor) == 1

    def _range(self, unit: Range, i: int) -> Settled:
        first, last = self.slots[i], self.slots[i + 1]
        one, two, borrowed = self._range_days(i)
        a, b = half_days(first.point, last.point)
        anchor = self._anchor(last)

        def both(left: timedelta, right: timedelta) -> list[Moment | None]:
            return [
                moment(a, one + left if one else None, first.zone, anchor),
                moment(b, two + right if two else None, last.zone, anchor),
            ]

        start, end = both(NO_TIME, NO_TIME)
        if start is not None and end is not None:
            # Over midnight the end that took its date from the other moves by a day; a date that follows
            # the whole range ("between 23:40 and 00:20 UTC on 9 July") is that of its first.
            wrong = end.at < start.at
            whole = self.days[i] is None and last.point.day_behind
            right = ONE_DAY if wrong and (whole or self.days[i + 1] is None) else NO_TIME
            left = -ONE_DAY if wrong and not right and self.days[i] is None else NO_TIME
            start, end = both(left, right)
            if borrowed and anchor is not None and end is not None and latest_before(end, anchor):
                start, end = both(left - ONE_DAY, right - ONE_DAY)
            elif self.days[i] is None and start is not None and anchor is not None and self._to_come(i, start, anchor):
                start, end = both(left - ONE_DAY, right)
        lost = first.lost or last.lost or ("" if start is not None and start.zoneless else None)
        if self.roles[i].name == "end" and self.roles[i].cue in RECOVERED:
            # "restored between 10:45 and 11:30": all of it was back at the last.
            return Settled(unit.start, unit.end, end, None, ranged=False, role=self.roles[i], slot=last, lost=lost)
        apart = (two - one).days if one and two and self.days[i + 1] is not None else 0
        minutes = local_minutes(a, b, apart, over_midnight=self.days[i + 1] is None or self.days[i] is None)
        return Settled(
            unit.start, unit.end, start, end, ranged=True, role=self.roles[i], slot=first, lost=lost, minutes=minutes,
            conflict=self._conflict(i) or self._conflict(i + 1),
        )  # fmt: skip

    def _range_days(self, i: int) -> tuple[date | None, date | None, bool]:
        """The two dates of a range, each from the other where it has none, and whether they are the anchor's."""
        one, two = self.days[i], self.days[i + 1]
        left, right = self.slots[i].point.day, self.slots[i + 1].point.day
        if two is not None and left is not None and right is not None and right.year is not None:
            one = _shared_year(left, right.year, two) or one
        if one is not None or two is not None:
            return one or two, two or one, False
        day, borrowed = self._inherited_day(i + 1)
        return day, day, borrowed


def _lends(point: Point) -> bool:
    """Whether a day can be that of another time: no weekend, no mere month, no "ten days ago"."""
    day = point.day
    if day is None or point.early == "weekend" or (day.shift or 0) < LENT:
        return False
    return day.month is None or day.day is not None


def _spoken(day: Day | None) -> bool:
    """Whether a day is told from the day of speaking, so that it is of these days and no history."""
    return day is not None and day.month is None and (day.weekday is not None or day.shift is not None)


def _shared_year(left: Day, year: int, end: date) -> date | None:
    """The first date of "28 June to 1 July 2024", whose year stands at the last; December goes with January."""
    if left.year is not None or left.month is None:
        return None
    found = calendar_day(replace(left, year=year), None, None)
    if found is not None and found > end:
        return calendar_day(replace(left, year=year - 1), None, None)
    return found
