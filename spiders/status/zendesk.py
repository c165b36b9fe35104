"""Zendesk: ``/api/incidents/active`` and ``/api/incidents/maintenance``, JSON:API, ten requests a minute at most.

An incident's updates and services stand in `included` and are pointed to by `relationships`; a service is
reached by way of an `incident_service`, which says whether it is out or slow. Only what is open or
planned is listed: an incident that is over is seen no more.
Format: https://developer.zendesk.com/api-reference/status_api/status_api/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.scalars import inner, is_set, need_key
from spiders.strict import Reading, Record, as_record, distinct, listed, maybe, need, rows
from spiders.timeline import known, timeline

KIND = SourceKind.STATUS

# What the platform calls a status is the state of the service.
STATUS = {
    "investigating": Status.INVESTIGATING,
    "impeded": Status.INVESTIGATING,
    "inoperative": Status.INVESTIGATING,
    "operational": Status.RESOLVED,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
}
SEVERITY = {
    "no impact": Severity.UNKNOWN,
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
    "security": Severity.UNKNOWN,
}

BODY_KEYS = frozenset({"data", "included"} | {"links", "meta", "jsonapi"})
RECORD_KEYS = frozenset({"id", "attributes", "relationships"} | {"type", "links"})
ATTRIBUTE_KEYS = frozenset(
    {"title", "status", "impact", "outage", "degradation", "started_at", "resolved_at", "postmortem", "created_at"}
    | {"maintenance_start_time", "maintenance_end_time", "maintenance_article", "updated_at"}
)
UPDATE_KEYS = frozenset({"description", "created_at"} | {"updated_at", "incident_id"})

Known = Mapping[tuple[str, str], Record]


def start(source: Source) -> list[str]:
    """What is open and what is planned."""
    base = source.url.rstrip("/") + "/api/incidents/"
    return [base + "active", base + "maintenance"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident and maintenance of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    data = listed(value, "data")
    included = listed(value, "included") if "included" in value else []
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    beside = {(str(i.get("type")), str(i.get("id"))): i for i in included if isinstance(i, dict)}
    yield from reading.records(data, partial(_report, reading, beside))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what is over leaves the list, so absence means nothing."""
    return None


def _report(reading: Reading, beside: Known, record: Record) -> Report:
    reading.keys(record, RECORD_KEYS, "record")
    native_id, told = need_key(record, "id"), as_record(record.get("attributes"))
    reading.keys(told, ATTRIBUTE_KEYS, "attributes")
    planned = "maintenance_start_time" in told
    status, impact = maybe(told, "status"), maybe(told, "impact")
    begin, end = ("maintenance_start_time", "maintenance_end_time") if planned else ("started_at", "resolved_at")
    begun = reading.time(told.get(begin), f"attributes.{begin}", native_id)
    ended = reading.time(told.get(end), f"attributes.{end}", native_id)
    stage = reading.word(STATUS, status, Status.UNKNOWN, "attributes.status")
    over = ended is not None and not planned
    switches = [as_record(told), *_pointed(record, beside, "incident_services")]
    return Report(
        native_id=native_id,
        title=one_line(need(told, "title")),
        url=web_address(maybe(told, "maintenance_article"), reading.source.url) or reading.source.url,
        published_at=reading.time(told.get("created_at"), "attributes.created_at", native_id),
        started_at=begun,
        ended_at=ended,
        status=Status.RESOLVED if over else Status.IDENTIFIED if planned and status is None else stage,
        native_status=status,
        kind=Kind.MAINTENANCE if planned else _kind(impact, switches),
        severity=reading.word(SEVERITY, impact, Severity.UNKNOWN, "attributes.impact"),
        native_impact=impact,
        components=_services(record, beside),
        updates=_updates(reading, record, beside, native_id),
        timezone="UTC",
        language=reading.source.language,
    )


def _kind(impact: str | None, told: list[Record]) -> Kind | None:
    """What the switches of the incident and of its services say."""
    if impact == "security":
        return Kind.SECURITY
    if any(is_set(item, "outage") for item in told):
        return Kind.OUTAGE
    return Kind.DEGRADATION if any(is_set(item, "degradation") for item in told) else None


def _links(record: Record, name: str) -> list[Record]:
    """The pointers of one relationship, which is a list or a single one."""
    relation = inner(inner(record, "relationships"), name)
    return [as_record(relation["data"])] if isinstance(relation.get("data"), dict) else rows(relation, "data")


def _pointed(record: Record, beside: Known, name: str) -> list[Record]:
    """The attributes of what a relationship points to, as far as it was sent."""
    found = (beside.get((need(link, "type"), need_key(link, "id"))) for link in _links(record, name))
    return [{**inner(item, "attributes"), "id": item.get("id"), "of": item} for item in found if item]


def _services(record: Record, beside: Known) -> tuple[str, ...]:
    """The names of the services that the incident touches, straight or by way of an `incident_service`."""
    between: list[Any] = [item["of"] for item in _pointed(record, beside, "incident_services")]
    straight = _pointed(record, beside, "services")
    return distinct(
        maybe(service, "name")
        for service in (*straight, *(s for item in between for s in _pointed(item, beside, "service")))
    )


def _updates(reading: Reading, record: Record, beside: Known, native_id: str) -> tuple[Update, ...]:
    """The updates, oldest first, and behind them the post-mortem, which has no time but the end."""
    told = as_record(record.get("attributes"))

    def read(item: Record) -> Update:
        if "postmortem" in item:
            end = reading.time(told.get("resolved_at") or told.get("started_at"), "attributes.resolved_at", native_id)
            text = plain_text(need(item, "postmortem"))
            return Update(f"{native_id}-postmortem", known(end), text, Status.RESOLVED, "postmortem")
        reading.keys(item, UPDATE_KEYS | {"id", "of"}, "update")
        posted = known(reading.time(item.get("created_at"), "update.created_at", native_id))
        return Update(need_key(item, "id"), posted, plain_text(need(item, "description")))

    written = [{"postmortem": told["postmortem"]}] if maybe(told, "postmortem") else []
    return timeline(reading, native_id, [*_pointed(record, beside, "incident_updates"), *written], read)
