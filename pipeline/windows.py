"""When a report says its outage began: an interval wide enough for how exactly, and by whom, it was said.

All figures are seconds since 1970 in UTC, since grouping compares very many of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from pipeline.belief import Claim
from pipeline.terms import Precision, SourceKind, Status

HOUR = 3600.0
DAY = 24 * HOUR

# What a stated start may be off by, before and after. To the minute: reporters of one outage differ
# by the time they noticed it. A day: its zone is rarely stated, and zones reach from -12 to +14.
SLACK: Mapping[Precision, tuple[float, float]] = {
    Precision.EXACT: (1.5 * HOUR, 1.5 * HOUR),
    Precision.MINUTE: (1.5 * HOUR, 1.5 * HOUR),
    Precision.HOUR: (2 * HOUR, 3 * HOUR),
    Precision.PART_OF_DAY: (6 * HOUR, 12 * HOUR),
    Precision.DAY: (14 * HOUR, 38 * HOUR),
    Precision.MONTH: (DAY, 32 * DAY),
}
# How long after the start a source of this kind first tells, where it states no start. A post-mortem
# may come out a year later, so that its own date says nothing of the outage's.
LAG: Mapping[SourceKind, float | None] = {
    SourceKind.STATUS: 3 * HOUR,
    SourceKind.NEWS: 36 * HOUR,
    SourceKind.SOCIAL: 12 * HOUR,
    SourceKind.POSTMORTEM: None,
}
# A report can be about an outage that began after it was published only by a clock that is off.
TOLERANCE = 36 * HOUR
# An incident that nobody closed is not believed to last for ever.
LONGEST = 14 * DAY
FINE = frozenset((Precision.EXACT, Precision.MINUTE))
OPEN = frozenset((Status.SUSPECTED, Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING))


class Tier(IntEnum):
    """How well a report's time is known: groups are opened by the finest first."""

    OFFICIAL = 0
    STATED = 1
    DAY = 2
    PUBLISHED = 3
    MONTH = 4
    NONE = 5


@dataclass(slots=True)
class Window:
    """The start lies in [`lo`, `hi`], most likely at `at`; the outage was on until `until` at least."""

    tier: Tier
    lo: float
    hi: float
    at: float
    until: float


NOWHEN = Window(Tier.NONE, 0.0, 0.0, 0.0, 0.0)


def window_of(claim: Claim, as_of: datetime) -> Window:
    """The window of one claim; its tier is `NONE` where nothing tells when."""
    if claim.started_at is not None and _plausible(claim):
        at = claim.started_at.timestamp()
        precision = claim.started_precision or Precision.EXACT
        before, after = SLACK[precision]
        tier = _tier(claim, precision)
        middle = at if after <= 3 * HOUR else at + (after - before) / 2
        return Window(tier, at - before, at + after, middle, _until(claim, at, at + after, as_of))
    lag = LAG[claim.source_kind]
    if claim.published_at is None or lag is None:
        return NOWHEN
    at = claim.published_at.timestamp()
    tier = Tier.OFFICIAL if claim.source_kind is SourceKind.STATUS else Tier.PUBLISHED
    return Window(tier, at - lag, at, at, _until(claim, at, at, as_of))


def _plausible(claim: Claim) -> bool:
    """Whether the stated start does not lie well after the report that states it."""
    if claim.published_at is None or claim.started_at is None or claim.source_kind is SourceKind.STATUS:
        return True
    return claim.started_at - claim.published_at <= timedelta(seconds=TOLERANCE)


def _tier(claim: Claim, precision: Precision) -> Tier:
    if precision is Precision.MONTH:
        return Tier.MONTH
    if claim.source_kind is SourceKind.STATUS:
        return Tier.OFFICIAL
    if precision in (Precision.DAY, Precision.PART_OF_DAY):
        return Tier.DAY
    return Tier.STATED


def _until(claim: Claim, start: float, least: float, as_of: datetime) -> float:
    """The end as far as it is stated; a status page's open incident lasts until `as_of`."""
    if claim.ended_at is not None:
        end = claim.ended_at.timestamp()
    elif claim.duration_minutes is not None:
        end = start + claim.duration_minutes * 60.0
    elif claim.source_kind is SourceKind.STATUS and claim.status in OPEN:
        end = as_of.timestamp()
    else:
        end = least
    return max(least, min(end, start + LONGEST))
