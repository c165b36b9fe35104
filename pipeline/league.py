"""How late status pages are: the minutes of each provider's outages, and what cannot be judged. Pure.

Two figures. The *lag* counts from the earliest of what is known of the beginning (an onset to the minute, the
first report of anyone, the first signal) to the provider's first post, never less than none. The *lead* counts
from the first signal alone, and is negative where the provider was first. Of each the median is given with an
interval that holds the true one with a probability of at least 95 %, from order statistics (the ranks come of the
binomial distribution with one half), so that no shape is assumed; with fewer than six values there is none.
"""

from __future__ import annotations

import math
import statistics
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LEVEL = 0.95
FEWEST = 6


@dataclass(frozen=True, slots=True)
class Middle:
    """The median of some values and the interval about it, None where there are too few."""

    count: int
    median: float | None
    low: float | None
    high: float | None


def middle(values: Iterable[float]) -> Middle:
    """The median with its interval."""
    told = sorted(values)
    if not told:
        return Middle(0, None, None, None)
    if len(told) < FEWEST:
        return Middle(len(told), statistics.median(told), None, None)
    rank = _rank(len(told))
    return Middle(len(told), statistics.median(told), told[rank], told[-1 - rank])


def _rank(count: int) -> int:
    """The largest rank from either end between which the median lies with the probability wanted."""
    if count > 1000:  # the normal approximation is exact to a rank here, and no sum of tiny terms is needed
        return max(0, math.floor((count - 1.96 * math.sqrt(count)) / 2) - 1)
    below, rank = 0.5**count, 0
    term = below
    while True:
        term *= (count - rank) / (rank + 1)
        if 2 * (below + term) > 1 - LEVEL:
            return rank
        below += term
        rank += 1


@dataclass(slots=True)
class Standing:
    """What one provider's outages add up to; planned work is counted as nothing."""

    outages: int = 0
    lags: array[int] = field(default_factory=lambda: array("q"))
    leads: array[int] = field(default_factory=lambda: array("q"))
    unjudged: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class League:
    """All providers, filled outage by outage."""

    standings: dict[str, Standing] = field(default_factory=dict)

    def add(self, outage: Mapping[str, Any]) -> None:
        """Count one row of the published outages; planned work, retracted ones and unknown providers are left out."""
        if outage["provider"] is None or outage["lead_unjudged"] == PLANNED or outage["phase"] == "retracted":
            return
        standing = self.standings.setdefault(outage["provider"], Standing())
        standing.outages += 1
        if outage["official_lag_minutes"] is not None:
            standing.lags.append(outage["official_lag_minutes"])
        else:
            standing.unjudged[NEVER_POSTED if outage["official_posted_at"] is None else NO_ONSET] += 1
        if outage["lead_minutes"] is not None:
            standing.leads.append(outage["lead_minutes"])
        elif outage["official_posted_at"] is not None:
            standing.unjudged[NO_SIGNAL] += 1

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a provider."""
        for provider in sorted(self.standings):
            standing = self.standings[provider]
            lag, lead = middle(standing.lags), middle(standing.leads)
            yield {
                "provider": provider,
                "outages": standing.outages,
                "judged": lag.count,
                "lag_median_minutes": lag.median,
                "lag_low_minutes": lag.low,
                "lag_high_minutes": lag.high,
                "never_posted": standing.unjudged[NEVER_POSTED],
                "onset_unknown": standing.unjudged[NO_ONSET],
                "lead_judged": lead.count,
                "lead_median_minutes": lead.median,
                "lead_low_minutes": lead.low,
                "lead_high_minutes": lead.high,
                "heard_first": sum(minutes > 0 for minutes in standing.leads),
                "no_signal": standing.unjudged[NO_SIGNAL],
            }


PLANNED, NO_SIGNAL, NEVER_POSTED, NO_ONSET = "planned", "no_signal", "no_official_post", "onset_unknown"


def unjudged(signal: object, official: object, kind: str, planned: Sequence[str] | frozenset[str]) -> str | None:
    """Why the lead of an outage cannot be told; None where it can."""
    if kind in planned:
        return PLANNED
    if official is None:
        return NEVER_POSTED
    return NO_SIGNAL if signal is None else None
