"""A download handler that answers from a recorded web and never touches the network."""

from __future__ import annotations

from datetime import datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from pipeline.terms import Outcome
from spiders.failures import FetchError
from spiders.replay import Recording


class RecordedHandler:
    """Stands in for both web schemes. The recording is the spider's."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        self._recording: Recording = crawler.spider.recording  # type: ignore[union-attr]
        self._as_of: datetime | None = crawler.spider.as_of  # type: ignore[union-attr]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RecordedHandler:
        """Scrapy makes one a scheme."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """What was recorded, or 304 where the request already holds it. Raises `FetchError` where nothing was."""
        found = self._recording.get(request.url, self._as_of)
        if found is None:
            raise FetchError(Outcome.NOT_RECORDED, f"{request.url} is not in the recording")
        request.meta["recorded_at"] = found.fetched_at
        headers = Headers()
        for name, value in found.headers:
            # A recording gives bodies decoded, whatever the headers said on the wire.
            if name.lower() not in {"content-encoding", "transfer-encoding"}:
                headers.appendlist(name, value)
        if found.status == 200 and _holds(request, headers):
            return Response(request.url, 304, headers)
        return Response(request.url, found.status, headers, found.body)

    async def close(self) -> None:
        """Nothing to close: the recording belongs to who opened it."""


def _holds(request: Request, headers: Headers) -> bool:
    """Whether the recorded validators are those of the request (RFC 9110, 13.1: the ETag alone if it is given)."""
    asked = request.headers.get(b"If-None-Match")
    if asked is not None:
        return asked == headers.get(b"ETag")
    since = request.headers.get(b"If-Modified-Since")
    return since is not None and since == headers.get(b"Last-Modified")
