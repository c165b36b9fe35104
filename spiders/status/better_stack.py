"""Better Stack: ``/index.json``, the page as JSON:API, its reports and their updates under ``included``.

A report has no stages: it says which resources it affects and how, and an update that calls each of
them resolved ends it. Its own state falls back to operational then, so that the worst state of the
report and its updates is kept. The end of a maintenance is the planned one.
Monitors that are down without a report are left out: they flicker for less than a minute, and there
may be hundreds on a page. How far back reports are listed, and the address of a single one, are unverified.
Format: https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.hosted import api_address
from spiders.scalars import inner, maybe_key, need_key
from spiders.strict import BadRecordError, Reading, Record, as_record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

# From the worst down.
STATE = {
    "downtime": (Kind.OUTAGE, Severity.MAJOR),
    "degraded": (Kind.DEGRADATION, Severity.MINOR),
    "maintenance": (Kind.MAINTENANCE, Severity.UNKNOWN),
    "operational": (None, Severity.UNKNOWN),
    "resolved": (None, Severity.UNKNOWN),
}
TYPE = {"manual": False, "automatic": False, "maintenance": True}
INCLUDED = {
    "status_page_section": None,
    "status_page_resource": "resource",
    "status_report": "report",
    "status_update": "update",
}

REPORT_KEYS = frozenset(
    {"title", "report_type", "starts_at", "ends_at", "aggregate_state", "affected_resources"}
    | {"status_page_id", "created_at", "updated_at"}
)
UPDATE_KEYS = frozenset(
    {"message", "published_at", "affected_resources"}
    | {"status_report_id", "published_at_timezone", "notify_subscribers", "created_at", "updated_at"}
)

Kinds = Mapping[str, Mapping[str, Record]]


def start(source: Source) -> list[str]:
    """The JSON form of the page at `source.url`."""
    return [api_address(source) + "/index.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each report of the page, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    page = value.get("data") if isinstance(value, dict) else None
    if not isinstance(page, dict) or not isinstance(page.get("attributes"), dict):
        raise ShapeError("the body has no data.attributes of a page")
    reading = Reading(source)
    found: dict[str, dict[str, Record]] = {"resource": {}, "report": {}, "update": {}}
    for place, item in enumerate(listed(value, "included")):
        try:
            record = as_record(item)
            kind = reading.word(INCLUDED, need(record, "type"), None, "included.type")
            if kind:
                found[kind][need_key(record, "id")] = record
        except BadRecordError as error:
            reading.note("bad_record", f"included {place}: {error}")
    zone = page["attributes"].get("timezone")
    timezone = zone if isinstance(zone, str) else None
    yield from reading.records(found["report"].values(), partial(_report, reading, found, timezone))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: how far back the page lists its reports is not known."""
    return None


def _report(reading: Reading, found: Kinds, timezone: str | None, record: Record) -> Report:
    native_id, said = need_key(record, "id"), inner(record, "attributes")
    reading.keys(said, REPORT_KEYS, "report")
    planned = reading.word(TYPE, maybe(said, "report_type"), False, "report.report_type")  # noqa: FBT003
    updates, states = _updates(reading, record, found["update"], native_id)
    state = (maybe(said, "aggregate_state") or "").lower() or None
    affected = [*rows(said, "affected_resources"), *states]
    worst = _worst(reading, [state, *(_state(item) for item in affected)])
    kind, severity = STATE[worst] if worst else (None, Severity.UNKNOWN)
    named = (found["resource"].get(maybe_key(item, "status_page_resource_id") or "") for item in affected)
    components = distinct(maybe(inner(resource, "attributes"), "public_name") for resource in named if resource)
    ends = reading.time(said.get("ends_at"), "report.ends_at", native_id)
    over = bool(updates) and updates[-1].status is Status.RESOLVED
    last = updates[-1].posted_at if over else None
    done = over or (bool(said.get("ends_at")) and not planned)
    # What an automatic report is called, where nobody gave it a title, is what it affects.
    title = maybe(said, "title") or ", ".join(components)
    if not title:
        raise BadRecordError("title is missing")
    return Report(
        native_id=native_id,
        title=one_line(title),
        url=reading.source.url,
        published_at=updates[0].posted_at if updates else None,
        updated_at=updates[-1].posted_at if updates else None,
        started_at=reading.time(said.get("starts_at"), "report.starts_at", native_id),
        ended_at=last if planned else ends or last,
        status=Status.RESOLVED if done else _stage(state, planned=planned),
        native_status=state,
        kind=Kind.MAINTENANCE if planned else kind,
        severity=severity,
        native_impact=worst,
        components=components,
        updates=updates,
        timezone=timezone,
        language=reading.source.language,
    )


def _stage(state: str | None, *, planned: bool) -> Status:
    """What the state of an open report tells. A planned one is operational before it begins and after it is over."""
    if planned:
        return Status.IDENTIFIED if state in (None, "maintenance") else Status.UNKNOWN
    if state in ("operational", "resolved"):
        return Status.RESOLVED
    return Status.INVESTIGATING if state in STATE else Status.UNKNOWN


def _updates(
    reading: Reading, record: Record, known: Mapping[str, Record], report: str
) -> tuple[tuple[Update, ...], list[Record]]:
    """The timeline, oldest first, and the resources that its updates name."""
    found: list[Update] = []
    affected: list[Record] = []
    for link in rows(inner(inner(record, "relationships"), "status_updates"), "data"):
        native_id = need_key(link, "id")
        if native_id not in known:
            reading.note("bad_record", f"the update {native_id} is not included", report)
            continue
        said = inner(known[native_id], "attributes")
        reading.keys(said, UPDATE_KEYS, "update")
        posted = reading.time(said.get("published_at"), "update.published_at", report)
        if posted is None:
            reading.note("bad_record", f"the update {native_id} has no readable time", report)
            continue
        states = rows(said, "affected_resources")
        over = bool(states) and all(_state(item) in ("resolved", "operational") for item in states)
        status = Status.RESOLVED if over else Status.UNKNOWN
        found.append(Update(native_id, posted, plain_text(maybe(said, "message") or ""), status))
        affected.extend(states)
    return tuple(sorted(found, key=lambda u: u.posted_at)), affected


def _state(item: Record) -> str | None:
    return (maybe(item, "status") or "").lower() or None


def _worst(reading: Reading, states: Iterable[str | None]) -> str | None:
    """The first of `STATE` that occurs; each word that is none of them is noted."""
    stated = [word for word in states if word]
    for word in stated:
        reading.word(STATE, word, (None, Severity.UNKNOWN), "report.state")
    return next((word for word in STATE if word in stated), None)
