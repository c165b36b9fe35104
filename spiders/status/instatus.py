"""Instatus: ``/summary.json``, what is open and what is planned at this moment, without the updates.

Two shapes are served: the page's state as ``page.status`` or as ``status.type`` (unverified), records
with an ``id`` and ISO times or with neither, their key then being the last part of their address and
their times as a browser prints a date. A list with nothing in it is left out.
A page that says it has issues and lists none is noted: what they are stands on the page alone.
Format: https://instatus.com/help/api/public-data
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, web_address
from spiders.hosted import api_address
from spiders.strict import BadRecordError, Reading, Record, listed, maybe, need

KIND = SourceKind.STATUS

PAGE_STATUS = {"UP": False, "HASISSUES": True, "UNDERMAINTENANCE": True}
STATUS = {
    "INVESTIGATING": Status.INVESTIGATING,
    "IDENTIFIED": Status.IDENTIFIED,
    "MONITORING": Status.MONITORING,
    "RESOLVED": Status.RESOLVED,
    "NOTSTARTEDYET": Status.IDENTIFIED,
    "INPROGRESS": Status.IDENTIFIED,
    "VERIFYING": Status.MONITORING,
    "COMPLETED": Status.RESOLVED,
}
IMPACT = {
    "OPERATIONAL": (None, Severity.UNKNOWN),
    "UNDERMAINTENANCE": (Kind.MAINTENANCE, Severity.UNKNOWN),
    "DEGRADEDPERFORMANCE": (Kind.DEGRADATION, Severity.MINOR),
    "MINOROUTAGE": (Kind.OUTAGE, Severity.MINOR),
    "PARTIALOUTAGE": (Kind.OUTAGE, Severity.MAJOR),
    "MAJOROUTAGE": (Kind.OUTAGE, Severity.CRITICAL),
}

LISTS = ("activeIncidents", "activeMaintenances")
BODY_KEYS = frozenset({"page", "status", *LISTS})
# Ignored: how many minutes a maintenance is meant to take.
EVENT_KEYS = frozenset({"id", "name", "url", "status", "impact", "started", "start", "updatedAt", "duration"})

# "Wed Mar 04 2026 09:40:00 GMT+0000 (Coordinated Universal Time)", ECMA-262 section 21.4.4.41.2.
_PRINTED = re.compile(r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{2}) (?P<rest>\d{4} \d{2}:\d{2}:\d{2} GMT.*)")


def start(source: Source) -> list[str]:
    """The summary of the page at `source.url`."""
    return [api_address(source) + "/summary.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each open incident and maintenance, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    state = _page_state(value)
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    lists = [listed(value, key) if value.get(key) is not None else [] for key in LISTS]
    troubled = reading.word(PAGE_STATUS, state, True, "page.status")  # noqa: FBT003
    if troubled and not any(lists):
        reading.note("state_without_record", f"the page says {state} and lists nothing")
    yield from reading.records(lists[0], partial(_report, reading, planned=False))
    yield from reading.records(lists[1], partial(_report, reading, planned=True))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what is over is no longer listed."""
    return None


def _page_state(value: Any) -> str:
    """The page's own word, from either shape. Raises `ShapeError` where neither has one."""
    parts = value if isinstance(value, dict) else {}
    for key, word in (("page", "status"), ("status", "type")):
        part = parts.get(key)
        if isinstance(part, dict) and isinstance(part.get(word), str):
            return str(part[word])
    raise ShapeError("the body has neither page.status nor status.type")


def _report(reading: Reading, record: Record, *, planned: bool) -> Report:
    reading.keys(record, EVENT_KEYS, "event")
    site = reading.source.url
    address = web_address(maybe(record, "url"), site)
    native_id = maybe(record, "id") or urlsplit(address or "").path.rstrip("/").rpartition("/")[2]
    if not native_id:
        raise BadRecordError("an event has neither id nor url")
    status, impact = need(record, "status"), maybe(record, "impact")
    unknown: tuple[Kind | None, Severity] = (None, Severity.UNKNOWN)
    kind, severity = reading.word(IMPACT, impact, unknown, "event.impact")
    begun = record.get("start" if planned else "started")
    return Report(
        native_id=native_id,
        title=one_line(need(record, "name")),
        url=address or site,
        updated_at=reading.time(_as_mail_date(record.get("updatedAt")), "event.updatedAt", native_id),
        started_at=reading.time(_as_mail_date(begun), "event.started", native_id),
        status=reading.word(STATUS, status, Status.UNKNOWN, "event.status"),
        native_status=status,
        kind=Kind.MAINTENANCE if planned else kind,
        severity=severity,
        native_impact=impact,
        language=reading.source.language,
    )


def _as_mail_date(value: object) -> object:
    """A date as a browser prints it, in the order of a mail's; any other value as it is."""
    found = _PRINTED.fullmatch(value) if isinstance(value, str) else None
    return f"{found['day']} {found['month']} {found['rest']}" if found else value
