"""Any status page's RSS or Atom feed, for pages that offer nothing better: one report for each incident.

Three habits are known. Statuspage and its likes write the whole timeline into the one entry of an incident
(`spiders.update_lists`). Better Stack writes an entry for every update, ``<incident>#<update>`` being its guid
and ``[Resolved] <title>`` its title: those of one incident are one report here. All others are read as one
entry, one report. Where the fragment hangs on the front page itself, nothing but the wording tells which
updates belong together, and each stays a report of its own.

An entry that is missing later means nothing: feeds keep their last few entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import load_feed, one_line, plain_text, web_address
from spiders.news.feed import ENTRY_KEYS
from spiders.strict import BadRecordError, Reading, Record
from spiders.times import UnreadTimeError
from spiders.update_lists import PLANNED, STATES, UpdateList, read_schedule, read_updates

KIND = SourceKind.STATUS

# A title's own state: `[Resolved] Late mail`, `Resolved: Late mail`.
_TITLE = re.compile(
    rf"(?:\[(?P<bracket>[A-Za-z ]+)\]\s*|(?P<word>{'|'.join(STATES)})\s*:\s+)(?P<title>\S.*)", re.IGNORECASE | re.DOTALL
)
_STATUS_LINE = re.compile(r"^Status: (?P<word>[A-Z][A-Za-z ]{2,30})$", re.MULTILINE)
# Where an entry without a date stands among its like.
EARLY = datetime.min.replace(tzinfo=UTC)
MAINTENANCE = frozenset({"maintenance", "scheduled maintenance", *PLANNED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the incident's key, the update's own where the guid has one, and what it says."""

    key: str
    fragment: str
    title: str
    state: str | None
    url: str | None
    text: str
    published: datetime | None
    updated: datetime | None
    updates: UpdateList
    schedule: tuple[datetime, datetime] | None


