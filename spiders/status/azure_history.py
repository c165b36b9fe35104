"""Microsoft Azure: post incident reviews, from the HTML behind the page ``/en-us/status/history/``.

The page shows the newest review; its filter asks ``/en-us/statushistoryapi/`` for ten a page. Each is an
element ``incident-history-item`` with a title, a tracking id (``XXXX-XXX``) and a day; its text is the
``card-body`` in it, or in the element ``incident-history-collapse-<tracking id>``. A hidden field
``wa-historyResult-count`` counts all reviews. Onset, end and services are told in the prose only, and
every review is of an event that is over.

Unverified: the form of the day (it becomes `published_at` only where it states a time and a zone).
Only the first page is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source
from pipeline.terms import SourceKind, Status
from spiders.bodies import decode, one_line, plain_text
from spiders.strict import BadRecordError, Reading, Record, need
from spiders.times import UnreadTimeError, read_time

KIND = SourceKind.STATUS

QUERY = "../../statushistoryapi/?serviceSlug=all&regionSlug=all&startDate=all&page=1&shdrefreshflag=true"

_TRACKING = re.compile(r"\b([A-Z0-9_]{4}-[A-Z0-9]{3})\b")


def start(source: Source) -> list[str]:
    """The first page of the list behind the history page at `source.url`."""
    return [urljoin(source.url, QUERY)]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each review of the page, then the issues met. Raises `ShapeError`, also for a page without any review."""
    text = decode(body)
    if text.lstrip().startswith(("<?xml", "{", "[")):
        raise ShapeError("the body is XML or JSON, no page of reviews")
    soup = BeautifulSoup(text, "html.parser")
    items = soup.select(".incident-history-item")
    if not items:
        raise ShapeError("the body is no page of reviews: it has no element incident-history-item")
    reading = Reading(source)
    records = [_read_item(soup, item) for item in items]
    yield from reading.records(records, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: one page of several, ordered by days that give no moment."""
    return None


def _read_item(soup: BeautifulSoup, item: Tag) -> dict[str, str]:
    """The words of one element; a word that is missing is an empty text."""
    tracking = _TRACKING.search(_words(item, ".incident-history-tracking-id"))
    key = tracking[1] if tracking else ""
    text = item.select_one(".card-body") or soup.find(id=f"incident-history-collapse-{key}")
    return {
        "tracking": key,
        "title": _words(item, ".incident-history-title"),
        "day": _words(item, ".hide-text"),
        "text": plain_text(text.decode_contents()) if isinstance(text, Tag) else "",
    }


def _words(item: Tag, selector: str) -> str:
    found = item.select_one(selector)
    return one_line(found.get_text(" ")) if found else ""


def _report(reading: Reading, record: Record) -> Report:
    native_id, text = need(record, "tracking"), record["text"]
    if not text:
        raise BadRecordError(f"{native_id} has no text")
    return Report(
        native_id=native_id,
        title=need(record, "title"),
        url=f"{urljoin(reading.source.url, '/en-us/status/history/')}?trackingId={native_id}",
        text=text,
        published_at=_moment(record["day"]),
        status=Status.RESOLVED,
        timezone="UTC",  # the reviews state their times in UTC
        language=reading.source.language,
    )


def _moment(day: str) -> datetime | None:
    """The moment of a review, where its day is one; a bare day is none, and is no defect either."""
    try:
        return read_time(day)
    except UnreadTimeError:
        return None
