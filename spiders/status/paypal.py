"""PayPal: ``/api/v1/events`` of its status page, incidents and maintenances as `result`.

Confirmed by other clients are `result`, `environment` (production or sandbox), `type` (incident or
maintenance), `state`, `severity` and `summary`. Unverified are the key `id`, the keys of the times,
`description`, `components` and `updates`, and the words beyond those below: a record without `id` is a
bad one, a record without any readable time is noted, every other key and word is counted. The page has
a feed besides, ``/feed/atom``, which is read where the list is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.scalars import maybe_key, need_key
from spiders.status import status_feed
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows
from spiders.timeline import known, second, timeline

KIND = SourceKind.STATUS

# Lower case: the page writes them in either.
STATUS = {
    "open": Status.INVESTIGATING,
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "scheduled": Status.IDENTIFIED,
    "in progress": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "closed": Status.RESOLVED,
    "resolved": Status.RESOLVED,
    "completed": Status.RESOLVED,
    "cancelled": Status.RETRACTED,
}
STATED = {"incident": None, "maintenance": Kind.MAINTENANCE}
SEVERITY = {
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
    "severe": Severity.CRITICAL,
    "service disruption": Severity.MAJOR,
}

BODY_KEYS = frozenset({"result"})
EVENT_KEYS = frozenset(
    {"id", "environment", "type", "state", "severity", "summary", "description", "components", "updates"}
    | {"startDate", "endDate", "createdDate", "updatedDate"}
)


def start(source: Source) -> list[str]:
    """The one address of the list, on the host of `source.url`."""
    return [source.url.rstrip("/") + "/api/v1/events?s=true"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each event of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    events = listed(value, "result")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    yield from reading.records(events, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: how far back the list goes is not known."""
    return None


def fall_back(source: Source) -> str:
    """The page's feed."""
    return source.url.rstrip("/") + "/feed/atom"


def parse_fall_back(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the feed, under the feed's own key. Raises `ShapeError`."""
    return status_feed.parse(body, source)


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, EVENT_KEYS, "event")
    native_id, state = need_key(record, "id"), need(record, "state")
    begun, ended, created, updated = (
        reading.time(record.get(key), f"event.{key}", native_id)
        for key in ("startDate", "endDate", "createdDate", "updatedDate")
    )
    if not (begun or created or updated):
        reading.note("no_time", f"the event {native_id} has no time under a known key", native_id)
    status = reading.word(STATUS, state.lower(), Status.UNKNOWN, "event.state")
    kind, weight = maybe(record, "type"), maybe(record, "severity")
    return Report(
        native_id=native_id,
        title=one_line(need(record, "summary")),
        url=reading.source.url,
        summary=plain_text(maybe(record, "description") or "") or None,
        published_at=created,
        updated_at=updated,
        started_at=begun,
        ended_at=ended if status is Status.RESOLVED else None,
        status=status,
        native_status=state,
        kind=reading.word(STATED, kind.lower() if kind else None, Kind.UNKNOWN, "event.type"),
        severity=reading.word(SEVERITY, weight.lower() if weight else None, Severity.UNKNOWN, "event.severity"),
        native_impact=weight,
        components=distinct([maybe(record, "environment"), *(maybe(c, "name") for c in rows(record, "components"))]),
        updates=timeline(reading, native_id, rows(record, "updates"), partial(_update, reading, native_id)),
        language=reading.source.language,
    )


def _update(reading: Reading, incident: str, item: Record) -> Update:
    posted = known(reading.time(item.get("createdDate") or item.get("date"), "update.date", incident))
    word = maybe(item, "state")
    status = reading.word(STATUS, word.lower() if word else None, Status.UNKNOWN, "update.state")
    native_id = maybe_key(item, "id") or f"{incident}-{second(posted)}"
    text = plain_text(maybe(item, "description") or need(item, "message"))
    return Update(native_id, posted, text, status, word)
