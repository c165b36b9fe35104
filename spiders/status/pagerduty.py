"""PagerDuty status pages: the JSON in ``script#data`` of the page's HTML, in two versions.

The first lists open incidents (``summary.open_incidents``), each with updates that have a severity. Of the second no
more is known than its headline and whether that tells of an error: one report of the page as a whole.

Unverified: the keys of an incident and of its updates but for title, updates and severity. A record without an id, and
an update without a time, is bad and counted; a body of neither version is another shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from bs4 import BeautifulSoup

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update, WellPart
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import decode, load_json, one_line, plain_text, web_address
from spiders.scalars import need_key
from spiders.standing import State, standing
from spiders.strict import Reading, Record, listed, maybe, need, rows
from spiders.timeline import known, second, timeline

KIND = SourceKind.STATUS

SEVERITY = {
    "all_good": Severity.UNKNOWN,
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "maintenance": Severity.UNKNOWN,
}
# A page of this length would take minutes to read.
MAX_LENGTH = 4 * 1024 * 1024
RANK = (Severity.UNKNOWN, Severity.MINOR, Severity.MAJOR)
# An update that finds all good ends its incident.
ENDS = "all_good"

INCIDENT_KEYS = frozenset({"id", "title", "updates", "url", "started_at", "created_at"})
UPDATE_KEYS = frozenset({"severity", "message", "reported_at", "created_at"})


def start(source: Source) -> list[str]:
    """The page itself."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each open incident, or the page's headline where it tells of an error. Raises `ShapeError`."""
    text = decode(body)
    if len(text) > MAX_LENGTH:
        raise ShapeError(f"the page is longer than {MAX_LENGTH} characters")
    script = BeautifulSoup(text, "html.parser").select_one("script#data") if "<script" in text else None
    if script is None:
        raise ShapeError("the page has no script#data")
    value = load_json(script.get_text().encode("utf-8"))
    reading = Reading(source)
    if isinstance(value, dict) and isinstance(value.get("summary"), dict):
        incidents = listed(value["summary"], "open_incidents")
        yield from reading.records(incidents, partial(_report, reading))
    else:
        yield from _headline(reading, value)
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the page shows open incidents alone."""
    return None


def _headline(reading: Reading, value: Any) -> Iterator[Report | WellPart]:
    for key in ("layout", "layout_settings", "statusPage"):
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(value.get("globalStatusHeadlineHasError"), bool):
        raise ShapeError("script#data is neither a list of open incidents nor a headline")
    if value["globalStatusHeadlineHasError"]:
        word = value.get("globalStatusHeadline")
        if not isinstance(word, str) or not word.strip():
            raise ShapeError("the headline tells of an error and says nothing")
        report = standing(reading, State(Kind.UNKNOWN), key="page", name=None, word=word)
        if report is not None:
            yield report
    else:
        yield WellPart("page", "no error")


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id = need_key(record, "id")
    updates = timeline(reading, native_id, rows(record, "updates"), partial(_update, reading, native_id))
    words = [update.native_status or "" for update in updates]
    planned = "maintenance" in words
    worst = max((SEVERITY.get(word, Severity.UNKNOWN) for word in words), key=RANK.index, default=Severity.UNKNOWN)
    created = reading.time(record.get("created_at"), "incident.created_at", native_id)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=web_address(maybe(record, "url"), reading.source.url) or reading.source.url,
        published_at=created or (updates[0].posted_at if updates else None),
        updated_at=updates[-1].posted_at if updates else None,
        started_at=reading.time(record.get("started_at"), "incident.started_at", native_id),
        status=Status.RESOLVED if words[-1:] == [ENDS] else Status.IDENTIFIED if planned else Status.INVESTIGATING,
        native_status=words[-1] if words else None,
        kind=Kind.MAINTENANCE if planned else None,
        severity=worst,
        native_impact=words[-1] if words else None,
        updates=updates,
        language=reading.source.language,
    )


def _update(reading: Reading, native_id: str, item: Record) -> Update:
    reading.keys(item, UPDATE_KEYS, "update")
    word = need(item, "severity")
    reading.word(SEVERITY, word, Severity.UNKNOWN, "update.severity")
    posted = known(reading.time(item.get("reported_at") or item.get("created_at"), "update.reported_at", native_id))
    status = Status.RESOLVED if word == ENDS else Status.UNKNOWN
    return Update(str(second(posted)), posted, plain_text(maybe(item, "message") or ""), status, word)
