"""A source and its nights: its bodies read, stored, believed and published, without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from pipeline.catalogue import load_catalogue
from pipeline.errors import ShapeError
from pipeline.export import publish
from pipeline.extract import extract
from pipeline.model import Batch, BatchResult, Fetch, Run, Source, SourceRun, digest
from pipeline.nightly import believe
from pipeline.store import Store
from pipeline.terms import Outcome, SourceKind
from spiders.contents import read_body
from spiders.platforms import get_platform

FIRST = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
NIGHT = timedelta(days=1)


@dataclass
class Page:
    """One source and the bodies that it gave, each a night after the one before."""

    store: Store
    source: Source
    now: datetime = FIRST
    told: list[tuple[datetime, bytes]] = field(default_factory=list)

    def night(self, body: object) -> BatchResult:
        """A night on which the source answers `body`: bytes, or a value that is sent as JSON."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        run = self.store.start_run("nightly", self.now)
        try:
            result = self.store_body(self.now, text)
        except ShapeError as error:
            self._visited(run, Outcome.BAD_SHAPE, str(error))
            raise
        finally:
            self.told.append((self.now, text))
            self.now += NIGHT
        self._visited(run, Outcome.OK)
        return result

    def failed_night(self, outcome: Outcome = Outcome.TIMEOUT, error: str = "no answer in 30 seconds") -> None:
        """A night on which nothing could be read."""
        self._visited(self.store.start_run("nightly", self.now), outcome, error)
        self.now += NIGHT

    def _visited(self, run: Run, outcome: Outcome, error: str | None = None) -> None:
        at = run.started_at
        self.store.save_source_run(SourceRun(run.id, self.source.name, outcome, at, at, requests=1, error=error))

    def store_body(self, at: datetime, body: bytes) -> BatchResult:
        said = read_body(get_platform(self.source.platform), body, self.source)
        run = self.store.start_run("nightly", at)
        fetch = Fetch(f"{self.source.url}/now", at, 200, digest(body, length=64), len(body))
        given = (said.reports, said.issues, said.complete, said.window_start, said.native_states, said.well)
        return self.store.save_batch(Batch(self.source.name, run.id, fetch, *given))

    def published(self, at: datetime | None = None) -> dict[str, list[dict[str, Any]]]:
        """The tables as they are published `at` that time, the last night's by default."""
        at = at or self.now - NIGHT
        extract(self.store)
        believe(self.store, Run("published", "nightly", at), lambda _: None)
        target = self.store.path.with_name("outages.db")
        publish(self.store, target, as_of=at)
        public = Database(target)
        tables = {name: list(public[name].rows) for name in ("outages", "sources", "services", "outage_timeline")}
        public.close()
        return tables

    def rows(self) -> list[dict[str, Any]]:
        return list(self.store.db.query("select * from reports order by first_seen_at, native_id"))

    def life(self) -> list[tuple[str, str | None, str | None]]:
        return [(row["status"], row["ended_at"], row["withdrawn_at"]) for row in self.rows()]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    with Store(tmp_path / "work.db") as store:
        store.sync_catalogue(load_catalogue().services.values())

        def make(platform: str, service: str | None = None) -> Page:
            source = Source("quarry", platform, SourceKind.STATUS, "https://status.quarry.example", service)
            store.sync_sources([source])
            return Page(store, source)

        yield make
