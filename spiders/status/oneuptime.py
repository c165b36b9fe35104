"""OneUptime: ``/status-page-api/overview/<host>`` of a public page: active incidents, maintenances, announcements.

The answer holds the rows of OneUptime's own tables: incidents, the states that each went through, and its public
notes lie in separate lists, joined by ``incidentId``. Keys and dates may be wrapped (``{"_type": ..., "value": ...}``).
The names of states and severities are each project's own; those here are the ones a project begins with.
`source.url` is the page on its own domain, or the whole address of the overview.

Unverified: the address on a custom domain, and since which version it is answered to GET (older ones want POST).
Source of the format: https://github.com/OneUptime/oneuptime (Common/Server/API/StatusPageAPI.ts)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.scalars import inner, is_set
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows
from spiders.timeline import known, second, timeline

KIND = SourceKind.STATUS

STATUS = {"Identified": Status.IDENTIFIED, "Acknowledged": Status.INVESTIGATING, "Resolved": Status.RESOLVED}
# What a state is, whatever its project calls it.
FLAGS = {
    "isResolvedState": Status.RESOLVED,
    "isAcknowledgedState": Status.INVESTIGATING,
    "isCreatedState": Status.IDENTIFIED,
    "isOngoingState": Status.IDENTIFIED,
    "isScheduledState": Status.IDENTIFIED,
}
SEVERITY = {
    "Critical Incident": Severity.CRITICAL,
    "Major Incident": Severity.MAJOR,
    "Minor Incident": Severity.MINOR,
}

BODY_KEYS = frozenset(
    {"activeIncidents", "incidentStateTimelines", "incidentPublicNotes", "activeAnnouncements", "statusPageResources"}
    | {"scheduledMaintenanceEvents", "scheduledMaintenanceStateTimelines", "scheduledMaintenanceEventsPublicNotes"}
    # Ignored: how the page looks, and the states of its monitors, which the incidents explain.
    | {"overallStatus", "statusPageHistoryChartBarColorRules", "monitorStatusTimelines", "resourceGroups"}
    | {"monitorStatuses", "statusPage", "monitorGroupCurrentStatuses", "monitorsInGroup", "activeEpisodes"}
)
EVENT_KEYS = frozenset(
    {"_id", "title", "description", "createdAt", "monitors"}
    | {"incidentSeverity", "currentIncidentState", "declaredAt", "labels"}
    | {"startsAt", "endsAt", "currentScheduledMaintenanceState", "showAnnouncementAt", "endAnnouncementAt"}
)


def start(source: Source) -> list[str]:
    """The overview of the page at `source.url`, or that address itself."""
    parts = urlsplit(source.url)
    if "/overview/" in parts.path:
        return [source.url]
    return [f"{parts.scheme}://{parts.netloc}/status-page-api/overview/{parts.hostname}"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each active incident, maintenance and announcement, then the issues met. Raises `ShapeError`."""
    value = _unwrap(load_json(body))
    incidents, planned = listed(value, "activeIncidents"), listed(value, "scheduledMaintenanceEvents")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    yield from reading.records(incidents, partial(_incident, reading, value))
    yield from reading.records(planned, partial(_maintenance, reading, value))
    announced = listed(value, "activeAnnouncements") if "activeAnnouncements" in value else []
    yield from reading.records(announced, partial(_announcement, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the overview holds what is active or to come."""
    return None


def _unwrap(value: Any) -> Any:
    """The value without OneUptime's wrappers around dates, keys and colours."""
    if isinstance(value, list):
        return [_unwrap(item) for item in value]
    if not isinstance(value, dict):
        return value
    return _unwrap(value["value"]) if value.keys() == {"_type", "value"} else {k: _unwrap(v) for k, v in value.items()}


def _incident(reading: Reading, body: Record, record: Record) -> Report:
    reading.keys(record, EVENT_KEYS, "incident")
    native_id, created = need(record, "_id"), reading.time(record.get("createdAt"), "incident.createdAt")
    state = need(inner(record, "currentIncidentState"), "name")
    severity = maybe(inner(record, "incidentSeverity"), "name")
    updates = _timeline(reading, body, native_id, "incident", "incidentPublicNotes")
    met = {u.native_status: u.status for u in updates if u.status is not Status.UNKNOWN}
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=f"{_page(reading.source)}/incidents/{native_id}",
        summary=plain_text(maybe(record, "description") or "") or None,
        published_at=created,
        updated_at=updates[-1].posted_at if updates else created,
        started_at=reading.time(record.get("declaredAt"), "incident.declaredAt", native_id) or created,
        status=met.get(state) or reading.word(STATUS, state, Status.UNKNOWN, "incident.currentIncidentState"),
        native_status=state,
        severity=reading.word(SEVERITY, severity, Severity.UNKNOWN, "incident.incidentSeverity"),
        native_impact=severity,
        components=_components(body, record),
        updates=updates,
        language=reading.source.language,
    )


def _maintenance(reading: Reading, body: Record, record: Record) -> Report:
    reading.keys(record, EVENT_KEYS, "maintenance")
    native_id, state = need(record, "_id"), inner(record, "currentScheduledMaintenanceState")
    status = next((status for flag, status in FLAGS.items() if is_set(state, flag)), Status.UNKNOWN)
    over = status is Status.RESOLVED
    if status is Status.UNKNOWN:
        reading.note("unknown_value", f"maintenance.state: {maybe(state, 'name')}", native_id)
    updates = _timeline(reading, body, native_id, "scheduledMaintenance", "scheduledMaintenanceEventsPublicNotes")
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=f"{_page(reading.source)}/scheduled-events/{native_id}",
        summary=plain_text(maybe(record, "description") or "") or None,
        published_at=reading.time(record.get("createdAt"), "maintenance.createdAt", native_id),
        updated_at=updates[-1].posted_at if updates else None,
        started_at=reading.time(record.get("startsAt"), "maintenance.startsAt", native_id),
        ended_at=reading.time(record.get("endsAt"), "maintenance.endsAt", native_id) if over else None,
        status=status,
        native_status=maybe(state, "name"),
        kind=Kind.MAINTENANCE,
        components=_components(body, record),
        updates=updates,
        language=reading.source.language,
    )


