"""AWS: past events, from ``historyevents.json`` and from the ``data.json`` that was served until 2023.

``historyevents.json`` lists the events of a year under the key of their service, each in the form of
`aws_current`. ``data.json`` has the lists `archive` and `current`; there an event's updates are one
piece of HTML, each with a clock in Pacific time and with the day only where it differs from the first.

Captured polls of ``data.json`` over two and a half years: 12,428 times an event left the list and was
older than every one that stayed, 27 times it was not. Hence the window begins at the oldest event.
Unverified: whether the files of the regions differ, or are copies of one list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, plain_text
from spiders.scalars import maybe_key
from spiders.status.aws_current import PAGE, SEVERITY, STATED, STATUS, read_event, read_region, split_mark
from spiders.strict import BadRecordError, Reading, Record, distinct, listed, maybe, need
from spiders.timeline import second, timeline
from spiders.times import MONTHS, ZONES
from spiders.vendor_json import epoch, listed_with

KIND = SourceKind.STATUS

OLD_KEYS = frozenset(
    {"service", "service_name", "summary", "date", "status", "description"}
    # Ignored: empty in every event that was seen.
    | {"details"}
)

_STAMP = re.compile(r"<span class=\"yellowfg\">\s*([^<]*?)\s*</span>")
_CLOCK = re.compile(
    r"(?:(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2}),\s+)?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}) (?P<half>[AP]M) (?P<zone>[A-Z]{3})"
)


def start(source: Source) -> list[str]:
    """`source.url` is the file itself."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each event of the body, then the issues met. Raises `ShapeError`, also for a history without an event."""
    value = load_json(body)
    reading = Reading(source)
    if isinstance(value, dict) and "archive" in value:
        reading.keys(value, frozenset({"archive", "current"}), "body")
        items = listed(value, "archive") + listed(value, "current")
        yield from reading.records(listed_with(items, "description"), partial(_old_event, reading))
    else:
        yield from reading.records(_by_service(value), partial(read_event, reading))
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed event was first written of."""
    return min((r.published_at for r in reports if r.published_at), default=None)


def _by_service(value: Any) -> list[Any]:
    """The events of all services, each with the key of its service. Raises `ShapeError`."""
    if not isinstance(value, dict) or not all(isinstance(events, list) for events in value.values()):
        raise ShapeError("the body is no object that lists events by service")
    items = [
        {"service": key, **event} if isinstance(event, dict) else event
        for key, events in value.items()
        for event in events
    ]
    if not items:
        raise ShapeError("the body lists no event: a year without any was never seen")
    return listed_with(items, "event_log")


def _old_event(reading: Reading, record: Record) -> Report:
    reading.keys(record, OLD_KEYS, "event")
    service, code = need(record, "service"), maybe_key(record, "status")
    native_id = f"{service}_{need(record, 'date')}"
    published = epoch(reading, record.get("date"), "event.date", native_id)
    if published is None:
        raise BadRecordError(f"{native_id} has no readable date")
    title, over = split_mark(reading, need(record, "summary"))
    updates = _old_updates(reading, need(record, "description"), service, published)
    return Report(
        native_id=native_id,
        title=title,
        url=PAGE,
        published_at=published,
        updated_at=updates[-1].posted_at if updates else published,
        status=Status.RESOLVED if over else reading.word(STATUS, code, Status.UNKNOWN, "event.status"),
        native_status=code,
        kind=reading.word(STATED, code, Kind.UNKNOWN, "event.status"),
        severity=reading.word(SEVERITY, code, Severity.UNKNOWN, "event.status"),
        native_impact=code,
        components=distinct([maybe(record, "service_name")]),
        regions=read_region(service, None),
        updates=updates,
        timezone="America/Los_Angeles",
        language=reading.source.language,
    )


def _old_updates(reading: Reading, markup: str, service: str, first: datetime) -> tuple[Update, ...]:
    """The updates, each told by its clock and by the one before it: their order in the text is that of time."""
    pieces = _STAMP.split(markup)
    before = first

    def read(item: Record) -> Update:
        nonlocal before
        clock = _CLOCK.fullmatch(item["stamp"])
        if clock is None or clock["zone"] not in ZONES:
            raise BadRecordError(f"its time cannot be read: {item['stamp'][:40]}")
        shown = before = _moment(clock, before, first)
        if abs(before - first) < timedelta(minutes=1):
            before = first  # the same moment, which the clock shows without its seconds
        # Keyed by the clock: AWS sets an event's date, and with it the event's key, anew now and then (22 of 554).
        return Update(f"{service}_{second(shown)}", before, plain_text(f"<p>{item['text']}</p>"))

    items = [{"stamp": stamp, "text": text} for stamp, text in zip(pieces[1::2], pieces[2::2], strict=True)]
    return timeline(reading, f"{service}_{second(first)}", items, read)


def _moment(clock: re.Match[str], before: datetime, first: datetime) -> datetime:
    """What a clock shows, on the day it names; else on the day that brings it nearest to the update before it."""
    zone = timezone(timedelta(hours=ZONES[clock["zone"]]))
    day = before.astimezone(zone)
    if clock["month"]:
        month = MONTHS.index(clock["month"].lower()) + 1
        day = day.replace(month=month, day=int(clock["day"]))
    hour = int(clock["hour"]) % 12 + (12 if clock["half"] == "PM" else 0)
    shown = day.replace(hour=hour, minute=int(clock["minute"]), second=0, microsecond=0)
    if clock["month"]:
        # A year turns within an event at most once, and never backwards.
        shown = shown.replace(year=shown.year + 1) if shown < first - timedelta(days=180) else shown
        return shown.astimezone(first.tzinfo)
    days = (timedelta(days=n) for n in (0, -1, 1))
    return min((shown + d for d in days), key=lambda s: abs(s - before)).astimezone(first.tzinfo)
