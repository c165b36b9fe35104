"""Logs of polls as bodies again, and a crawl of them: one process and one reactor for all polls.

A line of a log tells what changed since the line before. `Log.polls` puts the body of each poll together;
`feed` serves the next poll of every log on loopback and lets the crawler visit all of them, poll after poll.
"""

from __future__ import annotations

import gzip
import json
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from scrapy.settings import Settings

from pipeline.catalogue import load_catalogue
from pipeline.model import Run, Source
from pipeline.store import Store
from spiders.archive import Archive
from spiders.base import SourceSpider
from spiders.ledger import Ledger, register
from tests.spiders.loopback import FAST, Answer, Web, make_source, serve

Incident = dict[str, Any]
Held = dict[str, tuple[Incident, str]]


def google_key(record: Incident) -> str:
    return record.get("id") or f"{record['service_key']}-{record['number']}"


def aws_key(record: Incident) -> str:
    return f"{record['service']}_{record['date']}"


def statuspage_key(record: Incident) -> str:
    return str(record["id"])


def google_body(held: Held, _line: Incident) -> str:
    """The latest incident first, as Google lists them."""
    return "[" + ",".join(text for _, text in sorted(held.values(), key=lambda h: h[0]["begin"], reverse=True)) + "]"


def aws_body(held: Held, _line: Incident) -> str:
    return '{"archive":[' + ",".join(text for _, text in held.values()) + '],"current":[]}'


def statuspage_body(held: Held, line: Incident) -> str:
    """A ``summary.json``: the open incidents and the maintenances, which are told by their plan."""
    lists = (
        ",".join(text for record, text in held.values() if bool(record.get("scheduled_for")) is planned)
        for planned in (False, True)
    )
    page = {"page": {"id": "polled", "name": "Polled"}, "components": [], "status": line.get("page_status")}
    return f'{json.dumps(page)[:-1]},"incidents":[{next(lists)}],"scheduled_maintenances":[{next(lists)}]}}'


@dataclass(frozen=True)
class Poll:
    """One poll: when it was, its body, and the incidents that it lists."""

    at: datetime
    body: bytes
    held: dict[str, Incident]


@dataclass(frozen=True)
class Log:
    """One log of polls: where it lies, which platform reads it, and how its bodies are made."""

    name: str
    file: str
    platform: str
    path: str
    key: Callable[[Incident], str]
    body: Callable[[Held, Incident], str]

    def source(self, site: str) -> Source:
        url = f"{site}/{self.name}"
        return make_source(self.name, url + self.path if self.platform == "aws_history" else url, self.platform)

    def polls(self, folder: Path, stride: int = 1) -> Iterator[Poll]:
        """Every poll, or every so many and the last; a body that repeats the one before it is a poll as well."""
        held: Held = {}
        with gzip.open(folder / f"{self.file}_replay.jsonl.gz", "rt", encoding="utf-8") as lines:
            last = None
            for place, text in enumerate(lines):
                line = json.loads(text)
                held |= {self.key(record): (record, json.dumps(record)) for record in line["changed"]}
                for key in line["gone"]:
                    del held[key]
                assert len(held) == line["feed_len"]
                last = line
                if place % stride == 0:
                    yield self._poll(held, line)
                    last = None
            if last is not None:
                yield self._poll(held, last)

    def _poll(self, held: Held, line: Incident) -> Poll:
        listed = {key: record for key, (record, _) in held.items()}
        return Poll(datetime.fromisoformat(line["polled_at"]), self.body(held, line).encode(), listed)

    def union(self, folder: Path) -> dict[str, Incident]:
        """Every incident of the whole log, by its key."""
        with gzip.open(folder / f"{self.file}_union.jsonl.gz", "rt", encoding="utf-8") as lines:
            return {row["key"]: row for row in map(json.loads, lines)}


