"""The main text of an article's page, its own address and its dates.

The text is trafilatura's; where that finds next to nothing, the page's ``article`` or ``main``
element is read with BeautifulSoup. Dates come from metadata that states a zone (JSON-LD, then
``meta`` and ``time`` elements). Authors are not kept, and lines that name them are taken out of the
text. A page that stands before its article (consent, paywall) is an issue and never the text. Time is
bounded through size: pages of more bytes or elements than below are refused, since neither library can
be interrupted.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import trafilatura
from bs4 import BeautifulSoup, Tag
from trafilatura.meta import reset_caches

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report
from pipeline.terms import Stage
from spiders.bodies import clean, decode, plain_text, web_address
from spiders.news.bylines import without_authors
from spiders.news.linked_data import linked_data
from spiders.news.walls import WALLS, find_wall
from spiders.times import UnreadTimeError, read_time

MAX_BYTES = 4 * 1024 * 1024
MAX_ELEMENTS = 50_000
MIN_TEXT = 200

# trafilatura keeps caches of every line it saw; emptied so often they stay small at no cost in time.
PAGES_PER_RESET = 500
_pages = itertools.count(1)

PUBLISHED = ("datePublished", "article:published_time", "og:published_time", "dc.date.issued", "parsely-pub-date")
MODIFIED = ("dateModified", "article:modified_time", "og:updated_time", "dcterms.modified", "last-modified")

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def parse(body: bytes, url: str, report: Report) -> Report | Issue:
    """`report` with the text, address and dates of its page; an `Issue` where the page gives no text.

    `url` is where the page was found after redirects. What the page does not say stays as it is.
    """
    if len(body) > MAX_BYTES or body.count(b"<") > 2 * MAX_ELEMENTS:
        return _issue("page_too_large", url, f"{len(body)} bytes")
    try:
        html = _decode(body)
    except ShapeError as error:
        return _issue("no_page", url, str(error))
    if next(_pages) % PAGES_PER_RESET == 0:
        reset_caches()
    soup = BeautifulSoup(html, "lxml")
    text = _main_text(html, url, soup)
    if (wall := find_wall(soup, url, text)) is not None:
        return _issue(wall, url, WALLS[wall])
    text = without_authors(text, soup) if text else None
    if not text:
        return _issue("no_text", url, "no main text was found")
    stated = dict(_metadata(soup))
    published, modified = _date(stated, PUBLISHED), _date(stated, MODIFIED)
    if published is None and (element := soup.select_one("article time[datetime], main time[datetime]")) is not None:
        published = _moment(_attribute(element, "datetime"))
    return replace(
        report,
        url=_canonical(soup, url),
        text=text,
        published_at=published or report.published_at,
        # The feed's own word tells the crawler whether its entry was edited since, so it is not overruled.
        updated_at=report.updated_at or modified,
    )


def _issue(code: str, url: str, detail: str) -> Issue:
    return Issue(Stage.PARSE, code, clean(f"{url}: {detail}")[:300])


def _decode(body: bytes) -> str:
    """The text of a page: by its mark or as UTF-8, else by the charset it names, else as Windows-1252."""
    try:
        return decode(body)
    except ShapeError:
        if not body.strip(b"\x00 \t\r\n"):
            raise
    named = _CHARSET.search(body[:4096])
    try:
        return body.decode(named[1].decode("ascii") if named else "cp1252", "replace")
    except LookupError:
        return body.decode("cp1252", "replace")


def _main_text(html: str, url: str, soup: BeautifulSoup) -> str | None:
    found = trafilatura.extract(html, url=url, include_comments=False, include_tables=True)
    if found and len(found) >= MIN_TEXT:
        return clean(found)
    element = soup.select_one("article") or soup.select_one('main, [role="main"]')
    held = ""
    if element is not None:
        held = plain_text("".join(str(node) for node in element.find_all(["h2", "h3", "p", "li", "pre", "blockquote"])))
    best = max(clean(found or ""), held, key=len)
    return best or None


def _canonical(soup: BeautifulSoup, url: str) -> str:
    """The address that the page gives itself, if on the same site; else where it was found."""
    for selector, name in (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content")):
        element = soup.select_one(selector)
        address = web_address(_attribute(element, name), url) if element is not None else None
        if address and _site(address) == _site(url):
            return address
    return url


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")


def _metadata(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Names and values that the page's head states, in a form that a dictionary takes: the best last."""
    for element in soup.find_all("meta"):
        name = _attribute(element, "property") or _attribute(element, "name") or _attribute(element, "itemprop")
        value = _attribute(element, "content")
        if name and value:
            yield name if name.startswith("date") else name.lower(), value
    for part in linked_data(soup):
        if "datePublished" in part:
            yield from ((k, part[k]) for k in ("datePublished", "dateModified") if isinstance(part.get(k), str))
            return


def _date(stated: dict[str, str], names: tuple[str, ...]) -> datetime | None:
    return next((moment for name in names if (moment := _moment(stated.get(name)))), None)


def _moment(value: str | None) -> datetime | None:
    """The moment, or `None`: a bare day or a time without a zone adds nothing that can be stored."""
    try:
        return read_time(value) if value else None
    except UnreadTimeError:
        return None


def _attribute(element: Tag, name: str) -> str | None:
    value = element.get(name)
    return value.strip() if isinstance(value, str) else None
