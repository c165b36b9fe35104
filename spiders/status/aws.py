"""AWS: ``/rss/all.rss``, the last 50 updates of all incidents; one incident is one report here.

An item's guid is ``<page>#<service>-<region>_<epoch>`` and its title ``<state>: <title>``. Items
of one service key belong together until one says ``[RESOLVED]`` or a day goes by without any
(within an incident the longest gap that was measured is 6.8 hours).

The window slides by single updates, so that the first update of a long incident falls out while the
rest stays. The report's key is that of its first visible update; the store knows the incident again
by the guids of the others. Dates name Pacific time (PST, PDT).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import load_feed, one_line, plain_text, web_address
from spiders.strict import BadRecordError, Reading, Record, need
from spiders.times import UnreadTimeError, read_epoch

KIND = SourceKind.STATUS

FEED = "https://status.aws.amazon.com/rss/all.rss"
GAP = timedelta(hours=24)

STATUS = {
    "Service is operating normally": Status.RESOLVED,
    "Service impact": Status.INVESTIGATING,
    "Service disruption": Status.INVESTIGATING,
    "Service degradation": Status.INVESTIGATING,
    "Performance issues": Status.INVESTIGATING,
    "Informational message": Status.INVESTIGATING,
}
STATED = {
    "Service is operating normally": None,
    "Service impact": Kind.DEGRADATION,
    "Service disruption": Kind.OUTAGE,
    "Service degradation": Kind.DEGRADATION,
    "Performance issues": Kind.DEGRADATION,
    "Informational message": Kind.ADVISORY,
}
# What an item may have, by feedparser's names; the link and its parts are the same page for all.
ITEM_KEYS = frozenset(
    {"id", "title", "summary", "published"}
    | {"guidislink", "link", "links", "published_parsed", "title_detail", "summary_detail"}
)

_GUID = re.compile(r"#(?P<fragment>(?P<key>[a-z0-9.-]+)_(?P<epoch>\d{9,11}))$")
_REGION = re.compile(r"(?P<service>.+?)-(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)")
_TITLE = re.compile(r"(?:(?P<state>[^:\[\]]+): )?(?P<resolved>\[RESOLVED\]\s*)?(?P<title>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One update as the feed lists it: its service key, its address, its title and what it says of the state."""

    key: str
    address: str | None
    title: str
    stated: Kind | None
    update: Update


def start(source: Source) -> list[str]:
    """The feed of all services; `source.url` is that feed, or the page it belongs to."""
    return [source.url if source.url.endswith(".rss") else FEED]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of which an update is listed, then the issues met. Raises `ShapeError`."""
    feed, defect = load_feed(body)
    reading = Reading(source)
    if defect:
        reading.note("broken_xml", defect)
    by_key: dict[str, dict[str, Item]] = defaultdict(dict)
    for place, entry in enumerate(feed.entries):
        try:
            item = _item(reading, entry, source)
        except BadRecordError as error:
            reading.note("bad_record", f"item {place}: {error}")
            continue
        by_key[item.key].setdefault(item.update.native_id, item)
    if feed.entries and not by_key:
        raise ShapeError("the feed lists items, but none of them is an AWS update")
    for items in by_key.values():
        for incident in _incidents(items.values()):
            yield _report(incident, source)
    yield from reading.issues()


def window(reports: Iterable[Report]) -> datetime | None:
    """When the oldest listed update was posted: every later incident is listed whole."""
    return min((u.posted_at for r in reports for u in r.updates), default=None)


def _item(reading: Reading, entry: Any, source: Source) -> Item:
    record: Record = dict(entry)
    reading.keys(record, ITEM_KEYS, "item")
    guid = _GUID.search(need(record, "id"))
    title = _TITLE.fullmatch(one_line(need(record, "title")))
    if guid is None or title is None:
        raise BadRecordError(f"the guid or the title has another form: {record.get('id')}")
    posted = reading.time(record.get("published"), "item.pubDate") or _from_guid(guid["epoch"])
    resolved = title["resolved"] is not None
    status = reading.word(STATUS, title["state"], Status.UNKNOWN, "item.title")
    update = Update(
        native_id=guid["fragment"],
        posted_at=posted,
        text=plain_text(record.get("summary") or ""),
        status=Status.RESOLVED if resolved else status,
        native_status=title["state"],
    )
    stated = STATED.get(title["state"]) if title["state"] else None
    # The guid is the address of the update on the page that the feed belongs to.
    address = web_address(record["id"], source.url)
    return Item(guid["key"], address, title["title"], stated, update)


def _from_guid(epoch: str) -> datetime:
    """The guid's own clock, which is the same second as the date."""
    try:
        return read_epoch(epoch)
    except UnreadTimeError as error:
        raise BadRecordError(str(error)) from error


def _incidents(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The updates of one service key, oldest first, cut where one incident ends and another begins."""
    incident: list[Item] = []
    for item in sorted(items, key=lambda i: (i.update.posted_at, i.update.native_id)):
        if incident and _is_another(incident[-1], item):
            yield incident
            incident = []
        incident.append(item)
    if incident:
        yield incident


def _is_another(last: Item, item: Item) -> bool:
    """Whether `item` opens a new incident. A second word on a resolved one is no new incident."""
    if item.update.posted_at - last.update.posted_at > GAP:
        return True
    return last.update.status is Status.RESOLVED and item.update.status is not Status.RESOLVED


def _report(items: list[Item], source: Source) -> Report:
    first, last = items[0], items[-1]
    place = _REGION.fullmatch(first.key)
    stated = [item.stated for item in items if item.stated]
    return Report(
        native_id=first.update.native_id,
        title=last.title,
        url=first.address or source.url,
        published_at=first.update.posted_at,
        updated_at=last.update.posted_at,
        status=last.update.status,
        native_status=last.update.native_status,
        kind=next((k for k in (Kind.OUTAGE, Kind.DEGRADATION, Kind.ADVISORY) if k in stated), None),
        components=(place["service"] if place else first.key,),
        regions=(place["region"],) if place else (),
        updates=tuple(item.update for item in items),
        timezone="America/Los_Angeles",
        language=source.language,
    )
