"""One crawl over many sources: one process, one engine, one row for every source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.reactor import is_reactor_installed

from pipeline.catalogue import load_catalogue
from pipeline.errors import CatalogueError, CollectError, StoreError
from pipeline.model import Run, Source
from pipeline.paths import salt_beside
from pipeline.privacy import load_salt
from pipeline.store import Store
from spiders.archive import Archive
from spiders.base import SourceSpider
from spiders.ledger import Ledger, read_clock, register
from spiders.loader import load_sources
from spiders.replay import Recording

RECORDED = "spiders.recorded.RecordedHandler"


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """How a crawl went, in figures. `failed` names each source that was not read, with its outcome and why."""

    run_id: str
    sources: int
    skipped: int
    outcomes: Mapping[str, int]
    failed: tuple[tuple[str, str, str], ...]
    requests: int = 0
    bytes: int = 0
    items: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    errors: int = 0
    seconds: float = 0.0
    interrupted: bool = False

    def as_json(self) -> dict[str, Any]:
        """The summary as `--json` prints it."""
        return {
            "run": self.run_id,
            "sources": self.sources,
            "skipped": self.skipped,
            "outcomes": dict(self.outcomes),
            "failed": [{"source": s, "outcome": o, "error": e} for s, o, e in self.failed],
            "requests": self.requests,
            "bytes": self.bytes,
            "items": self.items,
            "new": self.new,
            "changed": self.changed,
            "withdrawn": self.withdrawn,
            "errors": self.errors,
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
        }


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """Settings of Scrapy's or ours by name that differ from `spiders.settings` in this crawl, and its spider."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    spider: type[SourceSpider] = SourceSpider
    arguments: Mapping[str, Any] = field(default_factory=dict)


def crawl(
    store: Store,
    archive: Archive,
    sources: Sequence[Source],
    run: Run,
    *,
    replay: Path | None = None,
    as_of: datetime | None = None,
    options: CrawlOptions | None = None,
) -> CrawlSummary:
    """Visit every source that `run` has not visited yet, and write a row for each.

    With `replay` all answers come from that WARC file, each the latest one until `as_of`, if that is given.
    `as_of` stops the clock of the crawl, so that what it writes is the same each time. Twisted's reactor starts
    once, so there is one crawl a process.

    Raises `CatalogueError` for a source of an unknown service, `CollectError` for a second crawl in one process
    and for one that could not start, `StoreError` where the disk took no more.
    """
    if is_reactor_installed():
        raise CollectError("a crawl has already run in this process")
    _check_services(sources)
    register(store, {**load_sources(), **{source.name: source for source in sources}}.values())
    clock = read_clock if as_of is None else lambda: as_of
    options = options or CrawlOptions()
    done = set(store.done_sources(run.id))
    salt = load_salt(salt_beside(store.path))
    ledger = Ledger(store, archive, run, clock, done=done, health=options.spider.tells_health, salt=salt)
    skipped = len(ledger.done & {source.name for source in sources})
    began = monotonic()
    recording = Recording(replay) if replay else None
    process = CrawlerProcess(_settings(options, replay=recording is not None))
    crawler = process.create_crawler(options.spider)
    process.crawl(crawler, sources=sources, ledger=ledger, recording=recording, as_of=as_of, **options.arguments)
    process.start()
    if process.bootstrap_failed:
        raise CollectError("the crawl could not start; the log says why")
    if ledger.fault:
        raise StoreError(ledger.fault)
    interrupted = any(source.name not in ledger.done for source in sources)
    return _summarise(ledger, len(sources), skipped, seconds=monotonic() - began, interrupted=interrupted)


def _check_services(sources: Sequence[Source]) -> None:
    catalogue = load_catalogue()
    for source in sources:
        if source.service is not None and catalogue.get(source.service) is None:
            raise CatalogueError(f"source {source.name}: there is no service {source.service!r} in the catalogue")


def _settings(options: CrawlOptions, *, replay: bool) -> Settings:
    settings = Settings()
    settings.setmodule("spiders.settings", priority="project")
    # The caller has its own logging; `scrapy crawl` has Scrapy's.
    settings.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="project")
    if replay:
        settings.setdict({"DOWNLOAD_DELAY": 0, "OUTAGEWIRE_BACKOFF": 0}, priority="project")
        settings["DOWNLOAD_HANDLERS"].update(
            dict.fromkeys(("http", "https", "ws", "wss"), RECORDED), priority="project"
        )
    settings.setdict(dict(options.settings), priority="cmdline")
    return settings


def _summarise(ledger: Ledger, sources: int, skipped: int, *, seconds: float, interrupted: bool) -> CrawlSummary:
    visits = [visit for name, visit in ledger.visits.items() if name in ledger.done]
    return CrawlSummary(
        run_id=ledger.run.id,
        sources=sources,
        skipped=skipped,
        outcomes=dict(sorted(Counter(str(visit.outcome) for visit in visits).items())),
        failed=tuple(
            (visit.source.name, str(visit.outcome), visit.error or "")
            for visit in sorted(visits, key=lambda visit: visit.source.name)
            if visit.outcome and visit.outcome.failed
        ),
        requests=sum(visit.requests for visit in visits),
        bytes=sum(visit.bytes for visit in visits),
        items=sum(visit.items for visit in visits),
        new=sum(visit.new for visit in visits),
        changed=sum(visit.changed for visit in visits),
        withdrawn=sum(visit.withdrawn for visit in visits),
        errors=sum(visit.errors for visit in visits),
        seconds=seconds,
        interrupted=interrupted,
    )
