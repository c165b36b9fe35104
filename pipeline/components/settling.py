"""Every time of one text resolved: roles and moments; its date, own or taken from around, is told by `day_of`.

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
    latest_before,
    local_minutes,
    moment,
)
from pipeline.components.datelines import is_dateline, is_heading, is_log_line
from pipeline.components.day_of import Days
from pipeline.components.finds import Block, Meta
from pipeline.components.home_zones import Home, no_home
from pipeline.components.moments import Range, Reading
from pipeline.components.open_roles import with_likely
from pipeline.components.points import Day
from pipeline.components.posted_halves import with_posted_halves
from pipeline.components.roles import Role, role_of
from pipeline.components.sentence_breaks import Sentences
from pipeline.components.slots import Settled, ends, make_slots

ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
NO_TIME = timedelta(0)
CLOSE = 3
LIKELY_END = 0.4
RECOVERED = frozenset({"ended", "again", "mostly"})


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
        if meta.kind == "social" and not blocks:
            self.slots = with_posted_halves(text, self.slots, anchor_of(meta.published))
        self.roles = self._roles(sentences)
        self.days = Days(self.slots, self.roles, blocks, meta)

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

    def _point(self, i: int) -> Settled:
        slot, point = self.slots[i], self.slots[i].point
        day, borrowed = (self.days.own[i], False) if self.days.own[i] else self.days.inherited(i)
        anchor = self.days.anchor(slot)
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
        no_day = self.days.own[i] is None and point.back is None
        ended = no_day and (self.roles[i].name == "end" or self.roles[i].likely.get("end", 0) > LIKELY_END)
        following = moment(point, day + ONE_DAY, slot.zone, anchor) if ended and day is not None else None
        return Settled(
            point.start, point.end, at, None, ranged=False, role=self.roles[i], slot=slot, lost=lost, borrowed=no_day,
            conflict=self.days.conflict(i), following=following,
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
        first, last, own = self.slots[i], self.slots[i + 1], self.days.own
        one, two, borrowed = self._range_days(i)
        a, b = half_days(first.point, last.point)
        anchor = self.days.anchor(last)

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
            whole = own[i] is None and last.point.day_behind
            right = ONE_DAY if wrong and (whole or own[i + 1] is None) else NO_TIME
            left = -ONE_DAY if wrong and not right and own[i] is None else NO_TIME
            start, end = both(left, right)
            if borrowed and anchor is not None and end is not None and latest_before(end, anchor):
                start, end = both(left - ONE_DAY, right - ONE_DAY)
            elif own[i] is None and start is not None and anchor is not None and self._to_come(i, start, anchor):
                # An end that would lie in the future as well is of the day before, too.
                late = end is not None and latest_before(end, anchor)
                start, end = both(left - ONE_DAY, right - ONE_DAY if late else right)
        lost = first.lost or last.lost or ("" if start is not None and start.zoneless else None)
        if self.roles[i].name == "end" and self.roles[i].cue in RECOVERED:
            # "restored between 10:45 and 11:30": all of it was back at the last.
            return Settled(unit.start, unit.end, end, None, ranged=False, role=self.roles[i], slot=last, lost=lost)
        apart = (two - one).days if one and two and own[i + 1] is not None else 0
        minutes = local_minutes(a, b, apart, over_midnight=own[i + 1] is None or own[i] is None)
        return Settled(
            unit.start, unit.end, start, end, ranged=True, role=self.roles[i], slot=first, lost=lost, minutes=minutes,
            conflict=self.days.conflict(i) or self.days.conflict(i + 1),
        )  # fmt: skip

    def _range_days(self, i: int) -> tuple[date | None, date | None, bool]:
        """The two dates of a range, each from the other where it has none, and whether they are the anchor's."""
        one, two = self.days.own[i], self.days.own[i + 1]
        left, right = self.slots[i].point.day, self.slots[i + 1].point.day
        if two is not None and left is not None and right is not None and right.year is not None:
            one = _shared_year(left, right.year, two) or one
        if one is not None or two is not None:
            return one or two, two or one, False
        day, borrowed = self.days.inherited(i + 1)
        return day, day, borrowed


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
