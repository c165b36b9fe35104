"""The public file: what is in it, what is not, and that it is replaced whole or not at all."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from pipeline import public_known, public_rows, public_schema
from pipeline.errors import CheckError, StoreError
from pipeline.export import export, public_tables, publish

# An address, a list of the provider's own names: no wording of a report.
LONGER = {"url", "homepage", "status_page", "components", "causes", "symptoms"}


@pytest.fixture
def public(published: Any) -> Iterator[Database]:
    db = Database(published.path)
    yield db
    db.close()


def one(public: Database, table: str, key: str) -> dict[str, Any]:
    return dict(public.table(table).get(key))


def dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump())


def test_every_row_of_the_work_database_arrives(public: Database, filled: Any, published: Any) -> None:
    same = ("outages", "outage_services", "outage_regions", "outage_reports", "outage_timeline", "outage_evidence",
            "outage_links", "outage_redirects", "reports", "sources", "runs", "source_runs", "issues", "signals",
            "signal_spikes", "service_aliases")  # fmt: skip
    for table in same:
        assert public.table(table).count == filled.db.table(table).count > 0, table
        assert published.result.rows[table] == public.table(table).count


def test_tables_are_strict_and_their_references_hold(public: Database) -> None:
    assert all(public.table(name).strict for name in public_tables(public))
    assert public.execute("PRAGMA foreign_key_check").fetchall() == []
    assert public.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_file_stands_alone(published: Any) -> None:
    assert [p.name for p in published.path.parent.iterdir()] == ["outages.db"]
    with sqlite3.connect(published.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_no_wording_of_a_report_leaks(public: Database, published: Any) -> None:
    for name in public_tables(public):
        columns = {c.name for c in public.table(name).columns}
        assert not columns & {"text", "summary", "content", "author_hash", "annotation", "body_hash"}, name
        for row in public.table(name).rows:
            long = {k for k, v in row.items() if isinstance(v, str) and len(v) > 280}
            assert long <= LONGER, (name, long)
    assert published.path.read_bytes().count(b"stays with us. The whole") <= 8 * 2  # the two clipped issues
    assert b"0ddba11" not in published.path.read_bytes()


def test_states_of_sources(public: Database) -> None:
    states = {row["name"]: row["state"] for row in public.table("sources").rows}
    assert states == {
        "harbour": "ok", "quillmail": "ok", "wirepost": "ok", "tollgate": "stale", "dailybyte": "failing",
        "northcloud": "stale", "parley": "unknown", "retired": "stale",
    }  # fmt: skip
    assert one(public, "sources", "tollgate")["age_hours"] == 80.0
    assert one(public, "sources", "parley")["age_hours"] is None
    errors = {row["name"]: row["last_error"] for row in public.table("sources").rows if row["last_error"]}
    assert errors == dict.fromkeys(("tollgate", "dailybyte"), "answered 503")


def test_the_publication_counts_active_sources_alone(public: Database) -> None:
    row = one(public, "publication", 1)  # type: ignore[arg-type]
    counted = {k: row[k] for k in ("sources", "sources_ok", "sources_failing", "sources_stale", "sources_unknown")}
    assert counted == {
        "sources": 7, "sources_ok": 3, "sources_failing": 1, "sources_stale": 2, "sources_unknown": 1,
    }  # fmt: skip
    assert (row["as_of"], row["outages"], row["ongoing"]) == ("2026-11-20T03:00:00Z", 31, 2)


def test_states_of_services(public: Database) -> None:
    states = {row["slug"]: row["state"] for row in public.table("services").rows}
    assert states == {
        "harbour": "none_known", "harbour-ci": "none_known", "quillmail": "outage", "parley": "outage",
        "tollgate": "unknown", "northcloud": "unknown", "?Veltrix": "outage",
    }  # fmt: skip
    unlisted = one(public, "services", "?Veltrix")
    assert (unlisted["name"], unlisted["in_catalogue"], unlisted["provider"]) == ("Veltrix", 0, None)


def test_phases(public: Database) -> None:
    phases = {row["id"][-1]: row["phase"] for row in public.table("outages").rows if row["id"] < "o0000000000000010"}
    assert phases == {"1": "ongoing", "2": "ongoing", "3": "over", "4": "retracted", "5": "upcoming", "6": "ongoing",
                      "7": "unknown", "8": "over"}  # fmt: skip


def test_a_told_outage(public: Database) -> None:
    row = one(public, "outages", "o0000000000000001")
    assert row["sentence"].startswith("Quillmail (Quill), with 1 more service, has had an outage since about 21:45 UTC")
    assert "Suspected cause: the network." in row["sentence"]
    assert (row["disagreements"], row["official_lag_minutes"], row["duration_minutes"]) == (1, 18, None)
    assert row["last_heard_at"] == "2026-11-19T22:30:00Z"


def test_unknown_stays_unknown(public: Database) -> None:
    row = one(public, "outages", "o0000000000000002")
    empty = ("started_at", "ended_at", "duration_minutes", "provider", "official_posted_at", "official_lag_minutes")
    assert {row[name] for name in empty} == {None}
    assert (row["cause"], row["severity"]) == ("unknown", "unknown")


def test_evidence_points_at_its_words(public: Database) -> None:
    for row in public.table("outage_evidence").rows_where("quote IS NOT NULL"):
        words = row["quote"][row["words_start"] : row["words_end"]]
        assert words in {"faulty switch", "botched release", "about ten"}
    native = next(iter(public.table("outage_evidence").rows_where("origin = 'native'")))
    assert (native["quote"], native["words_start"], native["words_end"]) == (None, None, None)


def test_reports_tell_how_often_they_changed(public: Database) -> None:
    assert one(public, "reports", "r1a")["updates"] == 1
    assert one(public, "reports", "r1c")["versions"] == 2
    assert one(public, "reports", "r1b")["url"] is None
    assert one(public, "reports", "r3")["withdrawn_at"] is not None


def test_an_issue_of_a_report_that_is_gone_is_kept(public: Database) -> None:
    row = one(public, "issues", "unknown_status")
    assert row["report_id"] is None
    assert one(public, "issues", "unknown_zone")["report_id"] == "r1b"


def test_the_summary_agrees_with_the_rows(public: Database) -> None:
    for topic in public_rows.FACETS:
        counted = public.execute(f"SELECT {topic}, count(*) FROM outages WHERE {topic} IS NOT NULL GROUP BY 1")
        kept = public.execute("SELECT item, count FROM summary WHERE topic = ?", [topic])
        assert sorted(counted.fetchall()) == sorted(kept.fetchall()), topic


def test_twice_is_the_same(filled: Any, published: Any, as_of: datetime, tmp_path: Path) -> None:
    publish(filled, tmp_path / "outages.db", as_of=as_of)
    assert dump(tmp_path / "outages.db") == dump(published.path)


def test_a_failure_leaves_the_old_file(
    filled: Any, as_of: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "outages.db"
    publish(filled, target, as_of=as_of)
    before = target.read_bytes()

    def fail(_: Database) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(public_schema, "build_indexes", fail)
    with pytest.raises(OSError, match="disk is full"):
        publish(filled, target, as_of=as_of)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["outages.db"]


def test_what_leads_nowhere_is_not_published(
    filled: Any, as_of: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_known, "providers", lambda *_: iter(()))
    with pytest.raises(CheckError, match="outages, services"):
        publish(filled, tmp_path / "outages.db", as_of=as_of)
    assert list(tmp_path.iterdir()) == []


def test_a_leftover_of_a_killed_run_does_no_harm(filled: Any, as_of: datetime, tmp_path: Path) -> None:
    (tmp_path / ".outages.db.unfinished").write_bytes(b"half a database")
    publish(filled, tmp_path / "outages.db", as_of=as_of)
    assert [p.name for p in tmp_path.iterdir()] == ["outages.db"]


def test_a_reader_goes_on_with_the_old_file(filled: Any, as_of: datetime, tmp_path: Path) -> None:
    target = tmp_path / "outages.db"
    publish(filled, target, as_of=as_of)
    reader = sqlite3.connect(f"file:{target}?mode=ro", uri=True)
    cursor = reader.execute("SELECT id FROM outages ORDER BY id")
    first = cursor.fetchone()
    publish(filled, target, as_of=as_of)
    assert first == ("o0000000000000001",)
    assert len(cursor.fetchall()) == 30
    assert reader.execute("SELECT count(*) FROM reports").fetchone() == (28,)
    reader.close()


def test_export_writes_each_table_twice(published: Any, tmp_path: Path) -> None:
    written = export(published.path, tmp_path)
    assert written == published.result.rows
    assert {p.suffix for p in tmp_path.iterdir()} == {".csv", ".jsonl"}
    with (tmp_path / "outages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "outages.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len(lines) == 31
    assert rows[0]["title"] == lines[0]["title"] == "<script>document.title='owned'</script> Mail is down"
    assert lines[0]["causes"] == ["network", "capacity_overload"]
    assert lines[1]["started_at"] is None


@pytest.mark.parametrize("title", ['=HYPERLINK("http://x.example")', "+1+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_no_cell_is_run_as_a_formula_and_the_lines_are_exact(published: Any, tmp_path: Path, title: str) -> None:
    copy = tmp_path / "outages.db"
    copy.write_bytes(published.path.read_bytes())
    with sqlite3.connect(copy) as connection:
        first = connection.execute("SELECT min(id) FROM outages").fetchone()[0]
        connection.execute("UPDATE outages SET title = ? WHERE id = ?", (title, first))
    export(copy, tmp_path / "out")
    with (tmp_path / "out" / "outages.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["title"] == f"'{title}"
    line = (tmp_path / "out" / "outages.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(line)["title"] == title


def test_export_needs_a_published_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="publish first"):
        export(tmp_path / "outages.db", tmp_path / "out")
    assert not (tmp_path / "outages.db").exists()