def start(source: Source) -> list[str]:
    """The feed's own address."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the feed, then the issues met. Raises `ShapeError`."""
    feed, defect = load_feed(body)
    reading = Reading(source)
    if defect:
        reading.note("broken_xml", defect)
    base = web_address(_value(feed.feed, "link"), source.url) or source.url
    language = _value(feed.feed, "language") or source.language
    incidents: dict[str, list[Entry]] = {}
    for place, record in enumerate(feed.entries):
        try:
            entry = _entry(reading, base, record)
        except BadRecordError as error:
            reading.note("bad_record", f"entry {place}: {error}")
            continue
        incidents.setdefault(entry.key, []).append(entry)
    if len(feed.entries) >= 3 and not incidents:
        raise ShapeError(f"none of {len(feed.entries)} entries can be read")
    for entries in incidents.values():
        yield _report(reading, entries, base, language)
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what a feed no longer lists has only grown old."""
    return None


def _entry(reading: Reading, base: str, record: Record) -> Entry:
    reading.keys({k: None for k in record if "_" not in k}, ENTRY_KEYS, "entry")
    guid, link = _value(record, "id"), web_address(_value(record, "link"), base)
    native_id = guid or link
    if not native_id:
        raise BadRecordError("an entry has neither id nor link")
    key, fragment = _key(native_id)
    found = _TITLE.fullmatch(one_line(_value(record, "title") or ""))
    state = (found["bracket"] or found["word"]).strip() if found else None
    known = state is not None and (state.lower() in STATES or state.lower() in MAINTENANCE)
    title = found["title"] if found and known else one_line(_value(record, "title") or "")
    texts = [_value(record, "summary") or "", *_contents(record)]
    text = max((plain_text(markup) for markup in texts), key=len)
    if not title and not text:
        raise BadRecordError(f"the entry {native_id} says nothing")
    updated = reading.time(_value(record, "updated"), "entry.updated", key)
    published = reading.time(_value(record, "published"), "entry.published", key) or updated
    updates, schedule = UpdateList((), text), None
    try:
        schedule = read_schedule(text, published)
        updates = read_updates(text, published)
    except UnreadTimeError as error:
        reading.note(error.code, f"entry.content: {error}", key)
    for word in updates.unknown:
        reading.note("unknown_value", f"entry.content: {word}", key)
    return Entry(key, fragment, title, state if known else None, link, text, published, updated, updates, schedule)


def _key(native_id: str) -> tuple[str, str]:
    """The incident's key and the update's, of a guid that names both."""
    address, fragment = urldefrag(native_id) if web_address(native_id, "") else (native_id, "")
    grouped = fragment and urlsplit(address).path not in ("", "/")
    return (address, fragment) if grouped else (native_id, "")


def _report(reading: Reading, entries: list[Entry], base: str, language: str) -> Report:
    # Newest first in the feed; of two of one second, the lower one is the older.
    entries.reverse()
    entries.sort(key=lambda e: e.published or EARLY)
    newest = entries[-1]
    updates = newest.updates.updates or _as_updates(reading, entries)
    word = updates[-1].native_status if updates else newest.state or _status_line(newest.text)
    begin, end = newest.schedule or (None, None)
    dates = [u.posted_at for u in updates] or [e.published for e in entries if e.published]
    return Report(
        native_id=newest.key,
        title=newest.title,
        url=newest.url or urljoin(base, "/"),
        text=None if updates else newest.text or None,
        summary=newest.updates.before or None if newest.updates.updates else None,
        published_at=min(dates, default=None),
        updated_at=newest.updated or newest.published,
        started_at=begin,
        ended_at=end,
        status=_status(reading, updates, word, newest.key),
        native_status=word,
        kind=Kind.MAINTENANCE if begin or _is_planned([word, *(u.native_status for u in updates)]) else None,
        updates=updates,
        language=language,
    )


def _status_line(text: str) -> str | None:
    """The state that an entry gives on a line of its own."""
    found = _STATUS_LINE.search(text)
    return found["word"].strip() if found else None


def _is_planned(words: Iterable[str | None]) -> bool:
    return any(word is not None and word.lower() in MAINTENANCE for word in words)


def _status(reading: Reading, updates: tuple[Update, ...], word: str | None, key: str) -> Status | None:
    """What the newest update says, else the entry's own word; `None` where neither says anything."""
    if updates:
        return updates[-1].status
    if word is None:
        return None
    if (status := _meaning(word)) is None:
        reading.note("unknown_value", f"entry.status: {word}", key)
    return status or Status.UNKNOWN


def _meaning(word: str | None) -> Status | None:
    """What a state's word means; a maintenance of which no more is said is to come."""
    lower = (word or "").lower()
    return STATES.get(lower) or (Status.IDENTIFIED if lower in MAINTENANCE else None)


def _as_updates(reading: Reading, entries: list[Entry]) -> tuple[Update, ...]:
    """The entries of one incident as its timeline; a single entry without an update's key of its own is none."""
    if len(entries) == 1 and not entries[0].fragment:
        return ()
    updates: dict[str, Update] = {}
    for entry in entries:
        if entry.published is None:
            reading.note("bad_record", f"an update of {entry.key} has no readable time", entry.key)
            continue
        key = entry.fragment or f"{entry.published:%Y%m%dT%H%M%S}"
        status = _meaning(entry.state) or Status.UNKNOWN
        updates.setdefault(key, Update(key, entry.published, entry.text, status, entry.state))
    return tuple(updates.values())


def _value(record: Any, key: str) -> str | None:
    """The text under a key, past feedparser's own lookup, which answers `updated` with `published`."""
    value = dict.get(record, key)
    return value.strip() or None if isinstance(value, str) else None


def _contents(record: Record) -> list[str]:
    found = dict.get(record, "content") if isinstance(record, dict) else None
    return [c["value"] for c in found or [] if isinstance(c.get("value"), str)]
