"""Adobe: ``data.status.adobe.com/adobestatus/StatusEvents``, incidents and maintenances of all products, by key.

Each product of an event has a history of its own, by second; its texts are tokens into `messages`, one
set for each language. The same word in several products at one second is one update here. An event is
over when every product's last word says so. The host answers 403 to clients that it takes for robots.

Unverified: the words of a history beyond opened, discovery, closed, dismissed, scheduled, started,
completed and canceled, and how long an event stays listed (about forty days).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.scalars import inner, need_key, words
from spiders.strict import BadRecordError, Reading, Record, as_record, distinct, maybe, need
from spiders.timeline import known, second, timeline
from spiders.vendor_json import epoch

KIND = SourceKind.STATUS

PAGE = "https://status.adobe.com"

STATUS = {
    "opened": Status.INVESTIGATING,
    "discovery": Status.INVESTIGATING,
    "closed": Status.RESOLVED,
    "dismissed": Status.RETRACTED,
    "scheduled": Status.IDENTIFIED,
    "started": Status.IDENTIFIED,
    "completed": Status.RESOLVED,
    "canceled": Status.RETRACTED,
    "cancelled": Status.RETRACTED,
}
OVER = frozenset({Status.RESOLVED, Status.RETRACTED})
SEVERITY = {
    "trivial": Severity.MINOR,
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
    "potential": Severity.UNKNOWN,
}
WORST = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)
# The section of the body, and the key of its events.
SECTIONS = (("incidentEvent", "incidents"), ("maintenanceEvent", "maintenance"))

EVENT_KEYS = frozenset(
    {"id", "products", "startedOn", "completedOn", "scheduledDate"}
    # Ignored: what the products belong to and consist of, and the state that their histories tell.
    | {"clouds", "services", "environments", "status", "cmrStatus", "locations", "serviceOfferings"}
)
PRODUCT_KEYS = frozenset({"id", "name", "startedOn", "endedOn", "history"} | {"productServices", "clouds"})
HISTORY_KEYS = frozenset(
    {"id", "status", "csoStatus", "severity", "titleToken", "messageToken", "locationImpact"}
    | {"statusTime", "messageTime", "customerImpact", "serviceImpact"}
)


def start(source: Source) -> list[str]:
    """The one address, on the host of `source.url`."""
    return [source.url.rstrip("/") + "/adobestatus/StatusEvents"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident and maintenance, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    sections = [(name, *_section(value, name, key)) for name, key in SECTIONS]
    reading = Reading(source)
    reading.keys(value, frozenset(name for name, _ in SECTIONS), "body")
    for name, events, texts in sections:
        planned = name == "maintenanceEvent"
        yield from reading.records(events, partial(_report, reading, texts, planned=planned))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: when an event leaves the list is not known well enough."""
    return None


def _section(value: Any, name: str, key: str) -> tuple[list[Any], Record]:
    """The events of one section and the English texts that they point into. Raises `ShapeError`."""
    section = value.get(name) if isinstance(value, dict) else None
    events = section.get(key) if isinstance(section, dict) else None
    if not isinstance(section, dict) or not isinstance(events, dict):
        raise ShapeError(f"the body has no object {name}.{key}")
    messages = section.get("messages")
    texts = messages.get("en") if isinstance(messages, dict) else None
    return list(events.values()), texts if isinstance(texts, dict) else {}


