"""Finding the spikes of one service, bin by bin, with what its past makes ordinary. Pure, in order of time.

A bin holds counts or the authors themselves; where it holds authors, a window's count is that of the
different ones in it. Two trailing windows are looked at whenever a bin has posts: the shorter of at
least two bins and fifteen minutes, and the hour. A spike opens where a window is hot (see
`pipeline.operating_point`) and closes when posts have been ordinary for a while. What was hot is never
taught, and an hour is taught only when it is old enough to be known as ordinary.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.operating_point import OperatingPoint
from pipeline.rhythm import DAY, Level
from pipeline.tails import tail

# Hours after which an hour without a spike is taken for ordinary.
SETTLED = 2
# A count above its expectation by so many deviations is taught as if it ended there.
BELIEVED = 4.0

# The posts of one bin: their number, or the authors.
Voices = int | frozenset[str]


@dataclass(slots=True)
class Rise:
    """A spike in bins of the series; `end` is the bin after the last."""

    start: int
    peak: int
    end: int
    detected: int
    height: int
    chance: float
    last: int
    who: set[str] = field(default_factory=set)
    count: int = 0
    open: bool = True


def size(voices: Voices) -> int:
    """How many there are."""
    return voices if isinstance(voices, int) else len(voices)


def together(window: Sequence[Voices]) -> int:
    """How many different ones there are in the bins; counts are added."""
    plain = sum(v for v in window if isinstance(v, int))
    sets = [v for v in window if not isinstance(v, int)]
    return plain + (len(frozenset().union(*sets)) if sets else 0)


class Watch:
    """One service under watch. `exposure` tells how much of an hour since the epoch was watched (0 to 1)."""

    def __init__(self, step: int, level: Level, point: OperatingPoint, exposure: Callable[[int], float]) -> None:
        self.step, self.level, self.point, self.exposure = step, level, point, exposure
        self.per_hour = 60 // step
        self.widths = sorted({max(2, 15 // step), max(2, 60 // step)})
        self.quiet = -(-point.quiet // step)
        self.rises: list[Rise] = []
        self._recent: deque[tuple[int, Voices]] = deque()
        self._hours: dict[int, list[int]] = {}
        self._taught: int | None = None
        self._held: list[tuple[int, int]] = []
        self._streak = [0] * DAY

    def see(self, bins: Mapping[int, Voices]) -> list[tuple[int, float]]:
        """Take the next bins, none older than any before; answers each bin that has posts with the expected count."""
        expected = []
        for place in sorted(bins):
            hour = place // self.per_hour
            if self._taught is None:
                self._taught = hour
            self._close(place)
            self.teach(hour)
            per_bin = self.level.expected(hour) / self.per_hour
            voices = bins[place]
            if size(voices):
                expected.append((place, per_bin))
                self._look(place, voices, per_bin)
            self._hours.setdefault(hour, []).append(size(voices))
        return expected

    def begin(self, hour: int) -> None:
        """Say since which hour the service is watched, where that is before its first post."""
        self._taught = hour

    def finish(self, place: int) -> None:
        """Say that all bins before `place` were given."""
        self._close(place)
        self.teach(place // self.per_hour)

    def _close(self, place: int) -> None:
        rise = self.rises[-1] if self.rises else None
        if rise is None or not rise.open or place - rise.last <= self.quiet:
            return
        rise.open = False
        self._held.append((rise.start // self.per_hour, (rise.end - 1) // self.per_hour))

    def teach(self, hour: int) -> None:
        """Teach what is settled before this hour; what lies in an open spike waits, but for a cold start."""
        if self._taught is None:
            return
        limit = hour - SETTLED
        rise = self.rises[-1] if self.rises and self.rises[-1].open else None
        while self._taught <= limit:
            cold = self.level.watched < self.point.warm
            if not cold and rise is not None and self._taught >= rise.start // self.per_hour:
                return
            self._teach_one(self._taught, cold=cold)
            self._taught += 1

    def _teach_one(self, hour: int, *, cold: bool) -> None:
        counts, of_day = self._hours.pop(hour, None), hour % DAY
        while self._held and self._held[0][1] < hour:
            self._held.pop(0)
        exposure = self.exposure(hour)
        if exposure <= 0:
            return
        held = bool(self._held) and self._held[0][0] <= hour
        self._streak[of_day] = self._streak[of_day] + 1 if held else 0
        whole = cold or self._streak[of_day] > self.point.habit
        if whole:
            self.level.teach(hour, sum(counts or ()), exposure)
        elif not held:
            self.level.teach(hour, self._believed(hour, counts) if counts else 0, exposure)

    def _believed(self, hour: int, counts: Sequence[int]) -> float:
        mean = self.level.expected(hour) / self.per_hour
        most = mean + BELIEVED * math.sqrt(self.level.dispersion * mean) + BELIEVED
        return sum(min(count, most) for count in counts)

    def _look(self, place: int, voices: Voices, per_bin: float) -> None:
        recent = self._recent
        recent.append((place, voices))
        while recent[0][0] <= place - self.widths[-1]:
            recent.popleft()
        rise = self.rises[-1] if self.rises and self.rises[-1].open else None
        if rise is not None:
            self._go_on(rise, place, voices, per_bin)
            return
        for width in self.widths:
            window = [(at, v) for at, v in recent if at > place - width]
            chance = self._chance(window, width, per_bin)
            if chance is not None:
                self._open(window, place, per_bin, chance)
                return

    def _chance(self, window: Sequence[tuple[int, Voices]], width: int, per_bin: float) -> float | None:
        """How improbable the window is, where it is hot; else None."""
        point = self.point
        count = together([v for _, v in window])
        if count < point.quorum or count < point.lift * per_bin * width:
            return None
        mean = self._mean(window[-1][0], width, per_bin)
        if count < point.lift * mean:
            return None
        dispersion = self._dispersion(width)
        chance = tail(count, mean, dispersion)
        if chance >= point.chance:
            return None
        fullest = max(range(len(window)), key=lambda n: size(window[n][1]))
        rest = together([v for n, (_, v) in enumerate(window) if n != fullest])
        if rest > 1 and tail(rest, mean * (width - 1) / width, dispersion) < point.spread:
            return chance
        newest = size(window[-1][1])
        if newest >= point.crowd and newest >= point.lift * per_bin:
            alone = tail(newest, per_bin, self._dispersion(1))
            return alone if alone < point.alone else None
        return None

    def _mean(self, place: int, width: int, per_bin: float) -> float:
        """The expected count of a window, each bin by its own hour."""
        hour = place // self.per_hour
        now = min(width, place - hour * self.per_hour + 1)
        before = self.level.expected(hour - 1) / self.per_hour if now < width else 0.0
        return now * per_bin + (width - now) * before

    def _dispersion(self, width: int) -> float:
        """That of a window: rates that drift disperse a long window more than a short one."""
        return 1 + (self.level.dispersion - 1) * math.sqrt(width / self.per_hour)

    def _open(self, window: Sequence[tuple[int, Voices]], place: int, per_bin: float, chance: float) -> None:
        loud = [(at, v) for at, v in window if size(v) >= max(1.0, 2 * per_bin)] or [window[-1]]
        rise = Rise(loud[0][0], loud[0][0], place + 1, place + 1, 0, chance, place)
        for at, voices in window:
            if at >= rise.start:
                self._add(rise, at, voices)
        self.rises.append(rise)

    def _add(self, rise: Rise, place: int, voices: Voices) -> None:
        if size(voices) > rise.height:
            rise.peak, rise.height = place, size(voices)
        if isinstance(voices, int):
            rise.count += voices
        else:
            rise.who |= voices
            rise.count = len(rise.who)
        rise.end = max(rise.end, place + 1)

    def _go_on(self, rise: Rise, place: int, voices: Voices, per_bin: float) -> None:
        hour = [v for at, v in self._recent if at > place - self.per_hour]
        count, dispersion = together(hour), self._dispersion(self.per_hour)
        mean = self._mean(place, self.per_hour, per_bin)
        chance = tail(count, mean, dispersion) if count > mean else 1.0
        if chance < self.point.calm and size(voices) >= max(1.0, 1.5 * per_bin):
            rise.last, rise.chance = place, min(rise.chance, chance)
            self._add(rise, place, voices)
        if place - rise.start > self.point.longest * self.per_hour:
            self._settle(rise, place)

    def _settle(self, rise: Rise, place: int) -> None:
        """Take a level that has held for too long for the new ordinary."""
        rise.open = False
        now = place // self.per_hour
        first = max(rise.start // self.per_hour, self._taught or 0)
        total = sum(sum(self._hours.pop(hour, ())) for hour in range(first, now))
        watched = sum(self.exposure(hour) for hour in range(first, now))
        if watched >= 1:
            self.level.restart(total, watched)
        self._taught = max(now, self._taught or 0)
