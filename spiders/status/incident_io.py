"""incident.io: ``/api/v2/incidents.json``, Statuspage's API with ULIDs for ids, or the page's own ``/api/v1/summary``.

The first is what `spiders.status.statuspage` reads; its incidents often name no components. The
second (the same record as the widget's) lists what is open and what is planned, and of each only
the update posted last; a source asks for it by naming that address as its `url`. No record of it
tells when an incident began.
The path ``/api/widget`` is unverified. No way to what the list no longer holds is documented.
Its words: https://docs.incident.io/api-reference/status-page-incidents-v2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.hosted import api_address
from spiders.status import statuspage
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

SUMMARIES = ("/api/v1/summary", "/api/widget")
STATUS = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "maintenance_scheduled": Status.IDENTIFIED,
    "maintenance_in_progress": Status.IDENTIFIED,
    "maintenance_complete": Status.RESOLVED,
}
IMPACT = {
    "operational": (None, Severity.UNKNOWN),
    "degraded_performance": (Kind.DEGRADATION, Severity.MINOR),
    "partial_outage": (Kind.OUTAGE, Severity.MAJOR),
    "full_outage": (Kind.OUTAGE, Severity.CRITICAL),
    "under_maintenance": (Kind.MAINTENANCE, Severity.UNKNOWN),
}

MAINTENANCES = ("in_progress_maintenances", "scheduled_maintenances")
BODY_KEYS = frozenset({"page_title", "page_url", "ongoing_incidents", *MAINTENANCES})
EVENT_KEYS = frozenset(
    {"id", "name", "url", "status", "last_update_at", "last_update_message", "affected_components"}
    | {"current_worst_impact", "started_at", "starts_at"}
    # Ignored: when a maintenance is meant to end, which is not when it ended.
    | {"scheduled_end_at", "ends_at"}
)


def start(source: Source) -> list[str]:
    """The summary that `source.url` names, or else the list of incidents of the page at `source.url`."""
    address = api_address(source)
    return [address if address.endswith(SUMMARIES) else address + "/api/v2/incidents.json"]


def besides(source: Source) -> list[str]:
    """The list of maintenances, as Statuspage's; a summary holds its own."""
    address = api_address(source)
    return [] if address.endswith(SUMMARIES) else [address + "/api/v2/scheduled-maintenances.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident and maintenance of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if not isinstance(value, dict) or "ongoing_incidents" not in value:
        yield from statuspage.parse(body, source)
        return
    incidents = listed(value, "ongoing_incidents")
    maintenances = [item for key in MAINTENANCES for item in listed(value, key)]
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    yield from reading.records(incidents, partial(_report, reading, planned=False))
    yield from reading.records(maintenances, partial(_report, reading, planned=True))
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """As Statuspage's: `None` for a summary, which lists nothing that is over."""
    return statuspage.window(reports)


def covers(reports: Iterable[Report]) -> frozenset[str]:
    """As Statuspage's."""
    return statuspage.covers(reports)


def _report(reading: Reading, record: Record, *, planned: bool) -> Report:
    reading.keys(record, EVENT_KEYS, "event")
    native_id, status = need(record, "id"), need(record, "status")
    meaning = reading.word(STATUS, status, Status.UNKNOWN, "event.status")
    impact = maybe(record, "current_worst_impact")
    unknown: tuple[Kind | None, Severity] = (None, Severity.UNKNOWN)
    kind, severity = reading.word(IMPACT, impact, unknown, "event.current_worst_impact")
    posted = reading.time(record.get("last_update_at"), "event.last_update_at", native_id)
    words = plain_text(maybe(record, "last_update_message") or "")
    update = Update(f"{native_id}-{posted:%Y%m%dT%H%M%S}", posted, words, meaning, status) if posted and words else None
    begun = record.get("started_at") or record.get("starts_at")
    site = reading.source.url
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=web_address(maybe(record, "url"), site) or site,
        updated_at=posted,
        started_at=reading.time(begun, "event.started_at", native_id),
        status=meaning,
        native_status=status,
        kind=Kind.MAINTENANCE if planned else kind,
        severity=severity,
        native_impact=impact,
        components=distinct(maybe(c, "name") for c in rows(record, "affected_components")),
        updates=(update,) if update else (),
        language=reading.source.language,
    )
