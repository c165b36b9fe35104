"""Reading the reports of the store: once each, again when a wording or the pipeline changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import pipeline.extract
from pipeline.catalogue import load_catalogue
from pipeline.extract import extract
from pipeline.model import Batch, Fetch, Report, Source
from pipeline.store import Store
from pipeline.terms import SourceKind

T0 = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
STORY = Report("s1", "GitHub is down", "https://wire.example/s1", text="GitHub is down for everyone.", published_at=T0)


def save(store: Store, report: Report, at: datetime) -> None:
    run = store.start_run("crawl", at)
    fetch = Fetch("https://wire.example/feed", at, 200, at.isoformat(), 10)
    store.save_batch(Batch("wire", run.id, fetch, (report,)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "work.db") as opened:
        opened.sync_catalogue(load_catalogue().services.values())
        opened.sync_sources([Source("wire", "feed", SourceKind.NEWS, "https://wire.example/feed")])
        save(opened, STORY, T0)
        yield opened


def test_report_is_read_once_and_again_when_its_wording_changes(store: Store) -> None:
    assert [extract(store), extract(store)] == [1, 0]
    save(store, replace(STORY, text="GitHub is back up."), T0.replace(hour=10))
    assert extract(store) == 1


def test_rebuild_and_another_version_read_everything_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [extract(store), extract(store, rebuild=True)] == [1, 1]
    monkeypatch.setattr(pipeline.extract, "VERSION", "another")
    assert extract(store) == 1


def test_what_was_read_becomes_a_claim_with_its_evidence(store: Store) -> None:
    extract(store)
    [claim] = store.claims(load_catalogue())
    assert claim.services == ("github",)
    assert "service" in {evidence.field for evidence in claim.evidence}


def test_text_that_cannot_be_read_is_an_issue_and_not_the_end(store: Store) -> None:
    save(store, Report("s2", " ", "https://wire.example/s2", text=" "), T0.replace(hour=11))
    assert extract(store, now=T0) == 1
    codes = [row["code"] for row in store.db.query("SELECT code FROM issues")]
    assert codes == ["not_annotated"]
