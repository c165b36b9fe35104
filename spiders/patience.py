"""The download handler of both web schemes: Scrapy's, which asks nothing more of a host that is silent."""

from __future__ import annotations

from collections import Counter

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from pipeline.terms import Outcome
from spiders.credentials import attach
from spiders.failures import FetchError
from spiders.heads import bound_heads


class PatientHandler(HTTP11DownloadHandler):
    """Counts the time-outs of each host in a row, and refuses the next request after as many as one may have.

    Each of a silent host's pages would hold a place among the requests for as long again. It is judged here, where
    a request leaves its queue, because a middleware sees them all before the first one has timed out.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = bound_heads(self._pool._factory)
        self._patience = crawler.settings.getint("RETRY_TIMES") + 1
        self._settings = crawler.settings
        self._silent: Counter[str] = Counter()

    async def download_request(self, request: Request) -> Response:
        """The answer. Raises `FetchError` for a host that is not asked any more, and what Scrapy's handler raises."""
        host = urlparse_cached(request).netloc
        if (times := self._silent[host]) >= self._patience:
            sentence = f"{host} had not answered in time {times} times in a row and was not asked again"
            raise FetchError(Outcome.TIMEOUT, sentence)
        try:
            response = await super().download_request(attach(request, self._settings))
        except DownloadTimeoutError:
            self._silent[host] += 1
            raise
        self._silent.pop(host, None)
        # The address as it was asked for: what was attached to it must not be seen by anyone behind.
        return response.replace(url=request.url, request=request) if "credential" in request.meta else response
