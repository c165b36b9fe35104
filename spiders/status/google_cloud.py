"""Google Cloud and Google Workspace: ``incidents.json``, in every schema that was ever served.

Until April 2021 the keys had hyphens and an incident had no id but its service and a number; for one
day there were an id and neither creation time nor service key; since then both. What stayed the
same throughout is when the first update was written, and no two incidents share that second: so an
update's key is made of it, and the store finds the incident of the old schema by its updates.

The body lists what ended within the last year: of 1,042 incidents that left the feed between 2020
and 2026, 1,035 had ended before every one that stayed. Hence the window begins at the oldest `end`.
Format: https://status.cloud.google.com/incidents.schema.json
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.strict import BadRecordError, Reading, Record, distinct, maybe, need, rows

KIND = SourceKind.STATUS

# An update tells what is affected, not how far the work has come; an open incident is at least investigated.
STATUS = {
    "AVAILABLE": Status.RESOLVED,
    "SERVICE_INFORMATION": Status.INVESTIGATING,
    "SERVICE_DISRUPTION": Status.INVESTIGATING,
    "SERVICE_OUTAGE": Status.INVESTIGATING,
}
IMPACT = {
    "SERVICE_INFORMATION": Kind.ADVISORY,
    "SERVICE_DISRUPTION": Kind.DEGRADATION,
    "SERVICE_OUTAGE": Kind.OUTAGE,
}
SEVERITY = {"low": Severity.MINOR, "medium": Severity.MAJOR, "high": Severity.CRITICAL}

INCIDENT_KEYS = frozenset(
    {"id", "number", "service_key", "service_name", "affected_products", "begin", "created", "modified", "end", "uri"}
    | {"external_desc", "updates", "status_impact", "severity"}
    | {"currently_affected_locations", "previously_affected_locations"}
    # Ignored: the newest of the updates once more, and a flag that is always true.
    | {"most_recent_update", "most-recent-update", "public"}
)
UPDATE_KEYS = frozenset({"created", "when", "text", "status", "affected_locations"} | {"modified"})
PRODUCT_KEYS = frozenset({"title"} | {"id", "current_title"})
PLACE_KEYS = frozenset({"id", "title"})

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_EMPHASIS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)


def start(source: Source) -> list[str]:
    """The one address of the list, beside the page at `source.url`."""
    return [source.url.rstrip("/") + "/incidents.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if not isinstance(value, list):
        raise ShapeError(f"the body is no list of incidents: it is a {type(value).__name__}")
    if value and not any(isinstance(item, dict) and "begin" in item for item in value):
        raise ShapeError("the body is a list, but no record in it has the key 'begin'")
    reading = Reading(source)
    yield from reading.records(value, partial(_report, reading))
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed incident ended; `None` where none has ended."""
    return min((r.ended_at for r in reports if r.ended_at), default=None)


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id = maybe(record, "id") or _old_key(record)
    end = reading.time(record.get("end"), "incident.end", native_id)
    created = reading.time(record.get("created"), "incident.created", native_id)
    impact, severity = maybe(record, "status_impact"), maybe(record, "severity")
    updates, places = _updates(reading, record, native_id)
    latest = updates[-1].status if updates else Status.UNKNOWN
    stage = Status.INVESTIGATING if latest is Status.UNKNOWN else latest
    for key in ("currently_affected_locations", "previously_affected_locations"):
        places.extend(rows(record, key))
    products = rows(record, "affected_products")
    for known, items, where in ((PRODUCT_KEYS, products, "product"), (PLACE_KEYS, places, "location")):
        for item in items:
            reading.keys(item, known, where)
    return Report(
        native_id=native_id,
        title=one_line(_unmark(need(record, "external_desc"))),
        url=web_address(maybe(record, "uri"), reading.source.url.rstrip("/") + "/") or reading.source.url,
        published_at=created,
        updated_at=reading.time(record.get("modified"), "incident.modified", native_id),
        started_at=reading.time(record.get("begin"), "incident.begin", native_id),
        ended_at=end,
        status=Status.RESOLVED if end else stage,
        kind=reading.word(IMPACT, impact, Kind.UNKNOWN, "incident.status_impact") if impact else None,
        severity=reading.word(SEVERITY, severity, Severity.UNKNOWN, "incident.severity"),
        native_impact=impact or severity,
        components=distinct(maybe(p, "title") for p in products) or distinct([maybe(record, "service_name")]),
        regions=tuple(sorted(set(distinct(maybe(p, "id") for p in places)))),
        updates=updates,
        timezone="America/Los_Angeles",  # the prose of the updates writes US/Pacific
        language=reading.source.language,
    )


def _old_key(record: Record) -> str:
    return f"{need(record, 'service_key')}-{record.get('number')}"


def _updates(reading: Reading, record: Record, native_id: str) -> tuple[tuple[Update, ...], list[Record]]:
    """The timeline, oldest first, each keyed by when the first and when it itself was written; and their places."""
    found: list[tuple[datetime, datetime, Record]] = []
    for item in reversed(rows(record, "updates")):
        reading.keys(item, UPDATE_KEYS, "update")
        created = reading.time(item.get("created"), "update.created", native_id)
        posted = reading.time(item.get("when"), "update.when", native_id) or created
        if created is None or posted is None:
            reading.note("bad_record", f"an update of {native_id} has no readable time", native_id)
            continue
        found.append((posted, created, item))
    found.sort(key=lambda entry: entry[:2])
    first = min((created for _, created, _ in found), default=None)
    updates: dict[str, Update] = {}
    for posted, created, item in found:
        try:
            key = f"{first:%Y%m%dT%H%M%S}-{created:%Y%m%dT%H%M%S}"
            key += f"-{sum(k.startswith(key) for k in updates)}" if key in updates else ""
            word = maybe(item, "status")
            meaning = reading.word(STATUS, word, Status.UNKNOWN, "update.status")
            updates[key] = Update(key, posted, plain_text(_unmark(need(item, "text"))), meaning, word)
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {native_id}: {error}", native_id)
    return tuple(updates.values()), [place for _, _, item in found for place in rows(item, "affected_locations")]


def _unmark(text: str) -> str:
    """Markdown's words: no emphasis, no heading signs, nothing escaped."""
    return _ESCAPED.sub(r"\1", _HEADING.sub("", _EMPHASIS.sub(r"\1", text)))
