"""Oracle Cloud Infrastructure: ``/api/v2/incident-summary.rss`` of its own status page.

Until 2022 the page was one of Statuspage, whose bodies `statuspage` still reads. The feed that is served
since has the same form (`status_feed`): an item is an incident, its guid an OCID, and its title
``<service> | <region> | <number>``, with "Multiple" for several services or regions.

Unverified: whether a comma and spaces stand between the day and the time of an update; both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Issue, Report, Source
from pipeline.terms import SourceKind
from spiders.status import status_feed
from spiders.status.status_feed import window
from spiders.times import UnreadTimeError
from spiders.update_lists import read_updates

__all__ = ["KIND", "parse", "start", "window"]

KIND = SourceKind.STATUS

MANY = re.compile(r"multiple\b", re.IGNORECASE)

_TITLE = re.compile(r"(?P<service>[^|]+?)\s*\|\s*(?P<region>[^|]+?)\s*\|(?P<rest>.+)")
_STAMP = re.compile(r"^([A-Z][a-z]{2}) ?(\d{2}),? ?(\d{2}:\d{2} [A-Z]{3,4})$", re.MULTILINE)


def start(source: Source) -> list[str]:
    """The one address of the feed, on the host of `source.url`."""
    return [source.url.rstrip("/") + "/api/v2/incident-summary.rss"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the feed, then the issues met. Raises `ShapeError`."""
    for said in status_feed.parse(body, source):
        yield _placed(_dated(said)) if isinstance(said, Report) else said


def _placed(report: Report) -> Report:
    """The report with the service and the region that its title names."""
    found = _TITLE.fullmatch(report.title)
    if found is None:
        return report
    named = (found["service"], found["region"])
    components, regions = (() if MANY.match(word) else (word,) for word in named)
    return replace(report, components=components, regions=regions)


def _dated(report: Report) -> Report:
    """The report with the updates that stand in its text with day and time run together."""
    text = _STAMP.sub(r"\1 \2, \3", report.text or "")
    if report.updates or text == (report.text or ""):
        return report
    try:
        updates = read_updates(text, report.published_at).updates
    except UnreadTimeError:
        return report
    last = updates[-1] if updates else None
    if last is None:
        return report
    return replace(report, text=None, updates=updates, status=last.status, native_status=last.native_status)
