"""The recorded counts of user reports, what counts as an event in them, and the two simple rules to compare with.

Nobody labelled these counts, so an event is told in hindsight, from the whole series and by nothing that the
detector looks at:

* a series of 24 hours was recorded because of a known event: it is the run of bins at a tenth of the day's
  peak or more (and at least five) that holds the peak, pauses of up to half an hour included;
* in the year, it is a run of bins with ten times the mean of the four weeks around it (their highest
  fiftieth left out) and at least ten, in which some hour has thirty; a run of five times the mean, with
  twelve in an hour, is a `small` one: whether finding that is right or a false alarm, nobody can tell.
"""

from __future__ import annotations

import csv
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.model import parse_iso
from pipeline.signals import CountSeries, bin_of
from tests.bench.parquet import read_columns

SHARED = Path(__file__).resolve().parents[3] / "shared"
"""Captured material that lies beside the repository on some machines."""
REPLAY = SHARED / "replay" / "user-reports"
HOUR = timedelta(hours=1)
NO_SERVICE = ("", "overview")  # an empty name, and the highest of all


@dataclass(frozen=True, slots=True)
class Event:
    """A stretch in which far more people than usual reported trouble; `hour` is its fullest hour's count."""

    service: str
    start: datetime
    end: datetime
    hour: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a rule said: from when to when, and when it could have said so."""

    service: str
    start: datetime
    end: datetime
    detected: datetime


def known_events() -> tuple[list[CountSeries], list[Event]]:
    """The 24-hour series around known events of three clouds, one series a provider, and the events."""
    counts: dict[str, dict[datetime, int]] = defaultdict(dict)
    days: dict[tuple[str, str], dict[datetime, int]] = defaultdict(dict)
    with (REPLAY / "down_detector_outage_count.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = bin_of(datetime.fromtimestamp(float(row["timestamp"]), UTC), 15)
            seen, count = counts[row["provider"]], int(float(row["count"] or 0))
            seen[at] = max(seen.get(at, 0), count)
            days[row["provider"], row["event_id"]][at] = count
    events = {}
    for (provider, _), day in days.items():
        event = _around_peak(provider, day)
        events[provider, event.start] = event
    return [CountSeries(p, 15, c) for p, c in sorted(counts.items())], sorted(events.values(), key=lambda e: e.start)


def _around_peak(service: str, day: Mapping[datetime, int]) -> Event:
    peak = max(day, key=lambda at: (day[at], at))
    loud = [at for at in sorted(day) if day[at] >= max(5, day[peak] / 10)]
    run = next(r for r in _runs(loud, timedelta(minutes=15 + 30)) if peak in r)
    return Event(
        service, run[0], run[-1] + timedelta(minutes=15), sum(day.get(peak + n * HOUR / 4, 0) for n in range(4))
    )


def year() -> tuple[list[CountSeries], list[Event], list[Event]]:
    """The series of 2019-20 in steps of twenty minutes, the events of them and the small events."""
    found = read_columns(REPLAY / "outage_report_2019-20.parquet", {"event_time", "status_code", "vendor"})
    counts: dict[str, dict[datetime, int]] = defaultdict(dict)
    for at, count, vendor in zip(found["event_time"], found["status_code"], found["vendor"], strict=True):
        if vendor not in NO_SERVICE and at > 0:
            seen, moment = counts[vendor], datetime.fromtimestamp(at, UTC)
            # A point that was recorded twice stands once with its count and once with none.
            seen[moment] = max(seen.get(moment, 0), int(count))
    events, small = [], []
    for vendor in sorted(counts):
        events += _outstanding(vendor, counts[vendor], least=10, times=10, hour=30)
        small += _outstanding(vendor, counts[vendor], least=6, times=5, hour=12)
    return [CountSeries(v, 20, c) for v, c in sorted(counts.items())], events, small


def _outstanding(
    service: str, counts: Mapping[datetime, int], *, least: int, times: float, hour: int
) -> Iterator[Event]:
    moments = sorted(counts)
    values, step = [counts[at] for at in moments], timedelta(minutes=20)
    per_day, loud = 72, []
    for first in range(0, len(values), per_day):
        around = sorted(values[max(0, first - 14 * per_day) : first + 15 * per_day])
        mean = statistics.fmean(around[: int(len(around) * 0.98)])
        loud += [
            moments[n] for n in range(first, min(first + per_day, len(values))) if values[n] >= max(least, times * mean)
        ]
    for run in _runs(loud, HOUR):
        fullest = max(sum(counts.get(at + n * step, 0) for n in range(-2, 1)) for at in run)
        if fullest >= hour:
            yield Event(service, run[0], run[-1] + step, fullest)


def _runs(moments: list[datetime], gap: timedelta) -> list[list[datetime]]:
    runs: list[list[datetime]] = []
    for at in moments:
        if runs and at - runs[-1][-1] <= gap:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def fixed_count(series: CountSeries, least: int = 7) -> list[Alarm]:
    """The first simple rule: so many in one bin."""
    return _alarms(series, [at for at in sorted(series.counts) if series.counts[at] >= least])


def mean_and_deviations(series: CountSeries, deviations: float = 3.0) -> list[Alarm]:
    """The second: more than the mean and three deviations of the bins of the 28 days before, of four at least."""
    loud, window = [], []
    total = squares = 0.0
    oldest = 0
    for at in sorted(series.counts):
        count = series.counts[at]
        while oldest < len(window) and at - window[oldest][0] > timedelta(days=28):
            total -= window[oldest][1]
            squares -= window[oldest][1] ** 2
            oldest += 1
        past = len(window) - oldest
        if past >= 4:
            mean = total / past
            if count > mean + deviations * max(0.0, squares / past - mean * mean) ** 0.5 and count > 0:
                loud.append(at)
        window.append((at, count))
        total += count
        squares += count * count
    return _alarms(series, loud)


def _alarms(series: CountSeries, loud: list[datetime]) -> list[Alarm]:
    step = timedelta(minutes=series.step_minutes)
    return [Alarm(series.service, r[0], r[-1] + step, r[0] + step) for r in _runs(loud, HOUR + step)]


def official_posts(provider: str) -> list[datetime]:
    """When the provider posted an incident, from the captured feeds of its status page (AWS and Google Cloud)."""
    name = {"aws": "aws_feed.jsonl", "gcp": "gcp_feed.jsonl"}.get(provider)
    if name is None:
        return []
    lines = (SHARED / "gold" / name).read_text(encoding="utf-8").splitlines()
    found = (parse_iso(json.loads(line)["published"]) for line in lines)
    return sorted(at for at in found if at is not None)
