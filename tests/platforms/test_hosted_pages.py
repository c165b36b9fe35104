"""The hosted platforms: their fixtures read as their goldens say, and what each must never take for quiet."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, iso
from pipeline.terms import Kind, Status
from spiders.hosted import page_address, zone_named, zoned_time
from spiders.platforms import get_platform
from spiders.strict import Reading

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SITES = {
    "incident_io": "https://status.fernhill.example",
    "instatus": "https://status.quillpost.example",
    "better_stack": "https://status.marlow.example",
    "status_io": "https://api.status.io/1.0/status/665000000000000000000001#status.inlet.example",
    "statuspal": "https://statuspal.eu/api/v2/status_pages/alpenhost/summary",
    "sorry": "https://status.tarn.example",
    "hund": "https://status.thrush.example",
    "freshstatus": "https://public-api.freshstatus.io/v1/public-incidents/?account_id=90210#status.otter.example",
    "cachet": "https://status.heron.example#Europe/Vienna",
    "cstate": "https://status.tidewater.example",
    "statushub": "https://status.wharf.example",
}
INPUTS = sorted(
    path.relative_to(FIXTURES).as_posix()
    for key in SITES
    for path in (FIXTURES / key).iterdir()
    if not path.name.endswith(".golden.json")
)
PAGE = b"<!DOCTYPE html><html><head><title>Status</title></head><body><div id='root'></div></body></html>"
OTHERS = {
    "empty": b"",
    "html": PAGE,
    "cut json": b'{"incidents": [{"id": "a',
    "other json": b'{"status": "ok", "active_incidents": []}',
    "an error": b'{"error": {"code": 404, "message": "not found"}}',
    "flat list": b'[{"id": 1, "title": "x", "notes": []}, 7]',
    "strange list": b'{"data": 7, "included": [], "results": {}, "notices": null, "systems": {}, "counters": []}',
    "number": b"7",
    "null": b"null",
    "an xml page": b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>',
}
CALM = {
    "incident_io": b'{"page": {}, "incidents": []}',
    "instatus": b'{"page": {"name": "x", "url": "https://x.example", "status": "UP"}}',
    "better_stack": b'{"data": {"id": "1", "type": "status_page", "attributes": {}}, "included": []}',
    "status_io": b'{"result": {"status": [], "incidents": [], "maintenance": {"active": [], "upcoming": []}}}',
    "statuspal": b'{"status_page": {}, "incidents": [], "maintenances": [], "upcoming_maintenances": []}',
    "sorry": b'{"notices": [], "meta": {}}',
    "hund": b'{"type": "paged_array", "total_count": 0, "has_more": false, "data": []}',
    "freshstatus": b'{"count": 0, "next": null, "previous": null, "results": []}',
    "cachet": b'{"meta": {}, "data": []}',
    "cstate": b'{"is": "index", "systems": [{"name": "DNS", "status": "ok", "unresolvedIssues": []}]}',
    "statushub": b'{"counters": {"count_status_1": 9, "count_status_2": 0, "count_status_3": 0}}',
}


def source(key: str, url: str | None = None) -> Source:
    return Source(f"{key}_example", key, get_platform(key).kind, url or SITES[key])


def read(key: str, body: bytes, url: str | None = None) -> tuple[list[Report], list[Issue]]:
    said = list(get_platform(key).parse(body, source(key, url)))
    return [r for r in said if isinstance(r, Report)], [i for i in said if isinstance(i, Issue)]


def fixture(key: str, name: str) -> bytes:
    return (FIXTURES / key / name).read_bytes()


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, ())}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@pytest.mark.parametrize("name", INPUTS)
def test_a_page_reads_as_its_golden_says(name: str) -> None:
    path = FIXTURES / name
    reports, issues = read(path.parent.name, path.read_bytes())
    said = {"reports": plain([asdict(r) for r in reports]), "issues": plain([asdict(i) for i in issues])}
    golden = path.with_name(path.name + ".golden.json")
    if os.environ.get("OUTAGEWIRE_WRITE_GOLDENS") == "1":
        golden.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(json.dumps(said)) == json.loads(golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", SITES)
@pytest.mark.parametrize("name", OTHERS)
def test_another_shape_is_never_a_quiet_page(key: str, name: str) -> None:
    with pytest.raises(ShapeError):
        read(key, OTHERS[name])


@pytest.mark.parametrize("key", SITES)
def test_a_calm_page_has_no_report_and_no_issue(key: str) -> None:
    assert read(key, CALM[key]) == ([], [])


@pytest.mark.parametrize("key", SITES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_changes_nothing(key: str, encoding: str) -> None:
    for name in (n for n in INPUTS if n.startswith(f"{key}/")):
        body = (FIXTURES / name).read_bytes()
        assert read(key, body.decode().encode(encoding)) == read(key, body)


@pytest.mark.parametrize("key", SITES)
def test_every_key_and_every_update_is_there_once_and_in_order(key: str) -> None:
    for name in (n for n in INPUTS if n.startswith(f"{key}/")):
        reports, _ = read(key, (FIXTURES / name).read_bytes())
        assert len({r.native_id for r in reports}) == len(reports)
        for report in reports:
            assert len({u.native_id for u in report.updates}) == len(report.updates)
            assert [u.posted_at for u in report.updates] == sorted(u.posted_at for u in report.updates)
            assert report.url.startswith("https://")


@pytest.mark.parametrize("key", sorted(set(SITES) - {"incident_io", "statushub", "hund"}))
def test_a_bad_record_costs_that_record_alone(key: str) -> None:
    """The strange record of each fixture leaves its neighbours as they are, and its words are counted."""
    found = [read(key, (FIXTURES / n).read_bytes()) for n in INPUTS if n.startswith(f"{key}/")]
    assert sum(len(reports) for reports, _ in found) >= 2
    assert "unknown_value" in {issue.code for _, issues in found for issue in issues}
    assert "unknown_key" in {issue.code for _, issues in found for issue in issues}


def test_where_each_page_is_asked() -> None:
    asked = {key: get_platform(key).start(source(key)) for key in SITES}
    assert asked == {
        "incident_io": ["https://status.fernhill.example/api/v2/incidents.json"],
        "instatus": ["https://status.quillpost.example/summary.json"],
        "better_stack": ["https://status.marlow.example/index.json"],
        "status_io": ["https://api.status.io/1.0/status/665000000000000000000001"],
        "statuspal": ["https://statuspal.eu/api/v2/status_pages/alpenhost/summary"],
        "sorry": ["https://status.tarn.example/api/v1/notices"],
        "hund": ["https://status.thrush.example/api/v1/issues"],
        "freshstatus": ["https://public-api.freshstatus.io/v1/public-incidents/?account_id=90210"],
        "cachet": ["https://status.heron.example/api/v1/incidents?sort=id&order=desc&per_page=50"],
        "cstate": ["https://status.tidewater.example/index.json"],
        "statushub": ["https://status.wharf.example/api/statuses"],
    }


@pytest.mark.parametrize(
    ("key", "url", "asked"),
    [
        ("incident_io", "https://a.example/api/v1/summary", "https://a.example/api/v1/summary"),
        ("statuspal", "https://kite.statuspal.io", "https://statuspal.io/api/v2/status_pages/kite/summary"),
        ("sorry", "https://api.sorryapp.com/v1/pages/0a/components#a.example",
         "https://api.sorryapp.com/v1/pages/0a/components"),
        ("hund", "https://a.example/history.atom", "https://a.example/history.atom"),
        ("cachet", "https://a.example/api", "https://a.example/api/incidents?include=components,updates&per_page=50"),
        ("cachet", "https://a.example/api/v1/schedules", "https://a.example/api/v1/schedules"),
        ("cstate", "https://a.example/issues/index.json", "https://a.example/issues/index.json"),
    ],
)  # fmt: skip
def test_an_address_of_the_api_is_asked_as_it_is(key: str, url: str, asked: str) -> None:
    assert get_platform(key).start(source(key, url)) == [asked]


def test_a_statuspal_page_on_a_host_of_its_own_is_asked_itself() -> None:
    url = "https://status.kite.example"
    assert get_platform("statuspal").start(source("statuspal", url)) == [url]


def test_only_a_list_with_history_has_a_window() -> None:
    begin = {}
    for name in INPUTS:
        key = name.partition("/")[0]
        find = get_platform(key).window
        assert find is not None
        begin[name] = find(read(key, (FIXTURES / name).read_bytes())[0])
        assert find([]) is None
    assert {name: start for name, start in begin.items() if start} == {
        "incident_io/incidents.json": datetime(2026, 3, 18, 6, 0, tzinfo=UTC),
        "cstate/issues_index.json": datetime(2026, 3, 3, 10, 0, tzinfo=UTC),
    }


def test_planned_work_and_bulletins_are_told_from_incidents() -> None:
    kinds = {name: [r.kind for r in read(name.partition("/")[0], (FIXTURES / name).read_bytes())[0]] for name in INPUTS}
    planned = {name for name, found in kinds.items() if Kind.MAINTENANCE in found}
    assert planned == {
        "incident_io/summary.json", "instatus/summary.json", "better_stack/index.json", "status_io/status.json",
        "statuspal/summary.json", "sorry/notices.json", "hund/issues.json", "freshstatus/public_incidents.json",
        "cachet/incidents_v1.json", "cachet/schedules_v1.json",
    }  # fmt: skip
    bulletins = {name for name, found in kinds.items() if Kind.ADVISORY in found}
    assert bulletins == {"sorry/notices.json", "cstate/index.json"}


def test_a_page_that_says_it_has_issues_and_lists_none_is_noted() -> None:
    reports, issues = read("instatus", fixture("instatus", "summary_unlisted.json"))
    assert reports == []
    assert [i.code for i in issues] == ["state_without_record"]


def test_the_times_of_cachet_need_a_zone_and_without_one_no_word_is_lost() -> None:
    body = fixture("cachet", "incidents_v1.json")
    known = read("cachet", body)[0][0]
    reports, issues = read("cachet", body, "https://status.heron.example")
    report = reports[0]
    assert known.published_at == datetime(2026, 3, 10, 8, 6, tzinfo=UTC)
    assert (report.published_at, report.started_at, report.updates) == (None, None, ())
    assert report.text == "Messages arrive after *several* seconds.\n\nA node was restarted."
    assert report.status is Status.MONITORING
    # Once for each field and not for each record.
    assert [i.detail for i in issues if i.code == "unknown_zone"] == [
        f"{key}: no time states its zone" for key in ("created_at", "occurred_at", "updated_at", "scheduled_at")
    ]


def test_the_first_version_of_statuspal_states_no_zone() -> None:
    body = fixture("statuspal", "status_v1.json")
    bare, issues = read("statuspal", body)
    assert [r.started_at for r in bare] == [None, None]
    assert [r.status for r in bare] == [Status.INVESTIGATING, Status.RESOLVED]
    assert {i.code for i in issues} == {"unknown_zone"}
    zoned = read("statuspal", body, SITES["statuspal"] + "#Europe/Zurich")[0]
    assert zoned[0].started_at == datetime(2026, 5, 2, 5, 55, tzinfo=UTC)
    assert zoned[1].ended_at == datetime(2026, 5, 1, 7, 0, tzinfo=UTC)


def test_a_feed_of_hund_is_read_as_a_feed() -> None:
    body = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Thrush</title><item><guid>i1</guid>
    <title>Builds do not start</title><link>https://status.thrush.example/issues/i1</link>
    <pubDate>Wed, 04 Mar 2026 08:00:00 GMT</pubDate></item></channel></rss>"""
    reports, issues = read("hund", body, "https://status.thrush.example/history.rss")
    assert [(r.native_id, r.published_at) for r in reports] == [("i1", datetime(2026, 3, 4, 8, tzinfo=UTC))]
    assert issues == []


