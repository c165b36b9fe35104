"""The yardstick: a bare Scrapy spider that obeys robots.txt, asks every address once and counts the answers."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class Bare(Spider):
    name = "bare"
    answers = 0

    async def start(self) -> AsyncIterator[Any]:
        for address in json.loads(Path(sys.argv[1]).read_text()):
            yield Request(address, callback=self.parse)

    def parse(self, response: Response, **_: Any) -> None:
        if response.body[:1] in (b"{", b"["):
            json.loads(response.body)
        type(self).answers += 1


if __name__ == "__main__":
    from spiders import settings

    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": settings.CONCURRENT_REQUESTS,
            "ROBOTSTXT_OBEY": True,
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
            "DEFAULT_REQUEST_HEADERS": {"Connection": "close"},
        }
    )
    process.crawl(Bare)
    process.start()
    sys.stdout.write(f"{Bare.answers}\n")
