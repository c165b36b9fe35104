"""What lies between the spider and the network: memory, retries, redirects and decoding."""

from __future__ import annotations

import asyncio
import math
import zlib
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirectMiddleware
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response

from pipeline.model import digest
from pipeline.terms import Outcome
from spiders.answers import header
from spiders.failures import FetchError
from spiders.ledger import Ledger, read_clock

GZIP = frozenset({b"gzip", b"x-gzip"})
STEP = 1 << 20
UNIX_TIMES_FROM = 1e9
"""A larger number of seconds is a moment, not a wait."""


class ConditionalMiddleware:
    """Asks whether a known body has changed, and recognises one that has not by its hash.

    It works on the address as the source gave it, whatever redirects lie behind it.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The ledger is the spider's."""
        return cls(crawler.spider.ledger)  # type: ignore[union-attr]

    def process_request(self, request: Request) -> None:
        """Look the address up once and ask on its validators."""
        if "memory" in request.meta:
            return
        source = request.meta["visit"].source.name
        memory = self._ledger.store.memory(request.meta["asked"], self._ledger.run.id, source)
        request.meta["memory"] = memory
        if memory is None:
            return
        if memory.etag:
            request.headers[b"If-None-Match"] = memory.etag
        if memory.last_modified:
            request.headers[b"If-Modified-Since"] = memory.last_modified

    def process_response(self, request: Request, response: Response) -> Response:
        """Mark a body that is known: by status 304 or by its hash."""
        memory = request.meta.get("memory")
        if response.status == 200:
            hashed = digest(response.body, length=64)
            request.meta["body_hash"] = hashed
            request.meta["unchanged"] = memory is not None and memory.body_hash == hashed
        elif response.status == 304:
            request.meta["unchanged"] = memory is not None
        return response


