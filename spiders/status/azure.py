"""Microsoft Azure: the RSS feed of active events. Normally it has no item, and that means no active event.

An item has a guid of words (``<what>-<where>``), which was used again for another event years later:
the report's key is the guid and the month of the date. `category` holds services and regions in one
list; `link` names a host inside of Microsoft. There is neither history nor severity.
The feed of product news has the same form and another channel title; it is refused.

Unverified: whether the date of an item moves when its text is edited, and what a title says of an event that is over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import SourceKind, Status
from spiders.bodies import load_feed, one_line, plain_text
from spiders.strict import BadRecordError, Reading, Record, distinct, maybe, need

KIND = SourceKind.STATUS

PAGE = "https://azure.status.microsoft/en-us/status/"
CHANNEL = "azure status"
# What an item may have, by feedparser's names; the link is of a host that nobody outside can reach.
ITEM_KEYS = frozenset(
    {"id", "title", "summary", "published", "tags", "updated"}
    | {"guidislink", "link", "links", "published_parsed", "updated_parsed", "title_detail", "summary_detail"}
)
# A category made of these words alone, and of more than one, is a region.
PLACES = frozenset((
    "north", "south", "east", "west", "central", "southeast", "northeast", "northwest", "southwest", "us", "europe",
    "asia", "uk", "france", "germany", "switzerland", "norway", "sweden", "poland", "italy", "spain", "austria",
    "belgium", "denmark", "finland", "israel", "qatar", "uae", "africa", "india", "jio", "japan", "korea",
    "australia", "new", "zealand", "brazil", "canada", "mexico", "chile", "malaysia", "indonesia", "taiwan",
    "china", "gov", "usgov", "dod", "euap", "arizona", "texas", "virginia", "iowa", "2", "3",
))  # fmt: skip

_OVER = re.compile(r"(?:\[?(?:resolved|mitigated)\b|(?:preliminary )?post incident review\b|pir\b)", re.IGNORECASE)


def start(source: Source) -> list[str]:
    """`source.url` is the feed itself."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each active event, then the issues met. Raises `ShapeError`, also for another feed of the vendor."""
    feed, defect = load_feed(body)
    title = one_line(feed.feed.get("title", ""))
    if title.lower() != CHANNEL:
        raise ShapeError(f"the channel is called {title[:80]!r}, not Azure Status")
    reading = Reading(source)
    if defect:
        reading.note("broken_xml", defect)
    yield from reading.records([dict(entry) for entry in feed.entries], partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what is over leaves the feed, so absence means nothing."""
    return None


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, ITEM_KEYS, "item")
    guid, title = need(record, "id"), one_line(need(record, "title"))
    posted = reading.time(record.get("published"), "item.pubDate", guid)
    if posted is None:
        raise BadRecordError(f"{guid} has no readable date")
    native_id = f"{guid}_{posted:%Y-%m}"
    status = Status.RESOLVED if _OVER.match(title) else Status.INVESTIGATING
    text = plain_text(maybe(record, "summary") or "")
    named = distinct(_term(tag) for tag in record.get("tags") or ())
    regions = tuple(name for name in named if _is_region(name))
    return Report(
        native_id=native_id,
        title=title,
        url=PAGE,
        published_at=posted,
        updated_at=reading.time(record.get("updated"), "item.updated", native_id),
        status=status,
        components=tuple(name for name in named if name not in regions),
        regions=regions,
        updates=(Update(native_id, posted, text, status),) if text else (),
        language=reading.source.language,
    )


def _term(tag: Any) -> str | None:
    return one_line(tag.get("term") or "") or None


def _is_region(name: str) -> bool:
    parts = name.lower().split()
    return len(parts) > 1 and PLACES.issuperset(parts)
