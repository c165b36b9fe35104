"""Atlassian Statuspage: ``/api/v2/incidents.json`` (incident.io serves the same API).

The body lists the 50 incidents created last, updates newest first. Bodies of ``summary.json`` and
``scheduled-maintenances.json`` have the same records and are read as well.
Format: https://support.atlassian.com/statuspage/docs/what-are-the-different-apis-under-statuspage/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.strict import BadRecordError, Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

STATUS = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "postmortem": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
    "in_progress": Status.IDENTIFIED,
    "verifying": Status.MONITORING,
    "completed": Status.RESOLVED,
}
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


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed incident was created: the list is cut by that time.

    `None` where nothing listed is over: such a body may list the open incidents alone.
    """
    known = list(reports)
    if not any(r.status is Status.RESOLVED for r in known):
        return None
    return min((r.published_at for r in known if r.published_at), default=None)


def _report(reading: Reading, page: Record, record: Record, *, planned: bool) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
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
