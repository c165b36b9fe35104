"""Hund: ``/api/v1/issues`` of the page. Most pages ask for a key there, which is an HTTP error of that source.

A page offers a feed as well; where it stands is unverified, so that a source whose `url` is the feed
(``.atom``, ``.rss``, ``.xml`` or ``/feed``) has it read as any other feed. Times are seconds since
1970. An issue's state is a number: 1 operational, 0 degraded, -1 outage; none means that its
components keep their own. Issues are listed by page, so that one which is missing means nothing.
Format: https://hund.io/help/api
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.hosted import api_address
from spiders.news import feed
from spiders.scalars import epoch_time, inner, is_set, maybe_key
from spiders.strict import BadRecordError, Reading, Record, distinct, listed, maybe, need, rows

KIND = SourceKind.STATUS

FEEDS = (".atom", ".rss", ".xml", "/feed")
LABEL = {
    "assessed": Status.IDENTIFIED,
    "identified": Status.IDENTIFIED,
    "investigating": Status.INVESTIGATING,
    "maintenance": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "cancelled": Status.RETRACTED,
    # Said of what is over, and of what never began.
    "addendum": Status.RESOLVED,
    "informational": Status.RESOLVED,
}
# From the worst down.
STATE = {
    "-1": (Kind.OUTAGE, Severity.MAJOR),
    "0": (Kind.DEGRADATION, Severity.MINOR),
    "1": (None, Severity.UNKNOWN),
}
SPECIALIZATION = {"general": None, "maintenance": Kind.MAINTENANCE, "informational": Kind.ADVISORY}

BODY_KEYS = frozenset({"type", "total_count", "has_more", "data", "_links"})
ISSUE_KEYS = frozenset(
    {"id", "title", "label", "body", "body_html", "state_override", "specialization", "components", "updates"}
    | {"created_at", "updated_at", "began_at", "ended_at", "cancelled_at", "resolved", "cancelled", "schedule"}
    | {"type", "priority", "open_graph_image_url", "retrospective", "scheduled", "standing", "duration", "template"}
    | {"semantic", "_links"}
)
UPDATE_KEYS = frozenset(
    {"id", "label", "body", "body_html", "state_override", "created_at"}
    | {"type", "updated_at", "issue", "template", "reopening", "effective", "effective_after", "semantic", "_links"}
)


def start(source: Source) -> list[str]:
    """The feed that `source.url` is, or else the issues of the page at `source.url`."""
    address = api_address(source)
    return [address if address.endswith(FEEDS) else address + "/api/v1/issues"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each issue, or each entry of the feed, then the issues met. Raises `ShapeError`."""
    if api_address(source).endswith(FEEDS):
        yield from feed.parse(body, source)
        return
    value = load_json(body)
    items = listed(value, "data")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    yield from reading.records(items, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the list is cut by number, and its order is not documented."""
    return None


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, ISSUE_KEYS, "issue")
    native_id = need(record, "id")
    first = _update(reading, record, native_id, f"{native_id}-opened")
    updates, states = _updates(reading, record, native_id)
    states.append(maybe_key(record, "state_override"))
    worst = next((code for code in STATE if code in states), None)
    kind, severity = STATE[worst] if worst else (None, Severity.UNKNOWN)
    special = reading.word(SPECIALIZATION, maybe(record, "specialization"), None, "issue.specialization")
    timeline = (first, *updates) if first else updates
    plan = inner(record, "schedule")
    begun = epoch_time(reading, record.get("began_at"), "issue.began_at", native_id)
    page = api_address(reading.source)
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=f"{page}/issues/{native_id}",
        published_at=epoch_time(reading, record.get("created_at"), "issue.created_at", native_id),
        updated_at=epoch_time(reading, record.get("updated_at"), "issue.updated_at", native_id),
        started_at=begun or epoch_time(reading, plan.get("starts_at"), "schedule.starts_at", native_id),
        ended_at=epoch_time(reading, record.get("ended_at"), "issue.ended_at", native_id),
        status=_status(record, timeline),
        native_status=timeline[-1].native_status if timeline else None,
        kind=special or kind,
        severity=severity,
        native_impact=worst,
        components=distinct(maybe(c, "name") for c in rows(inner(record, "components"), "data")),
        updates=timeline,
        language=reading.source.language,
    )


def _status(record: Record, timeline: tuple[Update, ...]) -> Status:
    """What the issue's own switches say, else the latest label."""
    if is_set(record, "cancelled") or record.get("cancelled_at"):
        return Status.RETRACTED
    if is_set(record, "resolved"):
        return Status.RESOLVED
    stages = [u.status for u in timeline if u.status not in (Status.UNKNOWN, Status.RESOLVED)]
    return stages[-1] if stages else Status.INVESTIGATING


def _updates(reading: Reading, record: Record, issue: str) -> tuple[tuple[Update, ...], list[str | None]]:
    """The timeline behind the opening text, oldest first, and the states that it tells."""
    found: list[Update] = []
    states: list[str | None] = []
    for item in rows(inner(record, "updates"), "data"):
        try:
            reading.keys(item, UPDATE_KEYS, "update")
            key = need(item, "id")
            update = _update(reading, item, issue, key)
            if update is None:
                reading.note("bad_record", f"the update {key} has no readable time", issue)
                continue
            found.append(update)
            states.append(maybe_key(item, "state_override"))
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {issue}: {error}", issue)
    return tuple(sorted(found, key=lambda u: u.posted_at)), states


def _update(reading: Reading, item: Record, issue: str, key: str) -> Update | None:
    posted = epoch_time(reading, item.get("created_at"), "update.created_at", issue)
    if posted is None:
        return None
    label, code = maybe(item, "label"), maybe_key(item, "state_override")
    reading.word(STATE, code, (None, Severity.UNKNOWN), "issue.state_override")
    words = plain_text(maybe(item, "body_html") or maybe(item, "body") or "")
    return Update(key, posted, words, reading.word(LABEL, label, Status.UNKNOWN, "issue.label"), label)
