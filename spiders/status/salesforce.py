"""Salesforce Trust: ``api.status.salesforce.com/v1``, incidents and maintenances of all its products.

An incident has no title: it is made of the words of its impacts and of the instances. Its times are
those of its impacts; what was found later stands in `message` (rootCause, actionPlan, pathToResolution)
and closes the timeline. Keys are numbers. Instances ("NA99", "Heroku Europe") are given as regions.
Lists are pages of `limit` records in the order of their keys.

Unverified: the words of `status`, which older records lack (then an incident whose impacts have all
ended is over), and most words of `type` in impacts and events: unknown ones are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.scalars import inner, need_key, words
from spiders.strict import Reading, Record, distinct, maybe, need, rows
from spiders.timeline import known, timeline
from spiders.vendor_json import listed_with

KIND = SourceKind.STATUS

PAGE = "https://status.salesforce.com"
QUERY = "?limit=200&offset=0&sort=id&order=DESC"

STATUS = {
    "active": Status.INVESTIGATING,
    "open": Status.INVESTIGATING,
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
    "confirmed": Status.IDENTIFIED,
    "completed": Status.RESOLVED,
    "canceled": Status.RETRACTED,
    "cancelled": Status.RETRACTED,
}
EVENT = {
    "herokuIncident": Status.INVESTIGATING,
    "herokuIncidentInvestigating": Status.INVESTIGATING,
    "herokuIncidentMonitoring": Status.MONITORING,
    "investigatingCauseOfIssue": Status.INVESTIGATING,
    "issueIsolatedDatabaseTier": Status.IDENTIFIED,
    "resolved": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
}
IMPACT = {
    "serviceDisruption": Kind.OUTAGE,
    "herokuAppsServiceDisruption": Kind.OUTAGE,
    "featureDisruption": Kind.DEGRADATION,
    "herokuDataFeatureDisruption": Kind.DEGRADATION,
    "herokuToolsFeatureDisruption": Kind.DEGRADATION,
    "featurePerfDegradation": Kind.DEGRADATION,
    "performanceDegradation": Kind.DEGRADATION,
    "performanceDegradationAsynchronousProcessing": Kind.DEGRADATION,
    "performanceDegradationAsynchronousProcessingSubset": Kind.DEGRADATION,
    "intermittentLoginErrors": Kind.DEGRADATION,
    "intermittentPageLoadErrors": Kind.DEGRADATION,
    "pageLoadDelays": Kind.DEGRADATION,
    "slowDataProcessing": Kind.DEGRADATION,
}
SEVERITY = {
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
    "blocker": Severity.CRITICAL,
    "maintenance": Severity.UNKNOWN,
}
WORST = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)
FOUND = ("rootCause", "actionPlan", "pathToResolution")

RECORD_KEYS = frozenset(
    {
        "id",
        "name",
        "status",
        "message",
        "additionalInformation",
        "serviceKeys",
        "instanceKeys",
        "createdAt",
        "updatedAt",
    }
    | {"IncidentImpacts", "IncidentEvents", "MaintenanceImpacts", "MaintenanceEvents"}
    | {"plannedStartTime", "plannedEndTime"}
    # Ignored: another key, kinds of planned work, flags, and the events and impacts once more as one list.
    | {"externalId", "externalMaintenanceType", "releaseType", "substrate", "affectsAll", "isCore", "type", "timeline"}
)
IMPACT_KEYS = frozenset(
    {"type", "severity", "startTime", "endTime"}
    | {"id", "createdAt", "updatedAt", "startTimeCreatedAt", "startTimeModifiedAt", "endTimeCreatedAt"}
    | {"endTimeModifiedAt", "systemAvailability", "serviceIssue", "endUserImpact"}
)
EVENT_KEYS = frozenset({"id", "type", "message", "createdAt"} | {"updatedAt"})
MESSAGE_KEYS = frozenset({*FOUND, "eventStatus", "subject"} | {"maintenanceType", "availability"})


def start(source: Source) -> list[str]:
    """The newest incidents and the newest maintenances; `source.url` is the root of the API."""
    base = source.url.rstrip("/")
    return [f"{base}/incidents{QUERY}", f"{base}/maintenances{QUERY}"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident or maintenance of the body, then the issues met. Raises `ShapeError`."""
    items = listed_with(load_json(body), "instanceKeys")
    reading = Reading(source)
    yield from reading.records(items, partial(_report, reading))
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed incident was made; `None` where nothing is over: then only open ones may be listed."""
    incidents = [r for r in reports if r.kind is not Kind.MAINTENANCE]
    if not any(r.status is Status.RESOLVED for r in incidents):
        return None
    return min((r.published_at for r in incidents if r.published_at), default=None)


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, RECORD_KEYS, "record")
    native_id, planned = need_key(record, "id"), "MaintenanceImpacts" in record
    impacts = rows(record, "MaintenanceImpacts" if planned else "IncidentImpacts")
    for impact in impacts:
        reading.keys(impact, IMPACT_KEYS, "impact")
    begun = [reading.time(i.get("startTime"), "impact.startTime", native_id) for i in impacts]
    ended = [reading.time(i.get("endTime"), "impact.endTime", native_id) for i in impacts]
    over = max((t for t in ended if t), default=None) if all(ended) else None
    status, word = _status(reading, record, is_over=over is not None and not planned)
    weights = distinct(maybe(i, "severity") for i in impacts)
    meant = {reading.word(SEVERITY, w, Severity.UNKNOWN, "impact.severity") for w in weights}
    return Report(
        native_id=f"maintenance-{native_id}" if planned else native_id,
        title=_title(record, impacts),
        url=f"{PAGE}/{'maintenances' if planned else 'incidents'}/{native_id}",
        summary=plain_text(maybe(record, "additionalInformation") or "") or None,
        published_at=reading.time(record.get("createdAt"), "record.createdAt", native_id),
        updated_at=reading.time(record.get("updatedAt"), "record.updatedAt", native_id),
        started_at=min((t for t in begun if t), default=None),
        ended_at=over,
        status=status,
        native_status=word,
        kind=Kind.MAINTENANCE if planned else _kind(reading, impacts),
        severity=next((w for w in WORST if w in meant), Severity.UNKNOWN),
        native_impact=", ".join(weights) or None,
        components=distinct(words(record, "serviceKeys")),
        regions=distinct(words(record, "instanceKeys")),
        updates=_updates(reading, record, native_id, over),
        timezone="UTC",
        language=reading.source.language,
    )


def _status(reading: Reading, record: Record, *, is_over: bool) -> tuple[Status, str | None]:
    """What the record says of itself, else what its impacts and a maintenance's own word tell."""
    word = maybe(record, "status") or maybe(inner(record, "message"), "eventStatus")
    if word:
        return reading.word(STATUS, word.lower(), Status.UNKNOWN, "record.status"), word
    return (Status.RESOLVED if is_over else Status.INVESTIGATING), None


