"""AWS Health Dashboard: ``/public/currentevents``, the events open now; ``[]`` when there are none.

The body is UTF-16 with a byte order mark. An event's `status` is its worst so far and stays when it is
over: that is told by `end_time` and by the last code of `event_log`. Codes are text in the event and
numbers in its log: 0 normal, 1 informational, 2 degradation, 3 disruption. `date` and the log count
seconds; it is when AWS first wrote, the onset is told in the prose only.

Unverified: how events without an `arn` look today (older ones had none and are keyed by service and date).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import quote

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.scalars import maybe_key
from spiders.strict import Reading, Record, as_record, distinct, maybe, need, rows
from spiders.timeline import known, second, timeline
from spiders.vendor_json import epoch, listed_with

KIND = SourceKind.STATUS

PAGE = "https://health.aws.amazon.com/health/status"

STATUS = {
    "0": Status.RESOLVED,
    "1": Status.INVESTIGATING,
    "2": Status.INVESTIGATING,
    "3": Status.INVESTIGATING,
}
# Nine of ten archived incidents had 1 at their worst, so it says nothing of what manner of event it was.
STATED = {"0": None, "1": None, "2": Kind.DEGRADATION, "3": Kind.OUTAGE}
SEVERITY = {"0": Severity.UNKNOWN, "1": Severity.MINOR, "2": Severity.MAJOR, "3": Severity.CRITICAL}
# The mark before the summary of an event that is over, in the languages in which it was seen.
OVER = frozenset({"RESOLVED", "解決済み", "已解決", "已解决"})

EVENT_KEYS = frozenset(
    {"arn", "date", "end_time", "region_name", "service", "service_name", "status", "summary", "event_log"}
    | {"impacted_services"}
    # Ignored: the log once more, service by service; the older text form of the log; the type in the arn.
    | {"impacted_service_status_changes", "details", "description", "type_code", "metadata"}
)
LOG_KEYS = frozenset({"message", "status", "timestamp"} | {"summary"})
SERVICE_KEYS = frozenset({"service_name", "current", "max"})

_REGION = re.compile(r".+?-(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)")
_MARK = re.compile(r"\[(?P<mark>[^\]]+)\]\s*")


def start(source: Source) -> list[str]:
    """The one address of the list, on the host of `source.url`."""
    return [source.url.rstrip("/") + "/public/currentevents"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each event of the body, then the issues met. Raises `ShapeError`."""
    items = listed_with(load_json(body), "event_log")
    reading = Reading(source)
    yield from reading.records(items, partial(read_event, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what is over leaves the list, so absence means nothing."""
    return None


def read_event(reading: Reading, record: Record) -> Report:
    """One event in the form of the dashboard, which the history has as well. Raises `BadRecordError`."""
    reading.keys(record, EVENT_KEYS, "event")
    service, arn = need(record, "service"), maybe(record, "arn")
    native_id = arn or f"{service}_{need(record, 'date')}"
    title, marked = split_mark(reading, need(record, "summary"))
    updates = _updates(reading, record, service, native_id)
    ended = epoch(reading, record.get("end_time"), "event.end_time", native_id)
    peak = maybe_key(record, "status")
    over = marked or ended is not None or peak == "0" or (bool(updates) and updates[-1].status is Status.RESOLVED)
    published = epoch(reading, record.get("date"), "event.date", native_id)
    return Report(
        native_id=native_id,
        title=title,
        url=f"{PAGE}?eventID={quote(arn, safe='')}" if arn else PAGE,
        published_at=published,
        updated_at=updates[-1].posted_at if updates else published,
        ended_at=ended,
        status=Status.RESOLVED if over else reading.word(STATUS, peak, Status.UNKNOWN, "event.status"),
        native_status=peak,
        kind=reading.word(STATED, peak, Kind.UNKNOWN, "event.status"),
        severity=reading.word(SEVERITY, peak, Severity.UNKNOWN, "event.status"),
        native_impact=peak,
        components=_components(reading, record),
        regions=read_region(service, arn),
        updates=updates,
        timezone="America/Los_Angeles",  # the prose writes Pacific time
        language=reading.source.language,
    )


def split_mark(reading: Reading, summary: str) -> tuple[str, bool]:
    """A summary without its mark, and whether the mark says that the event is over."""
    line = one_line(summary)
    found = _MARK.match(line)
    if not found:
        return line, False
    if found["mark"] not in OVER:
        reading.note("unknown_value", f"event.summary: {found['mark']}")
        return line, False
    return line[found.end() :] or line, True


def read_region(service: str, arn: str | None) -> tuple[str, ...]:
    """The region in the arn (its fourth part), else the one behind the service's key."""
    part = arn.split(":")[3] if arn and arn.count(":") >= 4 else ""
    found = _REGION.fullmatch(service)
    return distinct([part or (found["region"] if found else None)])


def _components(reading: Reading, record: Record) -> tuple[str, ...]:
    """The services that were touched, else the one that the event is filed under."""
    impacted = record.get("impacted_services")
    names = []
    for item in as_record(impacted).values() if impacted else ():
        service = as_record(item)
        reading.keys(service, SERVICE_KEYS, "impacted_service")
        names.append(maybe(service, "service_name"))
    return distinct(names) or distinct([maybe(record, "service_name")])


def _updates(reading: Reading, record: Record, service: str, native_id: str) -> tuple[Update, ...]:
    """The log, oldest first, keyed as the RSS feed keys its items: service and second."""

    def read(item: Record) -> Update:
        reading.keys(item, LOG_KEYS, "log")
        posted = known(epoch(reading, item.get("timestamp"), "log.timestamp", native_id))
        code = maybe_key(item, "status")
        meaning = reading.word(STATUS, code, Status.UNKNOWN, "log.status")
        return Update(f"{service}_{second(posted)}", posted, plain_text(need(item, "message")), meaning, code)

    return timeline(reading, native_id, rows(record, "event_log"), read)
