"""How often a source speaks, and whether it has been silent for longer than that: pure.

A feed that still answers and says nothing new is as lost as one that fails, and nothing else would tell.
The habit is measured where enough was heard of the source: twice its longest pause, of which the very
longest is left aside (a feed that pins an old entry would never be silent). Else it is four times what the
source's table declares. Nobody is silent within two days: the press rests at weekends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from pipeline.terms import Cadence

ENOUGH = 8
"""Different times from which a habit can be measured."""
LEAST = timedelta(hours=48)
HOUR = timedelta(hours=1)
DECLARED: dict[Cadence, timedelta | None] = {
    Cadence.CONTINUOUS: HOUR,
    Cadence.HOURLY: HOUR,
    Cadence.DAILY: timedelta(days=1),
    Cadence.WEEKLY: timedelta(days=7),
    Cadence.MONTHLY: timedelta(days=31),
    Cadence.RARE: None,
}


@dataclass(frozen=True, slots=True)
class Habit:
    """When a source spoke last, and after how many hours without a word it is `silent`.

    `hours` is None where no habit is known; `basis` tells whether it was ``measured`` or is ``declared``.
    """

    last_said_at: datetime
    hours: float | None = None
    basis: str | None = None

    def silent(self, now: datetime) -> bool:
        """Whether the source has been silent for longer than its habit."""
        return self.hours is not None and now - self.last_said_at > timedelta(hours=self.hours)


def find_habit(times: Iterable[datetime], cadence: Cadence | None, now: datetime) -> Habit | None:
    """The habit of a source that spoke at these times; None where it never did. What lies ahead of `now` is no word."""
    said = sorted({moment for moment in times if moment <= now})
    if not said:
        return None
    if len(said) >= ENOUGH:
        pauses = sorted(later - earlier for earlier, later in pairwise(said))
        return Habit(said[-1], _hours(2 * pauses[-2]), "measured")
    pause = DECLARED[cadence] if cadence is not None else None
    return Habit(said[-1], _hours(4 * pause), "declared") if pause is not None else Habit(said[-1])


def _hours(pause: timedelta) -> float:
    return round(max(pause, LEAST) / HOUR, 1)