def _kind(reading: Reading, impacts: list[Record]) -> Kind | None:
    stated = {reading.word(IMPACT, maybe(i, "type"), Kind.UNKNOWN, "impact.type") for i in impacts}
    return next((kind for kind in (Kind.OUTAGE, Kind.DEGRADATION, Kind.UNKNOWN) if kind in stated), None)


def _title(record: Record, impacts: list[Record]) -> str:
    """The name or subject where there is one, else the types of the impacts as words, and where they are."""
    given = maybe(record, "name") or maybe(inner(record, "message"), "subject")
    if given:
        return one_line(given)
    types = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", maybe(i, "type") or "").capitalize() for i in impacts)
    where = ", ".join(words(record, "instanceKeys")[:5])
    return (
        f"{', '.join(distinct(types)) or 'Incident'} ({where})" if where else ", ".join(distinct(types)) or "Incident"
    )


def _updates(reading: Reading, record: Record, native_id: str, over: datetime | None) -> tuple[Update, ...]:
    """The events, and behind them what was found: it stands at the end, since nothing tells when it was written."""
    message = inner(record, "message")
    reading.keys(message, MESSAGE_KEYS, "message")
    events = [*rows(record, "IncidentEvents"), *rows(record, "MaintenanceEvents")]
    written = [reading.time(e.get("createdAt"), "event.createdAt", native_id) for e in events]
    last = max((t for t in (over, *written) if t), default=None)

    def read(item: Record) -> Update:
        if "found" in item:
            key = item["found"]
            return Update(f"{native_id}-{key}", known(last), plain_text(need(message, key)), native_status=key)
        reading.keys(item, EVENT_KEYS, "event")
        word = maybe(item, "type")
        posted = known(reading.time(item.get("createdAt"), "event.createdAt", native_id))
        meaning = reading.word(EVENT, word, Status.UNKNOWN, "event.type")
        return Update(need_key(item, "id"), posted, plain_text(need(item, "message")), meaning, word)

    return timeline(reading, native_id, [*events, *({"found": k} for k in FOUND if maybe(message, k))], read)
