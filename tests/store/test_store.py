from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from pipeline.errors import StoreError
from pipeline.model import Batch, BatchResult, Issue, Report, Run, SourceRun, Update
from pipeline.store import Store
from pipeline.terms import Outcome, Stage, Status

Make = Callable[..., Batch]


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = [name for name in store.db.table_names() if not name.startswith("_")]
    return {name: sorted((tuple(row.values()) for row in store.db[name].rows), key=repr) for name in tables}


def rows(store: Store, table: str) -> list[dict[str, object]]:
    return list(store.db[table].rows)


def resolved(incident: Report, *updates: Update) -> Report:
    return replace(
        incident,
        status=Status.RESOLVED,
        native_status="resolved",
        ended_at=updates[-1].posted_at,
        updates=(*incident.updates, *updates),
    )


def test_every_table_is_strict_and_foreign_keys_hold(store: Store) -> None:
    loose = [
        row[0]
        for row in store.db.execute("select name from pragma_table_list where type = 'table' and strict = 0")
        if not row[0].startswith(("sqlite_", "_sqlite"))
    ]
    assert loose == []
    with pytest.raises(sqlite3.IntegrityError):
        store.db.execute("insert into report_updates values ('u', 'nobody', 'k', 't', 's', null, 'x', 't', null)")
    assert store.db.execute("pragma journal_mode").fetchone()[0] == "wal"


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "work.db"
    path.write_text("this is a shopping list, not a database" * 50)
    with pytest.raises(StoreError, match=r"work\.db cannot be opened"):
        Store(path)


def test_the_same_batch_twice_writes_nothing_new(store: Store, batch: Make, incident: Report) -> None:
    assert store.save_batch(batch(incident)) == BatchResult(new=1)
    before = dump(store)
    assert store.save_batch(batch(incident)) == BatchResult(unchanged=1)
    assert dump(store) == before


def test_the_text_of_an_incident_is_its_timeline(store: Store, batch: Make, incident: Report, now: datetime) -> None:
    fix = Update("u2", incident.updates[0].posted_at + timedelta(minutes=41), "Notes load again.", Status.RESOLVED)
    store.save_batch(batch(resolved(incident, fix)))
    (report,) = rows(store, "reports")
    assert report["text"] == (
        "[2026-11-18T09:00:00Z] investigating: We are looking into notes that do not load.\n\n"
        "[2026-11-18T09:41:00Z] resolved: Notes load again."
    )
    assert report["first_seen_at"] == "2026-11-20T03:00:00Z"


def test_an_added_update_is_no_edit_of_the_old_one(store: Store, batch: Make, incident: Report, now: datetime) -> None:
    store.save_batch(batch(incident))
    fix = Update("u2", incident.updates[0].posted_at + timedelta(minutes=41), "Notes load again.", Status.RESOLVED)
    later = batch(resolved(incident, fix), at=now + timedelta(hours=1))
    assert store.save_batch(later) == BatchResult(changed=1)
    assert [u["replaced_at"] for u in rows(store, "report_updates")] == [None, None]


def test_an_edited_update_keeps_both_wordings(store: Store, batch: Make, incident: Report, now: datetime) -> None:
    store.save_batch(batch(incident))
    edited = replace(incident, updates=(replace(incident.updates[0], text="Notes load slowly for some."),))
    store.save_batch(batch(edited, at=now + timedelta(hours=1)))
    old, new = sorted(rows(store, "report_updates"), key=lambda u: u["replaced_at"] is None)
    assert (old["text"], old["replaced_at"]) == ("We are looking into notes that do not load.", "2026-11-20T04:00:00Z")
    assert (new["text"], new["replaced_at"]) == ("Notes load slowly for some.", None)
    (version,) = rows(store, "report_versions")
    assert json.loads(str(version["content"]))["updates"] == [old["id"]]


def test_an_edited_title_becomes_a_version(store: Store, batch: Make, incident: Report, now: datetime) -> None:
    store.save_batch(batch(incident))
    store.save_batch(batch(replace(incident, title="Notes and images do not load"), at=now + timedelta(hours=1)))
    (version,) = rows(store, "report_versions")
    assert json.loads(str(version["content"]))["title"] == "Notes do not load"
    assert version["replaced_at"] == "2026-11-20T04:00:00Z"
    assert rows(store, "reports")[0]["title"] == "Notes and images do not load"


