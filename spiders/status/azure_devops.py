"""Azure DevOps: ``/_apis/status/health``, how every service fares in every geography now.

There are no incidents in it, neither ids nor onsets: a service that is not healthy somewhere is one
report, keyed by the service and the day of the body, and it is gone when all is well again.
The answer is kept by the vendor for 60 seconds. A feed of the incidents stands at ``/_rss``.
Format: https://learn.microsoft.com/en-us/rest/api/azure/devops/status/

Unverified: the key `lastUpdated`; without it a report is keyed by its service alone, and that is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, plain_text
from spiders.scalars import maybe_key
from spiders.strict import Reading, Record, as_record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

# The page itself counts the same words from 1 to 4.
HEALTHY = frozenset({"healthy", "4"})
STATED = {
    "unhealthy": Kind.OUTAGE,
    "1": Kind.OUTAGE,
    "degraded": Kind.DEGRADATION,
    "2": Kind.DEGRADATION,
    "advisory": Kind.ADVISORY,
    "3": Kind.ADVISORY,
}
SEVERITY = {Kind.OUTAGE: Severity.MAJOR, Kind.DEGRADATION: Severity.MINOR, Kind.ADVISORY: Severity.MINOR}
ORDER = (Kind.OUTAGE, Kind.DEGRADATION, Kind.UNKNOWN, Kind.ADVISORY)

BODY_KEYS = frozenset({"status", "services", "lastUpdated"})
SERVICE_KEYS = frozenset({"id", "geographies"})
PLACE_KEYS = frozenset({"id", "health"} | {"name"})


def start(source: Source) -> list[str]:
    """The one address of the API, on the host of `source.url`."""
    return [source.url.rstrip("/") + "/_apis/status/health"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each service that is not healthy somewhere, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    services = listed(value, "services")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    told = value.get("status")
    message = maybe(told, "message") if isinstance(told, dict) else None
    ill = [item for item in services if _is_ill(reading, item)]
    if not services:
        reading.note("no_services", "the body lists no service: its health is unknown")
    moment = reading.time(value.get("lastUpdated"), "body.lastUpdated")
    yield from reading.records(ill, partial(_report, reading, moment, message))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: only what is ill now is told."""
    return None


def _is_ill(reading: Reading, item: object) -> bool:
    """Whether a service is not well somewhere, or is no such record. One that tells of no place is neither: noted."""
    if not isinstance(item, dict) or not isinstance(item.get("geographies"), list):
        return True
    if not item["geographies"]:
        reading.note("no_state", f"the service {item.get('id')} tells of no geography")
    healths = [place.get("health") if isinstance(place, dict) else None for place in item["geographies"]]
    return any(str(health).lower() not in HEALTHY for health in healths)


def _report(reading: Reading, moment: datetime | None, message: str | None, record: Record) -> Report:
    reading.keys(record, SERVICE_KEYS, "service")
    service = need(record, "id")
    if moment is None:
        reading.note("no_time", "a service is not healthy, but the body does not say of when that is")
    native_id = f"{service}_{moment:%Y-%m-%d}" if moment else service
    kinds, places, said = [], [], []
    for place in map(as_record, rows(record, "geographies")):
        reading.keys(place, PLACE_KEYS, "geography")
        word = (maybe_key(place, "health") or "unknown").lower()
        if word in HEALTHY:
            continue
        kinds.append(reading.word(STATED, word, Kind.UNKNOWN, "geography.health"))
        places.append(need(place, "id"))
        said.append(word)
    worst = next((kind for kind in ORDER if kind in kinds), Kind.UNKNOWN)
    text = plain_text(message or "")
    return Report(
        native_id=native_id,
        title=f"{service}: {', '.join(distinct(said)) or 'unknown'}",
        url=reading.source.url,
        published_at=moment,
        status=Status.INVESTIGATING,
        native_status=", ".join(distinct(said)) or None,
        kind=worst,
        severity=SEVERITY.get(worst, Severity.UNKNOWN),
        components=(service,),
        regions=distinct(places),
        updates=(Update(native_id, moment, text, Status.INVESTIGATING),) if text and moment else (),
        language=reading.source.language,
    )
