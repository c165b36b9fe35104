"""A recorded web: what a WARC file answered for an address, for ``crawl --replay``.

Reads any WARC 1.0 or 1.1 file with warcio. A body is given as the client saw it: chunks joined,
content decoded. Only where each record lies is kept in memory.
Format: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from pipeline.errors import ArchiveError
from pipeline.model import parse_iso

# A body is stored decoded, beside which the headers on how it travelled would be false, and warcio rewrites
# what is not ASCII. Where the headers as received differ from those written, they stand here, as JSON.
HEADERS_AS_RECEIVED = "X-Outagewire-Headers"
# All that warcio raises for a file that is damaged or none at all (AttributeError: a record without an address).
UNREADABLE = (
    OSError, EOFError, ValueError, AttributeError, zlib.error, ArchiveLoadFailed, StatusAndHeadersParserException
)  # fmt: skip
MAX_BODY = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """One answer as recorded: `fetched_at` is the record's ``WARC-Date``."""

    url: str
    fetched_at: datetime
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Recording:
    """The answers in the WARC file at `path`, by address. Raises `ArchiveError` where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, list[tuple[datetime, int]]] = {}
        for response, offset in _read(path):
            self._places.setdefault(_key(response.url), []).append((response.fetched_at, offset))
        for places in self._places.values():
            places.sort()
        if not self._places:
            raise ArchiveError(f"{path}: no responses are recorded in it")

    def get(self, url: str, as_of: datetime | None = None) -> RecordedResponse | None:
        """The latest answer of `url`, or the latest at or before `as_of`; `None` where there is none."""
        places = self._places.get(_key(url), [])
        count = len(places) if as_of is None else bisect_right(places, as_of, key=lambda place: place[0])
        if not count:
            return None
        return next(_read(self.path, places[count - 1][1]))[0]

    def urls(self) -> list[str]:
        """Every recorded address, without fragments, sorted."""
        return sorted(self._places)


def read_warc(path: Path) -> Iterator[RecordedResponse]:
    """Every HTTP response of a WARC file, in its order. Raises `ArchiveError`.

    Requests, metadata and the like are passed over. A `revisit` record has no body of its own and
    points at another, perhaps in another file: it raises, since leaving it out would lose an answer.
    """
    return (response for response, _ in _read(path))


def _key(url: str) -> str:
    bare = urldefrag(url).url
    return bare if urlsplit(bare).path or "?" in bare else bare + "/"


def _read(path: Path, offset: int = 0) -> Iterator[tuple[RecordedResponse, int]]:
    """Each response from `offset` on, and where its record begins."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            records = ArchiveIterator(file, check_digests="raise")
            for record in records:
                if record.rec_type in (None, "revisit"):
                    raise ArchiveError(f"{path}: a record of type {record.rec_type} cannot be read")
                if record.rec_type == "response" and record.http_headers is not None:
                    response = _response(record)
                    yield response, records.get_record_offset()
    except UNREADABLE as error:
        raise ArchiveError(f"{path}: {error}") from error


def _response(record: Any) -> RecordedResponse:
    url = record.rec_headers.get_header("WARC-Target-URI")
    moment = parse_iso(record.rec_headers.get_header("WARC-Date"))
    if not url or moment is None:
        raise ValueError("a response without address or date")
    body = _drain(record.content_stream(), url)
    _drain(record.raw_stream, url)
    if record.raw_stream.limit > 0:
        raise EOFError(f"the record of {url} is cut short")
    received = record.rec_headers.get_header(HEADERS_AS_RECEIVED)
    headers = json.loads(received) if received else record.http_headers.headers
    pairs = [(str(name), str(value)) for name, value in headers]
    return RecordedResponse(url, moment, int(record.http_headers.get_statuscode()), pairs, body)


def _drain(stream: Any, url: str) -> bytes:
    """All that is left in a stream of warcio's, whose `read` may answer less than there is."""
    parts: list[bytes] = []
    size = 0
    while part := stream.read(65536):
        size += len(part)
        if size > MAX_BODY:
            raise ValueError(f"the body of {url} is larger than {MAX_BODY} bytes")
        parts.append(part)
    return b"".join(parts)
