"""Signals: the detector over recorded counts of user reports and over a simulated month, beside two simple rules."""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.operating_point import CHOSEN, OperatingPoint
from pipeline.signals import CountSeries, measure_counts
from pipeline.signals import measure as measure_posts
from tests.bench.replayed_counts import (
    HOUR,
    REPLAY,
    Alarm,
    Event,
    fixed_count,
    known_events,
    mean_and_deviations,
    official_posts,
    year,
)
from tests.bench.signal_month import T0, judge, month

Row = tuple[str, str, str, bool | None]
END = datetime(2021, 1, 1, tzinfo=UTC)
FALSE_ALARMS_BUDGET = 1.0
MONTH_WEEKS = 365.25 / 12 / 7
# One setting after the other around the chosen one, to see what each costs.
TRIED: tuple[dict[str, float], ...] = (
    {"chance": 1e-8},
    {"chance": 1e-7},
    {"chance": 1e-5},
    {"chance": 1e-4},
    {"wildest": 4.0},
    {"wildest": 1.0},
    {"quorum": 10},
)
Detector = Callable[[Sequence[CountSeries]], list[Alarm]]


def detector(point: OperatingPoint) -> Detector:
    """The detector at an operating point."""

    def alarms(series: Sequence[CountSeries]) -> list[Alarm]:
        spikes = measure_counts(series, as_of=END, point=point)
        return [Alarm(s.service, s.started_at, s.ended_at or END, s.detected_at) for s in spikes]

    return alarms


def simple(rule: Callable[[CountSeries], list[Alarm]]) -> Detector:
    """A rule that looks at one series alone."""
    return lambda series: [alarm for one in series for alarm in rule(one)]


RULES: tuple[tuple[str, Detector], ...] = (
    ("the detector", detector(CHOSEN)),
    ("7 in a bin", simple(fixed_count)),
    ("mean + 3 deviations", simple(mean_and_deviations)),
)


def score(
    alarms: Iterable[Alarm], events: Sequence[Event], small: Sequence[Event], weeks: float
) -> tuple[str, float, list[tuple[Event, Alarm]]]:
    """In words: found, minutes to the alarm, false alarms; then these by service and month, and what was found."""
    by_service: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        by_service[alarm.service].append(alarm)
    found = []
    for event in events:
        hits = [a for a in by_service[event.service] if _meets(a, event)]
        if hits:
            found.append((event, min(hits, key=lambda a: a.detected)))
    false = unclear = 0
    for service, told in by_service.items():
        known, maybe = ([e for e in those if e.service == service] for those in (events, small))
        for alarm in told:
            if not any(_meets(alarm, event) for event in known):
                likely = any(_meets(alarm, event) for event in maybe)
                unclear += likely
                false += not likely
    minutes = [(alarm.detected - event.start) / timedelta(minutes=1) for event, alarm in found]
    delay = f"{statistics.median(minutes):3.0f} min" if minutes else "- min"
    big = [e for e in events if e.hour >= 100]
    big_found = sum(event.hour >= 100 for event, _ in found)
    rate = (false + unclear) / weeks
    words = (
        f"{len(found)}/{len(events)} ({len(found) / len(events):.0%}; of 100 an hour {big_found}/{len(big)}), "
        f"{delay}, false {false / weeks:.3f} + small {unclear / weeks:.3f} /service/week"
    )
    return words, rate * MONTH_WEEKS, found


def _meets(alarm: Alarm, event: Event) -> bool:
    return alarm.start <= event.end and alarm.end >= event.start - HOUR


def _weeks(series: Sequence[CountSeries]) -> float:
    return sum(len(s.counts) * s.step_minutes for s in series) / (7 * 24 * 60)


def measure(_folder: Path) -> list[Row]:
    """All rows; those on recorded counts only where they are at hand."""
    rows: list[Row] = []
    if REPLAY.is_dir():
        rows += _known() + _year()
    else:
        rows.append(("signals: recorded counts", "not at hand", "-", None))
    return rows + _month()


def _month() -> list[Row]:
    made = month()
    end = T0 + timedelta(days=made.days)
    began = time.perf_counter()
    outcome = judge(made, measure_posts(made.claims, as_of=end))
    seconds = time.perf_counter() - began
    sizes = ", ".join(f"{outcome.found.get(n, 0)}/{outcome.planted[n]} of {n}" for n in sorted(outcome.planted))
    false = sum(outcome.false.values())
    monthly = false / made.services / (made.days / 7) * MONTH_WEEKS
    causes = ", ".join(f"{count} by {what}" for what, count in outcome.false.items())
    delay = f"{statistics.median(outcome.delays):.0f} min in the median, {max(outcome.delays):.0f} at most"
    return [
        ("a month of 200 services: found", f"{outcome.recall:.0%} ({sizes} people an hour)", "-", None),
        ("  minutes to the alarm", delay, "-", None),
        ("  false alarms", f"{false} ({causes})", f"{monthly:.3f} < 1 /service/month", monthly < FALSE_ALARMS_BUDGET),
        (f"  seconds for {len(made.claims):,} posts", f"{seconds:.1f}", "-", None),
    ]


def _known() -> list[Row]:
    series, events = known_events()
    weeks, rows = _weeks(series), []
    for name, rule in RULES:
        words, _, found = score(rule(series), events, (), weeks)
        rows.append((f"known events: {name}", words, "-", None))
        if name == "the detector":
            rows.append(("  against the official post", _against_posts(found), "-", None))
    return rows


def _against_posts(found: Sequence[tuple[Event, Alarm]]) -> str:
    posts = {provider: official_posts(provider) for provider in {event.service for event, _ in found}}
    leads = []
    for event, alarm in found:
        near = [at for at in posts[event.service] if event.start - HOUR <= at <= event.end + 3 * HOUR]
        if near:
            leads.append((near[0] - alarm.detected) / timedelta(minutes=1))
    if not leads:
        return "none of the events has a post nearby"
    first = sum(lead > 0 for lead in leads)
    return f"{len(leads)} events with a post nearby: {first} heard before it, median {statistics.median(leads):.0f} min"


def _year() -> list[Row]:
    series, events, small = year()
    weeks, rows = _weeks(series), []
    for name, rule in RULES:
        began = time.perf_counter()
        words, monthly, _ = score(rule(series), events, small, weeks)
        seconds = time.perf_counter() - began
        ok = monthly < FALSE_ALARMS_BUDGET if name == "the detector" else None
        rows.append((f"year of {len(series)}: {name}", words, f"{monthly:.2f} < 1 /service/month", ok))
        rows.append(("  seconds", f"{seconds:.1f}", "-", None))
    alarms, middle = RULES[0][1](series), datetime(2020, 2, 1, tzinfo=UTC)
    for name, early in (("before", True), ("after", False)):
        parts = [[one for one in these if (one.start < middle) == early] for these in (alarms, events, small)]
        watched = sum((at < middle) == early for s in series for at in s.counts) * 20 / (7 * 24 * 60)
        words, monthly, _ = score(parts[0], parts[1], parts[2], watched)  # type: ignore[arg-type]
        rows.append((f"  {name} {middle:%B %Y}", words, f"{monthly:.2f}", None))
    for changed in TRIED:
        words, monthly, _ = score(detector(replace(CHOSEN, **changed))(series), events, small, weeks)  # type: ignore[arg-type]
        name = ", ".join(f"{k} {v:g}" for k, v in changed.items())
        rows.append((f"  {name}", words, f"{monthly:.2f}", None))
    return rows


if __name__ == "__main__":
    for row in measure(Path()):
        sys.stdout.write(f"{row[0]:34} {row[1]:110} {row[2]}\n")