def test_components_that_are_well_are_no_reports() -> None:
    reports, issues = read("sorry", fixture("sorry", "components.json"), "https://api.sorryapp.com/v1/x#a.example")
    assert {r.native_id: r.kind for r in reports} == {
        "component-81": Kind.DEGRADATION,
        "component-83": Kind.DEGRADATION,
    }
    assert {r.url for r in reports} == {"https://a.example"}
    assert [i.detail for i in issues] == ["component.state: bewildered"]
    reports, _ = read("statushub", fixture("statushub", "statuses.json"))
    assert [(r.native_id, r.kind, r.components) for r in reports] == [("count_status_3", Kind.OUTAGE, ())]


def test_a_clock_without_a_zone_is_read_only_where_the_zone_is_known() -> None:
    reading, vienna = Reading(source("cachet")), ZoneInfo("Europe/Vienna")
    assert zoned_time(reading, "2026-07-01 12:00:00", vienna, "x") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert zoned_time(reading, "2026-07-01T12:00:00Z", vienna, "x") == datetime(2026, 7, 1, 12, tzinfo=UTC)
    for value in (None, "", "2026-07-01", "noon"):
        assert zoned_time(reading, value, vienna, "x") is None
    assert zoned_time(reading, "2026-07-01 12:00:00", None, "x") is None
    assert [i.code for i in reading.issues()] == ["unknown_zone", "unreadable_date", "unknown_zone"]
    assert zone_named("Middle/Nowhere") is None
    assert zone_named("../etc/passwd") is None
    assert page_address(source("cachet")) is None
    assert page_address(source("status_io")) == "https://status.inlet.example"
