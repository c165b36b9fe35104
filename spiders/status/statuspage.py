"""Atlassian Statuspage: ``/api/v2/incidents.json`` (incident.io serves the same API).

The body lists the 50 incidents created last, updates newest first. Maintenances stand in a list of
their own, ``/api/v2/scheduled-maintenances.json``, which has 50 records too. Neither list has a
second page: what is older is in ``/history.json?page=N`` (three months a page, newest first, keys
and titles only) and ``/incidents/<code>.json`` (one whole incident); the code is the id of the API.
A page that has switched its API off often still has its feed, ``/history.atom``.
Format: https://support.atlassian.com/statuspage/docs/what-are-the-different-apis-under-statuspage/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.platforms import HistoryPage, Past
from spiders.status import status_feed
from spiders.strict import BadRecordError, Reading, Record, as_record, distinct, listed, maybe, need, rows
from spiders.times import MONTHS

KIND = SourceKind.STATUS

INCIDENT = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "postmortem": Status.RESOLVED,
}
MAINTENANCE = {
    "scheduled": Status.IDENTIFIED,
    "in_progress": Status.IDENTIFIED,
    "verifying": Status.MONITORING,
    "completed": Status.RESOLVED,
}
STATUS = INCIDENT | MAINTENANCE
# `none` stands on real incidents whose weight nobody set: it is no statement that nothing was wrong.
SEVERITY = {
    "none": Severity.UNKNOWN,
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
    "maintenance": Severity.UNKNOWN,
}
COMPONENT = {
    "major_outage": Kind.OUTAGE,
    "partial_outage": Kind.OUTAGE,
    "full_outage": Kind.OUTAGE,
    "degraded_performance": Kind.DEGRADATION,
    "under_maintenance": Kind.MAINTENANCE,
    "operational": None,
}

# Records in a list at most; the one of maintenances is not known to be cut by the time of creation.
LIST_CAP = 50

BODY_KEYS = frozenset({"incidents", "scheduled_maintenances"} | {"page", "components", "status"})
INCIDENT_KEYS = frozenset(
    {"id", "name", "status", "impact", "started_at", "created_at", "updated_at", "resolved_at", "shortlink"}
    | {"scheduled_for", "incident_updates", "components", "postmortem_body", "postmortem_published_at"}
    # Ignored: other forms of what the updates say, and switches of the vendor's own tool.
    | {"monitoring_at", "page_id", "organization_id", "reminder_intervals", "metadata", "impact_override", "backfilled"}
    | {"scheduled_until", "scheduled_remind_prior", "scheduled_reminded_at", "scheduled_auto_in_progress"}
    | {"scheduled_auto_completed", "scheduled_auto_transition", "auto_transition_deliver_notifications_at_start"}
    | {"auto_transition_deliver_notifications_at_end", "auto_transition_to_maintenance_state"}
    | {"auto_transition_to_operational_state", "postmortem_body_last_updated_at", "postmortem_ignored"}
    | {"postmortem_notified_subscribers", "postmortem_notified_twitter"}
)
UPDATE_KEYS = frozenset(
    {"id", "status", "body", "created_at", "display_at", "affected_components"}
    | {"updated_at", "incident_id", "deliver_notifications", "custom_tweet", "tweet_id", "wants_twitter_update"}
    | {"twitter_updated_at"}
)
# A page of one incident has these besides; its own `id` may be another one than the API's, which is the code.
PAGE_KEYS = INCIDENT_KEYS | {"code", "page", "incident", "permalink"}
PAST_KEYS = frozenset({"months"} | {"page", "components", "component_filter", "show_component_filter"})
MONTH_KEYS = frozenset({"name", "year", "incidents"} | {"starts_on", "days"})
LISTED_KEYS = frozenset({"code", "timestamp"} | {"name", "message", "impact"})

_DAY = re.compile(r"<var[^>]*data-var=['\"]date['\"][^>]*>\s*(\d{1,2})\s*</var>")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def start(source: Source) -> list[str]:
    """The one address that lists the incidents of the page at `source.url`."""
    return [source.url.rstrip("/") + "/api/v2/incidents.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident and maintenance of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    key = "incidents" if not isinstance(value, dict) or "incidents" in value else "scheduled_maintenances"
    incidents = listed(value, key)
    maintenances = listed(value, "scheduled_maintenances") if "scheduled_maintenances" in value else []
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    page = value.get("page")
    page = page if isinstance(page, dict) else {}
    if key == "incidents":
        yield from reading.records(incidents, partial(_report, reading, page, planned=False))
    yield from reading.records(maintenances, partial(_report, reading, page, planned=True))
    yield from reading.issues()


def besides(source: Source) -> list[str]:
    """The list of maintenances. It holds 50 of them with all their updates, so it need not be asked every night."""
    return [source.url.rstrip("/") + "/api/v2/scheduled-maintenances.json"]


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed incident was created: the list is cut by that time.

    `None` where nothing listed is over: such a body may list the open incidents alone. And `None`
    for a full list of maintenances, of which it is not known by what time it is cut.
    """
    known = list(reports)
    if not any(r.status is Status.RESOLVED for r in known):
        return None
    if len(known) >= LIST_CAP and any(r.native_status in MAINTENANCE for r in known):
        return None
    return min((r.published_at for r in known if r.published_at), default=None)


