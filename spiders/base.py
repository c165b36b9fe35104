"""The one spider: it carries any number of sources, and stamps where each body came from.

Every request of a visit comes to exactly one end: its body goes to the item pipeline, or it was the
same as before, or it failed. The visit is written down after its last one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from pipeline.errors import CollectError, ShapeError
from pipeline.model import Batch, Issue, Report, Source, digest
from pipeline.terms import Outcome, SourceKind
from spiders import posts
from spiders.answers import fetch_of, header, header_pairs, seen_at
from spiders.contents import as_unicode, clean
from spiders.failures import explain, explain_status
from spiders.faults import is_ending
from spiders.guard import AddressGuard, GuardedResolver
from spiders.ledger import Collected, Ledger, Visit, close_ledger, open_ledger
from spiders.locate import Way, leads_on, locate, remembered, traits_of
from spiders.moves import moved_to
from spiders.news import article as article_page
from spiders.news.pages import ArticlePages, Wanted
from spiders.news.walls import WALLS
from spiders.occasions import first_addresses, keep_pace, missing_setting, open_leads
from spiders.platforms import get_platform
from spiders.taking import take

VERSION = "0.1"
ARTICLE_PRIORITY = -10
MISSING = frozenset({401, 403, 404, 410})
"""Statuses after which another address of the same page is worth a try."""
BESIDES_EVERY = 7
"""Runs in which a list that stands besides the first is asked for once..."""
FEW = 25
"""... unless the crawl has no more sources than this."""
FAILED = "outagewire/failed"
"""The figure of Scrapy's statistics that counts the sources which were not read."""

logger = logging.getLogger("outagewire.crawl")


