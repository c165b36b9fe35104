"""The volume of public posts on a service, and when it is more than chance: the first hint of an outage.

Counted are distinct authors, not posts, in bins of five minutes, which add up to those of a quarter and of
an hour. What is ordinary is learned by `pipeline.rhythm`, what is not is found by `pipeline.spikes`,
with the settings of `pipeline.operating_point`. After the ladder of Motoyama et al. (WOSN 2010): filter by
what is said, then count. Plain series of counts are watched in the same way. Pure functions; time and
memory grow with the posts and with the hours watched.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.belief import Claim, SignalBin, Signals, SignalSpike
from pipeline.echoes import voices
from pipeline.operating_point import CHOSEN, OperatingPoint
from pipeline.rhythm import WEEK, Level, Rhythm
from pipeline.spikes import Rise, Voices, Watch
from pipeline.terms import SourceKind

STEP = 5
# How long bins of a length (minutes) are kept: fine ones are of use only while they are fresh.
KEPT = {5: timedelta(days=2), 15: timedelta(days=28), 60: timedelta(days=92)}


@dataclass(frozen=True, slots=True)
class CountSeries:
    """Counts of one service by the start of their bin; a bin that is not there was not watched."""

    service: str
    step_minutes: int
    counts: Mapping[datetime, int]


@dataclass(slots=True)
class _Post:
    place: int
    voice: str


@dataclass(slots=True)
class _Watched:
    """One service with its bins in order of time."""

    watch: Watch
    places: Sequence[int]
    bins: Mapping[int, Voices]
    expected: dict[int, float] = field(default_factory=dict)


def measure(claims: Iterable[Claim], *, as_of: datetime, point: OperatingPoint = CHOSEN) -> Signals:
    """The bins that hold a post, and the spikes, of every service that public posts complain of.

    A claim without a known author counts as an author of its own; one that is told after `as_of` or
    was withdrawn is left out. The order of the claims does not matter.
    """
    posts = _posts(claims, as_of)
    if not posts:
        return Signals()
    # All services are taken to be watched since the first post on any, at most back to when counts have faded.
    since = min(post.place for told in posts.values() for post in told) * STEP // 60
    rhythm = Rhythm()
    watched: dict[str, _Watched] = {}
    for service in sorted(posts):
        authors: dict[int, set[str]] = defaultdict(set)
        for post in posts[service]:
            authors[post.place].add(post.voice)
        bins: dict[int, Voices] = {place: frozenset(who) for place, who in authors.items()}
        watch = Watch(STEP, Level(point, rhythm), point, lambda hour: float(hour >= since))
        watch.begin(since)
        watched[service] = _Watched(watch, sorted(bins), bins)
    now = place_of(as_of, STEP)
    _run(watched, rhythm, since, now, STEP, keep=place_of(as_of - KEPT[60], STEP))
    found = [b for service in watched for b in _bins(service, watched[service], posts[service], as_of)]
    spikes = [_spike(service, rise, STEP) for service, seen in watched.items() for rise in seen.watch.rises]
    return Signals(tuple(found), tuple(spikes))


def measure_counts(
    series: Iterable[CountSeries], *, as_of: datetime, point: OperatingPoint = CHOSEN
) -> tuple[SignalSpike, ...]:
    """The spikes of plain series of counts, all of one step, by service and time. Raises `ValueError` otherwise."""
    told = sorted(series, key=lambda s: s.service)
    if not told:
        return ()
    step = told[0].step_minutes
    if any(s.step_minutes != step for s in told) or 60 % step:
        raise ValueError("series are watched together only where they have one step that divides the hour")
    rhythm, watched, until = Rhythm(), {}, place_of(as_of, step)
    for one in told:
        bins = {place_of(at, step): count for at, count in one.counts.items()}
        per_hour = Counter(place * step // 60 for place in bins)
        watch = Watch(step, Level(point, rhythm), point, _exposure(per_hour, 60 // step))
        watched[one.service] = _Watched(watch, sorted(p for p in bins if p <= until), bins)
    first = min((seen.places[0] for seen in watched.values() if seen.places), default=until)
    _run(watched, rhythm, first * step // 60, until, step, keep=until)
    return tuple(_spike(service, rise, step) for service, seen in watched.items() for rise in seen.watch.rises)


def _exposure(per_hour: Mapping[int, int], whole: int) -> Callable[[int], float]:
    return lambda hour: min(1.0, per_hour.get(hour, 0) / whole)


def _run(watched: Mapping[str, _Watched], rhythm: Rhythm, since: int, until: int, step: int, *, keep: int) -> None:
    """Go through all services week by week, since what one week shows of all is ordinary for each in the next."""
    per_week = WEEK * 60 // step
    for week in range(since // WEEK, until // per_week + 1):
        first, last = week * per_week, min((week + 1) * per_week, until + 1)
        for seen in watched.values():
            low, high = bisect_left(seen.places, first), bisect_left(seen.places, last)
            part = {place: seen.bins[place] for place in seen.places[low:high]}
            seen.expected.update((p, e) for p, e in seen.watch.see(part) if p >= keep)
            seen.watch.finish(last)
        rhythm.learn([seen.watch.level for seen in watched.values()])


def _posts(claims: Iterable[Claim], as_of: datetime) -> Mapping[str, Sequence[_Post]]:
    by_service: dict[str, dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        told = claim.published_at
        if claim.source_kind is not SourceKind.SOCIAL or told is None or told > as_of or claim.withdrawn:
            continue
        for service in claim.services[:1]:
            by_service[service][claim.report_id] = claim
    posts: dict[str, list[_Post]] = {}
    for service, told_of in by_service.items():
        voice = voices(told_of.values())
        posts[service] = [
            _Post(place_of(claim.published_at, STEP), voice[claim.report_id])
            for claim in told_of.values()
            if claim.published_at is not None
        ]
    return posts


def place_of(moment: datetime, step: int) -> int:
    """Which bin of `step` minutes since the epoch the moment lies in."""
    return int(moment.timestamp()) // (step * 60)


def start_of(place: int, step: int) -> datetime:
    """When the bin begins."""
    return datetime.fromtimestamp(place * step * 60, UTC)


def bin_of(moment: datetime, minutes: int = STEP) -> datetime:
    """The start of the bin that the moment lies in."""
    return start_of(place_of(moment, minutes), minutes)


def _bins(service: str, seen: _Watched, posts: Sequence[_Post], as_of: datetime) -> Iterator[SignalBin]:
    count = Counter(post.place for post in posts)
    for minutes, age in KEPT.items():
        parts, oldest = minutes // STEP, place_of(as_of - age, minutes)
        groups: dict[int, list[int]] = defaultdict(list)
        for place in seen.places[bisect_left(seen.places, oldest * parts) :]:
            groups[place // parts].append(place)
        for group, places in groups.items():
            who = {voice for p in places for voice in _people(seen.bins[p])}
            mean = sum(seen.expected.get(p, 0.0) for p in places) / len(places) * parts
            told = sum(count[p] for p in places)
            yield SignalBin(service, start_of(group, minutes), minutes, told, len(who), round(mean, 4))


def _people(bin_voices: Voices) -> frozenset[str]:
    return frozenset() if isinstance(bin_voices, int) else bin_voices


def _spike(service: str, rise: Rise, step: int) -> SignalSpike:
    return SignalSpike(
        service=service,
        started_at=start_of(rise.start, step),
        peak_at=start_of(rise.peak, step),
        ended_at=None if rise.open else start_of(rise.end, step),
        authors=rise.count,
        p_value=rise.chance,
        detected_at=start_of(rise.detected, step),
    )
