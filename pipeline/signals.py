"""The volume of public posts on a service, and when it is more than chance: the first hint of an outage.

Counted are distinct authors, not posts, in bins of fifteen minutes. What is expected is the mean of
the service's own quiet past, never below a floor, so that a service without a history needs several
people at once (a cold start). A bin is hot where the Poisson tail of its count is small; a spike
needs two hot bins out of three in a row. After the ladder of Motoyama et al. (WOSN 2010): filter by
what is said, then count. Pure functions.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pipeline.belief import Claim, SignalBin, Signals, SignalSpike
from pipeline.terms import SourceKind

BIN_MINUTES = 15
BIN = timedelta(minutes=BIN_MINUTES)
# Authors in an ordinary quarter of an hour, where the service's own past says less.
FLOOR = 0.5
# How much of the past makes the expectation, and how much must have been watched to trust a lower one.
HISTORY = timedelta(days=28)
# One hot bin of a service in about three years, were posts independent; with the floor, seven authors at once.
RARE = 1e-5
HOT, OUT_OF = 2, 3


def measure(claims: Iterable[Claim], *, as_of: datetime) -> Signals:
    """The bins that hold a post, and the spikes, of every service that public posts complain of.

    A claim without a known author counts as an author of its own; one that is told after `as_of` or
    was withdrawn is left out. The order of the claims does not matter.
    """
    posts = _posts(claims, as_of)
    bins: list[SignalBin] = []
    spikes: list[SignalSpike] = []
    for service in sorted(posts):
        found = count(service, posts[service])
        bins += found
        spikes += find_spikes(found, as_of=as_of)
    return Signals(tuple(bins), tuple(spikes))


def _posts(claims: Iterable[Claim], as_of: datetime) -> Mapping[str, Mapping[datetime, Sequence[str]]]:
    posts: dict[str, dict[datetime, list[str]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        told = claim.published_at
        if claim.source_kind is not SourceKind.SOCIAL or told is None or told > as_of or claim.withdrawn:
            continue
        for service in claim.services[:1]:
            posts[service][bin_of(told)].append(claim.author_hash or claim.report_id)
    return posts


def bin_of(moment: datetime) -> datetime:
    """The start of the bin that the moment lies in."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute - moment.minute % BIN_MINUTES, second=0, microsecond=0)


def count(service: str, posts: Mapping[datetime, Sequence[str]]) -> list[SignalBin]:
    """The bins of one service in order of time, each with what was expected from those before it."""
    found: list[SignalBin] = []
    oldest = 0
    total = 0
    for start in sorted(posts):
        while oldest < len(found) and found[oldest].bin_start < start - HISTORY:
            total -= _ordinary(found[oldest])
            oldest += 1
        expected = max(FLOOR, total / (HISTORY / BIN))
        authors = len(set(posts[start]))
        found.append(SignalBin(service, start, BIN_MINUTES, len(posts[start]), authors, round(expected, 4)))
        total += _ordinary(found[-1])
    return found


def _ordinary(seen: SignalBin) -> int:
    """The count as the past remembers it: cut to the first that is hot, lest an outage teach us to expect outages."""
    authors = seen.authors
    while authors > 1 and tail(authors - 1, seen.expected or FLOOR) < RARE:
        authors -= 1
    return authors


def is_hot(seen: SignalBin) -> bool:
    """Whether chance hardly explains so many authors."""
    return tail(seen.authors, seen.expected or FLOOR) < RARE


def tail(k: int, mean: float) -> float:
    """The probability of `k` or more events where `mean` are expected (Poisson).

    Summed upwards from `k`, since one minus the lower sum loses all digits of a small tail.
    """
    if k <= 0:
        return 1.0
    term = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
    total, n = 0.0, k
    while term > total * 1e-17 or n < mean:
        total += term
        n += 1
        term *= mean / n
    return min(1.0, total)


def find_spikes(bins: Sequence[SignalBin], *, as_of: datetime) -> list[SignalSpike]:
    """Runs of hot bins in which two of any three in a row are hot; the last is open while it may go on."""
    hot = [b for b in bins if is_hot(b)]
    runs: list[list[SignalBin]] = []
    for seen in hot:
        if runs and seen.bin_start - runs[-1][-1].bin_start <= (OUT_OF - 1) * BIN:
            runs[-1].append(seen)
        else:
            runs.append([seen])
    return [_spike(run, as_of) for run in runs if len(run) >= HOT]


def _spike(run: Sequence[SignalBin], as_of: datetime) -> SignalSpike:
    peak = max(run, key=lambda b: (b.authors, -b.bin_start.timestamp()))
    end = run[-1].bin_start + BIN
    over = as_of >= end + (OUT_OF - 1) * BIN
    p = min(tail(b.authors, b.expected or FLOOR) for b in run)
    return SignalSpike(run[0].service, run[0].bin_start, peak.bin_start, end if over else None, peak.authors, p)
