"""The vendors' own pages: their fixtures read as their goldens say, and what each must never take for quiet."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, iso
from pipeline.terms import Kind, Status
from spiders.platforms import get_platform
from spiders.strict import Reading
from spiders.vendor_json import epoch

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SITES = {
    "aws_current": "https://health.aws.amazon.com",
    "aws_history": "https://history-events-us-west-2-prod.s3.amazonaws.com/historyevents.json",
    "google_workspace": "https://www.google.com/appsstatus/dashboard",
    "azure": "https://rssfeed.azure.status.microsoft/en-us/status/feed/",
    "azure_history": "https://azure.status.microsoft/en-us/status/history/",
    "azure_devops": "https://status.dev.azure.com",
    "microsoft365": "https://status.cloud.microsoft/api/posts/mac",
    "slack": "https://slack-status.com",
    "heroku": "https://status.heroku.com",
    "salesforce": "https://api.status.salesforce.com/v1",
    "apple": "https://www.apple.com/support/systemstatus/data/system_status_en_US.js",
    "adobe": "https://data.status.adobe.com",
    "zendesk": "https://status.zendesk.com",
    "paypal": "https://www.paypal-status.com",
    "sap": "https://open.concur.com",
    "oracle_cloud": "https://ocistatus.oraclecloud.com",
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
    "cut json": b'[{"id": "a',
    "other json": b'{"status": "ok", "open": []}',
    "statuspage": b'{"page": {}, "incidents": []}',
    "other list": b'[{"id": 1, "title": "x"}, {"id": 2, "title": "y"}, {"id": 3}]',
    "number": b"7",
    "null": b"null",
    "broken xml": b'<?xml version="1.0"?><rss version="2.0"><channel><title>x',
}
CALM = {
    "aws_current": "calm.json",
    "azure": "calm.xml",
    "azure_devops": "healthy.json",
}


def source(key: str) -> Source:
    return Source(f"{key}_example", key, get_platform(key).kind, SITES[key])


def read(key: str, body: bytes) -> tuple[list[Report], list[Issue]]:
    said = list(get_platform(key).parse(body, source(key)))
    return [r for r in said if isinstance(r, Report)], [i for i in said if isinstance(i, Issue)]


def fixture(key: str, name: str) -> bytes:
    return (FIXTURES / key / name).read_bytes()


def window(key: str, name: str) -> datetime | None:
    find = get_platform(key).window
    assert find is not None
    return find(read(key, fixture(key, name))[0])


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, ())}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@pytest.mark.parametrize("name", INPUTS)
def test_a_vendors_body_reads_as_its_golden_says(name: str) -> None:
    path = FIXTURES / name
    reports, issues = read(path.parent.name, path.read_bytes())
    said = {"reports": plain([asdict(r) for r in reports]), "issues": plain([asdict(i) for i in issues])}
    golden = path.with_name(path.name + ".golden.json")
    if os.environ.get("OUTAGEWIRE_WRITE_GOLDENS") == "1":
        golden.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert plain(json.loads(json.dumps(said))) == json.loads(golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", SITES)
@pytest.mark.parametrize("name", OTHERS)
def test_another_shape_is_never_a_quiet_vendor(key: str, name: str) -> None:
    with pytest.raises(ShapeError):
        read(key, OTHERS[name])


@pytest.mark.parametrize("key", CALM)
def test_a_calm_vendor_has_no_report_and_no_issue(key: str) -> None:
    assert read(key, fixture(key, CALM[key])) == ([], [])


@pytest.mark.parametrize("key", SITES)
def test_every_key_is_the_only_one_of_its_incident(key: str) -> None:
    for path in (FIXTURES / key).glob("*"):
        if path.name.endswith(".golden.json"):
            continue
        reports, _ = read(key, path.read_bytes())
        assert len({r.native_id for r in reports}) == len(reports)
        for report in reports:
            assert len({u.native_id for u in report.updates}) == len(report.updates)
            assert [u.posted_at for u in report.updates] == sorted(u.posted_at for u in report.updates)


def test_where_each_vendor_is_asked() -> None:
    asked = {key: get_platform(key).start(source(key)) for key in SITES}
    trust, history = "?limit=200&offset=0&sort=id&order=DESC", "statushistoryapi/?serviceSlug=all&regionSlug=all"
    assert asked == {
        "aws_current": ["https://health.aws.amazon.com/public/currentevents"],
        "aws_history": [SITES["aws_history"]],
        "google_workspace": ["https://www.google.com/appsstatus/dashboard/incidents.json"],
        "azure": [SITES["azure"]],
        "azure_history": [
            f"https://azure.status.microsoft/en-us/{history}&startDate=all&page=1&shdrefreshflag=true",
        ],
        "azure_devops": ["https://status.dev.azure.com/_apis/status/health"],
        "microsoft365": [SITES["microsoft365"]],
        "slack": [
            "https://slack-status.com/api/v2.0.0/history",
            "https://slack-status.com/api/v2.0.0/current",
        ],
        "heroku": [
            "https://status.heroku.com/api/v4/incidents",
            "https://status.heroku.com/api/v4/current-status",
        ],
        "salesforce": [
            f"https://api.status.salesforce.com/v1/incidents{trust}",
            f"https://api.status.salesforce.com/v1/maintenances{trust}",
        ],
        "apple": [SITES["apple"]],
        "adobe": ["https://data.status.adobe.com/adobestatus/StatusEvents"],
        "zendesk": [
            "https://status.zendesk.com/api/incidents/active",
            "https://status.zendesk.com/api/incidents/maintenance",
        ],
        "paypal": ["https://www.paypal-status.com/api/v1/events?s=true"],
        "sap": ["https://open.concur.com/api/open/incidents"],
        "oracle_cloud": ["https://ocistatus.oraclecloud.com/api/v2/incident-summary.rss"],
    }


def test_only_a_list_of_the_past_has_a_window() -> None:
    assert window("aws_history", "data.json") == datetime(2020, 11, 7, 7, 50, tzinfo=UTC)
    assert window("google_workspace", "incidents.json") == datetime(2026, 5, 2, 13, 30, tzinfo=UTC)
    assert window("slack", "history.json") == datetime(2026, 1, 10, 17, 0, tzinfo=UTC)
    assert window("heroku", "incidents.json") == datetime(2026, 2, 1, 8, 0, tzinfo=UTC)
    assert window("salesforce", "incidents.json") == datetime(2026, 1, 10, 5, 10, tzinfo=UTC)
    now_only = {
        "aws_current": "currentevents.json",
        "azure": "feed.xml",
        "azure_history": "statushistoryapi.htm",
        "azure_devops": "health.json",
        "microsoft365": "mac.json",
        "slack": "current.json",
        "heroku": "current-status.json",
        "salesforce": "maintenances.json",
        "apple": "system_status_en_US.js",
        "adobe": "StatusEvents.json",
        "zendesk": "active.json",
        "paypal": "events.json",
        "sap": "incidents.json",
        "oracle_cloud": "incident-summary.rss",
    }
    assert {key: window(key, name) for key, name in now_only.items()} == dict.fromkeys(now_only)


def test_aws_writes_its_events_in_utf16_and_may_cease_to() -> None:
    body = fixture("aws_current", "currentevents.json")
    assert body.startswith(b"\xfe\xff")
    assert read("aws_current", body.decode("utf-16").encode()) == read("aws_current", body)


def test_the_peak_of_an_aws_event_does_not_keep_it_open() -> None:
    reports, _ = read("aws_history", fixture("aws_history", "historyevents.json"))
    event = next(r for r in reports if r.regions == ("eu-example-1",))
    assert (event.native_status, event.status, event.kind) == ("3", Status.RESOLVED, Kind.OUTAGE)


def test_a_history_of_aws_without_an_event_is_another_shape() -> None:
    for body in (b"{}", b'{"ec2-us-east-1": []}'):
        with pytest.raises(ShapeError, match="no event"):
            read("aws_history", body)


def test_product_news_of_azure_is_no_outage() -> None:
    news = fixture("azure", "feed.xml").replace(b"Azure Status</title>", b"Azure service updates</title>")
    with pytest.raises(ShapeError, match="not Azure Status"):
        read("azure", news)


def test_a_guid_of_azure_is_used_again_for_another_event() -> None:
    body = fixture("azure", "feed.xml")
    later = body.replace(b"04 Mar 2026", b"04 Mar 2028").replace(b"Wed, ", b"Sat, ")
    before, after = (read("azure", b)[0][0].native_id for b in (body, later))
    assert (before, after) == (
        "virtual-desks-not-reachable-in-austria-east_2026-03",
        "virtual-desks-not-reachable-in-austria-east_2028-03",
    )


def test_a_surface_of_microsoft_in_order_is_no_report() -> None:
    body = fixture("microsoft365", "mac.json").replace(b"Service degradation", b"Available")
    assert read("microsoft365", body) == ([], [])


def test_the_clock_of_a_request_changes_no_report() -> None:
    body = fixture("microsoft365", "mac.json")
    assert read("microsoft365", body.replace(b"21:24:00.490309", b"21:55:00.1").replace(b"21:22:55", b"21:52:55")) == (
        read("microsoft365", body)
    )


def test_an_incident_of_slack_is_one_in_both_lists() -> None:
    past, now = (read("slack", fixture("slack", name))[0] for name in ("history.json", "current.json"))
    assert past[0] == now[0]


def test_slack_may_not_be_active_without_an_incident() -> None:
    _, issues = read("slack", b'{"status": "active", "active_incidents": []}')
    assert [i.code for i in issues] == ["contradiction"]
    assert read("slack", b'{"status": "ok", "active_incidents": []}') == ([], [])


def test_apples_file_is_read_bare_and_as_a_call() -> None:
    body = fixture("apple", "system_status_en_US.js")
    assert read("apple", b"jsonCallback( " + body + b" );\n") == read("apple", body)


def test_what_salesforce_found_closes_the_timeline() -> None:
    reports, _ = read("salesforce", fixture("salesforce", "incidents.json"))
    closing = next(r for r in reports if r.native_id == "20009901").updates[-3:]
    assert [u.native_status for u in closing] == ["resolved", "rootCause", "actionPlan"]


def test_paypals_feed_is_read_where_its_list_is_not_there() -> None:
    paypal, page = get_platform("paypal"), source("paypal")
    assert paypal.fall_back is not None
    assert paypal.fall_back(page) == "https://www.paypal-status.com/feed/atom"
    body = (FIXTURES / "status_feed" / "history.atom").read_bytes()
    said = [r for r in paypal.as_fall_back().parse(body, page) if isinstance(r, Report)]
    assert said
    assert {r.native_id for r in said} == {
        r.native_id for r in get_platform("status_feed").parse(body, page) if isinstance(r, Report)
    }


def test_an_incident_of_sap_with_an_end_behind_its_last_word_is_over() -> None:
    body = json.loads(fixture("sap", "incidents.json"))
    said = next(i for i in body["incidents"] if i["id"] == 9090)
    assert read_sap(said).status is Status.RESOLVED
    # An end ahead of the last word is a plan.
    later = read_sap({**said, "end_date": "2026-02-20T09:00:00+0000"})
    assert (later.status, later.ended_at) == (Status.INVESTIGATING, None)


def read_sap(incident: dict[str, Any]) -> Report:
    return read("sap", json.dumps({"incidents": [incident]}).encode())[0][0]


def test_a_test_of_sap_is_counted_and_no_outage() -> None:
    reports, issues = read("sap", fixture("sap", "incidents.json"))
    assert "9112" not in {r.native_id for r in reports}
    assert "test_record" in {i.code for i in issues}
    assert read("sap", b'{"incidents": []}') == ([], [])


@pytest.mark.parametrize("value", [None, "", 0, "0"])
def test_no_count_of_seconds_is_no_moment(value: object) -> None:
    reading = Reading(source("adobe"))
    assert epoch(reading, value, "x") is None
    assert not list(reading.issues())


@pytest.mark.parametrize("value", [True, 1.5, "soon", [], 10**18, "9" * 5000])
def test_an_odd_count_of_seconds_is_noted(value: object) -> None:
    reading = Reading(source("adobe"))
    assert epoch(reading, value, "x") is None
    assert [i.code for i in reading.issues()] == ["unreadable_date"]


@pytest.mark.parametrize(
    ("key", "name", "native_id"),
    [
        ("aws_current", "currentevents.json", "disks-eu-example-2_1772610000"),
        ("microsoft365", "m365Consumer.json", "11111111-aaaa-4bbb-8ccc-000000000004_2026-03-04"),
        ("slack", "history.json", "899"),
        ("apple", "developer_system_status_en_US.js", "2002000777"),
        ("adobe", "StatusEvents.json", "1771000000"),
        ("paypal", "events.json", "4098"),
        ("sap", "incidents.json", "9111"),
    ],
)
def test_a_word_that_is_not_known_is_unknown_and_counted(key: str, name: str, native_id: str) -> None:
    reports, issues = read(key, fixture(key, name))
    assert next(r for r in reports if r.native_id == native_id).status is Status.UNKNOWN
    assert "unknown_value" in {i.code for i in issues}
