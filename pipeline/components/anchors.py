"""From times as written to moments: years, weekdays, "yesterday", the missing date, the missing zone.

What a time does not say itself it takes, in this order, from the other end of its range, from its
neighbours in the sentence, from the posting time of its block, from the times before and behind it, and
from the publication. A clock without any zone is never taken as UTC: it is known to the day only.
A day, and a part of a day without a zone, is midnight UTC of the date that the text names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from pipeline.components.points import Clock, Day, Point
from pipeline.components.time_rules import parts
from pipeline.terms import Precision

TOLERANCE = timedelta(days=1)
LATE_POST = timedelta(minutes=90)
WEEK_DAYS = 7
SATURDAY = 5
MIDWEEK = 4
HALF_DAY = 12
PART_HOURS = 5
# Zones of places that write the month first; a zone of any other place says that the day comes first.
MONTH_FIRST = frozenset(
    {"America/Los_Angeles", "America/Denver", "America/Phoenix", "America/Chicago", "America/New_York"}
    | {"America/Anchorage", "Pacific/Honolulu", "UTC", "UTC+00:00", "None"}
)
AFTERNOON = ("afternoon", "evening", "night")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of time resolved: UTC, its precision, and whether a clock was given without a known zone."""

    at: datetime
    precision: Precision
    zoneless: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """The moment of speaking. `date_only` where only its day is known (the stamp is midnight or 23:59)."""

    at: datetime
    date_only: bool = False

    def day(self, zone: tzinfo | None) -> date:
        """The calendar day of speaking at that zone."""
        if self.date_only or zone is None:
            return self.at.date()
        return self.at.astimezone(zone).date()


def anchor_of(published: datetime | None) -> Anchor | None:
    """The publication as an anchor; feeds that know the day alone write its first or last minute."""
    if published is None:
        return None
    at = published.astimezone(UTC)
    return Anchor(at, (at.hour, at.minute) in ((0, 0), (23, 59)) and at.second in (0, 59))


def calendar_day(day: Day, anchor: Anchor | None, zone: tzinfo | None) -> date | None:
    """The date that a day means, or None where it cannot be known.

    A date without a year is the latest such day not after the anchor (a day's tolerance).
    """
    if day.month is not None:
        return _dated(day, anchor, zone)
    if day.thanks is not None:
        return _after_thanksgiving(day.thanks, day.year, anchor.day(zone) if anchor is not None else None)
    if anchor is None:
        return None
    today = anchor.day(zone)
    if day.shift is not None:
        found = today + timedelta(days=day.shift)
        if day.weekday is not None and day.shift <= -WEEK_DAYS:
            # "a week ago Tuesday" is the Tuesday before.
            found -= timedelta(days=(found.weekday() - day.weekday) % WEEK_DAYS)
        return found
    if day.day is not None:
        return _day_of_month(day.day, today, last=day.last)
    return _weekday(day, day.weekday, today) if day.weekday is not None else None


def _weekday(day: Day, weekday: int, today: date) -> date | None:
    """The last such weekday, that of the week that is named, or, of "this weekend" in mid-week, None: it is to come."""
    back = (today.weekday() - weekday) % 7
    if day.weeks == 0:
        return today - timedelta(days=back) if back < MIDWEEK else None
    if day.weeks is not None:
        return today - timedelta(days=today.weekday() - weekday + 7 * day.weeks)
    if day.last and (back == 0 or (weekday == SATURDAY and back == 1)):
        back += 7
    return today - timedelta(days=back)


def _dated(day: Day, anchor: Anchor | None, zone: tzinfo | None) -> date | None:
    number, month = day.day or 1, day.month or 1
    if day.year is not None:
        found = _date(day.year, month, number)
        return _ordered(found, _date(day.year, number, month), anchor, zone) if day.order == "?" else found
    if anchor is None:
        return None
    today = anchor.day(zone)
    found = _latest(month, number, today)
    return _ordered(found, _latest(number, month, today), anchor, zone) if day.order == "?" else found


def _latest(month: int, number: int, today: date) -> date | None:
    """The latest such day not after the day of speaking."""
    years = (_date(year, month, number) for year in range(today.year + 1, today.year - 9, -1))
    return next((found for found in years if found is not None and found <= today + TOLERANCE), None)


def _after_thanksgiving(days: int, year: int | None, today: date | None) -> date | None:
    """Days after the fourth Thursday of November: of that year, or the latest not after the day of speaking."""
    years = (year,) if year is not None else () if today is None else (today.year, today.year - 1)
    for each in years:
        first = date(each, 11, 1)
        found = first + timedelta(days=(3 - first.weekday()) % 7 + 21 + days)
        if year is not None or (today is not None and found <= today + TOLERANCE):
            return found
    return None


def _ordered(
    month_first: date | None, day_first: date | None, anchor: Anchor | None, zone: tzinfo | None
) -> date | None:
    """03/04/2024 in the order of the zone's place, or in the other where only that lies in the month before."""
    one, two = (month_first, day_first) if str(zone) in MONTH_FIRST else (day_first, month_first)
    if one is None or two is None or anchor is None:
        return one or two
    today = anchor.day(zone)
    return two if not _recent(one, today) and _recent(two, today) else one


def _recent(day: date, today: date) -> bool:
    return timedelta(days=-1) <= today - day <= timedelta(days=31)