def covers(reports: Iterable[Report]) -> frozenset[str]:
    """The words for the states of what such a body lists: incidents and maintenances share none."""
    said = {report.native_status for report in reports}
    return frozenset(word for words in (INCIDENT, MAINTENANCE) if said & words.keys() for word in words)


def fall_back(source: Source) -> str:
    """The page's feed, for one whose API is switched off."""
    return source.url.rstrip("/") + "/history.atom"


def parse_fall_back(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the feed, under the key that the API has for it: the code in its address.

    Its updates have keys of their own, so they are replaced once the API answers again. Raises `ShapeError`.
    """
    for said in status_feed.parse(body, source):
        if isinstance(said, Report):
            parts = urlsplit(said.url).path.rstrip("/").split("/")
            coded = len(parts) > 1 and parts[-2] == "incidents" and _CODE.fullmatch(parts[-1])
            yield replace(said, native_id=parts[-1]) if coded else said
        else:
            yield said


def list_past(source: Source, page: int) -> str:
    """The address of a page of the list of all incidents, the newest three months on page 1."""
    return f"{source.url.rstrip('/')}/history.json?page={page}"


def parse_past(body: bytes, source: Source) -> HistoryPage:
    """The incidents of one page of the list. Raises `ShapeError`; an incident without a code is an issue."""
    value = load_json(body)
    reading = Reading(source)
    months = listed(value, "months")
    reading.keys(value, PAST_KEYS, "body")
    found: dict[str, str] = {}
    reached: list[str] = []
    for item in months:
        try:
            month = as_record(item)
            reading.keys(month, MONTH_KEYS, "month")
            begun = _month(month)
            incidents = rows(month, "incidents")
        except BadRecordError as error:
            reading.note("bad_record", f"a month of the list: {error}")
            continue
        reached.append(begun)
        for record in incidents:
            reading.keys(record, LISTED_KEYS, "month.incident")
            code = record.get("code")
            if not isinstance(code, str) or not _CODE.fullmatch(code):
                reading.note("bad_record", f"an incident of {begun} has no code")
                continue
            day = _DAY.search(maybe(record, "timestamp") or "")
            found.setdefault(code, f"{begun}-{int(day[1]):02d}" if day else begun)
    if months and not reached:
        raise ShapeError(f"none of the {len(months)} months of the list can be read")
    return HistoryPage(found, min(reached, default=None), tuple(reading.issues()))


def _month(month: Record) -> str:
    """The month as ``YYYY-MM``. Raises `BadRecordError`."""
    name, year = need(month, "name").lower()[:3], month.get("year")
    if name not in MONTHS or not isinstance(year, int) or not 1990 <= year <= 2200:
        raise BadRecordError(f"{month.get('name')!r} {year!r} is no month")
    return f"{year}-{MONTHS.index(name) + 1:02d}"


def page_of(source: Source, code: str) -> str:
    """The address of one whole incident."""
    return f"{source.url.rstrip('/')}/incidents/{code}.json"


def parse_one(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """The incident or maintenance of its own page, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if isinstance(value, dict) and isinstance(value.get("incident"), dict):
        value = {"page": value.get("page"), **value["incident"]}
    if not isinstance(value, dict) or not isinstance(value.get("incident_updates"), list):
        raise ShapeError("the body is no page of one incident: it has no list 'incident_updates'")
    page = value.get("page")
    record = {**value, "id": value.get("code") or value.get("id")}
    planned = record.get("scheduled_for") is not None or record.get("status") in MAINTENANCE
    reading = Reading(source)
    try:
        yield _report(reading, page if isinstance(page, dict) else {}, record, planned=planned, known=PAGE_KEYS)
    except BadRecordError as error:
        raise ShapeError(f"the incident cannot be read: {error}") from error
    yield from reading.issues()


PAST = Past(list_past, parse_past, page_of, parse_one)


def _report(
    reading: Reading, page: Record, record: Record, *, planned: bool, known: frozenset[str] = INCIDENT_KEYS
) -> Report:
    reading.keys(record, known, "incident")
    native_id = need(record, "id")
    impact, status = maybe(record, "impact"), need(record, "status")
    planned = planned or impact == "maintenance"
    created = reading.time(record.get("created_at"), "incident.created_at", native_id)
    begun = reading.time(record.get("scheduled_for" if planned else "started_at"), "incident.started_at", native_id)
    updates, changed = _updates(reading, record, native_id)
    site = web_address(maybe(page, "url"), reading.source.url) or reading.source.url
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=f"{site.rstrip('/')}/incidents/{native_id}",
        published_at=created,
        updated_at=reading.time(record.get("updated_at"), "incident.updated_at", native_id),
        started_at=begun or created,
        ended_at=reading.time(record.get("resolved_at"), "incident.resolved_at", native_id),
        status=reading.word(STATUS, status, Status.UNKNOWN, "incident.status"),
        native_status=status,
        kind=Kind.MAINTENANCE if planned else _kind(reading, changed),
        severity=reading.word(SEVERITY, impact, Severity.UNKNOWN, "incident.impact"),
        native_impact=impact,
        components=distinct(maybe(c, "name") for c in (*rows(record, "components"), *changed)),
        updates=updates,
        timezone=maybe(page, "time_zone"),
        language=reading.source.language,
    )