def test_an_incident_that_is_open_again_has_no_end(store: Store, batch: Make, incident: Report, now: datetime) -> None:
    store.save_batch(batch(replace(incident, status=Status.RESOLVED, ended_at=now)))
    store.save_batch(batch(incident, at=now + timedelta(hours=1)))
    (report,) = rows(store, "reports")
    assert (report["ended_at"], report["status"]) == (None, "investigating")


def test_a_vanished_incident_is_withdrawn_and_comes_back(
    store: Store, batch: Make, incident: Report, now: datetime
) -> None:
    older = replace(incident, native_id="inc-0", published_at=now - timedelta(days=9), updates=())
    store.save_batch(batch(incident, older))
    gone = batch(older, at=now + timedelta(days=1), complete=True, window_start=older.published_at)
    assert store.save_batch(gone).withdrawn == 1
    stamps = {r["native_id"]: r["withdrawn_at"] for r in rows(store, "reports")}
    assert stamps == {"inc-0": None, "inc-1": "2026-11-21T03:00:00Z"}
    assert store.save_batch(gone).withdrawn == 0
    back = batch(incident, older, at=now + timedelta(days=2), complete=True, window_start=older.published_at)
    assert store.save_batch(back).changed == 1
    assert {r["withdrawn_at"] for r in rows(store, "reports")} == {None}
    assert '"withdrawn_at":"2026-11-21T03:00:00Z"' in str(rows(store, "report_versions")[0]["content"])


def test_what_slid_out_of_the_window_is_not_withdrawn(
    store: Store, batch: Make, incident: Report, now: datetime
) -> None:
    older = replace(incident, native_id="inc-0", published_at=now - timedelta(days=9), updates=())
    store.save_batch(batch(incident, older))
    slid = batch(incident, at=now + timedelta(days=1), complete=True, window_start=incident.published_at)
    assert store.save_batch(slid).withdrawn == 0


def test_an_incident_whose_first_updates_slid_out_of_the_feed_stays_one(
    store: Store, batch: Make, incident: Report, now: datetime
) -> None:
    second = Update(
        "u2", incident.updates[0].posted_at + timedelta(minutes=30), "A fix is under way.", Status.IDENTIFIED
    )
    store.save_batch(batch(replace(incident, updates=(*incident.updates, second))))
    slid = replace(incident, native_id="u2", published_at=second.posted_at, updates=(second,))
    store.save_batch(batch(slid, at=now + timedelta(hours=1)))
    (report,) = rows(store, "reports")
    assert report["native_id"] == "inc-1"
    assert report["published_at"] == "2026-11-18T09:00:00Z"
    assert str(report["text"]).count("\n\n") == 1


def test_the_page_outranks_the_feed_that_led_to_it(store: Store, batch: Make, now: datetime) -> None:
    entry = Report("n1", "Quillpad is down", "https://news.example/?p=1", summary="Short.", published_at=now)
    page = replace(entry, url="https://news.example/quillpad-down", summary=None, text="All of the story.")
    store.save_batch(batch(entry, source="wire-news"))
    assert not store.known("wire-news", ["n1"])["n1"].has_text
    store.save_batch(batch(page, source="wire-news"))
    before = rows(store, "reports")
    store.save_batch(batch(entry, source="wire-news", at=now + timedelta(hours=1)))
    assert rows(store, "reports") == before
    assert store.known("wire-news", ["n1", "n2"])["n1"].has_text
    assert rows(store, "report_versions") == []


def test_a_failed_batch_leaves_no_memory_of_its_fetch(store: Store, batch: Make, incident: Report) -> None:
    broken = replace(incident, published_at=incident.published_at.replace(tzinfo=None))  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="without a zone"):
        store.save_batch(batch(incident, broken))
    assert rows(store, "reports") == []
    assert store.memory("https://quillpad.example/") is None


