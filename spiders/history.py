"""The walk through history: what a source's current lists no longer hold, read page by page and once.

A platform that offers its past says so by `spiders.platforms.Past`: pages of a list, newest first, and a
page for each incident. Every step is in the store before the next one is asked for: how far the walk is,
which incidents the list named, and the reports themselves. So a walk that was stopped, by its own
bounds, by the server or by `kill`, goes on where it was, and what is there is not asked for again.

The list moves on while it is read: a page holds the same number of months, counted back from now. So a
page that is asked for later repeats some of what was read and leaves nothing out.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from pipeline.errors import ShapeError
from pipeline.model import Batch, Source
from pipeline.store import Walk
from pipeline.terms import Outcome
from spiders.answers import fetch_of, header, header_pairs
from spiders.base import SourceSpider
from spiders.contents import as_unicode, read_body
from spiders.ledger import Collected, Visit
from spiders.platforms import HistoryPage, Past, get_platform
from spiders.run import CrawlOptions

EMPTY_PAGES = 3
"""Empty pages in a row that end the list. A quiet quarter, or two, is no end."""
RENEW_AFTER = timedelta(days=28)
"""When a walk begins anew, for what has come since and the nightly visits may have missed."""
TRIES = 3
"""Runs in which the page of an incident may fail before it is left alone."""
FAILURES = 3
"""Failures in a row that end a source's walk for this run."""
NO_HISTORY = "no history offered"

logger = logging.getLogger("outagewire.crawl")

Yielded = list[Collected | Request]


@dataclass(slots=True)
class Steps:
    """One source's walk in this run."""

    past: Past
    walk: Walk
    wanted: deque[str] = field(default_factory=deque)
    tried: set[str] = field(default_factory=set)
    pages: int = 0
    failures: int = 0


def take_up(walk: Walk | None, now: datetime) -> Walk:
    """The walk to go on with: the one that is there, or a new one, down to where an ended one had begun."""
    if walk is None:
        return Walk(now)
    if now - walk.begun_at < RENEW_AFTER:
        return walk
    return Walk(now, floor=f"{walk.begun_at:%Y-%m}" if walk.ended else None)


def advance(walk: Walk, page: HistoryPage) -> Walk:
    """The walk after one more page of the list was read."""
    empty = 0 if page.begun else walk.empty_pages + 1
    oldest = min((month for month in (walk.oldest, page.oldest) if month), default=None)
    met = walk.floor is not None and oldest is not None and oldest <= walk.floor
    return replace(
        walk, next_page=walk.next_page + 1, empty_pages=empty, oldest=oldest, ended=met or empty >= EMPTY_PAGES
    )


def is_over(walk: Walk, since: str | None) -> bool:
    """Whether no page of the list is left to read, or none that reaches back to the day `since`."""
    return walk.ended or (since is not None and walk.oldest is not None and walk.oldest <= since[:7])


def walk_options(since: date | None) -> CrawlOptions:
    """What makes a crawl a walk through history, no further back than `since`."""
    return CrawlOptions(spider=HistorySpider, arguments={"since": since})