def _kind(reading: Reading, changed: list[Record]) -> Kind | None:
    """What the states that the updates gave to components say; `None` where they say nothing."""
    stated = {reading.word(COMPONENT, maybe(c, "new_status"), None, "component.new_status") for c in changed}
    return next((kind for kind in (Kind.OUTAGE, Kind.DEGRADATION, Kind.MAINTENANCE) if kind in stated), None)


def _updates(reading: Reading, record: Record, native_id: str) -> tuple[tuple[Update, ...], list[Record]]:
    """The timeline, oldest first, and the components that its updates name."""
    found: list[Update] = []
    changed: list[Record] = []
    for item in reversed(rows(record, "incident_updates")):
        try:
            found.append(_update(reading, item, native_id))
            changed.extend(rows(item, "affected_components"))
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {native_id}: {error}", native_id)
    written = maybe(record, "postmortem_body")
    posted = reading.time(record.get("postmortem_published_at"), "incident.postmortem_published_at", native_id)
    if written and posted and not any(u.native_status == "postmortem" for u in found):
        found.append(Update(f"{native_id}-postmortem", posted, plain_text(written), Status.RESOLVED, "postmortem"))
    return tuple(sorted(found, key=lambda u: u.posted_at)), changed


def _update(reading: Reading, item: Record, incident: str) -> Update:
    reading.keys(item, UPDATE_KEYS, "update")
    native_id, status = need(item, "id"), maybe(item, "status")
    # `display_at` is what the page shows: vendors set it back when they write an update late.
    posted = reading.time(item.get("display_at"), "update.display_at", incident)
    posted = posted or reading.time(item.get("created_at"), "update.created_at", incident)
    if posted is None:
        raise BadRecordError(f"update {native_id} has no readable time")
    meaning = reading.word(STATUS, status, Status.UNKNOWN, "update.status")
    return Update(native_id, posted, plain_text(maybe(item, "body") or ""), meaning, status)
