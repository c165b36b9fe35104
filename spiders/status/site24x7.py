"""Site24x7 StatusIQ (Zoho): ``/sp/api/public/summary_details/statuspages/<id>``, incidents and component states.

`source.url` is that address, the page's host behind ``#`` (`spiders.hosted`); or the page, in whose HTML the id
stands (``enc_statuspage_id``; `spiders.locate`).

The states are codes: of components 1 to 6, of incidents 1x, of maintenances 2x. A component that is not operational
and that no open incident names is a report of its own (`spiders.standing`).
Unverified: that this body holds the incidents as well as the components; without them the components are read alone.
Format: https://github.com/site24x7/StatusIQ-Android-SDK (the vendor's own reader)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update, WellPart
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.hosted import api_address, page_address
from spiders.scalars import need_key
from spiders.standing import DEGRADED, MAINTENANCE, OPERATIONAL, UNWATCHED, State, read_states, standing
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows
from spiders.timeline import known, second, timeline

KIND = SourceKind.STATUS

COMPONENT = {
    "1": ("Operational", OPERATIONAL),
    "2": ("Informational", State(Kind.ADVISORY)),
    "3": ("Degraded Performance", DEGRADED),
    "4": ("Under Maintenance", MAINTENANCE),
    "5": ("Partial Outage", State(Kind.OUTAGE, Severity.MAJOR)),
    "6": ("Major Outage", State(Kind.OUTAGE, Severity.CRITICAL)),
}
STATUS = {
    "10": Status.INVESTIGATING,
    "11": Status.INVESTIGATING,
    "12": Status.IDENTIFIED,
    "13": Status.MONITORING,
    "14": Status.RESOLVED,
    "21": Status.IDENTIFIED,
    "22": Status.IDENTIFIED,
    "23": Status.MONITORING,
    "24": Status.RESOLVED,
}
PLANNED = range(21, 25)

DATA_KEYS = frozenset(
    {"current_status", "active_incident_details", "resolved_incident_details"}
    | {"statuspage_details", "total_incident_count", "status_history_details"}
)
COMPONENT_KEYS = frozenset(
    {"enc_component_id", "display_name", "component_status"}
    | {"enc_componentgroup_id", "last_polled_time", "site24x7_monitor_type", "desc"}
    | {"componentgroup_components", "componentgroup_display_name", "componentgroup_status"}
)
INCIDENT_KEYS = frozenset(
    {"enc_inc_id", "incident_title", "incident_desc", "incident_began_at", "incident_ended_at", "incident_severity"}
    | {"incident_severity_id", "incident_affected_components", "incident_status_updates"}
    | {"incident_type"}
)
UPDATE_KEYS = frozenset({"incident_status", "incident_status_desc", "incident_status_id", "status_updated_at"})


def start(source: Source) -> list[str]:
    """The API's address, which `source.url` names."""
    return [api_address(source)]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each incident, each component that is not operational, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict):
        raise ShapeError("the body has no object 'data'")
    groups = listed(data, "current_status")
    reading = Reading(source)
    reading.keys(data, DATA_KEYS, "data")
    incidents = listed(data, "active_incident_details") if data.get("active_incident_details") else []
    days = listed(data, "resolved_incident_details") if data.get("resolved_incident_details") else []
    for day in days:
        incidents = [*incidents, *listed(day, "grp_by_incidents_list")]
    reports = list(reading.records(incidents, partial(_incident, reading)))
    yield from reports
    named = {name for r in reports if r.status is not Status.RESOLVED for name in r.components}
    yield from read_states(reading, _components(groups), partial(_component, reading, named))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: how many days of resolved incidents are listed is the page's own setting."""
    return None


def _components(groups: Iterable[object]) -> Iterator[object]:
    """The components, those of a group in its place."""
    for item in groups:
        members = item.get("componentgroup_components") if isinstance(item, dict) else None
        yield from members if isinstance(members, list) and members else [item]


def _component(reading: Reading, named: set[str], record: Record) -> Report | WellPart | None:
    reading.keys(record, COMPONENT_KEYS, "component")
    name, code = need(record, "display_name"), need_key(record, "component_status")
    key = f"component-{need_key(record, 'enc_component_id')}"
    word, state = reading.word(COMPONENT, code, (code, UNWATCHED), "component.component_status")
    # What an open incident tells is told by that: of the part itself nothing is said.
    return (
        None
        if one_line(name) in named
        else standing(reading, state, key=key, name=name, word=word, url=page_address(reading.source))
    )


def _incident(reading: Reading, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id = need_key(record, "enc_inc_id")
    code = need_key(record, "incident_severity_id")
    _, state = reading.word(COMPONENT, code, (code, State(Kind.UNKNOWN)), "incident.incident_severity_id")
    items = rows(record, "incident_status_updates")
    updates = timeline(reading, native_id, items, partial(_update, reading, native_id))
    planned = any(item.get("incident_status_id") in PLANNED for item in items)
    began = reading.time(record.get("incident_began_at"), "incident.incident_began_at", native_id)
    ended = reading.time(record.get("incident_ended_at"), "incident.incident_ended_at", native_id)
    latest = updates[-1] if updates else None
    return Report(
        native_id=native_id,
        title=one_line(need(record, "incident_title")),
        url=page_address(reading.source) or api_address(reading.source),
        text=None if updates else plain_text(maybe(record, "incident_desc") or "") or None,
        summary=(plain_text(maybe(record, "incident_desc") or "") or None) if updates else None,
        published_at=updates[0].posted_at if updates else began,
        updated_at=latest.posted_at if latest else None,
        started_at=began,
        ended_at=ended,
        status=Status.RESOLVED if ended else latest.status if latest else Status.UNKNOWN,
        native_status=latest.native_status if latest else None,
        kind=Kind.MAINTENANCE if planned else state.kind,
        severity=state.severity,
        native_impact=maybe(record, "incident_severity") or code,
        components=distinct(maybe(c, "display_name") for c in rows(record, "incident_affected_components")),
        updates=updates,
        language=reading.source.language,
    )


def _update(reading: Reading, native_id: str, item: Record) -> Update:
    reading.keys(item, UPDATE_KEYS, "update")
    code = need_key(item, "incident_status_id")
    posted = known(reading.time(item.get("status_updated_at"), "update.status_updated_at", native_id))
    return Update(
        native_id=f"{second(posted)}-{code}",
        posted_at=posted,
        text=plain_text(maybe(item, "incident_status_desc") or ""),
        status=reading.word(STATUS, code, Status.UNKNOWN, "update.incident_status_id"),
        native_status=maybe(item, "incident_status") or code,
    )
