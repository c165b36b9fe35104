"""Checkly: ``/summary.json`` of a status page: active incidents and maintenances; or the page's feed.

An incident that is over leaves the summary. A `source.url` that is a feed (``.rss``, ``.atom``, ``.xml``) is read as
any status page's feed (`spiders.status.status_feed`), which holds older incidents and their updates.

Unverified: the address of the summary, the keys of a maintenance, and the words but for IDENTIFIED, RESOLVED, MEDIUM
and MAJOR, which were seen in another project's captured answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from pipeline.model import Issue, Report, Source
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, web_address
from spiders.status import status_feed
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

FEEDS = (".rss", ".atom", ".xml")
STATUS = {
    "INVESTIGATING": Status.INVESTIGATING,
    "IDENTIFIED": Status.IDENTIFIED,
    "MONITORING": Status.MONITORING,
    "RESOLVED": Status.RESOLVED,
    "SCHEDULED": Status.IDENTIFIED,
    "IN_PROGRESS": Status.IDENTIFIED,
    "COMPLETED": Status.RESOLVED,
}
SEVERITY = {
    "MINOR": Severity.MINOR,
    "MEDIUM": Severity.MINOR,
    "MAJOR": Severity.MAJOR,
    "CRITICAL": Severity.CRITICAL,
}

BODY_KEYS = frozenset({"page", "activeIncidents", "activeMaintenances"})
INCIDENT_KEYS = frozenset({"id", "name", "startedAt", "updatedAt", "status", "severity", "affectedServices", "url"})
SERVICE_KEYS = frozenset({"id", "name", "group"} | {"status"})


def start(source: Source) -> list[str]:
    """The summary of the page at `source.url`, or the feed that it is."""
    if _is_feed(source):
        return [source.url]
    return [source.url.rstrip("/") + "/summary.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each active incident and maintenance, then the issues met. Raises `ShapeError`."""
    if _is_feed(source):
        yield from status_feed.parse(body, source)
        return
    value = load_json(body)
    incidents, planned = listed(value, "activeIncidents"), listed(value, "activeMaintenances")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    yield from reading.records(incidents, partial(_report, reading, planned=False))
    yield from reading.records(planned, partial(_report, reading, planned=True))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the summary holds what is active, a feed its last few entries."""
    return None


def _is_feed(source: Source) -> bool:
    return urlsplit(source.url).path.endswith(FEEDS)


def _report(reading: Reading, record: Record, *, planned: bool) -> Report:
    reading.keys(record, INCIDENT_KEYS, "maintenance" if planned else "incident")
    native_id, status, severity = need(record, "id"), need(record, "status"), maybe(record, "severity")
    services = rows(record, "affectedServices")
    for service in services:
        reading.keys(service, SERVICE_KEYS, "service")
    begun = reading.time(record.get("startedAt"), "incident.startedAt", native_id)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=web_address(maybe(record, "url"), reading.source.url) or reading.source.url,
        published_at=None if planned else begun,
        updated_at=reading.time(record.get("updatedAt"), "incident.updatedAt", native_id),
        started_at=begun,
        status=reading.word(STATUS, status, Status.UNKNOWN, "incident.status"),
        native_status=status,
        kind=Kind.MAINTENANCE if planned else None,
        severity=reading.word(SEVERITY, severity, Severity.UNKNOWN, "incident.severity"),
        native_impact=severity,
        components=distinct(maybe(service, "name") for service in services),
        language=reading.source.language,
    )