class HistorySpider(SourceSpider):
    """Walks through the history of its sources: for each, one request at a time."""

    tells_health: ClassVar[bool] = False

    def __init__(self, *args: Any, since: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A day earlier: the list goes by the page's own clock, which may be behind.
        self.since = (since - timedelta(days=1)).isoformat() if since else None
        self.page_limit = 0
        self.incident_limit = 0
        self._steps: dict[str, Steps] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider with its bounds."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        spider.page_limit = crawler.settings.getint("OUTAGEWIRE_HISTORY_PAGES")
        spider.incident_limit = crawler.settings.getint("OUTAGEWIRE_HISTORY_INCIDENTS")
        return spider

    def _begin(self, source: Source) -> list[Request]:
        visit = self.ledger.open(source, 1)
        past = get_platform(source.platform).past
        if past is None:
            self._offers_none(visit, NO_HISTORY)
            return []
        store = self.ledger.store
        steps = Steps(past, take_up(store.walk(source.name), self.ledger.clock()))
        steps.wanted.extend(store.wanted(source.name, self.since))
        self._steps[source.name] = steps
        request = self._next(visit)
        if request is None:
            visit.judge(Outcome.UNCHANGED)
            self.ledger.settle(visit)
            return []
        return [request]

    def answered(self, response: Response) -> Yielded:
        """One answer. Whether the server asked for a pause is kept beside it."""
        waits = response.status == 429 or (response.status >= 500 and b"Retry-After" in response.headers)
        response.meta["waits"] = waits
        return super().answered(response)

    def _fall_back(self, response: Response) -> Request | None:  # noqa: ARG002 - the signature is the base's
        """None: a feed holds no more of the past than the list that is missing."""
        return None

    def _next(self, visit: Visit) -> Request | None:
        """The next step: an incident that is wanted, else the next page of the list; `None` at the end."""
        source, steps = visit.source, self._steps[visit.source.name]
        if steps.wanted:
            if len(steps.tried) >= self.incident_limit:
                self._bound(visit, f"{len(steps.tried)} incidents")
                return None
            code = steps.wanted.popleft()
            steps.tried.add(code)
            return self._ask(visit, steps.past.page_of(source, code), code=code, memory=None)
        if is_over(steps.walk, self.since):
            return None
        if steps.pages >= self.page_limit:
            self._bound(visit, f"{steps.pages} pages of the list")
            return None
        steps.pages += 1
        page = steps.walk.next_page
        return self._ask(visit, steps.past.list_past(source, page), page=page, memory=None)

    def _bound(self, visit: Visit, what: str) -> None:
        visit.judge(Outcome.OK)
        if visit.error is None:
            oldest = self._steps[visit.source.name].walk.oldest or "the newest"
            visit.error = f"stopped after {what}, at {oldest}; start it again to go on"

    def _go_on(self, visit: Visit) -> Yielded:
        request = self._next(visit)
        if request is None:
            self.ledger.settle(visit)
            return []
        return [request]

    def _read(self, visit: Visit, response: Response, article: object) -> Yielded:  # noqa: ARG002 - as above
        steps, meta = self._steps[visit.source.name], response.meta
        headers = header_pairs(response)
        body = as_unicode(response.body, header(response, b"Content-Type") or "")
        try:
            if "page" in meta:
                page = steps.past.parse_past(body, visit.source)
                self._fetched(response, headers)
                return self._turn_page(visit, steps, page)
            said = self._incident(visit, steps, response, body, headers)
        except ShapeError as error:
            self._fetched(response, headers)
            return self._fail(meta, Outcome.BAD_SHAPE, str(error))
        steps.failures = 0
        visit.judge(Outcome.OK)
        request = self._next(visit)
        if request is None:
            return [said]
        visit.pending += 1
        return [said, request]

    def _fetched(self, response: Response, headers: tuple[tuple[str, str], ...]) -> None:
        fetch = fetch_of(response, self.ledger.clock)
        self.ledger.archive.put(fetch.url, fetch.fetched_at, fetch.status, headers, response.body)

    def _turn_page(self, visit: Visit, steps: Steps, page: HistoryPage) -> Yielded:
        store, name = self.ledger.store, visit.source.name
        steps.walk = advance(steps.walk, page)
        steps.failures = 0
        store.save_issues(page.issues, self.ledger.clock(), self.ledger.run.id)
        visit.errors += len(page.issues)
        store.save_walk(name, steps.walk, page.begun)
        steps.wanted.extend(code for code in store.wanted(name, self.since) if code not in steps.tried)
        visit.judge(Outcome.OK)
        return self._go_on(visit)

    def _incident(
        self, visit: Visit, steps: Steps, response: Response, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> Collected:
        source, code = visit.source, response.meta["code"]
        platform = replace(get_platform(source.platform), parse=steps.past.parse_one, window=None, covers=None)
        contents = read_body(platform, body, source)
        keys = [report.native_id for report in contents.reports]
        if code not in keys:
            reason = f"the page of {code} tells of {', '.join(keys) or 'none'}"
            self.ledger.store.save_try(source.name, code, reason, TRIES)
            self.ledger.note(visit, "history_other_incident", reason)
        run = self.ledger.run.id
        batch = Batch(source.name, run, fetch_of(response, self.ledger.clock), contents.reports, contents.issues)
        return Collected(visit, batch, response.body, headers)

    def _fail(self, meta: Any, outcome: Outcome, sentence: str) -> Yielded:
        visit: Visit = meta["visit"]
        missing = meta.get("status") in {404, 410}
        if meta.get("waits"):
            return self._stop(visit, outcome, f"{sentence}; the walk stopped here: start it again then")
        if "page" in meta:
            if missing and meta["page"] == 1:
                self._offers_none(visit, f"{NO_HISTORY}: {sentence}")
                return []
            return self._stop(visit, outcome, f"page {meta['page']} of the list: {sentence}")
        steps, code = self._steps[visit.source.name], meta["code"]
        reason = f"{meta['asked']}: {outcome}: {sentence}"
        self.ledger.store.save_try(visit.source.name, code, reason if missing else None, TRIES)
        self.ledger.note(visit, "history_incident_missing" if missing else "history_incident_failed", reason)
        steps.failures += not missing
        if steps.failures >= FAILURES:
            return self._stop(visit, outcome, f"{steps.failures} incidents in a row failed, the last: {sentence}")
        return self._go_on(visit)

    def _stop(self, visit: Visit, outcome: Outcome, sentence: str) -> Yielded:
        visit.judge(outcome, sentence)
        self.ledger.settle(visit)
        return []

    def _offers_none(self, visit: Visit, sentence: str) -> None:
        visit.judge(Outcome.UNCHANGED)
        visit.error = sentence
        self.ledger.settle(visit)
