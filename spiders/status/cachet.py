"""Cachet: ``/api/v1/incidents`` of versions 1 and 2, ``/api/incidents`` (JSON:API) of version 3; schedules likewise.

The source's `url` is the page for ``v1``, ``https://<host>/api`` for version 3, or the address of
either list itself. Times have no zone but that of the server; it may follow behind ``#``
(`spiders.hosted`). Where it does not, every time is an issue and the words of the updates, which
cannot be kept without a time, become the report's text.
The order of version 1's list has been ignored by some servers, so that an incident which is missing
means nothing. A component's state is that of the moment: it tells the kind of an open incident.
Format: https://docs.cachethq.io/api-reference; version 3 with updates included was read from its source code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.hosted import api_address, page_zone, zoned_time
from spiders.scalars import epoch_time, inner, maybe_key, need_key
from spiders.strict import BadRecordError, Reading, Record, as_record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

STATUS = {
    # Until version 2.3 planned work was an incident.
    "0": Status.IDENTIFIED,
    "1": Status.INVESTIGATING,
    "2": Status.IDENTIFIED,
    "3": Status.MONITORING,
    "4": Status.RESOLVED,
}
SCHEDULE_STATUS = {"0": Status.IDENTIFIED, "1": Status.IDENTIFIED, "2": Status.RESOLVED}
# From the worst down. None says that the state tells nothing of the incident: it may be over.
COMPONENT: Mapping[str, tuple[Kind | None, Severity | None]] = {
    "4": (Kind.OUTAGE, Severity.CRITICAL),
    "3": (Kind.OUTAGE, Severity.MAJOR),
    "2": (Kind.DEGRADATION, Severity.MINOR),
    "1": (None, None),
    "5": (None, None),
    "0": (None, None),
}

PAGE = "per_page=50"
BODY_KEYS = frozenset({"meta", "data", "included", "links", "jsonapi"})
FLAT_KEYS = frozenset(
    {"id", "guid", "name", "message", "status", "latest_status", "permalink", "component", "components", "updates"}
    | {"occurred_at", "scheduled_at", "completed_at", "created_at", "updated_at"}
    | {"component_id", "visible", "stickied", "notifications", "notifiy", "deleted_at", "is_resolved", "meta", "tags"}
    | {"human_status", "latest_update_id", "latest_human_status", "latest_icon", "duration", "user_id", "published_at"}
)
UPDATE_KEYS = frozenset(
    {"id", "message", "status", "created_at"}
    | {"incident_id", "updateable_id", "updateable_type", "user_id", "updated_at", "human_status", "permalink"}
)


def start(source: Source) -> list[str]:
    """The newest incidents of the page at `source.url`, or the list that it names."""
    address = api_address(source)
    if address.endswith(("/incidents", "/schedules")) or "?" in address:
        return [address]
    if address.endswith("/api"):
        return [f"{address}/incidents?include=components,updates&{PAGE}"]
    return [f"{address.removesuffix('/api/v1')}/api/v1/incidents?sort=id&order=desc&{PAGE}"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident or planned work of the list, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    items = listed(value, "data")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    included: dict[tuple[str, str], Record] = {}
    for place, item in enumerate(listed(value, "included") if "included" in value else []):
        try:
            record = as_record(item)
            included[need(record, "type"), need_key(record, "id")] = _flat(inner(record, "attributes"))
        except BadRecordError as error:
            reading.note("bad_record", f"included {place}: {error}")
    yield from reading.records(items, partial(_report, reading, included))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: some servers list the oldest incidents, whatever is asked for."""
    return None


def _flat(said: Record) -> Record:
    """The attributes of version 3 under the names of version 1."""
    flat: dict[str, Any] = {}
    for key, value in said.items():
        if isinstance(value, dict) and "string" in value:
            flat[f"{key}_at"] = value["string"]
        else:
            flat[key] = value["value"] if isinstance(value, dict) and "value" in value else value
    return flat


