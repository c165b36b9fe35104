"""StatusHub: ``/api/statuses`` of the page, which counts its services by state and names none of them.

A count that is not zero is one report, since no service and no time are told. Incidents are behind
a key. Of the body nothing but the three counters is verified: any other key of it is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, WellPart
from pipeline.terms import SourceKind
from spiders.bodies import load_json
from spiders.hosted import api_address
from spiders.standing import DEGRADED, DOWN, OPERATIONAL
from spiders.standing import standing as read_standing
from spiders.strict import Reading

KIND = SourceKind.STATUS

# What each counter counts, and what the page calls it.
COUNTERS = {
    "count_status_1": (OPERATIONAL, "up"),
    "count_status_2": (DEGRADED, "affected"),
    "count_status_3": (DOWN, "down"),
}


def start(source: Source) -> list[str]:
    """The counters of the page at `source.url`."""
    return [api_address(source) + "/api/statuses"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """A report for each state but the first that any service is in, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    counters = value.get("counters") if isinstance(value, dict) else None
    if not isinstance(counters, dict):
        raise ShapeError("the body has no object 'counters'")
    reading = Reading(source)
    reading.keys(value, frozenset({"counters"}), "body")
    reading.keys(counters, frozenset(COUNTERS), "counters")
    for key, (state, word) in COUNTERS.items():
        count = counters.get(key)
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ShapeError(f"counters.{key} is no count: {count!r}")
        if state is OPERATIONAL:
            continue
        if count == 0:
            yield WellPart(key, f"no services {word}")
            continue
        report = read_standing(reading, state, key=key, name="services", word=word)
        if isinstance(report, Report):
            # How many, and not which: "services" is no component.
            yield replace(report, title=f"Services {word}", native_impact=str(count), components=())
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: a state that is no longer told has ended, and nothing was withdrawn."""
    return None
