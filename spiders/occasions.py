"""What a visit asks for first, where that is not always the same, and what an index leads it to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from pipeline.model import Source
from spiders.ledger import Ledger
from spiders.platforms import Lead, Occasion, Platform

SETTLED = timedelta(days=2)
"""How long after its end a month may still get a message that was held up."""
MOST_LEADS = 3


def missing_setting(platform: Platform, source: Source, settings: BaseSettings) -> str | None:
    """The setting that must be given before this source may be asked, and is not."""
    name = platform.needs(source) if platform.needs else None
    return name if name is not None and not settings.get(name) else None


def keep_pace(platform: Platform, source: Source, crawler: Crawler) -> None:
    """Ask a host that wants longer pauses than others at its own pace."""
    if platform.pace and crawler.settings.getfloat("DOWNLOAD_DELAY") and crawler.engine is not None:
        slots = crawler.engine.downloader.per_slot_settings
        slots[urlsplit(source.url).hostname or ""] = {"delay": platform.pace, "concurrency": 1}


def first_addresses(platform: Platform, source: Source, ledger: Ledger, turn: int) -> list[str]:
    """The addresses that a visit begins with."""
    if platform.plan is None:
        return platform.start(source)
    since = max(ledger.store.said_at(source.name, 1), default=None)
    return platform.plan(source, Occasion(ledger.clock(), turn, since))


def open_leads(leads: Iterable[Lead], source: Source, ledger: Ledger) -> list[str]:
    """The addresses among the newest leads whose bodies may hold something new."""
    wanted = []
    for lead in list(leads)[:MOST_LEADS]:
        known = ledger.store.memory(lead.url, ledger.run.id, source.name)
        if known is None or known.fetched_at < lead.ended_at + SETTLED:
            wanted.append(lead.url)
    return wanted