def _report(reading: Reading, texts: Record, record: Record, *, planned: bool) -> Report:
    reading.keys(record, EVENT_KEYS, "event")
    native_id = need_key(record, "id")
    products = [as_record(p) for p in inner(record, "products").values()]
    latest, entries = _histories(reading, products, native_id)
    times = partial(epoch, reading, where="event.time", native_id=native_id)
    begun = [times(p.get("startedOn")) for p in products]
    ended = [times(p.get("endedOn")) for p in products]
    began = min((t for t in begun if t), default=None) or times(record.get("startedOn") or record.get("scheduledDate"))
    over = max((t for t in ended if t), default=None) if all(ended) else None
    states = {STATUS.get((maybe(h, "status") or "").lower(), Status.UNKNOWN) for h in latest}
    weights = distinct((maybe(h, "severity") or "").lower() for h in latest)
    meant = {reading.word(SEVERITY, w, Severity.UNKNOWN, "history.severity") for w in weights}
    updates = timeline(reading, native_id, entries, partial(_update, reading, texts, native_id, (began, over)))
    title = next((t for h in reversed(entries) if (t := _text(texts, maybe(h["entry"], "titleToken")))), None)
    names = distinct(maybe(p, "name") for p in products)
    return Report(
        native_id=native_id,
        title=one_line(title or f"{', '.join(names)}: {'maintenance' if planned else 'incident'}"),
        url=f"{PAGE}/#/{native_id}",
        published_at=updates[0].posted_at if updates else None,
        updated_at=updates[-1].posted_at if updates else None,
        started_at=began,
        ended_at=over or (times(record.get("completedOn")) if planned else None),
        status=_status(states),
        native_status=", ".join(distinct(maybe(h, "status") for h in latest)) or None,
        kind=Kind.MAINTENANCE if planned else None,
        severity=next((w for w in WORST if w in meant), Severity.UNKNOWN),
        native_impact=", ".join(weights) or None,
        components=names,
        regions=distinct(r for h in entries for r in words(inner(h["entry"], "locationImpact"), "serviceRegions")),
        updates=updates,
        timezone="UTC",
        language=reading.source.language,
    )


def _status(states: set[Status]) -> Status:
    """Over only when every product is; withdrawn only when every product's was a false alarm."""
    if not states or not states <= OVER:
        still = states - OVER
        return next((s for s in (Status.INVESTIGATING, Status.IDENTIFIED) if s in still), Status.UNKNOWN)
    return Status.RETRACTED if states == {Status.RETRACTED} else Status.RESOLVED


def _histories(reading: Reading, products: list[Record], native_id: str) -> tuple[list[Record], list[dict[str, Any]]]:
    """The last entry of each product, and all entries in order of time, equal ones of several products once."""
    latest: list[Record] = []
    found: dict[tuple[int, object], dict[str, Any]] = {}
    for product in products:
        reading.keys(product, PRODUCT_KEYS, "product")
        history: Mapping[str, Any] = inner(product, "history")
        if not history or not all(key.isdigit() for key in history):
            raise BadRecordError(f"{native_id} has a product without a history by second")
        seconds = sorted(history, key=int)
        latest.append(as_record(history[seconds[-1]]))
        for key in seconds:
            entry = as_record(history[key])
            reading.keys(entry, HISTORY_KEYS, "history")
            found.setdefault((int(key), entry.get("messageToken")), {"second": key, "entry": entry})
    return latest, [found[key] for key in sorted(found, key=lambda k: (k[0], str(k[1])))]


def _update(
    reading: Reading, texts: Record, incident: str, span: tuple[datetime | None, datetime | None], item: Record
) -> Update:
    entry: Record = item["entry"]
    word = need(entry, "status")
    posted = known(epoch(reading, item["second"], "history", incident))
    text = _text(texts, maybe(entry, "messageToken"))
    if text is None:
        reading.note("no_text", f"an update of {incident} points to a text that is not there", incident)
    for name, moment in zip(("{startDateTime}", "{endDateTime}"), span, strict=True):
        text = (text or "").replace(name, f"{moment:%d %b %Y %H:%M} UTC" if moment else "")
    meaning = reading.word(STATUS, word.lower(), Status.UNKNOWN, "history.status")
    return Update(f"{incident}-{second(posted)}", posted, plain_text(text or ""), meaning, word)


def _text(texts: Record, token: str | None) -> str | None:
    """The text that a token points to, the one with its links first."""
    found = texts.get(token) if token else None
    message = as_record(found) if found is not None else {}
    return maybe(message, "htmlMessage") or maybe(message, "textMessage")