class SourceSpider(Spider):
    """All sources of one crawl, or the one that `scrapy crawl NAME` asked for (`declared`).

    `registered` are all sources there are: what the store must know besides.
    """

    name = "outagewire"
    declared: ClassVar[tuple[Source, ...]] = ()
    registered: ClassVar[tuple[Source, ...]] = ()
    pages: ArticlePages
    tells_health: ClassVar[bool] = True
    """Whether its visits tell how a source is now."""

    def __init__(self, sources: Iterable[Source] | None = None, ledger: Ledger | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sources = tuple(self.declared if sources is None else sources)
        self.guard = AddressGuard(source.url for source in self.sources)
        self._own_ledger = ledger is None
        if ledger is not None:
            self.ledger = ledger
        self.timeout = 0.0
        self.max_size = 0
        self._turn: int | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Complete the user agent by the contact."""
        super().update_settings(settings)
        contact = settings.get("OUTAGEWIRE_CONTACT") or "no contact given"
        settings.set("USER_AGENT", f"outagewire/{VERSION} (+{contact})", priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider with its ledger: the one it was given, or one of its own for `scrapy crawl NAME`."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        if spider._own_ledger:
            spider.ledger = open_ledger(crawler.settings, spider.registered or spider.sources)
        spider.ledger.stop = lambda: asyncio.ensure_future(crawler.engine.close_spider_async(reason="write_failed"))
        spider.timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        spider.max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        limits = ("OUTAGEWIRE_ARTICLES", "OUTAGEWIRE_ARTICLES_RUN")
        spider.pages = ArticlePages(spider.ledger, *map(crawler.settings.getint, limits))
        return spider

    def closed(self, reason: str) -> None:
        """Leave no source without a row, unless the crawl was broken off: then the next start goes on."""
        if reason in {"finished", "start_error"}:
            for source in self.sources:
                if source.name not in self.ledger.done:
                    visit = self.ledger.visits.get(source.name) or self.ledger.open(source, 0)
                    visit.judge(Outcome.ERROR, "the crawl ended before the visit did")
                    self.ledger.close(visit)
        if self.crawler.stats is not None:
            read = [v for v in self.ledger.visits.values() if v.outcome is not None and v.outcome.good]
            self.crawler.stats.set_value(FAILED, len(self.sources) - len(read))
        if self._own_ledger:
            close_ledger(self.ledger, reason)

    async def start(self) -> AsyncIterator[Request]:
        """The first requests of every source that this run has not visited yet."""
        for source in self.sources:
            if source.name in self.ledger.done:
                continue
            for request in self._begin(source):
                yield request

    def _begin(self, source: Source) -> list[Request]:
        visit = self.ledger.open(source, 1)
        try:
            platform = get_platform(source.platform)
            if platform.stream is not None:
                return posts.begin(self, visit, platform.stream)
            if (missing := missing_setting(platform, source, self.crawler.settings)) is not None:
                visit.judge(Outcome.OFF, f"switched off: {missing} is not set")
                self.ledger.settle(visit)
                return []
            keep_pace(platform, source, self.crawler)
            way = self._way(source)
            # An index tells too coarsely what is new to be asked for on its own condition.
            more: dict[str, Any] = {} if platform.leads is None else {"memory": None, "index": True}
            addresses = first_addresses(platform, way.at, self.ledger, self.turn)
            requests = [self._ask(visit, url, way=way, **more) for url in addresses]
            if platform.besides and self._takes_turn(source):
                requests += [self._ask(visit, url, besides=True) for url in platform.besides(source)]
        except Exception as error:
            logger.exception("%s: the visit could not begin", source.name)
            visit.judge(Outcome.ERROR, f"{type(error).__name__}: {error}")
            requests = []
        if not requests:
            self.ledger.settle(visit)
        visit.pending = len(requests)
        return requests

    def _way(self, source: Source) -> Way:
        """Where the source is asked. What its page led to before is asked first, and the page when its turn comes."""
        if traits_of(source) is None:
            return Way(source)
        known = [at for url in self.ledger.read_at(source.name) if (at := remembered(source, url))][:1]
        order = [source, *known] if self._takes_turn(source) else [*known, source]
        return Way(order[0], tuple(order[1:]))

    @property
    def turn(self) -> int:
        """How many runs of this job there were before."""
        if self._turn is None:
            self._turn = self.ledger.store.earlier_runs(self.ledger.run)
        return self._turn

    def _takes_turn(self, source: Source) -> bool:
        """Whether this run asks for the lists that stand besides the first.

        A second request for every host would double the night, so each run does so for one source in
        seven, another seventh each time.
        """
        if len(self.sources) <= FEW:
            return True
        return (int(digest(source.name), 16) + self.turn) % BESIDES_EVERY == 0

    def _ask(self, visit: Visit, url: str, **more: Any) -> Request:
        meta = {"visit": visit, "asked": url, "article": None, **more}
        return Request(url, callback=self.answered, errback=self.failed, meta=meta)

    def _ask_page(self, visit: Visit, url: str, article: Report, *, held: bool) -> Request:
        """The request for an article page. Where its text is not held it must be read, whoever saw it before."""
        request = self._ask(visit, url).replace(priority=ARTICLE_PRIORITY)
        request.meta.update({"article": article} if held else {"article": article, "memory": None})
        return request

    def answered(self, response: Response) -> list[Collected | Request]:
        """One answer, of whatever status: an item with what it says, and the article pages it leads to."""
        meta = response.meta
        visit, article = meta["visit"], meta["article"]
        meta["status"] = response.status
        try:
            if article is None and "besides" not in meta:
                visit.http_status = response.status
            if (again := self._fall_back(response)) is not None:
                return [again]
            if meta.get("unchanged"):
                self._moved(response)
                self._stood_in(meta)
                return self._unchanged(visit, meta["asked"], article, seen_at(meta, self.ledger.clock))
            if response.status != 200:
                sentence = explain_status(response.status, header(response, b"Retry-After"))
                return self._fail(meta, Outcome.HTTP_ERROR, sentence)
            if not response.body.strip():
                return self._fail(meta, Outcome.EMPTY, "the body is empty")
            return self._read(visit, response, article)
        except Exception as error:  # One source's surprise is a row of that source and nobody else's.
            if is_ending(error):
                self.ledger.give_up(error)
            logger.exception("%s: %s could not be read", visit.source.name, response.url)
            return self._fail(meta, Outcome.ERROR, f"{type(error).__name__}: {error}")

    def answered_posts(self, response: Response) -> list[Collected | Request]:
        """One answer to a request for public posts."""
        response.meta["status"] = response.status
        try:
            return posts.answered(self, response)
        except Exception as error:
            visit = response.meta["visit"]
            logger.exception("%s: %s could not be read", visit.source.name, response.url)
            return self._fail(response.meta, Outcome.ERROR, f"{type(error).__name__}: {error}")

    def _fall_back(self, response: Response) -> Request | None:
        """The request for the platform's other address, where its first one is missing."""
        meta = response.meta
        visit: Visit = meta["visit"]
        fall_back = get_platform(visit.source.platform).fall_back
        first = meta["article"] is None and "besides" not in meta and "fallen" not in meta
        if fall_back is None or not first or response.status not in MISSING:
            return None
        fallen = f"{meta['asked']}: {explain_status(response.status)}"
        return self._ask(visit, fall_back(visit.source), fallen=fallen)

    def _ask_next(self, meta: Mapping[str, Any], way: Way | None) -> list[Collected | Request]:
        """The request at the next place of a source's way. Raises `ShapeError` where there is none."""
        if way is None:
            raise ShapeError("the page names no other place than those that were asked before")
        platform = get_platform(way.at.platform)
        return [self._ask(meta["visit"], platform.start(way.at)[0], way=way)]

    def _stood_in(self, meta: Mapping[str, Any]) -> None:
        """Name a source whose other address was read instead of the first."""
        if "fallen" in meta:
            reason = f"{meta['fallen']}; {meta['asked']} was read instead"
            self.ledger.note(meta["visit"], "fell_back_to_feed", reason)
        way: Way | None = meta.get("way")
        if way is not None and way.missed:
            self.ledger.note(meta["visit"], "read_elsewhere", f"{'; '.join(way.told())}; {way.at.url} was read instead")

    def _moved(self, response: Response) -> None:
        """Name the new address of a source that answered well from where it has moved for good."""
        meta = response.meta
        moved = moved_to(meta["asked"], response) if meta["article"] is None and "besides" not in meta else None
        visit: Visit = meta["visit"]
        if moved is not None and visit.moved_to is None:
            visit.moved_to = moved
            self.ledger.note(visit, "moved", f"{meta['asked']} has moved for good to {moved}")

    def failed(self, failure: Failure) -> list[Collected | Request]:
        """A request that ended without an answer."""
        request = failure.request  # type: ignore[attr-defined]
        error = failure.value or CollectError("the request failed and nothing says why")
        outcome, sentence = explain(error, request.url, timeout=self.timeout, max_size=self.max_size)
        host = (request.url.partition("://")[2].partition("/")[0]).partition(":")[0]
        if outcome is Outcome.DNS and (refusal := GuardedResolver.refusal(host)):
            outcome, sentence = Outcome.PRIVATE_ADDRESS, refusal
        if outcome is Outcome.ERROR:
            logger.error("%s: %s", request.url, sentence, exc_info=(type(error), error, error.__traceback__))
        if tried := request.meta.get("tried"):
            sentence += f" (asked {tried + 1} times)"
        return self._fail(request.meta, outcome, sentence)

    def _fail(self, meta: Mapping[str, Any], outcome: Outcome, sentence: str) -> list[Collected | Request]:
        visit, article = meta["visit"], meta["article"]
        way: Way | None = meta.get("way")
        if article is not None:
            self.ledger.article_failed(visit, article, f"{article.url}: {outcome}: {sentence}")
        elif "besides" in meta:
            if meta.get("status") not in {404, 410}:  # not every page has one
                self.ledger.besides_failed(visit, meta["asked"], outcome, sentence)
        elif "checks" in meta:
            pass  # a post could not be looked up, which says nothing of it or of its source
        elif way is not None and way.left:
            return self._ask_next(meta, way.past(f"{outcome}: {sentence}"))
        elif "fallen" in meta:
            visit.judge(Outcome.HTTP_ERROR, f"{meta['fallen']}; {meta['asked']}: {sentence}")
        elif way is not None and way.missed:
            visit.judge(outcome, "; ".join([*way.told(), f"{way.at.url}: {sentence}"]))
        else:
            visit.judge(outcome, sentence)
        self.ledger.settle(visit)
        return []

    def _unchanged(
        self, visit: Visit, url: str, article: Report | None, seen_at: datetime
    ) -> list[Collected | Request]:
        self.ledger.store.touch_fetch(visit.source.name, url, seen_at)
        follow = get_platform(visit.source.platform).follow
        requests: list[Collected | Request] = []
        if article is None:
            visit.judge(Outcome.UNCHANGED)
            if follow:
                # What an earlier run, killed or limited, has left without its page.
                left = self.ledger.without_text(visit.source.name)
                requests += self._ask_pages(visit, [Wanted(report, known=True, held=False) for report in left])
        self.ledger.settle(visit)
        return requests

    def _read(self, visit: Visit, response: Response, article: Report | None) -> list[Collected | Request]:
        source, platform = visit.source, get_platform(visit.source.platform)
        fetch = fetch_of(response, self.ledger.clock)
        headers = header_pairs(response)
        body = as_unicode(response.body, header(response, b"Content-Type") or "")
        if article is not None:
            return self._read_page(visit, response, article, body)
        way: Way = response.meta.get("way") or Way(source)
        try:
            if way.at is source and leads_on(source, body):
                self.ledger.keep_unread(fetch, response.body, headers)
                return self._ask_next(response.meta, way.to(locate(source, body, response.url)))
            if "index" in response.meta and platform.leads is not None:
                found = platform.leads(body, source)
                self._moved(response)
                requests = [self._ask(visit, url) for url in open_leads(found, source, self.ledger)]
                visit.pending += len(requests)
                batch = Batch(source.name, self.ledger.run.id, fetch)
                return [Collected(visit, batch, response.body, headers), *requests]
            platform = platform.as_fall_back() if "fallen" in response.meta else platform
            contents = take(platform, body, visit, way.at, self.ledger.salt)
        except ShapeError as error:
            if source.kind is not SourceKind.SOCIAL:
                self.ledger.keep_unread(fetch, response.body, headers)
            return self._fail(response.meta, Outcome.BAD_SHAPE, str(error))
        self._moved(response)
        self._stood_in(response.meta)
        wanted = self.pages.want(source, contents.reports)
        batch = Batch(
            source=source.name,
            run_id=self.ledger.run.id,
            fetch=fetch,
            reports=contents.reports,
            issues=contents.issues,
            complete=contents.complete,
            window_start=contents.window_start,
            native_states=contents.native_states,
            well=contents.well,
        )
        return [Collected(visit, batch, response.body, headers), *self._ask_pages(visit, wanted)]

    def _read_page(self, visit: Visit, response: Response, article: Report, body: bytes) -> list[Collected | Request]:
        """Give the report the text, the address and the dates of its page: what a page states outranks its feed.

        When it was edited is the feed's to say, by whose word the crawl knows whether to ask again.
        """
        fetch, headers = fetch_of(response, self.ledger.clock), header_pairs(response)
        said = article_page.parse(body, response.url, article)
        if isinstance(said, Issue):
            self.ledger.keep_unread(fetch, response.body, headers)
            if said.code in WALLS:
                self.ledger.article_closed(visit, article, said)
                return []
            return self._fail(response.meta, Outcome.BAD_SHAPE, f"{said.code}: {said.detail}")
        said, issues = clean(said, visit.source)
        batch = Batch(visit.source.name, self.ledger.run.id, fetch, (said,), tuple(issues))
        return [Collected(visit, batch, response.body, headers, article)]

    def _ask_pages(self, visit: Visit, wanted: Iterable[Wanted]) -> list[Request]:
        """The requests for the article pages that are worth one."""
        requests: list[Request] = []
        for url, report, held in self.pages.choose(visit, wanted):
            try:
                requests.append(self._ask_page(visit, url, report, held=held))
            except ValueError as error:
                self.ledger.article_failed(visit, report, f"{url!r} is no address: {error}")
        visit.pending += len(requests)
        return requests
