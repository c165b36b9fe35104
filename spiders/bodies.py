"""Bodies as text, JSON, feeds and plain words: what every platform does with bytes first.

Everything here is pure and bounded. A body that is not what it is read as raises `ShapeError`.
"""

from __future__ import annotations

import codecs
import html
import io
import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from bs4 import BeautifulSoup

from pipeline.errors import ShapeError

MAX_DEPTH = 40

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = tuple(mark for mark, name in _MARKS if name != "utf-8-sig")
MOST_TAGS = 5_000
MOST_ENTRIES = 2_000
"""Entries of a feed that are read: feedparser takes a second for twice as many, in which nothing else is done."""
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_TAG = re.compile(r"<[/!]?[A-Za-z-]")
_BARE_AMPERSAND = re.compile(rb"&(?!#\d+;|#[xX][0-9A-Fa-f]+;|[A-Za-z]\w*;)")
_PAGE = re.compile(rb"[^<]{0,8}(?:<!--[^>]*>\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BLOCKS = (
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "ol", "p", "pre", "section", "table", "tr", "ul",
)  # fmt: skip


def decode(body: bytes) -> str:
    """The text of a body, by its byte order mark, else as UTF-8. Raises `ShapeError` where that fails."""
    if not body.strip(b"\x00 \t\r\n"):
        raise ShapeError("the body is empty")
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), "utf-8")
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise ShapeError(f"the body is not {encoding}: {error.reason} at byte {error.start}") from error


def load_json(body: bytes) -> Any:
    """The value of a JSON body, at most `MAX_DEPTH` levels deep. Raises `ShapeError`."""
    text = decode(body)
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ShapeError("the JSON is nested too deeply") from error
    except ValueError as error:
        what = "an HTML page" if text.lstrip()[:1] == "<" else "no JSON"
        raise ShapeError(f"the body is {what}: {error}") from error
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return value
    raise ShapeError("the JSON is nested too deeply")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def is_page(body: bytes) -> bool:
    """Whether a body begins as an HTML page does."""
    return _PAGE.match(body[:1024].replace(b"\x00", b"")) is not None


def load_feed(body: bytes) -> tuple[Any, str | None]:
    """The parsed RSS or Atom feed of a body (feedparser's dictionary), and what is ill-formed in it if anything.

    feedparser answers an empty body and an HTML page as a feed without entries; both raise
    `ShapeError` here, since a broken source is not a quiet one. So do a feed that declares its own
    entities (they can expand without end) and a broken one that yields nothing.
    """
    if not body.strip(b"\x00 \t\r\n"):
        raise ShapeError("the body is empty")
    if is_page(body):
        # feedparser would come to the same answer after reading the whole page as a broken feed.
        raise ShapeError("the body is an HTML page, no RSS or Atom feed")
    if b"<!ENTITY" in body.replace(b"\x00", b"").upper():
        raise ShapeError("the feed declares entities of its own")
    body, _ = cut_entries(body)
    feed = _parse_feed(body)
    defect = _defect(feed)
    if defect and (mended := _BARE_AMPERSAND.sub(b"&amp;", body)) != body:
        # The commonest defect; feedparser's own mending would turn "AT&T" into "AT&T;".
        feed = _parse_feed(mended)
    if not feed.version:
        raise ShapeError("the body is no RSS or Atom feed")
    if not feed.entries and defect:
        raise ShapeError(f"the feed is broken and has no entries: {defect}")
    return feed, defect


def cut_entries(body: bytes) -> tuple[bytes, int]:
    """The body of a feed with its first `MOST_ENTRIES` entries, and how many more there were."""
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", *_WIDE)):
        return body, 0
    wide = body.startswith(_WIDE)
    # One character a byte, whatever the encoding: only the tags are looked for.
    text = decode(body) if wide else body.decode("latin-1")
    ends = [found.end() for found in _ENTRY_END.finditer(text)]
    if len(ends) <= MOST_ENTRIES:
        return body, 0
    text = text[: ends[MOST_ENTRIES - 1]] + text[ends[-1] :]
    return text.encode("utf-16" if wide else "latin-1"), len(ends) - MOST_ENTRIES


def _parse_feed(body: bytes) -> Any:
    # As a stream: feedparser takes a bare str or bytes for an address or a file name first.
    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def _defect(feed: Any) -> str | None:
    """What makes the feed ill-formed XML. Another encoding than the declared one does not."""
    reason = feed.get("bozo_exception") if feed.bozo else None
    return None if reason is None or isinstance(reason, feedparser.CharacterEncodingOverride) else str(reason)


def clean(text: str) -> str:
    """`text` without control characters, NUL and lone surrogates, none of which can be stored or shown."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain_text(markup: str) -> str:
    """The words of a piece of HTML (or of plain text): a blank line between blocks, no tags, no scripts."""
    if not _TAG.search(markup):
        return clean(html.unescape(markup))
    if markup.count("<") > MOST_TAGS:
        # Nested without end, it would cost the square of its size.
        return clean(html.unescape(_ANY_TAG.sub(" ", markup)))
    soup = BeautifulSoup(clean(markup), "html.parser")
    for node in soup(["script", "style", "template", "noscript"]):
        node.decompose()
    for node in soup(["br"]):
        node.replace_with("\n")
    for node in soup(["li"]):
        node.insert_before("\n")
    for node in soup(_BLOCKS):
        node.insert_before("\n\n")
        node.insert_after("\n\n")
    text = re.sub(r"[ \t\xa0]+", " ", clean(soup.get_text()))
    return re.sub(r" ?\n ?(?:\n\s*)*", lambda m: "\n\n" if m[0].count("\n") > 1 else "\n", text).strip()


def one_line(text: str) -> str:
    """The words of a title: plain text on one line."""
    return " ".join(plain_text(text).split())


def web_address(link: str | None, base: str) -> str | None:
    """`link` as an absolute http(s) address, or `None` where it is none (``javascript:``, a mere name)."""
    if not link:
        return None
    try:
        address = urljoin(base, clean(link))
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None
