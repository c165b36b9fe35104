"""Sorry™: the page's own ``/api/v1/notices``, with no more than the latest update of each notice.

The list holds 25 notices, past, present and future; in which order is unverified, so that a notice
which is missing means nothing. The vendor's other host is asked where `url` gives its address::

    url = "https://api.sorryapp.com/v1/pages/0a1b2c3d/components#status.brightbox.example"

Components have states and no times: each that is not operational is a report (`spiders.standing`).
Notices on that host are listed under ``response`` (unverified).
Format: the ``/api`` of any page, https://docs.sorryapp.com/v1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update, WellPart
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.hosted import api_address, page_address
from spiders.scalars import inner, maybe_key, need_key
from spiders.standing import DEGRADED, OPERATIONAL, State, read_states, standing
from spiders.strict import BadRecordError, Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

API_HOSTS = ("api.sorryapp.com", "ro-api.sorryapp.com")
TYPE = {"planned": Kind.MAINTENANCE, "unplanned": None, "general": Kind.ADVISORY}
STATUS = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "recovering": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "false_alarm": Status.RETRACTED,
    "scheduled": Status.IDENTIFIED,
    "underway": Status.IDENTIFIED,
    "complete": Status.RESOLVED,
    "cancelled": Status.RETRACTED,
}
# What a component suffers, and the same for a part of its users.
COMPONENT = {
    "operational": OPERATIONAL,
    "partially-degraded": DEGRADED,
    "degraded": State(Kind.DEGRADATION, Severity.MAJOR),
}

LISTS = ("notices", "components", "response")
BODY_KEYS = frozenset({*LISTS, "meta", "links"})
NOTICE_KEYS = frozenset(
    {"id", "type", "state", "subject", "synopsis", "url", "link", "begins_at", "began_at", "ended_at", "created_at"}
    | {"updated_at", "latest_update", "updates", "components"}
    | {"timeline_state", "tag_list", "links", "ends_at"}
)
UPDATE_KEYS = frozenset({"id", "state", "content", "created_at"} | {"updated_at", "url"})
COMPONENT_KEYS = frozenset(
    {"id", "name", "state"} | {"description", "parent_id", "position", "links", "created_at", "updated_at"}
)


def start(source: Source) -> list[str]:
    """The notices of the page at `source.url`, or the address on the vendor's host that it gives."""
    address = api_address(source)
    return [address if urlsplit(address).hostname in API_HOSTS else address + "/api/v1/notices"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each notice, or each component that is not operational, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    items = _items(value)
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    if any(isinstance(item, dict) and "subject" in item for item in items):
        yield from reading.records(items, partial(_report, reading))
    elif "notices" not in value:
        yield from read_states(reading, items, partial(_standing, reading))
    else:
        yield from reading.records(items, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the order of the list is not known."""
    return None


def _items(value: Any) -> list[Any]:
    """The one list of the body. Raises `ShapeError`."""
    keys = [key for key in LISTS if isinstance(value, dict) and key in value]
    if len(keys) != 1:
        raise ShapeError(f"the body must have one of the lists {', '.join(LISTS)}; it has {len(keys)}")
    return listed(value, keys[0])


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, NOTICE_KEYS, "notice")
    native_id, word = need_key(record, "id"), maybe(record, "type")
    kind = reading.word(TYPE, word, Kind.UNKNOWN, "notice.type")
    state = maybe(record, "state")
    begun = record.get("began_at") or record.get("begins_at")
    address = maybe(record, "url") or maybe(record, "link")
    page = page_address(reading.source) or reading.source.url
    return Report(
        native_id=native_id,
        title=one_line(need(record, "subject")),
        url=web_address(address, page) or page,
        summary=plain_text(maybe(record, "synopsis") or "") or None,
        published_at=reading.time(record.get("created_at"), "notice.created_at", native_id),
        updated_at=reading.time(record.get("updated_at"), "notice.updated_at", native_id),
        started_at=reading.time(begun, "notice.began_at", native_id),
        ended_at=reading.time(record.get("ended_at"), "notice.ended_at", native_id),
        # A general notice has no state.
        status=reading.word(STATUS, state, Status.UNKNOWN, "notice.state") if state else None,
        native_status=state,
        kind=kind,
        native_impact=word,
        components=distinct(maybe(c, "name") for c in rows(record, "components")),
        updates=_updates(reading, record, native_id),
        language=reading.source.language,
    )


def _updates(reading: Reading, record: Record, notice: str) -> tuple[Update, ...]:
    """What is listed of the timeline, oldest first."""
    found: dict[str, Update] = {}
    latest = inner(record, "latest_update")
    for item in [*rows(record, "updates"), *([latest] if latest else [])]:
        reading.keys(item, UPDATE_KEYS, "update")
        posted = reading.time(item.get("created_at"), "update.created_at", notice)
        if posted is None:
            reading.note("bad_record", f"an update of {notice} has no readable time", notice)
            continue
        try:
            state = maybe(item, "state")
            meaning = reading.word(STATUS, state, Status.UNKNOWN, "update.state")
            # By the moment, and not by an id that only some answers give.
            key = f"{notice}-{posted:%Y%m%dT%H%M%S}"
            found[key] = Update(key, posted, plain_text(maybe(item, "content") or ""), meaning, state)
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {notice}: {error}", notice)
    return tuple(sorted(found.values(), key=lambda u: u.posted_at))


def _standing(reading: Reading, record: Record) -> Report | WellPart | None:
    reading.keys(record, COMPONENT_KEYS, "component")
    key, name, word = need_key(record, "id"), need(record, "name"), maybe_key(record, "state")
    state = reading.word(COMPONENT, word, None, "component.state")
    if state is None or word is None:
        return None
    url = page_address(reading.source) or reading.source.url
    return standing(reading, state, key=f"component-{key}", name=name, word=word, url=url)
