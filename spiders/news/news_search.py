"""News searches that answer as RSS: Google News and Bing News, by a query in the address or by one in rotation.

``{query}`` in a source's url is filled in (`spiders.news.rotation`). Google's items link to a page of its own that only
a browser gets past, so they are reports by their headline alone; Bing's carry the publisher's address. Both name the
publisher, Google also behind the headline. Both allow their feeds for personal use in a feed reader alone, so that
their sources are off until ``OUTAGEWIRE_PERSONAL_FEEDS`` says that this is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

from pipeline.model import Issue, Report, Source
from pipeline.terms import Genre, SourceKind
from spiders.bodies import load_feed, one_line, plain_text, web_address
from spiders.news.rotation import queries
from spiders.platforms import Occasion
from spiders.strict import BadRecordError, Reading, Record

KIND = SourceKind.NEWS
GENRE = Genre.SEARCH
SCREENED = True
QUERIES = 8
SWITCH = "OUTAGEWIRE_PERSONAL_FEEDS"
OPAQUE = frozenset({"news.google.com"})
_QUERY = "{query}"
_WRAPPED = frozenset({"www.bing.com", "bing.com"})
_KEYS = frozenset(
    {"id", "title", "link", "summary", "published", "source"}
    | {"links", "guidislink", "published_parsed", "title_detail", "summary_detail", "updated", "updated_parsed"}
)


def start(source: Source) -> list[str]:
    """The search for the words alone."""
    return _fill(source, queries(source, None, QUERIES))


def plan(source: Source, occasion: Occasion) -> list[str]:
    """The searches whose turn it is."""
    return _fill(source, queries(source, occasion, QUERIES))


def needs(source: Source) -> str | None:
    """The setting without which this search is off."""
    host = urlsplit(source.url).hostname
    return SWITCH if host in OPAQUE | _WRAPPED else None


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each item of the answer, then the issues met. Raises `ShapeError`."""
    feed, defect = load_feed(body)
    reading = Reading(source)
    if defect:
        reading.note("broken_xml", defect)
    yield from reading.records(feed.entries, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: a search lists what it likes."""
    return None


def follow(report: Report) -> str | None:
    """The publisher's page, where the search tells its address."""
    parts = urlsplit(report.url)
    return report.url if report.text is None and parts.hostname not in OPAQUE and parts.path not in ("", "/") else None


def _fill(source: Source, asked: list[str]) -> list[str]:
    if _QUERY not in source.url:
        return [source.url]
    return [source.url.replace(_QUERY, quote_plus(query)) for query in asked]


def _report(reading: Reading, entry: Record) -> Report:
    reading.keys({key: None for key in entry if "_" not in key}, _KEYS, "item")
    link = _unwrap(web_address(_text(entry, "link"), reading.source.url))
    if link is None:
        raise BadRecordError(f"an item leads nowhere: {_text(entry, 'link')}")
    native_id = _text(entry, "id") or link
    publisher = one_line(_publisher(entry) or "")
    title = one_line(_text(entry, "title") or "")
    if publisher:
        title = title.removesuffix(f"- {publisher}").strip()
    if not title:
        raise BadRecordError(f"the item {native_id} has no headline")
    # What Google gives as a description are the headlines of other papers.
    opaque = urlsplit(link).hostname in OPAQUE
    summary = "" if opaque else plain_text(_text(entry, "summary") or "")
    return Report(
        native_id=native_id if opaque else link,
        title=title,
        url=link,
        summary=summary or None,
        published_at=reading.time(_text(entry, "published"), "item.pubDate", native_id),
        language=reading.source.language,
    )


def _unwrap(link: str | None) -> str | None:
    """The publisher's address in a link that counts clicks, else the link."""
    parts = urlsplit(link or "")
    if parts.hostname in _WRAPPED and parts.path.endswith("apiclick.aspx"):
        inner = parse_qs(parts.query).get("url", [""])[0]
        return web_address(inner, "") if "://" in inner else None
    return link


def _publisher(entry: Record) -> str | None:
    source = dict.get(entry, "source") if isinstance(entry, dict) else None
    return _text(source, "title") if isinstance(source, dict) else _text(entry, "news_source")


def _text(record: Any, key: str) -> str | None:
    value = dict.get(record, key)
    return value.strip() or None if isinstance(value, str) else None
