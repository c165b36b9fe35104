"""Uptime Kuma: ``/api/status-page/<slug>`` (incidents, maintenances) and ``/api/status-page/heartbeat/<slug>``.

A page shows what is pinned: one incident, or several in newer versions, and the maintenances. The heartbeats name
monitors by number alone; a monitor whose last beat is down is one report (`spiders.standing`), with the time of the
first beat of that row, unless all beats that are listed are down. A page that shows days has no beats but sums, which
tell nothing of now: they are noted.

Kuma writes UTC without a zone, but for the window of a maintenance, which stands in the zone beside it.
Source of the formats: https://github.com/louislam/uptime-kuma (server/routers/status-page-router.js)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, WellPart
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.hosted import zone_named, zoned_time
from spiders.scalars import need_key
from spiders.standing import DOWN, OPERATIONAL, UNWATCHED, read_states, standing
from spiders.strict import BadRecordError, Reading, Record, as_record, listed, maybe, need, rows

KIND = SourceKind.STATUS

# The style of an incident is a colour that its writer chose; those not listed say nothing.
STYLES = {
    "info": Kind.ADVISORY,
    "warning": Kind.DEGRADATION,
    "danger": Kind.OUTAGE,
    "primary": None,
    "light": None,
    "dark": None,
}
MAINTENANCE = {
    "scheduled": Status.IDENTIFIED,
    "under-maintenance": Status.IDENTIFIED,
    "ended": Status.RESOLVED,
    "inactive": Status.RETRACTED,
    "unknown": Status.UNKNOWN,
}
# A pending monitor is being tried again; one in maintenance is told by the maintenances.
BEATS = {0: DOWN, 1: OPERATIONAL, 2: UNWATCHED, 3: UNWATCHED}

PAGE_KEYS = frozenset({"config", "incident", "incidents", "publicGroupList", "maintenanceList"})
INCIDENT_KEYS = frozenset(
    {"id", "style", "title", "content", "active", "createdDate", "lastUpdatedDate"} | {"pin", "status_page_id"}
)
MAINTENANCE_KEYS = frozenset(
    {"id", "title", "description", "status", "timeslotList", "timezone"}
    # Ignored: how a maintenance repeats, and its zone's distance from UTC today.
    | {"strategy", "intervalDay", "active", "dateRange", "timeRange", "weekdays", "daysOfMonth", "cron", "duration"}
    | {"timezoneOffset", "timezoneOption", "durationMinutes"}
)


def start(source: Source) -> list[str]:
    """The page and its heartbeats, for the page at `source.url`: its last part is the slug, `default` without one."""
    parts = urlsplit(source.url)
    slug = parts.path.strip("/").rpartition("/")[2]
    base = f"{parts.scheme}://{parts.netloc}/api/status-page/"
    slug = "default" if slug in ("", "status", "status-page") else slug
    return [base + slug, f"{base}heartbeat/{slug}"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """What is pinned on the page, or each monitor that is down; then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    reading = Reading(source)
    if isinstance(value, dict) and isinstance(value.get("heartbeatList"), dict):
        yield from read_states(
            reading, [{"id": k, "beats": v} for k, v in value["heartbeatList"].items()], partial(_monitor, reading)
        )
    elif isinstance(value, dict) and isinstance(value.get("publicGroupList"), list):
        yield from _page(reading, value)
    else:
        raise ShapeError("the body is neither a status page nor its heartbeats")
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: a page shows what is pinned now."""
    return None


def _page(reading: Reading, value: Record) -> Iterator[Report]:
    reading.keys(value, PAGE_KEYS, "page")
    incidents = listed(value, "incidents") if "incidents" in value else [value.get("incident")]
    yield from reading.records((i for i in incidents if i is not None), partial(_incident, reading))
    planned = listed(value, "maintenanceList") if "maintenanceList" in value else []
    yield from reading.records(planned, partial(_maintenance, reading))


def _incident(reading: Reading, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id, style = f"incident-{need_key(record, 'id')}", maybe(record, "style")
    created = zoned_time(reading, record.get("createdDate"), UTC, "incident.createdDate", native_id)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=reading.source.url,
        text=plain_text(maybe(record, "content") or "") or None,
        published_at=created,
        updated_at=zoned_time(reading, record.get("lastUpdatedDate"), UTC, "incident.lastUpdatedDate", native_id)
        or created,
        status=Status.RESOLVED if record.get("active") is False else Status.INVESTIGATING,
        kind=reading.word(STYLES, style, None, "incident.style"),
        native_impact=style,
        language=reading.source.language,
    )


def _maintenance(reading: Reading, record: Record) -> Report:
    reading.keys(record, MAINTENANCE_KEYS, "maintenance")
    native_id, status = f"maintenance-{need_key(record, 'id')}", need(record, "status")
    zone, slots = maybe(record, "timezone"), rows(record, "timeslotList")
    begin, end = (
        zoned_time(reading, slots[0].get(key), zone_named(zone), f"timeslot.{key}", native_id)
        if len(slots) == 1
        else None
        for key in ("startDate", "endDate")
    )
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=reading.source.url,
        text=plain_text(maybe(record, "description") or "") or None,
        started_at=begin,
        ended_at=end if status == "ended" else None,
        status=reading.word(MAINTENANCE, status, Status.UNKNOWN, "maintenance.status"),
        native_status=status,
        kind=Kind.MAINTENANCE,
        timezone=zone,
        language=reading.source.language,
    )


def _monitor(reading: Reading, record: Record) -> Report | WellPart | None:
    """The monitor whose number is ``id``, by its beats, oldest first; a hole in them is a 0."""
    number, beats = record["id"], record["beats"]
    if not isinstance(beats, list):
        raise BadRecordError(f"the beats of monitor {number} are no list")
    listed_beats = [as_record(beat) for beat in beats if beat != 0]
    if not listed_beats:
        return None
    last = listed_beats[-1]
    if "T" in need(last, "time"):
        reading.note(
            "sums_not_beats", "the heartbeats are sums over hours or days, which do not tell the present state"
        )
        return None
    state = BEATS.get(last["status"]) if isinstance(last.get("status"), int) else None
    if state is None:
        reading.note("unknown_value", f"beat.status: {last.get('status')!r}")
        return None
    since = _since(reading, listed_beats, f"monitor-{number}") if state is DOWN else None
    return standing(reading, state, key=f"monitor-{number}", name=f"Monitor {number}", word="Down", since=since)


def _since(reading: Reading, beats: list[Record], native_id: str) -> datetime | None:
    """When the row of beats began that ends with the last one; `None` where it is as long as the list."""
    first = len(beats)
    while first and beats[first - 1].get("status") in (0, 2):
        first -= 1
    return zoned_time(reading, beats[first].get("time"), UTC, "beat.time", native_id) if first else None