def _linked(included: Mapping[tuple[str, str], Record], record: Record, key: str) -> list[Record]:
    """What a record of version 3 refers to. A reference to what is not included is passed over."""
    links = rows(inner(inner(record, "relationships"), key), "data")
    found = (included.get((need(link, "type"), need_key(link, "id"))) for link in links)
    return [item for item in found if item]


def _report(reading: Reading, included: Mapping[tuple[str, str], Record], record: Record) -> Report:
    if "attributes" in record:
        listed_as = need(record, "type")
        linked = {key: _linked(included, record, key) for key in ("updates", "components")}
        record = {"id": record.get("id"), **_flat(inner(record, "attributes")), **linked}
        planned = listed_as == "schedules"
    else:
        planned = "completed_at" in record
    reading.keys(record, FLAT_KEYS, "incident")
    number = need_key(record, "id")
    native_id = f"schedule-{number}" if planned else number
    code = maybe_key(record, "latest_status") or maybe_key(record, "status")
    table, where = (SCHEDULE_STATUS, "schedule.status") if planned else (STATUS, "incident.status")
    affected = [*rows(record, "components"), *([inner(record, "component")] if record.get("component") else [])]
    kind, severity = _impact(reading, affected)
    created = _moment(reading, record, "created_at", native_id)
    begun = _moment(reading, record, "scheduled_at" if planned or code == "0" else "occurred_at", native_id)
    words = plain_text(maybe(record, "message") or "")
    updates, lost = _updates(reading, record, native_id)
    if words and created:
        updates = (Update(f"{native_id}-opened", created, words), *updates)
    over = next((u.posted_at for u in updates if u.status is Status.RESOLVED), None)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=_address(reading.source, record, number, planned=planned),
        text="\n\n".join([words, *lost]).strip() or None if lost or not created else None,
        published_at=created,
        updated_at=_moment(reading, record, "updated_at", native_id),
        started_at=begun or created,
        ended_at=_moment(reading, record, "completed_at", native_id) if planned else over,
        status=reading.word(table, code, Status.UNKNOWN, where),
        native_status=code,
        kind=Kind.MAINTENANCE if planned or code == "0" else kind,
        severity=severity,
        components=distinct(maybe(item, "name") for item in affected),
        updates=updates,
        language=reading.source.language,
    )


def _impact(reading: Reading, affected: list[Record]) -> tuple[Kind | None, Severity | None]:
    """What the worst state of the components tells."""
    codes = [maybe_key(item, "status") for item in affected]
    for code in codes:
        reading.word(COMPONENT, code, (None, None), "component.status")
    return next((COMPONENT[code] for code in COMPONENT if code in codes), (None, None))


def _moment(reading: Reading, record: Record, key: str, native_id: str) -> datetime | None:
    value = record.get(key)
    if isinstance(value, int):
        return epoch_time(reading, value, key, native_id)
    return zoned_time(reading, value, page_zone(reading.source), key, native_id)


def _updates(reading: Reading, record: Record, incident: str) -> tuple[tuple[Update, ...], list[str]]:
    """The timeline, oldest first, and the words of the updates whose time is not known."""
    found: list[Update] = []
    lost: list[str] = []
    for item in rows(record, "updates"):
        reading.keys(item, UPDATE_KEYS, "update")
        try:
            key, code = need_key(item, "id"), maybe_key(item, "status")
            words = plain_text(maybe(item, "message") or "")
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {incident}: {error}", incident)
            continue
        posted = _moment(reading, item, "created_at", incident)
        if posted is None:
            lost.append(words)
        else:
            meaning = reading.word(STATUS, code, Status.UNKNOWN, "update.status")
            found.append(Update(key, posted, words, meaning, code))
    return tuple(sorted(found, key=lambda u: u.posted_at)), lost


def _address(source: Source, record: Record, number: str, *, planned: bool) -> str:
    """The page of the incident: its permalink, or where Cachet has it."""
    page = api_address(source).partition("/api")[0]
    where = f"schedules/{number}" if planned else f"incidents/{maybe(record, 'guid') or number}"
    return web_address(maybe(record, "permalink"), page + "/") or f"{page}/{where}"
