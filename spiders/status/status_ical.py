"""A status page's calendar (iCalendar, RFC 5545): its scheduled maintenances, and past incidents where it lists them.

Read are the properties of ``VEVENT`` that say what, when and how sure. A time is UTC (``Z``) or names its zone
(``TZID``, an IANA name); a floating time and a bare date are no moment and noted. A calendar tells the planned
window and never that the work is done: an event stays `identified` unless it is cancelled.

An event is a maintenance unless its ``CATEGORIES`` say ``incident`` (unverified: no calendar with incidents was
seen). ``RRULE`` is not expanded: a repeated event is its first occurrence, and that is noted.
Format: https://www.rfc-editor.org/rfc/rfc5545
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import clean, decode, one_line, plain_text, web_address
from spiders.hosted import zone_named
from spiders.strict import BadRecordError, Reading, Record, need

KIND = SourceKind.STATUS

STATUS = {"TENTATIVE": Status.IDENTIFIED, "CONFIRMED": Status.IDENTIFIED, "CANCELLED": Status.RETRACTED}
EVENT_KEYS = frozenset(
    {"UID", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "STATUS", "URL", "CREATED", "LAST-MODIFIED", "DTSTAMP"}
    | {"CATEGORIES", "RRULE"}
    # Ignored: how a calendar shows and sorts the event, and whom it invites.
    | {"SEQUENCE", "TRANSP", "CLASS", "LOCATION", "GEO", "PRIORITY", "ORGANIZER", "ATTENDEE", "CONTACT", "COLOR"}
)
_LINE = re.compile(r"(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;[^:;\"]+(?:\"[^\"]*\")?)*):(?P<value>.*)", re.DOTALL)
_TZID = re.compile(r";TZID=\"?([^;:\"]+)\"?", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(Z?)")


@dataclass(frozen=True, slots=True)
class Field:
    """One property: its value as written, and the zone that its parameters name."""

    value: str
    zone: str | None


def start(source: Source) -> list[str]:
    """The calendar's own address."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each event of the calendar, then the issues met. Raises `ShapeError`."""
    lines = unfold(decode(body))
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise ShapeError("the body is no iCalendar: it does not begin with BEGIN:VCALENDAR")
    if lines[-1].strip().upper() != "END:VCALENDAR":
        raise ShapeError("the calendar is cut off: it does not end with END:VCALENDAR")
    reading = Reading(source)
    yield from reading.records(_events(lines), partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: how far back a calendar goes it does not say."""
    return None


def unfold(text: str) -> list[str]:
    """The content lines: a line that begins with a space or a tab continues the one before (RFC 5545 section 3.1)."""
    lines = re.sub(r"\r?\n[ \t]", "", text).replace("\r\n", "\n").split("\n")
    return [line for line in lines if line.strip()]


def _events(lines: Iterable[str]) -> Iterator[Record]:
    """The properties of each event by name; those of parts within it (alarms) are left out."""
    event: dict[str, Field] | None = None
    inner = 0
    for line in lines:
        word = line.strip().upper()
        if event is None:
            event = {} if word == "BEGIN:VEVENT" else None
        elif word == "END:VEVENT" and not inner:
            yield event
            event = None
        elif word.startswith("BEGIN:"):
            inner += 1
        elif word.startswith("END:"):
            inner -= 1
        elif not inner and (found := _LINE.fullmatch(line)):
            zone = _TZID.search(found["parameters"])
            event.setdefault(found["name"].upper(), Field(found["value"], zone[1] if zone else None))


def _report(reading: Reading, event: Record) -> Report:
    reading.keys({k: None for k in event if not k.startswith("X-")}, EVENT_KEYS, "event")
    texts = {name: clean(_unescape(field.value)) for name, field in event.items()}
    native_id, title = need(texts, "UID"), one_line(need(texts, "SUMMARY"))
    if "RRULE" in event:
        reading.note("recurring_event", f"{title} is repeated; its first occurrence is read", native_id)
    word = texts.get("STATUS", "").upper() or None
    begin = _time(reading, event, "DTSTART", native_id)
    if begin is None:
        raise BadRecordError(f"the event {native_id} has no readable DTSTART")
    published = _time(reading, event, "CREATED", native_id)
    kind = None if "incident" in texts.get("CATEGORIES", "").lower() else Kind.MAINTENANCE
    return Report(
        native_id=native_id,
        title=title,
        url=web_address(texts.get("URL"), reading.source.url) or reading.source.url,
        text=plain_text(texts.get("DESCRIPTION", "")) or None,
        published_at=published,
        updated_at=_time(reading, event, "LAST-MODIFIED", native_id),
        started_at=begin,
        ended_at=_time(reading, event, "DTEND", native_id),
        status=reading.word(STATUS, word, Status.IDENTIFIED if kind else Status.UNKNOWN, "event.STATUS"),
        native_status=word,
        kind=kind,
        timezone=event["DTSTART"].zone,
        language=reading.source.language,
    )


def _unescape(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _time(reading: Reading, event: Record, name: str, native_id: str) -> datetime | None:
    field: Field | None = event.get(name)
    if field is None:
        return None
    found = _MOMENT.fullmatch(field.value.strip())
    if found is None:
        reading.note("unreadable_date", f"event.{name}: {field.value}", native_id)
        return None
    zone = UTC if found[7] else zone_named(field.zone)
    if zone is None:
        reading.note("unknown_zone", f"event.{name}: {field.value} {field.zone or ''}", native_id)
        return None
    date, clock = "-".join(found.group(1, 2, 3)), ":".join(found.group(4, 5, 6))
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}").replace(tzinfo=zone)
    except ValueError:
        return reading.time(field.value, f"event.{name}", native_id)
    return reading.time(moment.isoformat(), f"event.{name}", native_id)
