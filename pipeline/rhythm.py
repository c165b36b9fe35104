"""How many posts are ordinary: the level of a service and the rhythm of its day and week, learned from its past.

The expected rate of an hour is ``level * general * day * week``: the service's own level, the general
rhythm of all services at that hour of the week, and how the service departs from it by hour of day
and by hour of week. Each factor is a ratio of counts, seen to expected, with `pull` counts added to
both (the mean of a gamma-Poisson model), so that a service with few posts keeps the general rhythm and
one with none keeps the level of the cold start. Old counts fade.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.operating_point import OperatingPoint

DAY, WEEK = 24, 168
# Counts that an hour of the general rhythm needs to be believed half way.
GENERAL_PULL = 100.0
# Half of an old week's counts are forgotten after so many weeks.
WEEKS = 8.0
WEEKLY = 0.5 ** (1 / WEEKS)


# A new level counts as if it had been watched for so many hours.
SETTLED_WEIGHT = 168.0


def _flat(length: int) -> list[float]:
    return [0.0] * length


@dataclass(slots=True)
class Rhythm:
    """The general rhythm of all services by hour of the week, with mean one."""

    factor: list[float] = field(default_factory=lambda: [1.0] * WEEK)
    seen: list[float] = field(default_factory=lambda: _flat(WEEK))
    flat: list[float] = field(default_factory=lambda: _flat(WEEK))

    def learn(self, levels: list[Level]) -> None:
        """Take over what the services have seen since the last time; a loud one counts no more than several quiet."""
        for hour in range(WEEK):
            self.seen[hour] *= WEEKLY
            self.flat[hour] *= WEEKLY
        for level in levels:
            weight = 1 / (1 + level.rate / 2)
            for hour in range(WEEK):
                self.seen[hour] += weight * level.week_now[hour]
                self.flat[hour] += weight * level.flat_now[hour]
            level.turn()
        raw = [(s + GENERAL_PULL) / (f + GENERAL_PULL) for s, f in zip(self.seen, self.flat, strict=True)]
        mean = sum(raw) / WEEK
        self.factor = [value / mean for value in raw]


@dataclass(slots=True)
class Level:
    """What one service has taught: its level, its departures from the general rhythm and its over-dispersion."""

    point: OperatingPoint
    rhythm: Rhythm
    total: float = 0.0
    hours: float = 0.0
    squares: float = 0.0
    means: float = 0.0
    day_seen: list[float] = field(default_factory=lambda: _flat(DAY))
    day_expected: list[float] = field(default_factory=lambda: _flat(DAY))
    week_seen: list[float] = field(default_factory=lambda: _flat(WEEK))
    week_expected: list[float] = field(default_factory=lambda: _flat(WEEK))
    week_now: list[float] = field(default_factory=lambda: _flat(WEEK))
    flat_now: list[float] = field(default_factory=lambda: _flat(WEEK))
    fading: float = 1.0
    watched: float = 0.0

    def __post_init__(self) -> None:
        self.fading = 0.5 ** (1 / (self.point.half_life * DAY))

    @property
    def rate(self) -> float:
        """Authors an hour, the rhythm aside."""
        prior = self.point.prior_hours
        return (self.total + prior * self.point.floor) / (self.hours + prior)

    @property
    def dispersion(self) -> float:
        """The variance of an hour's count over its mean, at least one and at most the wildest believed."""
        pull = self.point.pull
        told = (self.squares + pull * self.point.overdispersion) / (self.means + pull)
        return min(self.point.wildest, max(1.0, told))

    def expected(self, hour: int) -> float:
        """Authors in this hour (hours since the epoch), never fewer than the least."""
        general, day, week = self._factors(hour)
        return max(self.point.least, self.rate * general * day * week)

    def _factors(self, hour: int) -> tuple[float, float, float]:
        pull, of_day, of_week = self.point.pull, hour % DAY, hour % WEEK
        day = (self.day_seen[of_day] + pull) / (self.day_expected[of_day] + pull)
        week = (self.week_seen[of_week] + pull) / (self.week_expected[of_week] + pull)
        return self.rhythm.factor[of_week], day, week

    def teach(self, hour: int, count: float, exposure: float) -> None:
        """Learn from an ordinary hour, of which the share `exposure` was watched."""
        general, day, week = self._factors(hour)
        rate, of_day, of_week = self.rate, hour % DAY, hour % WEEK
        expected = rate * general * day * week * exposure
        self.day_seen[of_day] += count
        self.day_expected[of_day] += rate * general * exposure
        self.week_seen[of_week] += count
        self.week_expected[of_week] += rate * general * day * exposure
        self.week_now[of_week] += count
        self.flat_now[of_week] += rate * exposure
        fading = self.fading
        self.watched += exposure
        self.total = self.total * fading + count
        self.hours = self.hours * fading + general * day * week * exposure
        # The variance about a mean that is itself guessed too low in a cold start would teach too much.
        if self.hours > self.point.prior_hours:
            self.squares = self.squares * fading + (count - expected) ** 2
            self.means = self.means * fading + expected

    def restart(self, total: float, hours: float) -> None:
        """Take the level of a stretch that lasted too long to be an outage for the ordinary one."""
        weight = SETTLED_WEIGHT / hours
        self.total, self.hours = total * weight, SETTLED_WEIGHT
        self.squares = self.means = 0.0

    def turn(self) -> None:
        """Close a week: what it taught has gone into the general rhythm, and older weeks fade."""
        for values in (self.day_seen, self.day_expected, self.week_seen, self.week_expected):
            for place, value in enumerate(values):
                values[place] = value * WEEKLY
        self.week_now, self.flat_now = _flat(WEEK), _flat(WEEK)
