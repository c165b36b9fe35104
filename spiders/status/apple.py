"""Apple: ``/support/systemstatus/data/**/system_status_en_US.js``, for everyone and for developers.

The file is JSON, or JSON as the argument of a JavaScript call. It lists services, each with its events of
now and of the last days; an event that touches several services stands under each with one `messageId`
and is one report here. Moments count milliseconds. `datePosted` is a date of the American form with a zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import decode, load_json, one_line, plain_text, web_address
from spiders.scalars import need_key, words
from spiders.strict import BadRecordError, Reading, Record, as_record, distinct, listed, maybe, need, rows
from spiders.timeline import known
from spiders.vendor_json import MILLISECONDS, epoch

KIND = SourceKind.STATUS

STATUS = {
    "ongoing": Status.INVESTIGATING,
    "resolved": Status.RESOLVED,
    "upcoming": Status.IDENTIFIED,
    "completed": Status.RESOLVED,
}
STATED = {
    "Outage": Kind.OUTAGE,
    "Issue": Kind.DEGRADATION,
    "Performance": Kind.DEGRADATION,
    "Maintenance": Kind.MAINTENANCE,
    "Available": None,
}

BODY_KEYS = frozenset({"services"} | {"drMessage", "drpost"})
SERVICE_KEYS = frozenset({"serviceName", "redirectUrl", "events"})
EVENT_KEYS = frozenset(
    {"messageId", "statusType", "eventStatus", "message", "usersAffected", "datePosted", "epochStartDate"}
    | {"epochEndDate", "affectedServices"}
    # Ours: the services under which the event stands. Ignored: the same moments as dates.
    | {"services", "redirectUrl", "startDate", "endDate"}
)

_CALL = re.compile(r"\s*[\w$.]+\s*\(\s*(?P<argument>\{.*\})\s*\)\s*;?\s*", re.DOTALL)
_POSTED = re.compile(r"(?P<month>\d{2})/(?P<day>\d{2})/(?P<year>\d{4}) (?P<clock>\d{2}:\d{2}) (?P<zone>[A-Z]{2,5})")


def start(source: Source) -> list[str]:
    """`source.url` is the file itself."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each event of the services, then the issues met. Raises `ShapeError`."""
    text = decode(body)
    call = _CALL.fullmatch(text)
    value = load_json((call["argument"] if call else text).encode("utf-8", "surrogatepass"))
    services = listed(value, "services")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    if not services:
        reading.note("no_services", "the body lists no service: its state is unknown")
    yield from reading.records(_events(reading, services), partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: when an event that is over leaves the file is not told."""
    return None


def _events(reading: Reading, services: list[Any]) -> list[Any]:
    """Each event once, with the names of all services under which it stands."""
    found: dict[object, dict[str, Any]] = {}
    for place, item in enumerate(services):
        try:
            service = as_record(item)
            name, events = need(service, "serviceName"), rows(service, "events")
        except BadRecordError as error:
            reading.note("bad_record", f"service {place}: {error}")
            continue
        reading.keys(service, SERVICE_KEYS, "service")
        for number, event in enumerate(events):
            key = event.get("messageId") or (name, number)
            known_event = found.setdefault(str(key), {**event, "services": [], "redirectUrl": service["redirectUrl"]})
            known_event["services"].append(name)
    return list(found.values())


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, EVENT_KEYS, "event")
    native_id = need_key(record, "messageId")
    kind, state = need(record, "statusType"), maybe(record, "eventStatus")
    begun = epoch(reading, record.get("epochStartDate"), "event.epochStartDate", native_id, unit=MILLISECONDS)
    names = distinct([*words(record, "services"), *words(record, "affectedServices")])
    posted = _posted(reading, record, native_id) or begun
    status = reading.word(STATUS, state, Status.UNKNOWN, "event.eventStatus")
    text = "\n\n".join(plain_text(t) for t in (maybe(record, "message"), maybe(record, "usersAffected")) if t)
    return Report(
        native_id=native_id,
        title=one_line(f"{names[0]}: {kind}"),
        url=web_address(maybe(record, "redirectUrl"), reading.source.url) or reading.source.url,
        published_at=posted,
        started_at=begun,
        ended_at=epoch(reading, record.get("epochEndDate"), "event.epochEndDate", native_id, unit=MILLISECONDS),
        status=status,
        native_status=state,
        kind=reading.word(STATED, kind, Kind.UNKNOWN, "event.statusType"),
        native_impact=kind,
        components=names,
        updates=(Update(native_id, known(posted), text, status, state),) if text else (),
        timezone="America/Los_Angeles",
        language=reading.source.language,
    )


def _posted(reading: Reading, record: Record, native_id: str) -> datetime | None:
    """``05/04/2026 08:15 PDT``."""
    value = maybe(record, "datePosted")
    found = _POSTED.fullmatch(value) if value else None
    if found:
        value = f"{found['year']}-{found['month']}-{found['day']}T{found['clock']} {found['zone']}"
    return reading.time(value, "event.datePosted", native_id)
