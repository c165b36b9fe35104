"""Rootly: ``/api/v1/incidents.json`` of a page on a custom domain: the active incidents, a hundred a page.

An incident that is over leaves the list, so that absence means nothing here. More than one page of
active incidents is noted and not fetched.
Format: https://docs.rootly.com/configuration/status-page-public-api
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.strict import Reading, Record, listed, maybe, need, rows
from spiders.timeline import known, timeline

KIND = SourceKind.STATUS

STATUS = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
    "in_progress": Status.IDENTIFIED,
    "verifying": Status.MONITORING,
    "completed": Status.RESOLVED,
}
PLANNED = frozenset({"scheduled", "in_progress", "verifying", "completed"})
SEVERITY = {
    "none": Severity.UNKNOWN,
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
    "maintenance": Severity.UNKNOWN,
}

BODY_KEYS = frozenset({"page", "incidents", "pagination"} | {"status"})
INCIDENT_KEYS = frozenset(
    {"id", "name", "status", "impact", "created_at", "updated_at", "started_at", "resolved_at", "shortlink"}
    | {"incident_updates"}
    # Ignored: a time that the updates give as well, and the page's own key.
    | {"monitoring_at", "page_id"}
)
UPDATE_KEYS = frozenset(
    {"id", "status", "body", "created_at", "display_at"}
    | {"updated_at", "custom_tweet", "deliver_notifications", "tweet_id"}
)


def start(source: Source) -> list[str]:
    """The list of active incidents of the page at `source.url`."""
    return [source.url.rstrip("/") + "/api/v1/incidents.json?per_page=100"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each active incident, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    incidents = listed(value, "incidents")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    page, pages = value.get("page"), value.get("pagination")
    page = page if isinstance(page, dict) else {}
    if isinstance(pages, dict) and pages.get("next_page") is not None:
        reading.note("more_pages", f"{pages.get('total_count')} incidents; the first {len(incidents)} are read")
    yield from reading.records(incidents, partial(_report, reading, page))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the list holds active incidents alone."""
    return None


def _report(reading: Reading, page: Record, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id, status, impact = need(record, "id"), need(record, "status"), maybe(record, "impact")
    created = reading.time(record.get("created_at"), "incident.created_at", native_id)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=web_address(maybe(record, "shortlink"), reading.source.url) or reading.source.url,
        published_at=created,
        updated_at=reading.time(record.get("updated_at"), "incident.updated_at", native_id),
        started_at=reading.time(record.get("started_at"), "incident.started_at", native_id) or created,
        ended_at=reading.time(record.get("resolved_at"), "incident.resolved_at", native_id),
        status=reading.word(STATUS, status, Status.UNKNOWN, "incident.status"),
        native_status=status,
        kind=Kind.MAINTENANCE if impact == "maintenance" or status in PLANNED else None,
        severity=reading.word(SEVERITY, impact, Severity.UNKNOWN, "incident.impact"),
        native_impact=impact,
        updates=timeline(reading, native_id, rows(record, "incident_updates"), partial(_update, reading, native_id)),
        timezone=maybe(page, "time_zone"),
        language=reading.source.language,
    )


def _update(reading: Reading, incident: str, item: Record) -> Update:
    reading.keys(item, UPDATE_KEYS, "update")
    native_id, status = need(item, "id"), maybe(item, "status")
    posted = reading.time(item.get("display_at"), "update.display_at", incident)
    posted = posted or reading.time(item.get("created_at"), "update.created_at", incident)
    meaning = reading.word(STATUS, status, Status.UNKNOWN, "update.status")
    return Update(native_id, known(posted), plain_text(maybe(item, "body") or ""), meaning, status)