STATUSPAGE = ("statuspage", "/api/v2/incidents.json", statuspage_key, statuspage_body)
LOGS = {
    log.name: log
    for log in (
        Log("google", "gcp-feed-replay/gcp", "google_cloud", "/incidents.json", google_key, google_body),
        Log("amazon", "aws-feed-replay/aws", "aws_history", "/data.json", aws_key, aws_body),
        Log("github", "statuspage-feed-replay/github", *STATUSPAGE),
        Log("digitalocean", "statuspage-feed-replay/digitalocean", *STATUSPAGE),
        Log("oracle", "statuspage-feed-replay/oci", *STATUSPAGE),
    )
}


def feed(folder: Path, work: Path, strides: dict[str, int]) -> dict[str, dict[str, int]]:
    """Crawl all polls in a process of its own; how often each source had which outcome."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_feed, args=(folder, work, strides))
    process.start()
    process.join()
    assert process.exitcode == 0, (work / "log").read_text(encoding="utf-8")[-4000:]
    found: dict[str, dict[str, int]] = json.loads((work / "outcomes.json").read_text(encoding="utf-8"))
    return found


def _feed(folder: Path, work: Path, strides: dict[str, int]) -> None:
    from scrapy.utils.reactor import install_reactor  # noqa: PLC0415 - a reactor belongs to this process alone

    os.dup2(os.open(work / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
    logging.basicConfig(level=logging.ERROR, force=True)
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor  # noqa: PLC0415 - importing it would install another one

    polls = {name: LOGS[name].polls(folder, stride) for name, stride in strides.items()}
    outcomes: dict[str, dict[str, int]] = {name: {} for name in strides}
    for web in serve():
        with Store(work / "work.db") as store, Archive(work / "archive.db") as archive:
            sources = {name: LOGS[name].source(web.url) for name in strides}
            store.sync_catalogue(load_catalogue().services.values())
            register(store, sources.values())
            crawls = _crawls(store, archive, web, sources, polls, outcomes)
            failed: list[Any] = []
            _next(crawls, failed, reactor)
            reactor.run()  # type: ignore[attr-defined]
            if failed:
                raise RuntimeError(str(failed))
    (work / "outcomes.json").write_text(json.dumps(outcomes), encoding="utf-8")


def _next(crawls: Iterator[Any], failed: list[Any], reactor: Any) -> None:
    """Begin the next crawl when the one before it has ended; after the last one stop the reactor."""

    def stop(failure: Any = None) -> None:
        failed.extend([failure] if failure else [])
        reactor.stop()

    deferred = next(crawls, None)
    if deferred is None:
        reactor.callWhenRunning(stop)
        return
    deferred.addCallbacks(lambda _: reactor.callLater(0, _next, crawls, failed, reactor), stop)


def _crawls(
    store: Store,
    archive: Archive,
    web: Web,
    sources: dict[str, Source],
    polls: dict[str, Iterator[Poll]],
    outcomes: dict[str, dict[str, int]],
) -> Iterator[Any]:
    """Each crawl as it begins: all sources that have a poll left. Its clock is that of the latest of these polls."""
    from scrapy.crawler import CrawlerRunner  # noqa: PLC0415

    settings = Settings()
    settings.setmodule("spiders.settings", priority="project")
    settings.setdict(FAST, priority="cmdline")
    runner = CrawlerRunner(settings)
    for step in zip_longest(*polls.values()):
        served = {name: poll for name, poll in zip(polls, step, strict=True) if poll is not None}
        now = max(poll.at for poll in served.values())
        for name, poll in served.items():
            web.routes[f"/{name}{LOGS[name].path}"] = Answer(poll.body)
        run: Run = store.start_run("polls", now)
        ledger = Ledger(store, archive, run, lambda now=now: now)  # type: ignore[misc]
        yield runner.crawl(
            SourceSpider, sources=[sources[name] for name in served], ledger=ledger, recording=None, as_of=now
        )
        for row in store.source_runs(run.id):
            told = outcomes[row["source"]]
            told[row["outcome"]] = told.get(row["outcome"], 0) + 1
