"""Any RSS or Atom feed, read with feedparser from bytes; the pages behind it are `spiders.news.article`'s.

An entry that is missing later means nothing: feeds keep their last few entries. Dates are read from
the feed's own words, since feedparser takes a date without a zone as UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipeline.model import Issue, Report, Source
from pipeline.terms import SourceKind
from spiders.bodies import load_feed, one_line, plain_text, web_address
from spiders.strict import BadRecordError, Reading, Record

KIND = SourceKind.NEWS

# Content beside another summary is the article itself from this many characters on, and a teaser below.
WHOLE_TEXT = 600

ENTRY_KEYS = frozenset(
    {"id", "title", "link", "summary", "content", "published", "updated", "created", "language"}
    # Ignored: persons, pictures, licences, counters, and what feedparser derives from the above.
    | {"author", "author_detail", "authors", "contributors", "publisher", "publisher_detail", "credit"}
    | {"links", "guidislink", "tags", "category", "comments", "source", "rights", "rights_detail", "license", "image"}
    | {"published_parsed", "updated_parsed", "created_parsed", "expired", "expired_parsed", "title_detail"}
    | {"summary_detail", "subtitle", "subtitle_detail", "where", "href", "width", "height", "foaf_name"}
)


def start(source: Source) -> list[str]:
    """The feed's own address."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each entry of the feed, then the issues met. Raises `ShapeError`."""
    feed, defect = load_feed(body)
    reading = Reading(source)
    if defect:
        reading.note("broken_xml", defect)
    base = web_address(_value(feed.feed, "link"), source.url) or source.url
    language = _value(feed.feed, "language") or source.language
    yield from reading.records(feed.entries, partial(_report, reading, base, language))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: what a feed no longer lists has only grown old."""
    return None


def follow(report: Report) -> str | None:
    """The page with the whole article, where the feed gave no more than a teaser. A front page is no article."""
    return report.url if report.text is None and urlsplit(report.url).path not in ("", "/") else None


def _report(reading: Reading, base: str, language: str, entry: Record) -> Report:
    # Keys with an underscore are of namespaces that anyone may define (`media_content`, `dc_source`).
    reading.keys({k: None for k in entry if "_" not in k}, ENTRY_KEYS, "entry")
    link = web_address(_value(entry, "link"), base)
    native_id = _value(entry, "id") or link
    title = one_line(_value(entry, "title") or "")
    summary = plain_text(_value(entry, "summary") or "")
    whole = max((plain_text(c) for c in _contents(entry)), key=len, default="")
    if not native_id:
        raise BadRecordError("an entry has neither id nor link")
    if link is None:
        reading.note("bad_link", f"an entry has no http(s) link: {_value(entry, 'link') or native_id}", native_id)
    if not title and not summary and not whole:
        raise BadRecordError(f"the entry {native_id} says nothing")
    text = whole if whole and (len(whole) >= WHOLE_TEXT or summary in ("", whole)) else None
    published = reading.time(_value(entry, "published"), "entry.published", native_id)
    updated = reading.time(_value(entry, "updated"), "entry.updated", native_id)
    return Report(
        native_id=native_id,
        title=title,
        url=link or urljoin(base, "/"),
        text=text,
        summary=summary if summary and summary != text else None,
        published_at=published or reading.time(_value(entry, "created"), "entry.created", native_id) or updated,
        updated_at=updated,
        language=_value(entry, "language") or language,
    )


def _value(record: Any, key: str) -> str | None:
    """The text under a key, past feedparser's own lookup, which answers `updated` with `published`."""
    value = dict.get(record, key)
    return value.strip() or None if isinstance(value, str) else None


def _contents(entry: Record) -> list[str]:
    """What Atom's ``content`` or RSS's ``content:encoded`` hold, in every form that is text."""
    found = dict.get(entry, "content") if isinstance(entry, dict) else None
    return [c["value"] for c in found or [] if isinstance(c.get("value"), str)]
