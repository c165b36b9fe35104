"""What is kept of posts, and for how long: words go after their time, what was read in them stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.catalogue import load_catalogue
from pipeline.errors import UsageError
from pipeline.export import publish
from pipeline.extract import extract
from pipeline.model import Batch, Fetch, PostPage, Report, Run, Source
from pipeline.nightly import believe, retention
from pipeline.store import Store
from pipeline.terms import SourceKind

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
WORDS = "Zoom is down for our whole school since 8 this morning, cannot join any meeting"
KEYS = ("first", "second", "third")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "work.db") as opened:
        opened.sync_catalogue(load_catalogue().services.values())
        opened.sync_sources(
            [
                Source("town", "mastodon", SourceKind.SOCIAL, "https://town.example/tags/outage"),
                Source("city", "mastodon", SourceKind.SOCIAL, "https://city.example/tags/outage"),
            ]
        )
        yield opened


def page(run: Run, source: str, *reports: Report, at: datetime = NOW, **more: object) -> Batch:
    fetch = Fetch(f"https://{source}.example/tags/outage", at, 200, "h", 1)
    return Batch(source, run.id, fetch, reports, posts=PostPage(seen=9, passed=len(reports), **more))  # type: ignore[arg-type]


def posts(*keys: str) -> list[Report]:
    return [
        Report(
            key, "", f"https://town.example/api/v1/statuses/{key}", WORDS, published_at=NOW, author_hash=f"hash-{key}"
        )
        for key in keys
    ]


def held(store: Store) -> dict[str, str | None]:
    return {row["native_id"]: row["text"] for row in store.db["reports"].rows}


def test_words_are_purged_and_what_was_read_in_them_stays(store: Store, tmp_path: Path) -> None:
    run = store.start_run("crawl", NOW)
    store.save_batch(page(run, "town", *posts(*KEYS)))
    assert extract(store) == 3
    believe(store, run, lambda _: None)
    before = [e for claim in store.claims(load_catalogue()) for e in claim.evidence]

    assert store.purge_posts(NOW, NOW + timedelta(days=40)) == 0, "those of this very moment are not older"
    assert store.purge_posts(NOW + timedelta(seconds=1), NOW + timedelta(days=40)) == 3
    assert store.purge_posts(NOW + timedelta(seconds=1), NOW + timedelta(days=40)) == 0

    assert set(held(store).values()) == {None}
    assert extract(store) == 0, "nothing is read again"
    assert extract(store, rebuild=True) == 0
    assert store.db["extractions"].count == 3
    believe(store, run, lambda _: None)
    after = [e for claim in store.claims(load_catalogue()) for e in claim.evidence]
    assert [(e.field, e.value) for e in after] == [(e.field, e.value) for e in before]
    quoted = [e.quote for e in after if e.origin == "text"]
    assert quoted
    assert all(quote and quote in WORDS and len(quote) < len(WORDS) for quote in quoted), quoted
    publish(store, tmp_path / "outages.db", as_of=NOW)
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for name in ("work.db", "outages.db"):
        assert b"whole school" not in (tmp_path / name).read_bytes(), name


def test_a_purged_post_that_is_seen_again_stays_blank(store: Store) -> None:
    run = store.start_run("crawl", NOW)
    store.save_batch(page(run, "town", *posts("first")))
    store.purge_posts(NOW + timedelta(days=1), NOW + timedelta(days=1))
    store.save_batch(page(run, "town", *posts("first", "second"), at=NOW + timedelta(days=2)))
    assert held(store) == {"first": None, "second": WORDS}


def test_a_deleted_post_loses_its_words_and_its_reading(store: Store) -> None:
    run = store.start_run("crawl", NOW)
    store.save_batch(page(run, "town", *posts("first", "second")))
    extract(store)
    # Another instance may tell of the deletion.
    result = store.save_batch(page(run, "city", gone=("first", "unknown")))
    assert result.withdrawn == 1
    assert held(store) == {"first": None, "second": WORDS}
    assert [row["report_id"] for row in store.db["extractions"].rows] == [
        row["id"] for row in store.db["reports"].rows_where("native_id = 'second'")
    ]
    assert store.db["mentions"].count_where("report_id NOT IN (SELECT report_id FROM extractions)") == 0
    assert extract(store, rebuild=True) == 1


def test_a_page_and_its_cursor_are_stored_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.start_run("crawl", NOW)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("the disk is full")

    monkeypatch.setattr(store, "_remember", fail)
    with pytest.raises(sqlite3.OperationalError):
        store.save_batch(page(run, "town", *posts("first"), cursor="7"))
    assert (held(store), store.post_cursor("town"), store.post_counts(run.id)) == ({}, None, {})
    monkeypatch.undo()
    store.save_batch(page(run, "town", *posts("first"), cursor="7"))
    assert store.post_cursor("town") == "7"
    store.save_batch(page(run, "town"))
    assert store.post_cursor("town") == "7", "a page without a cursor leaves it as it was"
    assert store.post_counts(run.id)["town"] == {"seen": 18, "passed": 1, "told_elsewhere": 0, "gone": 0}


def test_the_other_instances_post_is_not_stored_again(store: Store) -> None:
    run = store.start_run("crawl", NOW)
    store.save_batch(page(run, "town", *posts("first")))
    assert store.save_batch(page(run, "city", *posts("first", "second"))).new == 1
    assert store.post_counts(run.id)["city"]["told_elsewhere"] == 1


def test_what_is_published_has_no_author_hash_and_no_empty_title(store: Store, tmp_path: Path) -> None:
    run = store.start_run("crawl", NOW)
    store.save_batch(page(run, "town", *posts(*KEYS)))
    extract(store)
    believe(store, run, lambda _: None)
    publish(store, tmp_path / "outages.db", as_of=NOW)
    published = (tmp_path / "outages.db").read_bytes()
    assert b"hash-first" not in published
    with sqlite3.connect(tmp_path / "outages.db") as public:
        assert {title for (title,) in public.execute("SELECT title FROM reports")} == {"a post"}


@pytest.mark.parametrize("days", ["0", "-3", "soon", "99999", "1.5"])
def test_odd_retention_is_refused(days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTAGEWIRE_RETENTION_DAYS", days)
    with pytest.raises(UsageError, match="OUTAGEWIRE_RETENTION_DAYS"):
        retention()


def test_retention_is_thirty_days_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTAGEWIRE_RETENTION_DAYS", raising=False)
    assert retention() == timedelta(days=30)
    monkeypatch.setenv("OUTAGEWIRE_RETENTION_DAYS", "7")
    assert retention() == timedelta(days=7)
