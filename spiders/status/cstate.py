"""cState: ``/index.json`` of a page that Hugo builds: what is unresolved, system by system, and what is pinned.

Sites that build the list of all issues too have it at ``/issues/index.json``; a source whose `url`
ends with ``.json`` has that address read instead. An issue is listed under every system it affects;
its key is the name of its file. Texts stand on the issue's page alone.
Dates are printed by Go ("2026-03-04 09:40:00 +0000 UTC"), and by Hugo in UTC where the author left the zone out.
Format: ``layouts/index.json`` of https://github.com/cstate/cstate
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, canonical_json
from pipeline.terms import Kind, Severity, SourceKind, Status
from spiders.bodies import load_json, one_line, web_address
from spiders.hosted import api_address
from spiders.scalars import is_set, words
from spiders.status import statuspage
from spiders.strict import Reading, Record, distinct, listed, maybe, need

KIND = SourceKind.STATUS

SEVERITY = {
    "down": (Kind.OUTAGE, Severity.MAJOR),
    "disrupted": (Kind.DEGRADATION, Severity.MINOR),
    "notice": (Kind.ADVISORY, Severity.UNKNOWN),
}

INDEX_KEYS = frozenset(
    {"is", "systems", "pinnedIssues"}
    | {"cStateVersion", "apiVersion", "title", "languageCodeHTML", "languageCode", "baseURL", "description"}
    | {"summaryStatus", "categories", "tabs", "buildDate", "buildTime", "buildTimezone", "colorBrand", "colorOk"}
    | {"colorDisrupted", "colorDown", "colorNotice", "alwaysKeepBrandColor", "logo", "googleAnalytics"}
)
LIST_KEYS = frozenset({"is", "pages"} | {"title", "baseURL", "description"})
SYSTEM_KEYS = frozenset({"unresolvedIssues"} | {"name", "description", "category", "status"})
ISSUE_KEYS = frozenset(
    {"title", "createdAt", "lastMod", "permalink", "severity", "resolved", "informational", "resolvedAt", "affected"}
    | {"filename", "is"}
)

# How templates print a value that is not there.
_NOTHING = ("", "<nil>", "<no value>", "0001-01-01 00:00:00 +0000 UTC")
_PRINTED = re.compile(r"(?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?) (?P<offset>[+-]\d{4}) [A-Z+-][A-Z\d]*")


def start(source: Source) -> list[str]:
    """The index of the page at `source.url`, or the file that it names."""
    address = api_address(source)
    return [address if address.endswith(".json") else address + "/index.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each issue that is listed, once, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    reading = Reading(source)
    items = _issues(reading, value)
    # The same record stands under each of its systems; two different ones of a key are for `records` to note.
    once = {canonical_json([item]): item for item in items}
    yield from reading.records(once.values(), partial(_report, reading))
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest issue of the list of all was created; `None` for an index, which lists nothing that is over."""
    return statuspage.window(reports)


def _issues(reading: Reading, value: Any) -> list[Any]:
    """The records of either file. Raises `ShapeError`."""
    if isinstance(value, dict) and "pages" in value and "systems" not in value:
        reading.keys(value, LIST_KEYS, "body")
        return [p for p in listed(value, "pages") if not isinstance(p, dict) or p.get("is") != "page"]
    systems = listed(value, "systems")
    reading.keys(value, INDEX_KEYS, "body")
    found: list[Any] = []
    for system in systems:
        if not isinstance(system, dict):
            raise ShapeError(f"a system is no object: it is a {type(system).__name__}")
        reading.keys(system, SYSTEM_KEYS, "system")
        found.extend(listed(system, "unresolvedIssues"))
    # Pinned is what is informational; the record leaves that out.
    pinned = listed(value, "pinnedIssues") if "pinnedIssues" in value else []
    return found + [{"informational": True, **p} if isinstance(p, dict) else p for p in pinned]


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, ISSUE_KEYS, "issue")
    native_id, word = need(record, "filename"), maybe(record, "severity")
    unknown: tuple[Kind | None, Severity] = (None, Severity.UNKNOWN)
    kind, severity = reading.word(SEVERITY, word, unknown, "issue.severity")
    created = reading.time(_iso(record.get("createdAt")), "issue.createdAt", native_id)
    informational = is_set(record, "informational")
    ended = reading.time(_iso(record.get("resolvedAt")), "issue.resolvedAt", native_id)
    # A bulletin has no stages, and an open issue no other than that it is open.
    stage = None if informational else Status.INVESTIGATING
    return Report(
        native_id=native_id,
        title=one_line(need(record, "title")),
        url=web_address(maybe(record, "permalink"), reading.source.url) or reading.source.url,
        published_at=created,
        updated_at=reading.time(_iso(record.get("lastMod")), "issue.lastMod", native_id),
        started_at=None if informational else created,
        ended_at=ended,
        status=Status.RESOLVED if is_set(record, "resolved") else stage,
        kind=Kind.ADVISORY if informational else kind,
        severity=severity,
        native_impact=word,
        components=distinct(words(record, "affected")),
        language=reading.source.language,
    )


def _iso(value: object) -> object:
    """A time as Go prints it, without the name behind the offset; nothing for what stands for nothing."""
    if value in _NOTHING:
        return None
    found = _PRINTED.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"{found['time']} {found['offset']}" if found else value