def test_the_memory_of_a_fetch(store: Store, batch: Make, incident: Report, now: datetime) -> None:
    store.save_batch(batch(incident))
    memory = store.memory("https://quillpad.example/")
    assert memory is not None
    assert (memory.etag, memory.status, memory.fetched_at) == ('"1"', 200, now)


def test_a_source_run_counts_failures_once_a_run(store: Store, run: Run, now: datetime) -> None:
    failed = SourceRun(run.id, "quillpad", Outcome.TIMEOUT, now, now, error="no answer in 30 s")
    store.save_source_run(failed)
    store.save_source_run(failed)
    (source,) = [s for s in rows(store, "sources") if s["name"] == "quillpad"]
    assert (source["consecutive_failures"], source["last_ok_at"], source["last_outcome"]) == (1, None, "timeout")
    assert store.done_sources(run.id) == {"quillpad"}
    second = store.start_run("crawl", now + timedelta(days=1))
    store.save_source_run(replace(failed, run_id=second.id, outcome=Outcome.UNCHANGED, finished_at=now))
    (source,) = [s for s in rows(store, "sources") if s["name"] == "quillpad"]
    assert (source["consecutive_failures"], source["last_ok_at"]) == (0, "2026-11-20T03:00:00Z")


def test_an_issue_is_counted_once_a_run(store: Store, run: Run, now: datetime) -> None:
    met = Issue(Stage.PARSE, "unknown_value", "status: 'paused'", "quillpad")
    store.save_issues([met, met], now, run.id)
    store.save_issues([met], now + timedelta(days=1), "another-run")
    (issue,) = rows(store, "issues")
    assert (issue["count"], issue["first_seen_at"], issue["last_seen_at"]) == (
        2,
        "2026-11-20T03:00:00Z",
        "2026-11-21T03:00:00Z",
    )


def test_a_run_that_was_killed_is_found_again(store: Store, run: Run, now: datetime) -> None:
    store.set_stage(run.id, "crawled")
    again = store.unfinished_run("crawl")
    assert again == run
    assert store.run_stage(run.id) == "crawled"
    store.finish_run(run.id, "done", now, {"new": 3})
    assert store.unfinished_run("crawl") is None


def test_a_source_that_left_the_catalogue_is_kept_as_inactive(store: Store) -> None:
    store.sync_sources([])
    assert {s["active"] for s in rows(store, "sources")} == {0}


def test_robots_are_kept_for_their_age_only(store: Store, now: datetime) -> None:
    store.save_robots("news.example", now, 200, b"User-agent: *\nDisallow: /private")
    day = timedelta(days=1)
    assert store.robots("news.example", now + timedelta(hours=23), day) == (200, b"User-agent: *\nDisallow: /private")
    assert store.robots("news.example", now + timedelta(hours=25), day) is None


def test_a_run_that_is_taken_up_again_counts_all_that_it_brought(
    store: Store, batch: Make, incident: Report, run: Run, now: datetime
) -> None:
    store.save_batch(batch(incident))
    assert store.memory("https://quillpad.example/", run.id) is None
    assert store.save_batch(batch(incident)) == BatchResult(unchanged=1)
    store.save_source_run(SourceRun(run.id, "quillpad", Outcome.OK, now, now, items=1))
    (row,) = store.source_runs(run.id)
    assert (row["new"], row["changed"]) == (1, 0)


def test_a_page_that_another_source_led_to_is_no_memory_of_its_own(store: Store, batch: Make, incident: Report) -> None:
    store.save_batch(batch(incident))
    assert store.memory("https://quillpad.example/", source="quillpad") is not None
    assert store.memory("https://quillpad.example/", source="wire-news") is None


def test_many_may_open_a_new_file_at_once(tmp_path: Path, now: datetime) -> None:
    start = Barrier(6)

    def open_it(path: Path) -> str:
        start.wait(30)
        with Store(path) as store:
            return store.start_run("crawl", now).id

    with ThreadPoolExecutor(6) as pool:
        for n in range(5):
            assert len(set(pool.map(open_it, [tmp_path / f"work{n}.db"] * 6))) == 1
