"""Statuspal: ``/api/v2/status_pages/<subdomain>/summary`` on ``statuspal.io``, or on ``statuspal.eu`` for Europe.

The source's `url` is that address, or the page's own: on either domain the address is made of it, on another
its HTML leads there (`spiders.locate`). Times have no zone. The
vendor's documentation says of version 2 that all of them are UTC, which captured pages do not
contradict; one client takes them as the page's local time. Version 1 (``/status``, no updates) is not
documented in this respect: its times are read in the zone that stands behind ``#`` in `url`
(`spiders.hosted`), and are an issue where none does.
A page may define incident types of its own; those that were seen are known here. The records of
``info_notices`` are unverified and read as the others are.
Format: https://www.statuspal.io/api-docs/v2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.hosted import api_address, page_address, page_zone, zoned_time
from spiders.scalars import maybe_key, need_key
from spiders.strict import BadRecordError, Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

HOSTS = ("statuspal.io", "statuspal.eu")
TYPE = {
    # "Minor" tells the weight and not the manner.
    "minor": (None, Severity.MINOR),
    "major": (Kind.OUTAGE, Severity.MAJOR),
    "performance": (Kind.DEGRADATION, Severity.UNKNOWN),
    "scheduled": (Kind.MAINTENANCE, Severity.UNKNOWN),
    "emergency-maintenance": (Kind.MAINTENANCE, Severity.UNKNOWN),
    "info": (Kind.ADVISORY, Severity.UNKNOWN),
}
STATUS = {
    "issue": Status.INVESTIGATING,
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
    # A marked message, at any stage.
    "essential": Status.UNKNOWN,
}

LISTS = {
    "incidents": None,
    "maintenances": Kind.MAINTENANCE,
    "upcoming_maintenances": Kind.MAINTENANCE,
    "info_notices": Kind.ADVISORY,
}
BODY_KEYS = frozenset({"status_page", "services", *LISTS, "current_status_type"})
EVENT_KEYS = frozenset(
    {"id", "type", "title", "url", "inserted_at", "updated_at", "starts_at", "ends_at", "service_ids", "updates"}
    | {"translations", "timezone", "affects_uptime"}
)
UPDATE_KEYS = frozenset(
    {"id", "type", "description", "description_html", "inserted_at", "posted_at"}
    | {"updated_at", "translations", "subscribers_notified_at", "tweet"}
)


@dataclass(frozen=True, slots=True)
class Page:
    """What holds for every record of the body: its services by id, and the zone of its clocks."""

    services: dict[str, str]
    zone: tzinfo | None
    named_zone: str | None


def start(source: Source) -> list[str]:
    """The API's address, given by `source.url` or made of the page's; on another host the page, which leads to it."""
    address = api_address(source)
    parts = urlsplit(address)
    subdomain, _, host = (parts.hostname or "").partition(".")
    if "/api/" in parts.path or host not in HOSTS:
        return [address]
    return [f"https://{host}/api/v2/status_pages/{subdomain}/summary"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident, maintenance and notice of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if not isinstance(value, dict) or not isinstance(value.get("status_page"), dict):
        raise ShapeError("the body has no object 'status_page'")
    lists = {key: listed(value, key) for key in LISTS if key in ("incidents", "maintenances") or value.get(key)}
    named = value["status_page"].get("time_zone")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    page = Page(
        services=dict(_services(value.get("services"))),
        zone=UTC if "upcoming_maintenances" in value else page_zone(source),
        named_zone=named if isinstance(named, str) else None,
    )
    for key, items in lists.items():
        yield from reading.records(items, partial(_report, reading, page, LISTS[key]))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what is over is soon no longer listed."""
    return None


def _services(tree: Any) -> Iterator[tuple[str, str]]:
    """The id and the name of every service of the tree."""
    for item in tree if isinstance(tree, list) else []:
        if isinstance(item, dict):
            if isinstance(item.get("name"), str):
                yield str(item.get("id")), item["name"]
            yield from _services(item.get("children"))


def _report(reading: Reading, page: Page, stated: Kind | None, record: Record) -> Report:
    reading.keys(record, EVENT_KEYS, "event")
    native_id, word = need_key(record, "id"), maybe(record, "type")

    def moment(key: str) -> datetime | None:
        return zoned_time(reading, record.get(key), page.zone, f"event.{key}", native_id)

    unknown: tuple[Kind | None, Severity] = (None, Severity.UNKNOWN)
    kind, severity = reading.word(TYPE, word, unknown, "event.type")
    kind = stated or kind
    updates = _updates(reading, page, record, native_id)
    early = Status.IDENTIFIED if kind is Kind.MAINTENANCE else Status.INVESTIGATING
    stage = next((u.status for u in reversed(updates) if u.status is not Status.UNKNOWN), early)
    # The end of a maintenance is the planned one; any other end is one, even where its time cannot be read.
    over = bool(record.get("ends_at")) and kind is not Kind.MAINTENANCE
    site = page_address(reading.source) or api_address(reading.source)
    ids = record.get("service_ids")
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=web_address(maybe(record, "url"), site) or site,
        published_at=moment("inserted_at"),
        updated_at=moment("updated_at"),
        started_at=moment("starts_at"),
        ended_at=moment("ends_at") if over or stage is Status.RESOLVED else None,
        status=Status.RESOLVED if over else stage,
        native_status=updates[-1].native_status if updates else None,
        kind=kind,
        severity=severity,
        native_impact=word,
        components=distinct(page.services.get(str(key)) for key in (ids if isinstance(ids, list) else [])),
        updates=updates,
        timezone=page.named_zone,
        language=reading.source.language,
    )


def _updates(reading: Reading, page: Page, record: Record, event: str) -> tuple[Update, ...]:
    """The timeline, oldest first."""
    found: list[Update] = []
    for item in rows(record, "updates"):
        reading.keys(item, UPDATE_KEYS, "update")
        try:
            native_id, word = need_key(item, "id"), maybe_key(item, "type")
            posted = zoned_time(reading, item.get("posted_at"), page.zone, "update.posted_at", event)
            posted = posted or zoned_time(reading, item.get("inserted_at"), page.zone, "update.inserted_at", event)
            if posted is None:
                reading.note("bad_record", f"the update {native_id} has no readable time", event)
                continue
            meaning = reading.word(STATUS, word, Status.UNKNOWN, "update.type")
            words = plain_text(maybe(item, "description_html") or maybe(item, "description") or "")
            found.append(Update(native_id, posted, words, meaning, word))
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {event}: {error}", event)
    return tuple(sorted(found, key=lambda u: u.posted_at))
