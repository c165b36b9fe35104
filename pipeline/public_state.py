"""What may be said of a source, a service and an outage at one moment: pure, and never green without a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pipeline.model import parse_iso
from pipeline.terms import Outcome, Status

# Collecting runs nightly: one missed night is no alarm, two are.
STALE_AFTER = timedelta(hours=48)
# Status pages leave incidents in "monitoring" for days; after a week of silence nobody knows.
HEARD_WITHIN = timedelta(days=7)

OPEN = frozenset({Status.SUSPECTED, Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING})


class SourceState(StrEnum):
    """How far what a source says can be relied on to be current."""

    OK = "ok"
    FAILING = "failing"
    STALE = "stale"
    UNKNOWN = "unknown"


class ServiceState(StrEnum):
    """What is known of a service. There is no "up": only that a source which was read tells of no outage."""

    OUTAGE = "outage"
    NONE_KNOWN = "none_known"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """Where an outage stands at the time of publication."""

    ONGOING = "ongoing"
    OVER = "over"
    UPCOMING = "upcoming"
    RETRACTED = "retracted"
    UNKNOWN = "unknown"


def source_state(source: Mapping[str, Any], as_of: datetime) -> SourceState:
    """The state of a row of `sources`: `unknown` until it was read well or seen to fail, and while it is switched off.

    What was read well too long ago is `stale`, whether it was not asked since or fails since.
    """
    outcome = source["last_outcome"]
    if source["last_try_at"] is None or outcome not in set(Outcome):
        return SourceState.UNKNOWN
    last_ok = parse_iso(source["last_ok_at"])
    if last_ok is not None and as_of - last_ok > STALE_AFTER:
        return SourceState.STALE
    if outcome == Outcome.OFF:
        return SourceState.UNKNOWN
    if not Outcome(outcome).good or source["consecutive_failures"] > 0:
        return SourceState.FAILING
    return SourceState.UNKNOWN if last_ok is None or outcome == Outcome.OFF else SourceState.OK


def is_silent(source: Mapping[str, Any], as_of: datetime) -> bool:
    """Whether a source that is read well has said nothing for longer than its habit (`pipeline.habits`)."""
    said = parse_iso(source["last_said_at"])
    if said is None or source["habit_hours"] is None or source_state(source, as_of) is not SourceState.OK:
        return False
    return as_of - said > timedelta(hours=source["habit_hours"])


def service_state(ongoing: int, status_sources_ok: int) -> ServiceState:
    """The state of a service from its ongoing outages and its status pages that were read well and lately."""
    if ongoing:
        return ServiceState.OUTAGE
    return ServiceState.NONE_KNOWN if status_sources_ok else ServiceState.UNKNOWN


def phase(outage: Mapping[str, Any], last_heard_at: datetime | None, as_of: datetime) -> Phase:
    """Where a row of `outages` stands; open, but not heard of for `HEARD_WITHIN`, is `unknown`."""
    if outage["status"] == Status.RETRACTED:
        return Phase.RETRACTED
    started, ended = parse_iso(outage["started_at"]), parse_iso(outage["ended_at"])
    if outage["status"] == Status.RESOLVED or (ended is not None and ended <= as_of):
        return Phase.OVER
    if started is not None and started > as_of:
        return Phase.UPCOMING
    heard = last_heard_at is not None and as_of - last_heard_at <= HEARD_WITHIN
    return Phase.ONGOING if outage["status"] in OPEN and heard else Phase.UNKNOWN
