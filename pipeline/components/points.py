"""What a text says of a time: clock, day, part of the day, zone; and the point made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any

from pipeline.components.zones import ZoneWord
from pipeline.terms import Precision


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as written. Without `meridiem` an hour up to twelve may still be a later one.

    One that is `worded` ("a quarter to two") is of the half of the day that fits.
    """

    hour: int
    minute: int
    second: int
    precision: Precision
    meridiem: bool
    worded: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day as written: any of a calendar date, a weekday and a distance from the day of speaking.

    `weeks` counts the weeks before the one of speaking ("Tuesday last week" 1, "next Tuesday" -1), `after` the days
    after the time told before ("the next day" 1), `thanks` those after the fourth Thursday of
    November ("Black Friday" 1). `order` is "dm" or "md" for a date in figures that can be read in one order only,
    "?" for one in two.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    shift: int | None = None
    weeks: int | None = None
    after: int | None = None
    thanks: int | None = None
    order: str | None = None
    last: bool = False

    def merged(self, other: Day) -> Day | None:
        """Both together, or None where they contradict ("Monday" and "Tuesday")."""
        out: dict[str, Any] = {}
        for name in ("year", "month", "day", "weekday", "shift", "weeks", "after", "thanks", "order"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None and theirs is not None and mine != theirs:
                return None
            out[name] = theirs if mine is None else mine
        return Day(**out, last=self.last or other.last)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of time as written, or a piece of one. `back` is a distance before the time of speaking.

    `day_behind` tells that the day follows the clock with "on", as in "00:20 UTC on 9 July". `local` is the zone of
    the clocks around it, as "7:50am (06:50 GMT)" gives it.
    """

    start: int
    end: int
    clock: Clock | None = None
    day: Day | None = None
    part: str | None = None
    zone: ZoneWord | None = None
    back: timedelta | None = None
    early: str | None = None
    precision: Precision | None = None
    day_behind: bool = False
    local: tzinfo | None = None
