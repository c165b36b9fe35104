"""`scrapy crawl NAME`, whose exit code tells how the source fared: 0 well, 1 not."""

from __future__ import annotations

import argparse

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from spiders.base import FAILED


class Command(crawl.Command):
    """Scrapy's command, which answers 0 as soon as a spider has started."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl one source and set the exit code."""
        if len(args) != 1 or self.crawler_process is None:
            raise UsageError("one spider: scrapy crawl NAME")
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        failed = crawler.stats.get_value(FAILED, 1) if crawler.stats else 1
        if self.crawler_process.bootstrap_failed or failed:
            self.exitcode = 1