def _announcement(reading: Reading, record: Record) -> Report:
    reading.keys(record, EVENT_KEYS, "announcement")
    native_id = need(record, "_id")
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=f"{_page(reading.source)}/announcements/{native_id}",
        text=plain_text(maybe(record, "description") or "") or None,
        published_at=reading.time(record.get("showAnnouncementAt"), "announcement.showAnnouncementAt", native_id),
        kind=Kind.ADVISORY,
        language=reading.source.language,
    )


def _page(source: Source) -> str:
    parts = urlsplit(source.url)
    return f"{parts.scheme}://{parts.netloc}"


def _components(body: Record, record: Record) -> tuple[str, ...]:
    """The names under which the page shows the monitors of an event."""
    monitors = {maybe(monitor, "_id") for monitor in rows(record, "monitors")}
    shown = rows(body, "statusPageResources")
    return distinct(maybe(r, "displayName") for r in shown if maybe(r, "monitorId") in monitors - {None})


def _timeline(reading: Reading, body: Record, event: str, what: str, notes: str) -> tuple[Update, ...]:
    """The states that an event went through and its public notes, oldest first; a note keeps the state before it."""
    mine = [("state", item) for item in rows(body, f"{what}StateTimelines") if item.get(f"{what}Id") == event]
    mine += [("note", item) for item in rows(body, notes) if item.get(f"{what}Id") == event]
    found = timeline(reading, event, [dict(item, form=form) for form, item in mine], partial(_update, reading, what))
    updates: list[Update] = []
    for update in found:
        note = update.native_status is None and bool(updates)
        before = updates[-1] if note else update
        updates.append(replace(update, status=before.status, native_status=before.native_status))
    return tuple(updates)


def _update(reading: Reading, what: str, item: Record) -> Update:
    """One state or note, by its `form`."""
    if item["form"] == "note":
        posted = known(reading.time(item.get("postedAt") or item.get("createdAt"), "note.postedAt"))
        return Update(f"note-{second(posted)}", posted, plain_text(need(item, "note")))
    state = inner(item, f"{what}State")
    name = need(state, "name")
    moment = known(reading.time(item.get("startsAt") or item.get("createdAt"), "state.startsAt"))
    flagged = next((status for flag, status in FLAGS.items() if is_set(state, flag)), None)
    return Update(f"state-{second(moment)}", moment, name, flagged or STATUS.get(name, Status.UNKNOWN), name)
