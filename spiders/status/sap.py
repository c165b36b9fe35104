"""SAP: ``/api/open/incidents`` of Concur Open, the incidents of SAP Concur as `incidents`.

An incident names the services and data centres that it affects, its severity (disruption or degradation) and its
`messages`; it has no title, so that one is made of these. Times are seconds since 1970 and, beside them, text
with an offset. An end that is no later than the last message means that it is over, whatever its status says.
What is a test (`is_test`) is left out and counted.

Other clients confirm the list at this address, and a capture of the older ``/api/v2/status_history`` the keys of an
incident. Unverified are the words beyond those below, `message` in place of `body`, and how far back the list goes.
Pages of SAP's other clouds stand behind a login or run on Statuspage, and are sources of that platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.scalars import maybe_key, need_key, words
from spiders.strict import Reading, Record, distinct, listed, maybe, need, rows
from spiders.timeline import known, second, timeline
from spiders.vendor_json import epoch

KIND = SourceKind.STATUS

# Lower case: the page writes them in either.
STATUS = {
    "open": Status.INVESTIGATING,
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "closed": Status.RESOLVED,
}
# An update "identified" tells that there is an issue, not what it comes from; a plain update says nothing of the state.
SAID = {
    "issue identified": Status.INVESTIGATING,
    "issue status update": Status.UNKNOWN,
    "issue resolved": Status.RESOLVED,
}
SEVERITY = {
    "disruption": Severity.MAJOR,
    "service disruption": Severity.MAJOR,
    "degradation": Severity.MINOR,
    "performance degradation": Severity.MINOR,
    "maintenance": Severity.UNKNOWN,
}

BODY_KEYS = frozenset({"incidents"})
INCIDENT_KEYS = frozenset(
    {"id", "status", "severity", "affected_services", "data_centers", "messages", "is_test"}
    | {"start_epoch", "start_date", "end_epoch", "end_date", "created_epoch", "created_date"}
    # Ignored: the numbers of other systems, and who wrote it.
    | {"jira_id", "comm_src", "priority_type"}
)
MESSAGE_KEYS = frozenset(
    {"id", "body", "message", "message_type", "created_epoch", "created_date"}
    | {"broadcast", "priority_type", "jira_id", "is_test"}
)
TELLING = frozenset({"affected_services", "data_centers"})


def start(source: Source) -> list[str]:
    """The one address of the list, on the host of `source.url`."""
    return [source.url.rstrip("/") + "/api/open/incidents"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the body, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    incidents = _incidents(value)
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    real = [item for item in incidents if not _is_test(item)]
    if len(real) < len(incidents):
        reading.note("test_record", f"{len(incidents) - len(real)} incidents are called tests")
    yield from reading.records(real, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: how far back the list goes is not known."""
    return None


def _incidents(value: Any) -> list[Any]:
    """The list of a body. Raises `ShapeError` for that of Statuspage and of others who have `incidents` as well."""
    found = listed(value, "incidents")
    if "page" in value:
        raise ShapeError("the body has a page beside its incidents: it is Statuspage's")
    if found and not any(isinstance(item, dict) and TELLING & item.keys() for item in found):
        raise ShapeError(f"no incident of the body has one of {', '.join(sorted(TELLING))}")
    return found


def _is_test(item: object) -> bool:
    return isinstance(item, dict) and item.get("is_test") == "Y"


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, INCIDENT_KEYS, "incident")
    native_id, word = need_key(record, "id"), need(record, "status")
    begun, ended, created = (_time(reading, record, key, native_id) for key in ("start", "end", "created"))
    messages = [item for item in rows(record, "messages") if not _is_test(item)]
    updates = timeline(reading, native_id, messages, partial(_update, reading, native_id))
    if not (begun or created or updates):
        reading.note("no_time", f"the incident {native_id} has no time under a known key", native_id)
    status = reading.word(STATUS, word.lower(), Status.UNKNOWN, "incident.status")
    if ended and updates and ended <= updates[-1].posted_at:
        status = Status.RESOLVED
    weight = maybe(record, "severity")
    services, places = distinct(words(record, "affected_services")), distinct(words(record, "data_centers"))
    return Report(
        native_id=native_id,
        title=_title(services, places, weight),
        url=reading.source.url,
        published_at=updates[0].posted_at if updates else created,
        updated_at=updates[-1].posted_at if updates else created,
        started_at=begun,
        ended_at=ended if status is Status.RESOLVED else None,
        status=status,
        native_status=word,
        kind=Kind.MAINTENANCE if weight and "maintenance" in weight.lower() else None,
        severity=reading.word(SEVERITY, weight.lower() if weight else None, Severity.UNKNOWN, "incident.severity"),
        native_impact=weight,
        components=services,
        regions=places,
        updates=updates,
        timezone="UTC",
        language=reading.source.language,
    )


def _title(services: tuple[str, ...], places: tuple[str, ...], weight: str | None) -> str:
    where = f" ({', '.join(places)})" if places else ""
    return one_line(f"{', '.join(services) or 'SAP Concur'}: {weight or 'incident'}{where}")


def _time(reading: Reading, record: Record, key: str, native_id: str) -> datetime | None:
    """The moment by its count of seconds, else by its text."""
    counted = epoch(reading, record.get(f"{key}_epoch"), f"{key}_epoch", native_id)
    return counted or reading.time(record.get(f"{key}_date"), f"{key}_date", native_id)


def _update(reading: Reading, incident: str, item: Record) -> Update:
    reading.keys(item, MESSAGE_KEYS, "message")
    posted = known(_time(reading, item, "created", incident))
    word = maybe(item, "message_type")
    status = reading.word(SAID, word.lower() if word else None, Status.UNKNOWN, "message.message_type")
    native_id = maybe_key(item, "id") or f"{incident}-{second(posted)}"
    return Update(native_id, posted, plain_text(maybe(item, "body") or need(item, "message")), status, word)
