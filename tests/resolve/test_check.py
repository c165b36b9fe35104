from __future__ import annotations

import pytest
from sqlite_utils import Database

from pipeline.check import CHECKS, run_checks
from pipeline.errors import CheckError
from pipeline.migrations import work


class Opened:
    """A work database in memory."""

    def __init__(self) -> None:
        self.db = Database(memory=True, execute_plugins=False)


NOON = "2026-03-02T12:00:00Z"
OUTAGE = {
    "id": "o1", "title": "Login fails", "provider": "parley", "service": "parley", "kind": "outage",
    "status": "resolved", "certainty": "confirmed", "severity": "unknown", "symptoms": "[]", "started_at": NOON,
    "started_precision": "minute", "ended_at": None, "ended_precision": None, "duration_minutes": None,
    "cause": "unknown", "causes": "[]",
    "cause_hedged": 0, "components": "[]", "first_signal_at": None, "first_report_at": NOON, "official_posted_at": NOON,
    "first_seen_at": NOON, "report_count": 1, "source_count": 1,
}  # fmt: skip
REPORT = {
    "id": "r1", "source": "page", "native_id": "1", "url": "https://example.org/1", "title": "Login fails",
    "components": "[]", "regions": "[]", "content_hash": "c", "body_hash": "b", "first_run": "run", "last_run": "run",
    "first_seen_at": NOON,    "fetched_at": NOON, "published_at": NOON,
}  # fmt: skip


def proof(field, value, report="r1"):
    return {
        "outage_id": "o1", "field": field, "value": value, "report_id": report, "origin": "native", "rule": "native",
        "confidence": 1.0, "chosen": 1, "reason": "the provider's own word",
    }  # fmt: skip


@pytest.fixture
def opened():
    """A store with one outage of which everything holds."""
    store = Opened()
    work.apply(store.db)
    db = store.db
    db["sources"].insert(
        {"name": "page", "platform": "test", "kind": "status", "url": "https://example.org", "language": "en"}
    )
    db["runs"].insert({"id": "run", "job": "nightly", "started_at": NOON, "stage": "started"})
    db["reports"].insert(REPORT)
    db["outages"].insert(OUTAGE)
    db["outage_reports"].insert({"outage_id": "o1", "report_id": "r1", "rank": 0, "anchor": 1})
    proofs = [proof("status", "resolved"), proof("kind", "outage"), proof("started_at", NOON)]
    db["outage_evidence"].insert_all(proofs)
    db["outage_redirects"].insert({"old_id": "o0", "outage_id": "o1"})
    return store


def test_a_sound_store_passes(opened):
    run_checks(opened)


def spoil_report(db):
    db["outage_reports"].delete_where("outage_id = 'o1'")


def spoil_anchor(db):
    db["outage_reports"].update(("o1", "r1"), {"anchor": 0})


def spoil_end(db):
    db["outages"].update("o1", {"ended_at": "2026-03-02T11:59:59Z"})
    db["outage_evidence"].insert(proof("ended_at", "2026-03-02T11:59:59Z"))


def spoil_evidence(db):
    db["outages"].update("o1", {"cause": "dns"})


def spoil_chosen(db):
    db["outage_evidence"].update(1, {"chosen": 0})


def spoil_instant(db):
    db["outages"].update("o1", {"first_report_at": "2026-03-02T12:00:00+01:00"})


def spoil_count(db):
    db["outages"].update("o1", {"report_count": 2})


def spoil_redirect(db):
    db["outage_redirects"].insert({"old_id": "o7", "outage_id": "o9"})


def spoil_old_id(db):
    db["outage_redirects"].insert({"old_id": "o1", "outage_id": "o1"})


def spoil_reference(db):
    db["outage_reports"].insert({"outage_id": "o1", "report_id": "r9", "rank": 2, "anchor": 0})


def spoil_twice(db):
    db["outages"].insert(OUTAGE | {"id": "o2"})
    db["outage_reports"].insert({"outage_id": "o2", "report_id": "r1", "rank": 0, "anchor": 1})


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("told", spoil_report),
        ("anchored", spoil_anchor),
        ("ends_after_start", spoil_end),
        ("evidence", spoil_evidence),
        ("evidence", spoil_chosen),
        ("instants", spoil_instant),
        ("counted", spoil_count),
        ("redirects_lead_on", spoil_redirect),
        ("redirects_are_old", spoil_old_id),
        ("integrity", spoil_reference),
        ("told_once", spoil_twice),
    ],
)
def test_each_fault_stops_publishing_and_is_named(opened, name, spoil):
    spoil(opened.db)
    with pytest.raises(CheckError) as caught:
        run_checks(opened)
    assert f"\n  {name}: " in str(caught.value)


def test_all_faults_are_said_at_once(opened):
    spoil_end(opened.db)
    spoil_redirect(opened.db)
    with pytest.raises(CheckError) as caught:
        run_checks(opened)
    assert "ends_after_start: 1 outages end before they start, the first is o1" in str(caught.value)
    assert "redirects_lead_on" in str(caught.value)


@pytest.fixture
def public(tmp_path):
    def write(count):
        path = tmp_path / "outages.db"
        Database(path, execute_plugins=False)["outages"].insert_all({"id": f"o{n}"} for n in range(count))
        return path

    return write


def test_a_collapse_against_the_published_file_needs_force(opened, public, caplog):
    path = public(3)
    with pytest.raises(CheckError, match="no_collapse: 1 outages now, 3 are published"):
        run_checks(opened, path)
    run_checks(opened, path, force=True)
    assert "forced" in caplog.text


def test_force_lets_nothing_else_pass(opened, public):
    spoil_end(opened.db)
    with pytest.raises(CheckError):
        run_checks(opened, public(1), force=True)


def test_half_is_still_allowed_and_a_first_or_broken_file_is_no_measure(opened, public, tmp_path):
    run_checks(opened, public(2))
    run_checks(opened, tmp_path / "none.db")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all" * 99)
    run_checks(opened, broken)


def test_every_check_says_why():
    assert all(check.why for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)
