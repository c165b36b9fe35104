"""Heroku: ``/api/v4/incidents`` (a bare list) and ``/api/v4/current-status`` (the open ones, and what is planned).

`resolved` is false on incidents whose `state` is resolved, so `state` alone is read. Planned work is
called upcoming long after its last update says that it is done, and its window stands in the prose only.
A system's colour is its colour now: green as soon as the incident is over.
The same incidents are listed by Salesforce's Trust API (`salesforce`), which Heroku's own client reads since 2025.

Unverified: every state but resolved and upcoming, and how far back the list goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.scalars import maybe_key, need_key, words
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows
from spiders.timeline import known, second, timeline
from spiders.vendor_json import listed_with

KIND = SourceKind.STATUS

STATUS = {
    "resolved": Status.RESOLVED,
    "upcoming": Status.IDENTIFIED,
    "open": Status.INVESTIGATING,
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
}
# `update` tells nothing of how far the work has come.
UPDATE_STATUS = STATUS | {
    "issue": Status.INVESTIGATING,
    "update": Status.UNKNOWN,
    "scheduled": Status.IDENTIFIED,
    "maintenance": Status.IDENTIFIED,
}
COLOUR = {"red": Severity.MAJOR, "yellow": Severity.MINOR, "green": Severity.UNKNOWN, "blue": Severity.UNKNOWN}
STATED = {Severity.MAJOR: Kind.OUTAGE, Severity.MINOR: Kind.DEGRADATION}

BODY_KEYS = frozenset({"status", "incidents", "scheduled"})
INCIDENT_KEYS = frozenset(
    {"id", "title", "state", "created_at", "updated_at", "full_url", "systems", "tags", "updates"}
    # Ignored: see above; a duration that grows while it is read; the address without its host.
    | {"resolved", "duration", "href", "upcoming"}
)
SYSTEM_KEYS = frozenset({"name", "status"} | {"services"})
UPDATE_KEYS = frozenset(
    {"id", "update_type", "contents", "created_at"}
    | {"updated_at", "incident_id", "title", "status_dev", "status_prod"}
)


def start(source: Source) -> list[str]:
    """The list of the newest incidents, and the current state with what is planned."""
    base = source.url.rstrip("/") + "/api/v4/"
    return [base + "incidents", base + "current-status"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident and planned work of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    reading = Reading(source)
    if isinstance(value, dict):
        incidents, planned = listed(value, "incidents"), listed(value, "scheduled")
        reading.keys(value, BODY_KEYS, "body")
    else:
        incidents, planned = listed_with(value, "full_url"), []
    yield from reading.records(incidents, partial(_report, reading, planned=False))
    yield from reading.records(planned, partial(_report, reading, planned=True))
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed incident was created; `None` where nothing is over, as in the current state."""
    incidents = [r for r in reports if r.kind is not Kind.MAINTENANCE]
    if not any(r.status is Status.RESOLVED for r in incidents):
        return None
    return min((r.published_at for r in incidents if r.published_at), default=None)


def _report(reading: Reading, record: Record, *, planned: bool) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id, state = need_key(record, "id"), maybe(record, "state")
    systems = rows(record, "systems")
    for system in systems:
        reading.keys(system, SYSTEM_KEYS, "system")
    colours = distinct(maybe(system, "status") for system in systems)
    weights = {reading.word(COLOUR, colour, Severity.UNKNOWN, "system.status") for colour in colours}
    worst = next((w for w in (Severity.MAJOR, Severity.MINOR) if w in weights), None)
    created = reading.time(record.get("created_at"), "incident.created_at", native_id)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=web_address(maybe(record, "full_url"), reading.source.url) or reading.source.url,
        published_at=created,
        updated_at=reading.time(record.get("updated_at"), "incident.updated_at", native_id),
        status=reading.word(STATUS, state, Status.UNKNOWN, "incident.state"),
        native_status=state,
        kind=Kind.MAINTENANCE if planned or state == "upcoming" else STATED.get(worst) if worst else None,
        severity=worst,
        native_impact=", ".join(colours) or None,
        components=distinct(maybe(system, "name") for system in systems),
        regions=distinct(words(record, "tags")),
        updates=timeline(reading, native_id, rows(record, "updates"), partial(_update, reading, native_id)),
        timezone="UTC",  # the updates write their times in UTC
        language=reading.source.language,
    )


def _update(reading: Reading, incident: str, item: Record) -> Update:
    reading.keys(item, UPDATE_KEYS, "update")
    word = maybe(item, "update_type")
    posted = known(reading.time(item.get("created_at"), "update.created_at", incident))
    native_id = maybe_key(item, "id") or f"{incident}-{second(posted)}"
    meaning = reading.word(UPDATE_STATUS, word, Status.UNKNOWN, "update.update_type")
    return Update(native_id, posted, plain_text(need(item, "contents")), meaning, word)
