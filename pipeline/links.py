"""Which outage caused which: where a report blames a named dependency that had an outage at that time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pipeline.belief import Claim, Outage, OutageLink
from pipeline.kinship import Families, names
from pipeline.terms import Cause, Kind

# A dependency's outage may be noticed first by those who depend on it, and its effects may linger.
BEFORE, AFTER = timedelta(days=2), timedelta(hours=3)
NEIGHBOURS = 16


def find_links(
    outages: Sequence[Outage], members: Mapping[str, Sequence[Claim]], families: Families
) -> tuple[OutageLink, ...]:
    """The links, each pair once, in order."""
    shelves = _by_service(outages, families)
    found: dict[tuple[str, str], OutageLink] = {}
    for outage in outages:
        for claim in members[outage.id]:
            for service in _blamed(claim, outage, families):
                cause = _culprit(outage, shelves.get(service, ([], [])))
                if cause is not None and (cause.id, outage.id) not in found:
                    reason = f"report {claim.report_id} blames {service}, which had an outage at that time"
                    found[cause.id, outage.id] = OutageLink(cause.id, outage.id, reason)
    return tuple(found[key] for key in sorted(found))


Shelf = tuple[list[datetime], list[Outage]]


def _by_service(outages: Sequence[Outage], families: Families) -> dict[str, Shelf]:
    """The outages by main service and by its parent, in order of time."""
    shelves: dict[str, Shelf] = {}
    timed = [(at, o) for o in outages if (at := _time(o)) is not None and o.services and _may_cause(o)]
    for at, outage in sorted(timed, key=lambda pair: (pair[0], pair[1].id)):
        main = outage.services[0]
        for service in {main, families.parents.get(main, main)}:
            times, there = shelves.setdefault(service, ([], []))
            times.append(at)
            there.append(outage)
    return shelves


def _may_cause(outage: Outage) -> bool:
    return outage.kind not in (Kind.MAINTENANCE, Kind.ADVISORY)


def _blamed(claim: Claim, outage: Outage, families: Families) -> list[str]:
    """The services that the claim names beside those of the outage's own provider."""
    if Cause.THIRD_PARTY not in (claim.cause, *claim.causes) or not outage.services:
        return []
    main = outage.services[0]
    named = (*names(claim), *claim.blamed)
    return [s for s in named if not families.kin(s, main) and not families.one_provider(s, main)]


def _culprit(effect: Outage, shelf: Shelf) -> Outage | None:
    """The latest outage of the service that began before the effect, or hardly after it, and was then on."""
    at = _time(effect)
    if at is None:
        return None
    times, there = shelf
    last = bisect_right(times, at + AFTER)
    for place in range(last - 1, max(-1, last - 1 - NEIGHBOURS), -1):
        cause = there[place]
        lasted = cause.ended_at or times[place]
        if cause.id != effect.id and max(lasted + AFTER, times[place] + BEFORE) >= at:
            return cause
    return None


def _time(outage: Outage) -> datetime | None:
    return outage.started_at or outage.first_report_at
