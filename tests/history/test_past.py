"""Statuspage's past: its list, the page of one incident and its feed, each as its golden says."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, iso
from pipeline.store import Walk
from pipeline.terms import Kind, SourceKind, Status
from spiders.contents import read_body
from spiders.history import advance, is_over, take_up
from spiders.platforms import HistoryPage, get_platform
from spiders.status import statuspage

SOURCE = Source("statuspage_example", "statuspage", SourceKind.STATUS, "https://status.brightbox.example/")
READERS = {
    "history.json": lambda body: [statuspage.parse_past(body, SOURCE)],
    "incident.json": lambda body: list(statuspage.parse_one(body, SOURCE)),
    "maintenance.json": lambda body: list(statuspage.parse_one(body, SOURCE)),
    "history.atom": lambda body: list(statuspage.parse_fall_back(body, SOURCE)),
}
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def fixtures(repository: Path) -> Path:
    return repository / "tests" / "fixtures" / "statuspage_past"


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, ())}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@pytest.mark.parametrize("name", READERS)
def test_a_body_reads_as_its_golden_says(name: str, fixtures: Path) -> None:
    golden = fixtures / f"{name}.golden.json"
    text = json.dumps(plain([asdict(said) for said in READERS[name]((fixtures / name).read_bytes())]), indent=1) + "\n"
    if os.environ.get("OUTAGEWIRE_WRITE_GOLDENS") == "1":
        golden.write_text(text, encoding="utf-8")
    assert json.loads(text) == json.loads(golden.read_text(encoding="utf-8"))


def one(name: str, fixtures: Path) -> Report:
    return next(said for said in READERS[name]((fixtures / name).read_bytes()) if isinstance(said, Report))


def test_the_key_is_the_code_whatever_the_page_calls_its_id(fixtures: Path) -> None:
    assert one("incident.json", fixtures).native_id == "c0ppermail01"
    assert one("maintenance.json", fixtures).native_id == "c0ppermail02"


def test_the_page_of_an_incident_says_what_the_list_says_of_it(repository: Path) -> None:
    body = (repository / "tests/fixtures/statuspage/incidents.json").read_bytes()
    listed = {r.native_id: r for r in statuspage.parse(body, SOURCE) if isinstance(r, Report)}
    for record in json.loads(body)["incidents"][:2]:
        page = json.dumps({**record, "code": record["id"], "id": "4711"}).encode()
        alone = next(said for said in statuspage.parse_one(page, SOURCE) if isinstance(said, Report))
        of_the_page = {"url": alone.url, "timezone": alone.timezone}
        assert alone == replace(listed[record["id"]], **of_the_page)


def test_the_post_mortem_is_the_last_update_and_the_maintenance_is_one(fixtures: Path) -> None:
    incident, maintenance = one("incident.json", fixtures), one("maintenance.json", fixtures)
    assert [u.native_status for u in incident.updates] == ["investigating", "monitoring", "resolved", "postmortem"]
    assert "firewall" in incident.updates[-1].text
    assert (incident.kind, incident.status) == (Kind.OUTAGE, Status.RESOLVED)
    assert (maintenance.kind, iso(maintenance.started_at)) == (Kind.MAINTENANCE, "2025-03-08T01:00:00Z")


def test_the_feed_gives_the_key_of_the_api(fixtures: Path) -> None:
    report = one("history.atom", fixtures)
    assert report.native_id == "inc0000000b1"
    assert [u.status for u in report.updates] == [Status.IDENTIFIED, Status.RESOLVED]


@pytest.mark.parametrize("body", [b"", b"<html><body>x</body></html>", b"[]", b'{"months": 7}', b'{"months": [7, 8]}'])
def test_another_shape_of_the_list_is_an_error(body: bytes) -> None:
    with pytest.raises(ShapeError):
        statuspage.parse_past(body, SOURCE)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"{}", b'{"incident_updates": []}', b'{"incidents": []}'])
def test_another_shape_of_an_incidents_page_is_an_error(body: bytes) -> None:
    with pytest.raises(ShapeError):
        list(statuspage.parse_one(body, SOURCE))


def record(key: str, status: str, created: str = "2026-03-01T09:00:00Z") -> dict[str, Any]:
    return {"id": key, "name": key, "status": status, "impact": "none", "created_at": created, "incident_updates": []}


def body_of(name: str, *records: dict[str, Any]) -> bytes:
    return json.dumps({"page": {}, name: list(records)}).encode()


def test_each_list_speaks_of_its_own_reports_alone() -> None:
    platform = get_platform("statuspage")
    incidents = read_body(platform, body_of("incidents", record("a", "resolved")), SOURCE)
    works = read_body(platform, body_of("scheduled_maintenances", record("m", "completed")), SOURCE)
    assert incidents.complete
    assert works.complete
    assert incidents.native_states == {"investigating", "identified", "monitoring", "resolved", "postmortem"}
    assert works.native_states == {"scheduled", "in_progress", "verifying", "completed"}


def test_a_full_list_of_maintenances_withdraws_nothing() -> None:
    platform = get_platform("statuspage")
    many = [record(f"m{n}", "completed") for n in range(50)]
    assert not read_body(platform, body_of("scheduled_maintenances", *many), SOURCE).complete
    assert read_body(platform, body_of("scheduled_maintenances", *many[:49]), SOURCE).complete
    full = [record(f"i{n}", "resolved") for n in range(50)]
    assert read_body(platform, body_of("incidents", *full), SOURCE).complete


def test_the_feed_claims_to_be_complete_of_nothing(fixtures: Path) -> None:
    contents = read_body(get_platform("statuspage").as_fall_back(), (fixtures / "history.atom").read_bytes(), SOURCE)
    assert not contents.complete
    assert [r.native_id for r in contents.reports] == ["inc0000000b1"]
    assert not [i for i in contents.issues if isinstance(i, Issue)]


def page(*days: str, oldest: str | None = None) -> HistoryPage:
    return HistoryPage({f"c{day}": day for day in days}, oldest or (min(days)[:7] if days else None))


def test_a_quiet_half_year_does_not_end_the_list_and_nine_months_do() -> None:
    walk = Walk(NOW)
    for said in (page("2026-10-03"), page(oldest="2026-06"), page(oldest="2026-03"), page("2026-01-09")):
        walk = advance(walk, said)
        assert not walk.ended
    for _ in range(3):
        assert not walk.ended
        walk = advance(walk, page())
    assert walk.ended
    assert (walk.next_page, walk.oldest) == (8, "2026-01")


def test_a_day_ends_the_walk_for_now_and_not_for_good() -> None:
    walk = advance(Walk(NOW), page("2026-09-30", oldest="2026-09"))
    assert is_over(walk, "2026-09-15")
    assert not is_over(walk, "2026-08-31")
    assert not is_over(walk, None)


def test_an_ended_walk_begins_anew_after_a_month_and_ends_where_it_had_begun() -> None:
    ended = Walk(NOW, 8, 3, "2026-01", ended=True)
    assert take_up(ended, NOW + timedelta(days=27)) is ended
    anew = take_up(ended, NOW + timedelta(days=100))
    assert (anew.next_page, anew.floor, anew.ended) == (1, "2026-11", False)
    assert not advance(anew, page("2027-02-01", oldest="2026-12")).ended
    assert advance(anew, page("2027-02-01", oldest="2026-11")).ended
    assert take_up(replace(ended, ended=False), NOW + timedelta(days=100)).floor is None
