"""Monitors, feeds and calendars: what each body says, what another shape does, and the keys that last."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, WellPart, iso
from pipeline.terms import Kind, Severity, Status
from spiders.standing import DOWN, OPERATIONAL, UNWATCHED, standing
from spiders.status.status_ical import unfold
from spiders.strict import Reading
from spiders.times import UnreadTimeError
from spiders.update_lists import read_schedule, read_updates

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SITES = {
    "checkly": "https://lantern.checkly-status-page.example",
    "hyperping": "https://windmill.hyperping.example",
    "lambstatus": "https://status.bellfoundry.example",
    "oneuptime": "https://status.quayside.example",
    "onlineornot": "https://status.routerhouse.example/feed.rss",
    "pagerduty": "https://status.beacon.example",
    "rootly": "https://status.ropewalk.example",
    "site24x7": "https://status.kettle.example/sp/api/public/summary_details/statuspages/pageExampleKey#status.kettle.example",
    "status_feed": "https://status.tollgate.example/feed.rss",
    "status_ical": "https://status.signalbox.example/maintenance.ics",
    "statuscake": "https://app.statuscake.com/Workfloor/PublicReportHandler.php?PublicID=Example#status.millpond.example",
    "statuscast": "https://status.lighthouse.example",
    "upptime": "https://github.com/quay/status",
    "uptime_com": "https://status.kettleline.example/statuspage/kettleline/subscribe/rss",
    "uptime_kuma": "https://status.harbour.example/status/harbour",
    "uptimerobot": "https://stats.uptimerobot.com/ExampleKey",
}
ASKED = {
    "checkly": ["https://lantern.checkly-status-page.example/summary.json"],
    "hyperping": ["https://windmill.hyperping.example/status.json"],
    "lambstatus": [f"https://status.bellfoundry.example/api/{x}" for x in ("incidents", "maintenances", "components")],
    "oneuptime": ["https://status.quayside.example/status-page-api/overview/status.quayside.example"],
    "site24x7": ["https://status.kettle.example/sp/api/public/summary_details/statuspages/pageExampleKey"],
    "rootly": ["https://status.ropewalk.example/api/v1/incidents.json?per_page=100"],
    "statuscake": ["https://app.statuscake.com/Workfloor/PublicReportHandler.php?PublicID=Example"],
    "upptime": [
        f"https://api.github.com/repos/quay/status/issues?state=all&per_page=100&labels={label}"
        for label in ("status", "maintenance")
    ],
    "uptime_kuma": [
        f"https://status.harbour.example/api/status-page/{path}" for path in ("harbour", "heartbeat/harbour")
    ],
    "uptimerobot": ["https://stats.uptimerobot.com/api/getMonitorList/ExampleKey?page=1"],
}
INPUTS = sorted(
    path.relative_to(FIXTURES).as_posix()
    for key in SITES
    for path in (FIXTURES / key).iterdir()
    if not path.name.endswith(".golden.json")
)
PAGE = b"<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>Bad gateway</h1><p>Sorry.</p></body></html>"
BROKEN = [
    b"",
    b" \n\t",
    b"\x00\x00\x00",
    PAGE,
    b'{"incidents": {"a": 1}',
    b"[" * 60 + b"]" * 60,
    b'{"status": "ok", "active_incidents": []}',
    b'[{"id": 1, "title": "x", "notes": []}, 7]',
    b"7",
    b"null",
    bytes(range(128, 256)),
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>x',
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1",
    b'<html><script id="data">{"layout": {}}</script></html>',
    b'{"data": {"current_status": {}}}',
    b'{"heartbeatList": []}',
    b'{"status": "ok", "psp": {"monitors": {}}}',
]


def module(key: str) -> ModuleType:
    return import_module(f"spiders.status.{key}")


def source(key: str, url: str | None = None) -> Source:
    return Source(f"{key}_example", key, module(key).KIND, url or SITES[key])


def read(key: str, body: bytes, url: str | None = None) -> tuple[list[Report], list[Issue]]:
    said = list(module(key).parse(body, source(key, url)))
    return [r for r in said if isinstance(r, Report)], [i for i in said if isinstance(i, Issue)]


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, ())}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@pytest.mark.parametrize("name", INPUTS)
def test_a_body_reads_as_its_golden_says(name: str) -> None:
    path = FIXTURES / name
    golden = path.with_name(path.name + ".golden.json")
    reports, issues = read(path.parent.name, path.read_bytes())
    said = {"reports": plain([asdict(r) for r in reports]), "issues": plain([asdict(i) for i in issues])}
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("OUTAGEWIRE_WRITE_GOLDENS") == "1":
        golden.write_text(text, encoding="utf-8")
    assert json.loads(text) == json.loads(golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", SITES)
@pytest.mark.parametrize("body", BROKEN, ids=[b[:24].decode("latin-1") for b in BROKEN])
def test_another_shape_is_an_error_and_never_a_quiet_source(key: str, body: bytes) -> None:
    with pytest.raises(ShapeError):
        read(key, body)


@pytest.mark.parametrize("key", SITES)
def test_each_asks_its_https_addresses(key: str) -> None:
    assert module(key).start(source(key)) == ASKED.get(key, [SITES[key]])


@pytest.mark.parametrize("key", SITES)
def test_absence_means_nothing(key: str) -> None:
    for path in (FIXTURES / key).iterdir():
        if not path.name.endswith(".golden.json"):
            assert module(key).window(read(key, path.read_bytes())[0]) is None


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("rootly", b'{"page": {}, "incidents": []}'),
        ("checkly", b'{"page": {}, "activeIncidents": [], "activeMaintenances": []}'),
        ("hyperping", b'{"indicator": "up", "uptime": "100%"}'),
        ("uptime_kuma", b'{"config": {}, "incident": null, "publicGroupList": [], "maintenanceList": []}'),
        ("uptime_kuma", b'{"heartbeatList": {}, "uptimeList": {}}'),
        ("uptimerobot", b'{"status": "ok", "psp": {"monitors": [], "totalMonitors": 0}}'),
        ("oneuptime", b'{"activeIncidents": [], "scheduledMaintenanceEvents": []}'),
        ("upptime", b"[]"),
        ("lambstatus", b"[]"),
        ("pagerduty", b'<html><script id="data">{"summary": {"open_incidents": []}}</script></html>'),
        ("status_feed", b'<rss version="2.0"><channel><title>x</title></channel></rss>'),
        ("status_ical", b"BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n"),
        ("site24x7", b'{"data": {"current_status": []}}'),
        ("statuscake", b'{"TestData": []}'),
    ],
)
def test_an_empty_list_of_a_right_shape_is_a_quiet_source(key: str, body: bytes) -> None:
    assert read(key, body) == ([], [])


@pytest.mark.parametrize("key", ["checkly", "hyperping"])
def test_a_feed_of_a_platform_is_read_as_a_feed(key: str) -> None:
    url = "https://status.tollgate.example/feed.rss"
    assert module(key).start(source(key, url)) == [url]
    reports, _ = read(key, fixture("status_feed/updates.rss"), url)
    assert "https://status.tollgate.example/incidents/7001" in {r.native_id for r in reports}
    with pytest.raises(ShapeError):
        read(key, b"{}", url)


def test_an_update_that_comes_later_keeps_the_keys_of_the_others() -> None:
    body = fixture("status_feed/history.atom").decode()
    whole = next(r for r in read("status_feed", body.encode())[0] if r.native_id.endswith("/502"))
    start, end = (
        body.index("&lt;p&gt;&lt;small&gt;Jan"),
        body.index("&lt;p&gt;&lt;small&gt;Jan", body.index("00:20&lt")),
    )
    before = next(
        r for r in read("status_feed", (body[:start] + body[end:]).encode())[0] if r.native_id.endswith("/502")
    )
    assert before.updates == whole.updates[:-1]
    assert (before.status, whole.status) == (Status.IDENTIFIED, Status.RESOLVED)
    assert whole.published_at == before.published_at == datetime(2025, 12, 31, 23, 50, tzinfo=UTC)


def test_the_order_of_the_entries_does_not_matter() -> None:
    body = fixture("status_feed/updates.rss").decode()
    head, *items = body.split("<item>")
    items[-1] = items[-1].removesuffix("</channel>\n</rss>\n").strip()
    mixed = head + "".join(f"<item>{item}" for item in reversed(body.split("<item>")[1:-1])) + "</channel></rss>"
    by_key = {r.native_id: r for r in read("status_feed", mixed.encode())[0]}
    assert by_key == {r.native_id: r for r in read("status_feed", body.encode())[0]}


@given(
    st.integers(631152000, 4102444800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.timedeltas(timedelta(-150), timedelta(150)),
)
def test_the_year_that_a_list_leaves_out_is_the_nearest(moment: datetime, apart: timedelta) -> None:
    posted = moment.replace(second=0, microsecond=0)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    text = f"{months[posted.month - 1]} {posted.day}, {posted:%H:%M} UTC\nResolved - It works."
    assert [u.posted_at for u in read_updates(text, posted + apart).updates] == [posted]


def test_a_list_with_a_date_of_an_unknown_zone_is_no_list() -> None:
    with pytest.raises(UnreadTimeError, match="unknown_zone"):
        read_updates("Mar 5, 10:00 UTC\nResolved - Done.\n\nMar 5, 09:00 CET\nInvestigating - Look.", _now())
    with pytest.raises(UnreadTimeError, match="unreadable_date"):
        read_updates("Mar 5, 10:00 UTC\nResolved - Done.", None)
    assert read_updates("Mar 5, 10:00 GMT+2\nResolved - Done.", _now()).updates[0].posted_at.hour == 8
    assert read_schedule("nothing is planned", _now()) is None


def _now() -> datetime:
    return datetime(2026, 3, 6, tzinfo=UTC)


def test_an_update_may_say_nothing_or_begin_on_its_own_line() -> None:
    text = "Mar 5, 10:00 UTC\nResolved -\n\nMar 5, 09:00 UTC\nUpdate -\nStill slow.\n\n"
    text += "Mar 5, 08:00 UTC\nIdentified - Slow."
    assert [(u.text, u.status) for u in read_updates(text, _now()).updates] == [
        ("Slow.", Status.IDENTIFIED),
        ("Still slow.", Status.IDENTIFIED),
        ("", Status.RESOLVED),
    ]


@pytest.mark.shared
def test_every_update_of_a_captured_history_is_read(shared: Path) -> None:
    paths = sorted((shared / "replay" / "github-atom").glob("*.atom"))
    assert paths
    for path in paths:
        body = path.read_bytes()
        reports, issues = read("status_feed", body, "https://www.githubstatus.com/history.atom")
        assert sum(len(r.updates) for r in reports) == body.count(b"&lt;small&gt;"), path.name
        assert len(reports) == body.count(b"<entry>")
        assert Status.UNKNOWN not in {r.status for r in reports}
        assert issues == []


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1))
def test_a_folded_line_is_the_line(text: str) -> None:
    line = f"SUMMARY:{text}"
    folded = "\r\n ".join(line[place : place + 20] for place in range(0, len(line), 20))
    assert unfold(f"BEGIN:X\r\n{folded}\r\nEND:X") == ["BEGIN:X", line, "END:X"]


def test_two_outages_of_one_component_are_two_reports_where_their_beginning_is_told() -> None:
    reading = Reading(source("uptimerobot"))

    def down(since: datetime | None) -> Report:
        found = standing(reading, DOWN, key="monitor-1", name="Shop", word="Down", since=since)
        assert isinstance(found, Report)
        return found

    assert down(_now()).native_id != down(_now() + timedelta(hours=1)).native_id
    assert down(None).native_id == "monitor-1"
    assert (down(None).kind, down(None).severity) == (Kind.OUTAGE, Severity.MAJOR)
    assert standing(reading, OPERATIONAL, key="monitor-1", name="Shop", word="Up") == WellPart("monitor-1", "Up")
    assert standing(reading, UNWATCHED, key="monitor-1", name="Shop", word="Paused") is None


UNKNOWN = [
    ("uptimerobot/monitors.json", "Intranet"),
    ("statuscast/page.htm", "Search"),
    ("statuscake/report.json", "Search"),
    ("hyperping/services.json", "Lab"),
    ("upptime/summary.json", "Gate"),
    ("lambstatus/components.json", "Mail"),
    ("site24x7/summary_details.json", "Search"),
]


@pytest.mark.parametrize(("name", "component"), UNKNOWN)
def test_an_unknown_state_is_counted_and_neither_good_nor_bad(name: str, component: str) -> None:
    reports, issues = read(name.split("/", maxsplit=1)[0], fixture(name))
    assert reports
    assert all(component not in r.components for r in reports)
    assert "unknown_value" in {i.code for i in issues}
