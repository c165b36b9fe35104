"""Mailing lists that Mailman 3 archives (HyperKitty): its export of a stretch of days as a gzipped mbox file.

``{base}/export/{list@host}-{YYYY}-{MM}.mbox.gz?start=YYYY-MM-DD&end=YYYY-MM-DD``. The file is made for each request, so
it has no validators and only the days since the last visit are asked for. Seen on other hosts than those of the
catalogue, whose own exports are unconfirmed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, unquote, urlsplit

from pipeline.errors import CatalogueError, ShapeError
from pipeline.model import Issue, Posting, Source
from pipeline.terms import Genre, SourceKind
from spiders.conversations import read_postings
from spiders.news.mbox import Letter, unpack
from spiders.platforms import Occasion

KIND = SourceKind.SOCIAL
GENRE = Genre.MAILING_LIST
CONVERSATIONS = True
FIRST_DAYS = 30
AGAIN = timedelta(days=2)
"""How far back the days that were asked for before are asked for again: a message may come in late."""
_LIST = re.compile(r"/list/([^/@\s]+@[^/\s]+)/?$")


def start(source: Source) -> list[str]:
    """The page of the list."""
    return [_base(source)]


def plan(source: Source, occasion: Occasion) -> list[str]:
    """The export of the days that may hold something new."""
    today = occasion.now.date()
    since = today - timedelta(days=FIRST_DAYS)
    if occasion.since is not None:
        since = max(since, (occasion.since - AGAIN).date())
    name = quote(f"{_list_of(source)}-{today:%Y-%m}.mbox.gz", safe="@")
    return [f"{_base(source)}export/{name}?start={since}&end={today + timedelta(days=1)}"]


def parse(body: bytes, source: Source) -> Iterator[Posting | Issue]:
    """Each message of an export. The page of the list says nothing itself. Raises `ShapeError`."""
    if body.lstrip()[:1] == b"<":
        if b"hyperkitty" not in body.lower():
            raise ShapeError("the page is none of HyperKitty's")
        return
    text = unpack(body)
    if text.strip():  # days without a message are an empty file
        yield from read_postings(text, source, lambda letter: f"{_base(source)}message/{_hash_of(letter)}/")


def _base(source: Source) -> str:
    return source.url.rstrip("/") + "/"


def _list_of(source: Source) -> str:
    found = _LIST.search(unquote(urlsplit(source.url).path))
    if found is None:
        raise CatalogueError(f"hyperkitty.toml [{source.name}]: the address ends in /list/NAME@HOST/")
    return found[1]


def _hash_of(letter: Letter) -> str:
    """HyperKitty's own key of a message: its Message-ID, hashed by SHA-1 and written in base 32."""
    return base64.b32encode(hashlib.sha1(letter.id.encode()).digest()).decode()  # noqa: S324 - theirs, and no secret