def _day_of_month(number: int, today: date, *, last: bool) -> date | None:
    """The latest such day, or that of the month before where the text says so."""
    if last:
        today = today.replace(day=1) - 2 * TOLERANCE
    year, month = today.year, today.month
    for _ in range(3):
        found = _date(year, month, number)
        if found is not None and found <= today + TOLERANCE:
            return found
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def moment(point: Point, day: date | None, zone: tzinfo | None, anchor: Anchor | None) -> Moment | None:
    """The moment of a point whose day and zone are settled; None where no day is known."""
    if point.back is not None:
        return _back(point, anchor)
    if day is None:
        return None
    if point.clock is None:
        return _coarse(point, day, zone)
    if zone is None:
        return Moment(_midnight(day), Precision.DAY, zoneless=True)
    clock = with_part(point.clock, point.part)
    whole, hour = (day + timedelta(days=1), 0) if clock.hour == 24 else (day, clock.hour)
    local = datetime.combine(whole, time(hour, clock.minute, clock.second), tzinfo=zone)
    second = local.replace(fold=1)
    if second.utcoffset() != local.utcoffset() and point.zone is not None and second.tzname() == point.zone.text:
        # The hour that comes twice when clocks go back: "1:30 AM EST" is the second, "1:30 AM EDT" the first.
        local = second
    return Moment(local.astimezone(UTC), clock.precision)


def _back(point: Point, anchor: Anchor | None) -> Moment | None:
    if anchor is None or point.back is None:
        return None
    if anchor.date_only:
        return Moment(_midnight(anchor.at.date()), Precision.DAY)
    return Moment((anchor.at - point.back).replace(microsecond=0), point.precision or Precision.HOUR)


def _coarse(point: Point, day: date, zone: tzinfo | None) -> Moment:
    """A day, a month, or a part of a day where a zone is known."""
    if point.day is not None and point.day.month is not None and point.day.day is None:
        return Moment(_midnight(day.replace(day=1)), Precision.MONTH)
    if (point.part is None and point.early is None) or point.early == "weekend" or zone is None:
        return Moment(_midnight(day), Precision.DAY)
    hour = parts().get(point.part or "", 0)
    if point.early == "late":
        hour = min(hour + 3, 22) if point.part else 18
    local = datetime.combine(day, time(hour), tzinfo=zone)
    return Moment(local.astimezone(UTC), Precision.PART_OF_DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)


def with_part(clock: Clock, part: str | None) -> Clock:
    """The clock with its half of the day settled by "in the afternoon" and the like."""
    if clock.meridiem or part is None or clock.hour > 12:
        return clock
    if part in AFTERNOON and (clock.hour >= 4 or part == "afternoon") and clock.hour < 12:
        return replace(clock, hour=clock.hour + 12, meridiem=True)
    if part in ("morning", "night") and clock.hour == 12:
        return replace(clock, hour=0, meridiem=True)
    return clock


def hour_of(point: Point, *, late: bool = False) -> float:
    """The hour of the local day that a point tells; of a part of the day its first, or its last where `late`."""
    if point.clock is not None:
        clock = with_part(point.clock, point.part)
        return clock.hour + clock.minute / 60
    if point.part is None:
        return 24.0
    return parts().get(point.part, 0) + (PART_HOURS if late else 0)


def latest_before(at: Moment, anchor: Anchor, tolerance: timedelta = LATE_POST) -> int:
    """How many days a clock whose date was taken from the anchor has to go back: 0 or 1.

    A post at 00:58 that speaks of 23:10 speaks of the evening before.
    """
    if anchor.date_only or at.precision in (Precision.DAY, Precision.MONTH):
        return 0
    return 1 if at.at > anchor.at + tolerance else 0


def half_days(first: Point, last: Point) -> tuple[Point, Point]:
    """Both ends with "a.m." or "p.m." where only the last says it: "between 9 and 11 p.m."."""
    a, b = first.clock, last.clock
    if a is not None and b is not None and first.part is not None and last.part is None and not b.meridiem:
        # Such as "in the evening between 9:15 and 11:05".
        a = with_part(a, first.part)
        late = a.meridiem and a.hour >= HALF_DAY and a.hour - HALF_DAY <= b.hour < HALF_DAY
        last = replace(last, clock=replace(b, hour=b.hour + HALF_DAY, meridiem=True)) if late else last
        return replace(first, clock=a), last
    if b is not None and last.part is not None:
        b = with_part(b, last.part)
    if a is None or b is None or a.meridiem or not b.meridiem or a.hour > 12 or a.hour == 0:
        return first, last
    hour = a.hour % 12 + (12 if b.hour >= 12 else 0)
    if hour * 60 + a.minute > b.hour * 60 + b.minute and first.day is None:
        hour = (hour + 12) % 24
    return replace(first, clock=replace(a, hour=hour, meridiem=True)), last


def local_minutes(first: Point, last: Point, days: int, *, over_midnight: bool) -> int | None:
    """The length of a range by its clocks and the days between: known even where the zone is not."""
    a, b = first.clock, last.clock
    if a is None or b is None:
        return None
    span = days * 1440 + (b.hour - a.hour) * 60 + b.minute - a.minute
    if span < 0 and over_midnight:
        span += 1440
    return span if span > 0 else None
