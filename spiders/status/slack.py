"""Slack: ``/api/v2.0.0/history`` (a bare list, about half a year) and ``/current`` (the open ones under a state).

An incident has no severity; its `type` is incident, outage, notice or maintenance. Notes have a time and
no key, so that their key is the incident's and the second. Times carry the offset of Pacific time.
Format: https://api.slack.com/docs/slack-status
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.scalars import need_key, words
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows
from spiders.timeline import known, second, timeline
from spiders.vendor_json import listed_with

KIND = SourceKind.STATUS

STATUS = {
    "active": Status.INVESTIGATING,
    "resolved": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
    "completed": Status.RESOLVED,
    "cancelled": Status.RETRACTED,
}
# `incident` is the word for anything between slow search and a silent workspace.
STATED = {
    "incident": None,
    "outage": Kind.OUTAGE,
    "notice": Kind.ADVISORY,
    "maintenance": Kind.MAINTENANCE,
}
PLANNED = frozenset({"scheduled", "completed", "cancelled"})

STATE = frozenset({"ok", "active"})
BODY_KEYS = frozenset({"status", "active_incidents"} | {"date_created", "date_updated"})
INCIDENT_KEYS = frozenset({"id", "title", "type", "status", "url", "date_created", "date_updated", "notes", "services"})
NOTE_KEYS = frozenset({"body", "date_created"})


def start(source: Source) -> list[str]:
    """The history, which lists the open incidents as well, and the current state."""
    base = source.url.rstrip("/") + "/api/v2.0.0/"
    return [base + "history", base + "current"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    reading = Reading(source)
    items = listed_with(value, "date_created") if isinstance(value, list) else _current(reading, value)
    yield from reading.records(items, partial(_report, reading))
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed incident was created; `None` where nothing is over, as in the current state."""
    known = list(reports)
    if not any(r.status is Status.RESOLVED for r in known):
        return None
    return min((r.published_at for r in known if r.published_at), default=None)


def _current(reading: Reading, value: Any) -> list[Any]:
    """The open incidents. A state that speaks of one while none is listed is noted."""
    items = listed(value, "active_incidents")
    reading.keys(value, BODY_KEYS, "body")
    state = value.get("status")
    if state not in STATE:
        reading.note("unknown_value", f"body.status: {state}")
    elif state == "active" and not items:
        reading.note("contradiction", "the state is active, but no incident is listed")
    return items


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id, status = need_key(record, "id"), need(record, "status")
    kind = reading.word(STATED, maybe(record, "type"), Kind.UNKNOWN, "incident.type")
    created = reading.time(record.get("date_created"), "incident.date_created", native_id)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=web_address(maybe(record, "url"), reading.source.url) or reading.source.url,
        published_at=created,
        updated_at=reading.time(record.get("date_updated"), "incident.date_updated", native_id),
        status=reading.word(STATUS, status, Status.UNKNOWN, "incident.status"),
        native_status=status,
        kind=Kind.MAINTENANCE if status in PLANNED and kind is None else kind,
        native_impact=maybe(record, "type"),
        components=distinct(words(record, "services")),
        updates=timeline(reading, native_id, rows(record, "notes"), partial(_update, reading, native_id)),
        timezone="America/Los_Angeles",
        language=reading.source.language,
    )


def _update(reading: Reading, incident: str, note: Record) -> Update:
    reading.keys(note, NOTE_KEYS, "note")
    posted = known(reading.time(note.get("date_created"), "note.date_created", incident))
    return Update(f"{incident}-{second(posted)}", posted, plain_text(need(note, "body")))
