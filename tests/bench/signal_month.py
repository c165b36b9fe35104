"""A made-up month of complaints: rhythm by day and week, outages of different sizes, a joke and an echo.

All from one seed. Every service has a level between one post in two days and eight an hour, an own time
of day, quieter weekends and hours that are lively by chance; some people post many times. The outages
are planted with a number of people in their first hour; the posts rise over a quarter of an hour and ebb away.
The joke and the news echo are what is left of them after the language pipeline, which is taken to drop
most of a joke: copies of one text, shares of one link, and a tenth in words of their own, which nothing
in a record gives away.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.belief import Claim, Signals
from pipeline.echoes import keys_of
from pipeline.terms import Kind, SourceKind

T0 = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
SIZES = (8, 15, 40, 150)
JOKE, ECHO = "joke", "echo"
OWN_WORDS = 0.1


@dataclass(frozen=True, slots=True)
class Planted:
    """What was put into the month: an outage with the people of its first hour, or a joke or an echo."""

    service: str
    what: str
    start: datetime
    end: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Month:
    """The posts as claims, what is planted in them, and how long it is."""

    claims: list[Claim]
    planted: list[Planted]
    services: int
    days: int


class _Maker:
    """Makes posts, each with an id of its own."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.made = chance, list[Claim]()

    def post(self, service: str, at: datetime, author: str, text: str) -> None:
        number = len(self.made)
        self.made.append(
            Claim(
                report_id=f"r{number:016x}",
                source="a-stream",
                source_kind=SourceKind.SOCIAL,
                rank=3,
                title=text,
                url=f"https://posts.example/{number}",
                first_seen_at=at,
                published_at=at,
                services=(service,),
                kind=Kind.OUTAGE,
                author_hash=author,
                echoes=keys_of(text),
            )
        )

    def person(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"

    def many(self, mean: float) -> int:
        """A Poisson number."""
        limit, product, count = math.exp(-mean), self.chance.random(), 0
        while product > limit:
            product *= self.chance.random()
            count += 1
        return count


def month(seed: int = 7, services: int = 200, days: int = 28, outages: int = 40) -> Month:
    """The month of this seed."""
    chance = random.Random(seed)
    maker, planted = _Maker(chance), list[Planted]()
    for n in range(services):
        _ordinary(maker, f"service-{n:03}", days)
    end = T0 + timedelta(days=days)
    for n in range(outages):
        start = T0 + timedelta(days=1, minutes=chance.randrange((days - 2) * 24 * 60))
        planted.append(_outage(maker, f"service-{chance.randrange(services):03}", start, SIZES[n % len(SIZES)]))
    for what, size in ((JOKE, 400), (ECHO, 250)):
        start = end - timedelta(days=chance.randrange(3, days - 3), minutes=chance.randrange(1440))
        planted.append(_repeated(maker, f"service-{chance.randrange(services):03}", start, what, size))
    chance.shuffle(maker.made)
    return Month(maker.made, planted, services, days)


def _ordinary(maker: _Maker, service: str, days: int) -> None:
    chance = maker.chance
    level, noon = math.exp(chance.uniform(math.log(0.02), math.log(8.0))), chance.choice((1, 13, 20))
    regulars = [maker.person() for _ in range(5)]
    for hour in range(days * 24):
        at = T0 + timedelta(hours=hour)
        rhythm = 1 + 0.7 * math.cos((at.hour - noon) * math.tau / 24)
        rate = level * rhythm * (0.6 if at.weekday() > 4 else 1.0) * chance.gammavariate(4, 1 / 4)
        for _ in range(maker.many(rate)):
            who = chance.choice(regulars) if chance.random() < 0.1 else maker.person()
            maker.post(service, at + timedelta(seconds=chance.randrange(3600)), who, f"{service} is down again for me?")
    # One who posts all evening is still one.
    loud, evening = maker.person(), T0 + timedelta(days=chance.randrange(1, days), hours=19)
    for _ in range(30):
        maker.post(service, evening + timedelta(seconds=chance.randrange(7200)), loud, f"{service} is still down")


def _outage(maker: _Maker, service: str, start: datetime, size: int) -> Planted:
    length = timedelta(minutes=maker.chance.choice((45, 90, 180, 300)))
    for at, share in _course(start, length):
        for _ in range(maker.many(size * share)):
            moment = at + timedelta(seconds=maker.chance.randrange(300))
            maker.post(service, moment, maker.person(), f"is {service} down {maker.chance.getrandbits(16):x}")
    return Planted(service, "outage", start, start + length, size)


def _course(start: datetime, length: timedelta) -> Iterator[tuple[datetime, float]]:
    """The shares of the first hour's posts by five minutes: a rise over a quarter of an hour, then an ebb."""
    steps = length // STEP
    weights = [min(1.0, (n + 1) / 3) * 0.5 ** (max(0, n - 6) / max(6, steps / 2)) for n in range(steps)]
    hour = sum(weights[:12])
    yield from ((start + n * STEP, weight / hour) for n, weight in enumerate(weights))


def _repeated(maker: _Maker, service: str, start: datetime, what: str, size: int) -> Planted:
    chance, length = maker.chance, timedelta(hours=5)
    same = {
        JOKE: f"the day {service} fell over was the best day my garden and I ever had together",
        ECHO: f"What we know of last week's {service} trouble https://news.example/{service}",
    }[what]
    for _ in range(size):
        at = start + timedelta(seconds=min(chance.expovariate(1 / 5400), length.total_seconds()))
        own = chance.random() < OWN_WORDS
        text = f"{chance.getrandbits(32):x} still laughing about {service}" if own else same
        maker.post(service, at, maker.person(), text)
    return Planted(service, what, start, start + length, size)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the detector did in a month: found and planted by size, minutes of delay, false alarms by origin."""

    found: dict[int, int]
    planted: dict[int, int]
    delays: list[float]
    false: dict[str, int]

    @property
    def recall(self) -> float:
        return sum(self.found.values()) / sum(self.planted.values())


def judge(made: Month, signals: Signals) -> Outcome:
    """Hold what was found against what was planted."""
    found: dict[int, int] = defaultdict(int)
    planted: dict[int, int] = defaultdict(int)
    delays, false = [], dict.fromkeys((JOKE, ECHO, "chance"), 0)
    far = T0 + timedelta(days=made.days + 1)
    near = defaultdict(list)
    for spike in signals.spikes:
        span = (spike.started_at, spike.ended_at or far)
        hits = [
            p for p in made.planted if p.service == spike.service and span[0] <= p.end and span[1] >= p.start - 3 * STEP
        ]
        for planting in hits:
            near[planting].append(spike)
        if not any(p.what == "outage" for p in hits):
            false[hits[0].what if hits else "chance"] += 1
    for planting in made.planted:
        if planting.what == "outage":
            planted[planting.size] += 1
            if near[planting]:
                found[planting.size] += 1
                first = min(spike.detected_at for spike in near[planting])
                delays.append((first - planting.start) / timedelta(minutes=1))
    return Outcome(dict(found), dict(planted), delays, false)