class RetryMiddleware:
    """Asks again after a server error or a time-out, each time after twice the pause.

    Never after another status, and never where the server named a time to come back: that is written
    down instead of tried.

    A body that turns out large is asked for again in a queue that lets through one at a time: a hundred that never
    end would otherwise be held a hundred times up to ``DOWNLOAD_MAXSIZE``.
    """

    def __init__(
        self,
        times: int,
        pause: float,
        first_size: int,
        max_size: int,
        patience: float = 0.0,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._times = times
        self._pause = pause
        self._first_size = min(first_size, max_size)
        self._max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """``RETRY_TIMES``, ``OUTAGEWIRE_BACKOFF`` (seconds), and what is large and too large (bytes)."""
        settings = crawler.settings
        sizes = settings.getint("OUTAGEWIRE_LARGE"), settings.getint("DOWNLOAD_MAXSIZE")
        patience = settings.getfloat("OUTAGEWIRE_PATIENCE")
        return cls(settings.getint("RETRY_TIMES"), settings.getfloat("OUTAGEWIRE_BACKOFF"), *sizes, patience)

    def process_request(self, request: Request) -> None:
        """Let the first try read a body of the usual size."""
        request.meta.setdefault("download_maxsize", self._first_size)

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Another request for a server error, else the response."""
        if "posts_page" in request.meta:
            return await self._as_asked(request, response)
        if response.status < 500 or b"Retry-After" in response.headers:
            return response
        return await self._again(request) or response

    async def _as_asked(self, request: Request, response: Response) -> Response | Request:
        """For pages of posts the wait that the host asks for is kept, where it is no longer than our patience.

        A page is lost otherwise, and with it the place from which the next visit would go on.
        """
        wait = wanted_wait(response, self._clock())
        if response.status != 429 and response.status < 500:
            if wait is not None and wait <= self._patience:
                await asyncio.sleep(wait)  # the allowance is used up: before the next page, not after a refusal
            return response
        if wait is None:
            return await self._again(request) or response
        if wait > self._patience or request.meta.get("tried", 0) >= self._times:
            return response
        return await self._again(request, wait) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Another request after a time-out, or for a body that takes its turn among the large ones."""
        if "large" in request.meta:
            return None  # others wait for their turn
        if isinstance(exception, DownloadTimeoutError):
            return await self._again(request)
        if isinstance(exception, DownloadCancelledError) and self._first_size < self._max_size:
            again = request.copy()
            again.meta.update(large=True, download_maxsize=self._max_size, download_slot="large bodies")
            return again
        return None

    async def _again(self, request: Request, wait: float | None = None) -> Request | None:
        tried = request.meta.get("tried", 0)
        if tried >= self._times:
            return None
        await asyncio.sleep(self._pause * 2**tried if wait is None else wait)
        again = request.copy()
        again.meta["tried"] = tried + 1
        again.priority -= 1
        return again


def wanted_wait(response: Response, now: datetime) -> float | None:
    """Seconds that a host asks us to wait before the next request, None where it does not ask.

    ``Retry-After`` gives seconds or a date (RFC 9110, 10.2.3). Where the allowance is used up
    (``X-RateLimit-Remaining: 0``, or status 429), ``X-RateLimit-Reset`` gives a date, a Unix time or seconds.
    """
    after = header(response, b"Retry-After")
    if after:
        return _seconds_until(after, now)
    left = header(response, b"X-RateLimit-Remaining")
    used_up = response.status == 429 or (left is not None and left.partition(".")[0] == "0")
    return _seconds_until(header(response, b"X-RateLimit-Reset"), now) if used_up else None


def _seconds_until(text: str | None, now: datetime) -> float | None:
    """Seconds from `now` to what a header names; None where it cannot be read."""
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        wait = number - now.timestamp() if number > UNIX_TIMES_FROM else number
        return max(0.0, wait) if math.isfinite(wait) else None
    try:
        moment = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else None


class RedirectMiddleware(ScrapyRedirectMiddleware):
    """Scrapy's redirects with an outcome instead of a dropped request. No referrer is sent anywhere."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Send none."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The redirected request. Raises `FetchError` after too many of them."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            sentence = f"more than {self.max_redirect_times} redirects, the last one to {_location(response)}"
            raise FetchError(Outcome.HTTP_ERROR, sentence) from error


def _location(response: Response) -> str:
    return (response.headers.get(b"Location") or b"").decode("latin-1")


class DecodingMiddleware:
    """Undoes the Content-Encoding strictly: a stream cut short or too large is an error, not a part of a body."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The cap is ``DOWNLOAD_MAXSIZE``, for the body before and after decoding."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        """The response with its decoded body. Raises `FetchError`."""
        request.meta["visit"].bytes += len(response.body)
        encoded = response.headers.getlist(b"Content-Encoding")
        if response.status != 200 or not encoded or not response.body:
            return response
        body = decode(response.body, b",".join(encoded), self._max_size)
        headers = response.headers.copy()
        del headers[b"Content-Encoding"]
        # A plain Response: one that knows of text would look for the encoding of a body that nobody reads as text.
        return Response(response.url, response.status, headers, body, response.flags, request)


def decode(body: bytes, encodings: bytes, max_size: int) -> bytes:
    """Undo ``Content-Encoding: gzip``, `deflate` or a chain of them. Raises `FetchError`."""
    for name in reversed([part.strip().lower() for part in encodings.split(b",")]):
        if name in GZIP:
            body = _inflate(body, 31, "gzip", max_size)
        elif name == b"deflate":
            # RFC 9110 means a zlib stream; some servers send the bare one.
            bare = len(body) < 2 or body[0] & 0x0F != 8 or int.from_bytes(body[:2], "big") % 31
            body = _inflate(body, -15 if bare else 15, "deflate", max_size)
        elif name not in {b"", b"identity"}:
            raise FetchError(
                Outcome.BAD_SHAPE, f"the body has an encoding that was not asked for: {name.decode('latin-1')}"
            )
    return body


def _inflate(body: bytes, window: int, name: str, max_size: int) -> bytes:
    """Decompress step by step, so that a bomb is noticed before it is whole. A gzip body may have several members."""
    parts: list[bytes] = []
    size, rest = 0, body
    while rest:
        stream = zlib.decompressobj(window)
        while not stream.eof:
            try:
                part = stream.decompress(rest, STEP)
            except zlib.error as error:
                raise FetchError(Outcome.BAD_SHAPE, f"the {name} stream of the body is broken: {error}") from error
            size += len(part)
            parts.append(part)
            if size > max_size:
                raise FetchError(
                    Outcome.TOO_LARGE, f"the body unpacks to more than {max_size} bytes and was not read on"
                )
            rest = stream.unconsumed_tail
            if not stream.eof and not rest and not part:
                raise FetchError(Outcome.BAD_SHAPE, f"the {name} stream of the body is truncated")
        # Servers pad with zeros; anything else after the end is the next member.
        rest = stream.unused_data.lstrip(b"\0")
    return b"".join(parts)
