"""Mailing lists that Mailman 2 archives (Pipermail): the index of months, then the mbox file of each that may be new.

The index links every month that there is, some of them gzipped; months are never guessed, since quiet ones are
missing. Shape: ``<A href="2024-July.txt.gz">[ Gzip'd Text 12 KB ]</A>`` beside ``2024-July/thread.html``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urljoin

from pipeline.errors import ShapeError
from pipeline.model import Issue, Posting, Source
from pipeline.terms import Genre, SourceKind
from spiders.bodies import decode
from spiders.conversations import read_postings
from spiders.news.mbox import Letter, unpack
from spiders.platforms import Lead
from spiders.times import UnreadTimeError, read_time

KIND = SourceKind.SOCIAL
GENRE = Genre.MAILING_LIST
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
CONVERSATIONS = True
_MONTH = re.compile(rf"href\s*=\s*[\"']?((\d{{4}})-({'|'.join(MONTHS)})\.txt(?:\.gz)?)[\"'\s>]", re.IGNORECASE)
_INDEX = re.compile(r"pipermail|mailman", re.IGNORECASE)


def start(source: Source) -> list[str]:
    """The index of the list's months."""
    return [_base(source)]


def leads(body: bytes, source: Source) -> list[Lead]:
    """The file of each month that the index names, newest first. Raises `ShapeError` where it is no such index."""
    page = decode(body)
    found: dict[tuple[int, int], str] = {}
    for link, year, name in _MONTH.findall(page):
        month = next(n for n, word in enumerate(MONTHS, 1) if word.lower() == name.lower())
        found.setdefault((int(year), month), urljoin(_base(source), link))
    if not found and not _INDEX.search(page):
        raise ShapeError("the page is no index of a Pipermail archive")
    return [Lead(url, _end_of(*when)) for when, url in sorted(found.items(), reverse=True)]


def parse(body: bytes, source: Source) -> Iterator[Posting | Issue]:
    """Each message of a month's file. An index says nothing itself. Raises `ShapeError`."""
    text = unpack(body)
    if text.lstrip()[:1] == b"<":
        leads(text, source)
        return
    yield from read_postings(text, source, lambda letter: _page_of(source, letter))


def _page_of(source: Source, letter: Letter) -> str:
    """The page of the month's threads: which of its messages this is the file does not tell."""
    try:
        sent = read_time(letter.date or "")
    except UnreadTimeError:
        return _base(source)
    return f"{_base(source)}{sent.year}-{MONTHS[sent.month - 1]}/thread.html"


def _base(source: Source) -> str:
    return source.url.rstrip("/") + "/"


def _end_of(year: int, month: int) -> datetime:
    """The moment at which a month is over."""
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
