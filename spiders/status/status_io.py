"""Status.io: ``https://api.status.io/1.0/status/<id>``, what is open and what is planned at this moment.

The source's `url` is that address, the page's own host behind ``#`` for the addresses of single incidents
(`spiders.hosted`); or the page, whose HTML holds the id (`spiders.locate`).
The codes of an incident's messages are its stages (`state`) and
the state of what it affects (`status`); the last message often says 100 again, so the highest counts.
Of a maintenance's stages only "planned" and "under way" are documented; others are issues.
Containers are the places in which a component runs, so they are the regions here.
Format: https://kb.status.io/developers/public-status-api
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.hosted import api_address, page_address
from spiders.scalars import maybe_key
from spiders.strict import BadRecordError, Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

STATE = {
    "100": Status.INVESTIGATING,
    "200": Status.IDENTIFIED,
    "300": Status.MONITORING,
    "400": Status.RESOLVED,
}
PLANNED_STATE = {"100": Status.IDENTIFIED, "200": Status.IDENTIFIED}
# From the worst down.
STATUS = {
    "600": (Kind.SECURITY, Severity.UNKNOWN),
    "500": (Kind.OUTAGE, Severity.CRITICAL),
    "400": (Kind.OUTAGE, Severity.MAJOR),
    "300": (Kind.DEGRADATION, Severity.MINOR),
    "200": (Kind.MAINTENANCE, Severity.UNKNOWN),
    "100": (None, Severity.UNKNOWN),
}

RESULT_KEYS = frozenset({"status_overall", "status", "incidents", "maintenance"})
EVENT_KEYS = frozenset(
    {"_id", "id", "name", "datetime_open", "datetime_resolved", "datetime_planned_start", "messages"}
    | {"components_affected", "containers_affected"}
    # Ignored: what the messages say once more, when a maintenance is meant to end, and the vendor's own marks.
    | {"status", "status_code", "current_active", "current_status", "current_state", "kind", "statuspage", "__v"}
    | {"datetime_planned_end"}
)
MESSAGE_KEYS = frozenset(
    {"_id", "id", "details", "state", "status", "datetime"}
    | {"source", "ip", "statuspage", "incident", "maintenance", "components", "containers", "__v"}
)


def start(source: Source) -> list[str]:
    """The API's address of the page, which `source.url` gives."""
    return [api_address(source)]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each open incident and maintenance, then the issues met. Raises `ShapeError`."""
    result = _result(load_json(body))
    incidents = listed(result, "incidents")
    planned = result.get("maintenance")
    # A page without maintenance has been seen to give an empty list.
    maintenances = [] if planned == [] else [i for key in ("active", "upcoming") for i in listed(planned, key)]
    reading = Reading(source)
    reading.keys(result, RESULT_KEYS, "result")
    yield from reading.records(incidents, partial(_report, reading, planned=False))
    yield from reading.records(maintenances, partial(_report, reading, planned=True))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what is over is no longer listed."""
    return None


def _result(value: Any) -> Record:
    result = value.get("result") if isinstance(value, dict) else None
    if not isinstance(result, dict):
        raise ShapeError("the body has no object 'result'")
    return result


def _report(reading: Reading, record: Record, *, planned: bool) -> Report:
    reading.keys(record, EVENT_KEYS, "event")
    native_id = maybe(record, "_id") or need(record, "id")
    opened = reading.time(record.get("datetime_open"), "event.datetime_open", native_id)
    begun = reading.time(record.get("datetime_planned_start"), "event.datetime_planned_start", native_id)
    over = bool(record.get("datetime_resolved")) and not planned
    ended = reading.time(record.get("datetime_resolved"), "event.datetime_resolved", native_id) if over else None
    updates, codes = _updates(reading, record, native_id, planned=planned)
    worst = next((code for code in STATUS if code in codes), None)
    kind, severity = STATUS[worst] if worst else (None, Severity.UNKNOWN)
    latest = updates[-1] if updates else None
    stage = latest.status if latest else (Status.IDENTIFIED if planned else Status.INVESTIGATING)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=_address(reading.source, native_id, planned=planned),
        published_at=opened if planned or not updates else updates[0].posted_at,
        updated_at=latest.posted_at if latest else None,
        started_at=begun if planned else opened,
        ended_at=ended,
        status=Status.RESOLVED if over else stage,
        native_status=latest.native_status if latest else None,
        kind=Kind.MAINTENANCE if planned else kind,
        severity=severity,
        native_impact=worst,
        components=distinct(maybe(c, "name") for c in rows(record, "components_affected")),
        regions=distinct(maybe(c, "name") for c in rows(record, "containers_affected")),
        updates=updates,
        language=reading.source.language,
    )


def _updates(
    reading: Reading, record: Record, native_id: str, *, planned: bool
) -> tuple[tuple[Update, ...], list[str]]:
    """The timeline, oldest first, and the codes of the states that its messages tell."""
    found: list[Update] = []
    codes: list[str] = []
    for item in rows(record, "messages"):
        reading.keys(item, MESSAGE_KEYS, "message")
        posted = reading.time(item.get("datetime"), "message.datetime", native_id)
        try:
            if posted is None:
                reading.note("bad_record", f"a message of {native_id} has no readable time", native_id)
                continue
            state, code = maybe_key(item, "state"), maybe_key(item, "status")
            meaning = reading.word(PLANNED_STATE if planned else STATE, state, Status.UNKNOWN, "message.state")
            reading.word(STATUS, code, (None, Severity.UNKNOWN), "message.status")
            key = maybe(item, "_id") or maybe(item, "id") or f"{native_id}-{posted:%Y%m%dT%H%M%S}"
            found.append(Update(key, posted, plain_text(maybe(item, "details") or ""), meaning, state))
        except BadRecordError as error:
            reading.note("bad_record", f"a message of {native_id}: {error}", native_id)
            continue
        codes.extend([code] if code else [])
    return tuple(sorted(found, key=lambda u: u.posted_at)), codes


def _address(source: Source, native_id: str, *, planned: bool) -> str:
    """The incident's page, where the page's host is known; else the API's address."""
    api, page = api_address(source), page_address(source)
    where = "maintenance" if planned else "incident"
    return f"{page}/pages/{where}/{api.rpartition('/')[2]}/{native_id}" if page else api
