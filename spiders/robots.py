"""robots.txt, obeyed as RFC 9309 says and kept for a day.

A missing one (4xx) allows everything; one that cannot be had (5xx, a time-out) allows nothing. It is
fetched by the download handler itself: the way through Scrapy's engine would double the cost of a first
crawl, where each host has one page and one robots.txt.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from urllib.parse import urljoin, urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, NotConfigured
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from pipeline.terms import Outcome
from spiders.failures import FetchError, explain_status
from spiders.middlewares import decode
from spiders.robots_lines import lines_for

AGENT = "outagewire"
MAX_AGE = timedelta(days=1)
MAX_SIZE = 512 * 1024
MAX_REDIRECTS = 5
WEB = {"ws": "http", "wss": "https"}
"""The scheme under which the host of a stream has its robots.txt."""
MAX_DELAY = 10.0
"""Seconds: a longer Crawl-delay would keep a night from ending. (It is no part of RFC 9309.)"""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host allows. Without `parser` everything; with `refusal` nothing, for that reason."""

    parser: Protego | None = None
    refusal: str | None = None

    def check(self, url: str, host: str) -> None:
        """Raise `FetchError` where the page may not be fetched."""
        if self.refusal:
            raise FetchError(Outcome.ROBOTS, self.refusal)
        if self.parser and not self.parser.can_fetch(url, AGENT):
            raise FetchError(Outcome.ROBOTS, f"robots.txt of {host} does not allow {url}")


class RobotsMiddleware:
    """Judges every request by the robots.txt of its host, which is asked for once."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._ledger = crawler.spider.ledger  # type: ignore[union-attr]
        self._guard = crawler.spider.guard  # type: ignore[union-attr]
        self._agent = settings["USER_AGENT"]
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._times = settings.getint("RETRY_TIMES")
        self._pause = settings.getfloat("OUTAGEWIRE_BACKOFF")
        self._delay = settings.getfloat("DOWNLOAD_DELAY")
        self._rules: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Not at all where ``ROBOTSTXT_OBEY`` is off."""
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise `FetchError` where robots.txt forbids the page, or could not be had."""
        if "credential" in request.meta:
            return  # what the owner of an account may do, their own contract says
        parts = urlparse_cached(request)
        host = parts.netloc
        rules = self._rules.get(host)
        if rules is None:
            if host not in self._asking:
                self._asking[host] = asyncio.ensure_future(
                    self._learn(host, f"{WEB.get(parts.scheme, parts.scheme)}://{host}/robots.txt")
                )
            rules = await self._asking[host]
            self._rules[host] = rules
        rules.check(request.url, host)

    async def _learn(self, host: str, url: str) -> Rules:
        """The rules of a host, from the store where they are younger than a day."""
        now = self._ledger.clock()
        kept = self._ledger.store.robots(host, now, MAX_AGE)
        if kept is None:
            status, body = await self._fetch(url)
            if status >= 500 or status == 429:
                # Kept for this run only: the next one asks again.
                return Rules(
                    refusal=f"robots.txt of {host}: {explain_status(status)}, which forbids everything (RFC 9309)"
                )
            kept = status, body if 200 <= status < 300 else b""
            self._ledger.store.save_robots(host, now, *kept)
        return self._parse(host, kept[1])

    def _parse(self, host: str, body: bytes) -> Rules:
        if b"disallow" not in body.lower() and b"crawl-delay" not in body.lower():
            return Rules()
        parser = Protego.parse(lines_for(AGENT, body.decode("utf-8-sig", errors="replace")))
        delay = parser.crawl_delay(AGENT)
        if delay and self._delay:
            slots = self._crawler.engine.downloader.per_slot_settings
            slots[host.rpartition(":")[0] or host] = {"delay": max(self._delay, min(float(delay), MAX_DELAY))}
        return Rules(parser)

    async def _fetch(self, url: str) -> tuple[int, bytes]:
        """Status and body behind `url`, through redirects. Raises what ends the request of any page."""
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._ask_again(url)
            location = response.headers.get(b"Location")
            if response.status not in {301, 302, 303, 307, 308} or location is None:
                encodings = b",".join(response.headers.getlist(b"Content-Encoding"))
                body = decode(response.body, encodings, MAX_SIZE) if response.status == 200 else b""
                return response.status, body
            url = urljoin(url, location.decode("latin-1"))
        # RFC 9309, 2.3.1.2: after five redirects it may be taken for missing.
        return 404, b""

    async def _ask_again(self, url: str) -> Response:
        """One answer, after retries with growing pauses for server errors and time-outs."""
        for tried in range(self._times + 1):
            try:
                response = await self._ask(url)
                if response.status < 500 or b"Retry-After" in response.headers or tried == self._times:
                    return response
            except DownloadTimeoutError as error:
                if tried == self._times:
                    # Not the time-out itself, after which the page's request would be tried as often again.
                    host = urlsplit(url).netloc
                    sentence = f"{host} had not sent its whole robots.txt after {self._timeout:g} seconds"
                    raise FetchError(Outcome.TIMEOUT, f"{sentence} (asked {tried + 1} times)") from error
            await asyncio.sleep(self._pause * 2**tried)
        raise AssertionError("the last try returns or raises")

    async def _ask(self, url: str) -> Response:
        headers = {"User-Agent": self._agent, "Connection": "close", "Accept": "text/plain, */*;q=0.5"}
        meta = {"download_timeout": self._timeout, "download_maxsize": MAX_SIZE}
        request = Request(url, headers=headers, meta=meta)
        self._guard.check(urlparse_cached(request))
        try:
            response: Response = await self._crawler.engine.downloader.handlers.download_request_async(request)
        except DownloadCancelledError as error:
            raise FetchError(Outcome.ROBOTS, f"{url} is larger than {MAX_SIZE} bytes") from error
        except FetchError as error:
            if error.outcome is Outcome.NOT_RECORDED:
                return Response(url, status=404)
            raise
        return response
