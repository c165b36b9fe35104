"""Upptime: the issues of a GitHub repository, which are its incidents; or its ``history/summary.json``.

`source.url` is the repository (``https://github.com/<owner>/<name>``): its issues with the label ``status`` and those
with ``maintenance`` are asked for, the hundred newest of each. An issue's title tells the kind: "X is down", "X has
degraded performance". A maintenance has its window in a comment (``start:``, ``end:``, ``expectedDown:``).

The summary repeats the open incidents as states without times, so that it is read only where `source.url` is its own
address (a page that keeps its incidents elsewhere): one report for each site that is not up (`spiders.standing`).
Unverified: the comment of a maintenance, which is written after the vendor's guide and not after a captured issue.
Formats: https://upptime.js.org/docs, https://docs.github.com/en/rest/issues/issues
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, WellPart
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text, web_address
from spiders.scalars import need_key
from spiders.standing import DEGRADED, DOWN, OPERATIONAL, UNWATCHED, read_states, standing
from spiders.strict import Reading, Record, distinct, maybe, need, rows

KIND = SourceKind.STATUS

STATES = {"up": OPERATIONAL, "down": DOWN, "degraded": DEGRADED}
STATUS = {"open": Status.INVESTIGATING, "closed": Status.RESOLVED}
# Labels that Upptime sets beside the slug of the site.
LABELS = frozenset({"status", "maintenance", "down", "degraded"})

SITE_KEYS = frozenset(
    {"name", "slug", "status"}
    | {"url", "icon", "uptime", "uptimeDay", "uptimeWeek", "uptimeMonth", "uptimeYear", "time", "timeDay", "timeWeek"}
    | {"timeMonth", "timeYear", "dailyMinutesDown"}
)

_DOWN = re.compile(r"(?:\W+\s)?(?P<name>.+?) is down\W*")
_DEGRADED = re.compile(r"(?:\W+\s)?(?P<name>.+?) has degraded performance\W*")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_PLAN = re.compile(r"^\s*(start|end|expectedDown):\s*(.+?)\s*$", re.MULTILINE)


def start(source: Source) -> list[str]:
    """The repository's issues, by label; any other address as it stands."""
    parts = urlsplit(source.url)
    path = parts.path.strip("/").split("/")
    if parts.hostname != "github.com" or len(path) != 2:
        return [source.url]
    issues = f"https://api.github.com/repos/{path[0]}/{path[1]}/issues?state=all&per_page=100&labels="
    return [issues + "status", issues + "maintenance"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each incident and maintenance, or each site that is not up; then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if not isinstance(value, list):
        raise ShapeError(f"the body is no list: it is a {type(value).__name__}")
    reading = Reading(source)
    records = [item for item in value if isinstance(item, dict)]
    if any("slug" in item and "uptime" in item for item in records):
        yield from read_states(reading, value, partial(_site, reading))
    elif not value or any("number" in item and "html_url" in item for item in records):
        asked = [item for item in value if not (isinstance(item, dict) and item.get("pull_request"))]
        yield from reading.records(asked, partial(_report, reading))
    else:
        raise ShapeError("the body is neither a list of GitHub issues nor a summary of sites")
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: each of the two lists holds its own label alone."""
    return None


def _report(reading: Reading, record: Record) -> Report:
    # A GitHub issue has some thirty keys more: people, counters and addresses, alike for every repository.
    number, title = need_key(record, "number"), one_line(need(record, "title"))
    native_id = f"issue-{number}"
    labels = [maybe(label, "name") or "" for label in rows(record, "labels")]
    body = maybe(record, "body") or ""
    created = reading.time(record.get("created_at"), "issue.created_at", native_id)
    closed = reading.time(record.get("closed_at"), "issue.closed_at", native_id)
    down, degraded = _DOWN.fullmatch(title), _DEGRADED.fullmatch(title)
    kind = Kind.OUTAGE if down else Kind.DEGRADATION if degraded else None
    plan = dict(_PLAN.findall("\n".join(_COMMENT.findall(body)))) if "maintenance" in labels else {}
    sites = plan["expectedDown"].split(",") if "expectedDown" in plan else [s for s in labels if s not in LABELS]
    named = down or degraded
    state = need(record, "state")
    begin = reading.time(plan.get("start"), "maintenance.start", native_id) if plan else created
    return Report(
        native_id=native_id,
        title=title,
        url=web_address(maybe(record, "html_url"), reading.source.url) or reading.source.url,
        text=plain_text(_COMMENT.sub("", body)) or None,
        published_at=created,
        updated_at=reading.time(record.get("updated_at"), "issue.updated_at", native_id),
        started_at=begin,
        ended_at=closed,
        status=_status(reading, state, labels),
        native_status=state,
        kind=Kind.MAINTENANCE if "maintenance" in labels else kind,
        components=(named["name"],) if named else distinct(site.strip() for site in sites),
        language=reading.source.language,
    )


def _status(reading: Reading, state: str, labels: list[str]) -> Status:
    status = reading.word(STATUS, state, Status.UNKNOWN, "issue.state")
    return Status.IDENTIFIED if "maintenance" in labels and status is Status.INVESTIGATING else status


def _site(reading: Reading, record: Record) -> Report | WellPart | None:
    reading.keys(record, SITE_KEYS, "site")
    word = need(record, "status")
    state = reading.word(STATES, word, UNWATCHED, "site.status")
    return standing(reading, state, key=f"site-{need(record, 'slug')}", name=need(record, "name"), word=word)
