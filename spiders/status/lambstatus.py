"""LambStatus: ``/api/incidents``, ``/api/maintenances`` and ``/api/components``, three bare lists.

Incidents and maintenances are listed from the first
one on, without their updates, which have addresses of their own; of a resolved one the last change is the end. A
component whose state was set by hand is a report of its own (`spiders.standing`), beside an incident that names it.
Source of the formats: https://github.com/ks888/LambStatus (packages/lambda/src/model)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update, WellPart
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.standing import DEGRADED, MAINTENANCE, OPERATIONAL, UNWATCHED, State, read_states, standing
from spiders.strict import Reading, Record, maybe, need, rows
from spiders.timeline import known, timeline

KIND = SourceKind.STATUS

COMPONENT = {
    "Operational": OPERATIONAL,
    "Under Maintenance": MAINTENANCE,
    "Degraded Performance": DEGRADED,
    "Partial Outage": State(Kind.OUTAGE, Severity.MAJOR),
    "Major Outage": State(Kind.OUTAGE, Severity.CRITICAL),
}
STATUS = {
    "Investigating": Status.INVESTIGATING,
    "Identified": Status.IDENTIFIED,
    "Monitoring": Status.MONITORING,
    "Resolved": Status.RESOLVED,
    "Scheduled": Status.IDENTIFIED,
    "In Progress": Status.IDENTIFIED,
    "Verifying": Status.MONITORING,
    "Completed": Status.RESOLVED,
}

COMPONENT_KEYS = frozenset({"componentID", "name", "status"} | {"description", "order"})
INCIDENT_KEYS = frozenset({"incidentID", "name", "status", "createdAt", "updatedAt"} | {"message", "components"})
MAINTENANCE_KEYS = frozenset({"maintenanceID", "name", "status", "startAt", "endAt", "createdAt", "updatedAt"})


def start(source: Source) -> list[str]:
    """The three lists of the page at `source.url`."""
    base = source.url.rstrip("/") + "/api/"
    return [base + "incidents", base + "maintenances", base + "components"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each incident, maintenance or component that is not operational, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if not isinstance(value, list):
        raise ShapeError(f"the body is no list: it is a {type(value).__name__}")
    reading = Reading(source)
    keys = {key for item in value if isinstance(item, dict) for key in item}
    if "componentID" in keys and "incidentID" not in keys:
        yield from read_states(reading, value, partial(_component, reading))
    elif not value or keys & {"incidentID", "maintenanceID"}:
        yield from reading.records(value, partial(_report, reading, planned="maintenanceID" in keys))
    else:
        raise ShapeError("the body lists neither incidents nor maintenances nor components")
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: each of the three lists is a part of what the page says."""
    return None


def _component(reading: Reading, record: Record) -> Report | WellPart | None:
    reading.keys(record, COMPONENT_KEYS, "component")
    word = need(record, "status")
    state = reading.word(COMPONENT, word, UNWATCHED, "component.status")
    return standing(
        reading, state, key=f"component-{need(record, 'componentID')}", name=need(record, "name"), word=word
    )


def _report(reading: Reading, record: Record, *, planned: bool) -> Report:
    what = "maintenance" if planned else "incident"
    reading.keys(record, (MAINTENANCE_KEYS if planned else INCIDENT_KEYS) | {f"{what}Updates"}, what)
    native_id, word = f"{what}-{need(record, f'{what}ID')}", need(record, "status")
    status = reading.word(STATUS, word, Status.UNKNOWN, f"{what}.status")
    created = reading.time(record.get("createdAt"), f"{what}.createdAt", native_id)
    changed = reading.time(record.get("updatedAt"), f"{what}.updatedAt", native_id)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=f"{reading.source.url.rstrip('/')}/{what}s/{native_id.removeprefix(f'{what}-')}",
        text=plain_text(maybe(record, "message") or "") or None,
        published_at=created,
        updated_at=changed,
        started_at=reading.time(record.get("startAt"), f"{what}.startAt", native_id) if planned else created,
        ended_at=changed if status is Status.RESOLVED else None,
        status=status,
        native_status=word,
        kind=Kind.MAINTENANCE if planned else None,
        updates=timeline(
            reading, native_id, rows(record, f"{what}Updates"), partial(_update, reading, what, native_id)
        ),
        language=reading.source.language,
    )


def _update(reading: Reading, what: str, native_id: str, item: Record) -> Update:
    word = need(item, f"{what}Status")
    posted = reading.time(item.get("createdAt") or item.get("updatedAt"), "update.createdAt", native_id)
    status = reading.word(STATUS, word, Status.UNKNOWN, f"update.{what}Status")
    text = plain_text(maybe(item, "message") or "")
    return Update(need(item, f"{what}UpdateID"), known(posted), text, status, word)
