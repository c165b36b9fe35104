"""Runs one crawl in a process of its own, since a reactor starts once.

The process is forked from a server that has imported this module, so that it starts in no time.
"""

from __future__ import annotations

import json
import logging
import os
import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapy.settings import default_settings
from scrapy.utils.misc import load_object

from pipeline.catalogue import load_catalogue
from pipeline.errors import OutagewireError
from pipeline.store import Store
from spiders import base, settings
from spiders.archive import Archive
from spiders.history import walk_options
from spiders.loader import load_sources
from spiders.markers import load_markers
from spiders.platforms import load_platforms
from spiders.run import CrawlOptions, crawl


def run_order(order: dict[str, Any], result: Path) -> None:
    """The whole life of the process: its words go to `result`.log, the summary to `result`, its code is the exit's."""
    log = os.open(result.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.WARNING, force=True)
    try:
        result.write_text(json.dumps(crawl_order(order)), encoding="utf-8")
    except OutagewireError:
        logging.getLogger("tests").exception("the crawl could not run")
        raise SystemExit(1) from None


def crawl_order(order: dict[str, Any]) -> dict[str, Any]:
    if "kill_after" in order:
        kill_after(order["kill_after"])
    if "defect" in order:
        break_reading(order["defect"])
    now = order["now"]
    with Store(order["db"]) as store, Archive(order["archive"]) as archive:
        run = store.unfinished_run(order["job"]) or store.start_run(order["job"], now)
        summary = crawl(
            store,
            archive,
            order["sources"],
            run,
            replay=order.get("replay"),
            as_of=now,
            options=replace(
                walk_options(order.get("since")) if order.get("history") else CrawlOptions(), settings=order["settings"]
            ),
        )
        store.finish_run(run.id, "done", now, summary.as_json())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return summary.as_json() | {"peak": peak}


def kill_after(bodies: int) -> None:
    """End the process, as `kill -9` would, between archiving and storing a body."""
    left = [bodies]
    save_batch = Store.save_batch

    def save_or_die(self: Store, batch: Any) -> Any:
        if not left[0]:
            os._exit(137)
        left[0] -= 1
        return save_batch(self, batch)

    Store.save_batch = save_or_die  # type: ignore[method-assign]


def break_reading(name: str) -> None:
    """A defect in our own code that only one source meets."""
    take = base.take

    def divide(platform: Any, body: bytes, visit: Any, source: Any, salt: bytes) -> Any:
        return 1 // 0 if source.name == name else take(platform, body, visit, source, salt)

    base.take = divide


# What a crawl imports by name when it begins; none of it installs a reactor.
for path in (
    *(default_settings.EXTENSIONS_BASE | default_settings.DOWNLOADER_MIDDLEWARES_BASE),
    *(default_settings.SPIDER_MIDDLEWARES_BASE | settings.DOWNLOADER_MIDDLEWARES | settings.ITEM_PIPELINES),
    *("scrapy.core.engine.ExecutionEngine", "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"),
    *(default_settings.SCHEDULER, default_settings.SCHEDULER_PRIORITY_QUEUE, "spiders.recorded.RecordedHandler"),
):
    load_object(path)
load_catalogue()
load_platforms()
load_sources()
load_markers()
