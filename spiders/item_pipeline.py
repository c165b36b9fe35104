"""Where what a spider yields is written down: one body, one transaction."""

from __future__ import annotations

import logging
from typing import Self

from scrapy.crawler import Crawler

from pipeline.terms import Outcome
from spiders.faults import is_ending
from spiders.ledger import Collected, Ledger

logger = logging.getLogger("outagewire.crawl")


class StoringPipeline:
    """Scrapy's item pipeline: hands each body to the ledger and brings its request to an end."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The ledger is the spider's."""
        return cls(crawler.spider.ledger)  # type: ignore[union-attr]

    def process_item(self, item: Collected) -> Collected:
        """Store the item. A body that cannot be stored fails its own source and no other."""
        visit = item.visit
        try:
            self._ledger.keep(item)
        except Exception as error:
            if is_ending(error):
                self._ledger.give_up(error)
            logger.exception("%s: a body could not be stored", visit.source.name)
            visit.judge(Outcome.ERROR, f"storing failed: {type(error).__name__}: {error}")
        self._ledger.settle(visit)
        return item
