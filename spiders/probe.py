"""Visits that decide what to ask next: by the crawl's own engine, with its robots.txt, guard, pauses and limits.

A crawl knows beforehand what it asks of a source. Who looks at an unknown page does not, so that here a
coroutine asks for one address after another; many of them run in one engine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urldefrag, urlsplit

from scrapy import Request
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.reactor import is_reactor_installed

from pipeline.errors import CollectError
from pipeline.model import Source
from pipeline.store import Store
from pipeline.terms import Outcome, SourceKind
from spiders.answers import header_pairs
from spiders.archive import Archive
from spiders.base import SourceSpider
from spiders.contents import as_unicode
from spiders.failures import explain, explain_status
from spiders.guard import GuardedResolver
from spiders.ledger import Ledger, Visit, read_clock
from spiders.moves import moved_to

MAX_ASKED = 80
"""Addresses that are asked for one page; the longest list of them has about forty."""
MAX_SECONDS = 240.0
"""After which no further address of a page is asked for."""
TOGETHER = 100

logger = logging.getLogger("outagewire.detect")

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address answered. `moved` is where the permanent redirects at the beginning of its way lead."""

    url: str
    final: str
    outcome: Outcome
    error: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    moved: str | None = None


@dataclass(slots=True)
class Prober:
    """Asks on behalf of one page, each address once, so many of them and for so long at most."""

    spider: ProbeSpider
    visit: Visit
    began: float = field(default_factory=monotonic)
    answers: dict[str, Answer] = field(default_factory=dict)

    async def ask(self, url: str) -> Answer:
        """The answer of `url`, a good one or why there was none. Raises nothing."""
        key = address_key(url)
        if key not in self.answers:
            if len(self.answers) >= MAX_ASKED or monotonic() - self.began > MAX_SECONDS:
                return Answer(url, url, Outcome.ERROR, "not asked for: the page has had its share of requests")
            self.answers[key] = await self.spider.fetch(self.visit, url)
        return self.answers[key]

    def asked(self, url: str) -> bool:
        """Whether the answer of `url` is known already."""
        return address_key(url) in self.answers


def address_key(url: str) -> str:
    """The address as it is sent, without the slash that a bare host may have or not."""
    sent = urldefrag(url).url
    return sent + "/" if not urlsplit(sent).path and not urlsplit(sent).query else sent


class ProbeSpider(SourceSpider):
    """The crawl's spider without sources: it runs what it is given and stores nothing."""

    def __init__(
        self, work: Callable[[ProbeSpider], Awaitable[None]], declared: Iterable[str], ledger: Ledger, **kwargs: Any
    ) -> None:
        super().__init__(sources=(), ledger=ledger, **kwargs)
        self.guard = type(self.guard)(declared)
        self._work = work

    async def start(self) -> AsyncIterator[Request]:
        """No request of Scrapy's own: the engine stays open until the work is done."""
        await self._work(self)
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def fetch(self, visit: Visit, url: str) -> Answer:
        """One request through the crawl's middlewares."""
        try:
            request = Request(url, meta={"visit": visit, "asked": url, "article": None, "memory": None})
        except ValueError as error:
            return Answer(url, url, Outcome.ERROR, f"no address: {error}")
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - `explain` names every way to fail, and logs what it does not know
            return self._explain(error, request)
        return _read_answer(url, response)

    def _explain(self, error: Exception, request: Request) -> Answer:
        outcome, sentence = explain(error, request.url, timeout=self.timeout, max_size=self.max_size)
        if outcome is Outcome.DNS and (refusal := GuardedResolver.refusal(urlsplit(request.url).hostname or "")):
            outcome, sentence = Outcome.PRIVATE_ADDRESS, refusal
        if outcome is Outcome.ERROR:
            logger.error("%s: %s", request.url, sentence, exc_info=(type(error), error, error.__traceback__))
        return Answer(request.url, request.url, outcome, sentence)


def _read_answer(url: str, response: Response) -> Answer:
    content_type = response.headers.get(b"Content-Type")
    body = as_unicode(response.body, content_type.decode("latin-1") if content_type else "")
    outcome, error = Outcome.OK, None
    if response.status != 200:
        outcome, error = Outcome.HTTP_ERROR, explain_status(response.status)
    elif not body.strip():
        outcome, error = Outcome.EMPTY, "the body is empty"
    return Answer(
        url, response.url, outcome, error, response.status, header_pairs(response), body, moved_to(url, response)
    )


def run_probes(
    items: Mapping[str, Item],
    work: Callable[[Prober, Item], Awaitable[Found]],
    declared: Iterable[str],
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Found]:
    """What `work` finds for each item, all in one engine with a store that is thrown away.

    `declared` are the addresses that may lie on a private host. Twisted's reactor starts once, so there is
    one such call a process. Raises `CollectError` where one was made before or the engine does not start.
    """
    if is_reactor_installed():
        raise CollectError("a crawl has already run in this process")
    found: dict[str, Found] = {}
    with (
        TemporaryDirectory(prefix="outagewire-") as folder,
        Store(Path(folder) / "work.db") as store,
        Archive(Path(folder) / "archive.db") as archive,
    ):
        ledger = Ledger(store, archive, store.start_run("probe", read_clock()), read_clock)
        process = CrawlerProcess(_settings(settings or {}))
        crawler = process.create_crawler(ProbeSpider)
        process.crawl(crawler, work=_together(items, work, found), declared=tuple(declared), ledger=ledger)
        process.start()
    if process.bootstrap_failed or len(found) != len(items):
        raise CollectError("not every page was looked at; the log says why")
    return found


def _together(
    items: Mapping[str, Item], work: Callable[[Prober, Item], Awaitable[Found]], found: dict[str, Found]
) -> Callable[[ProbeSpider], Awaitable[None]]:
    async def run(spider: ProbeSpider) -> None:
        room = asyncio.Semaphore(TOGETHER)

        async def one(name: str, item: Item) -> None:
            async with room:
                visit = Visit(Source(name, "", SourceKind.STATUS, ""), read_clock())
                found[name] = await work(Prober(spider, visit), item)

        results = await asyncio.gather(*(one(*pair) for pair in items.items()), return_exceptions=True)
        for error in filter(None, results):
            logger.error("a page could not be looked at: %s", error, exc_info=error)

    return run


def _settings(more: Mapping[str, Any]) -> Settings:
    settings = Settings()
    settings.setmodule("spiders.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="project")
    settings.setdict(dict(more), priority="cmdline")
    return settings
