from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.catalogue import Service
from pipeline.model import Batch, Fetch, Report, Run, Source, Update
from pipeline.store import Store
from pipeline.terms import SourceKind, Status

T0 = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)

QUILL = Service(
    "quillpad", "Quillpad", "quillpad", "Quillpad", "productivity", "quillpad.example", ("Quillpad",), (), None
)


def update(key: str, minutes: int, text: str, status: Status = Status.INVESTIGATING) -> Update:
    return Update(key, T0 + timedelta(minutes=minutes), text, status, status.value)


@pytest.fixture
def incident() -> Report:
    return Report(
        "inc-1",
        "Notes do not load",
        "https://status.quillpad.example/incidents/inc-1",
        published_at=T0,
        started_at=T0,
        status=Status.INVESTIGATING,
        native_status="investigating",
        updates=(update("u1", 0, "We are looking into notes that do not load."),),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "work.db") as opened:
        opened.sync_catalogue([QUILL])
        opened.sync_sources(
            [
                Source("quillpad", "statuspage", SourceKind.STATUS, "https://status.quillpad.example", "quillpad"),
                Source("wire-news", "feed", SourceKind.NEWS, "https://news.example/feed"),
            ]
        )
        yield opened


@pytest.fixture
def run(store: Store, now: datetime) -> Run:
    return store.start_run("crawl", now)


@pytest.fixture
def batch(run: Run, now: datetime) -> Callable[..., Batch]:
    def make(*reports: Report, source: str = "quillpad", at: datetime = now, **extra: object) -> Batch:
        fetch = Fetch(f"https://{source}.example/", at, 200, f"hash-{at:%s}", 100, etag='"1"')
        return replace(Batch(source, run.id, fetch, reports), **extra)

    return make
