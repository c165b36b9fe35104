"""Freshstatus: ``https://public-api.freshstatus.io/v1/public-incidents/?account_id=<number>``.

The source's `url` is that address, the page's own host behind ``#`` for the addresses of single incidents
(`spiders.hosted`); or the page, whose HTML holds the number (`spiders.locate`).
The service is said to have ended in March 2026 (unverified).
Incidents and planned work are one list, by page, in an order that is unverified. Unverified are the
key of the updates (``incident_updates``) and those in them, and that a component has its name beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.hosted import api_address, page_address
from spiders.scalars import is_set, need_key
from spiders.strict import BadRecordError, Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

# From the worst down.
STATE = {
    "MO": (Kind.OUTAGE, Severity.CRITICAL),
    "PO": (Kind.OUTAGE, Severity.MAJOR),
    "PD": (Kind.DEGRADATION, Severity.MINOR),
    "UM": (Kind.MAINTENANCE, Severity.UNKNOWN),
    "OP": (None, Severity.UNKNOWN),
}

BODY_KEYS = frozenset({"count", "next", "previous", "results"})
INCIDENT_KEYS = frozenset(
    {"id", "title", "description", "start_time", "end_time", "is_planned", "scheduled_start_time", "created_at"}
    | {"updated_at", "affected_components", "incident_updates"}
    | {"scheduled_end_time", "source", "is_private", "account", "account_id", "notification_options"}
)
UPDATE_KEYS = frozenset({"id", "message", "created_at"} | {"updated_at", "incident", "affected_components"})


def start(source: Source) -> list[str]:
    """The API's address of the account, which `source.url` gives."""
    return [api_address(source)]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident and planned work of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    items = listed(value, "results")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    yield from reading.records(items, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the order of the list is not known."""
    return None


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id, planned = need_key(record, "id"), is_set(record, "is_planned")

    def moment(key: str) -> datetime | None:
        return reading.time(record.get(key), f"incident.{key}", native_id)

    affected = rows(record, "affected_components")
    states = [maybe(item, "new_status") for item in affected]
    for state in states:
        reading.word(STATE, state, (None, Severity.UNKNOWN), "component.new_status")
    worst = next((code for code in STATE if code in states), None)
    kind, severity = STATE[worst] if worst else (None, Severity.UNKNOWN)
    began, created = moment("start_time"), moment("created_at")
    planned_begin = moment("scheduled_start_time")
    # An end is an end, even where its time cannot be read.
    stage = Status.IDENTIFIED if planned else Status.INVESTIGATING
    words = plain_text(maybe(record, "description") or "")
    updates = _updates(reading, record, native_id)
    opened = created or began
    if words and opened:
        updates = (Update(f"{native_id}-opened", opened, words), *updates)
    page = page_address(reading.source)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=f"{page}/incident/{native_id}" if page else api_address(reading.source),
        text=words if words and not opened else None,
        published_at=created,
        updated_at=moment("updated_at"),
        started_at=(planned_begin if planned else None) or began,
        ended_at=moment("end_time"),
        status=Status.RESOLVED if record.get("end_time") else stage,
        kind=Kind.MAINTENANCE if planned else kind,
        severity=severity,
        native_impact=worst,
        components=distinct(_name(reading, item) for item in affected),
        updates=updates,
        language=reading.source.language,
    )


def _name(reading: Reading, item: Record) -> str | None:
    """A component's name, where there is one beside its number; else that is noted."""
    part = item.get("component")
    name = maybe(part, "name") if isinstance(part, dict) else maybe(item, "component_name") or maybe(item, "name")
    if name is None:
        reading.note("unnamed_component", "a component has a number and no name")
    return name


def _updates(reading: Reading, record: Record, incident: str) -> tuple[Update, ...]:
    """The timeline, oldest first. No stage is told."""
    found: list[Update] = []
    for item in rows(record, "incident_updates"):
        reading.keys(item, UPDATE_KEYS, "update")
        try:
            key, words = need_key(item, "id"), plain_text(need(item, "message"))
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {incident}: {error}", incident)
            continue
        posted = reading.time(item.get("created_at"), "update.created_at", incident)
        if posted is None:
            reading.note("bad_record", f"the update {key} has no readable time", incident)
            continue
        found.append(Update(key, posted, words))
    return tuple(sorted(found, key=lambda u: u.posted_at))
