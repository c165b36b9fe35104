"""Sites that imitate each platform: a page with its marks, and the bodies of `tests/fixtures` where it has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders.loader import load_sources
from spiders.markers import FILE, load_markers
from spiders.platforms import load_platforms
from tests.detect.conftest import FIXTURES, Apart, Sites
from tests.spiders.loopback import Answer, Crawls

ELSEWHERE = (
    "https://api.status.io",
    "https://statuspal.io",
    "https://public-api.freshstatus.io",
    "https://app.statuscake.com",
    "https://api.sorryapp.com",
    "https://raw.githubusercontent.com",
    "https://api.status.salesforce.com/v1",
    "https://data.status.adobe.com",
)
"""Hosts that the imitated sites stand in for."""


@dataclass(frozen=True)
class Site:
    """A page, the bodies by their path, and the address that is given. Without a page there is only the body.

    `more` are bodies that only a crawl asks for.
    """

    bodies: dict[str, str]
    page: str | None = ""
    given: str = ""
    more: dict[str, str] = field(default_factory=dict)


def powered(by: str) -> str:
    return f"<footer>Powered by <a href='https://{by}'>{by}</a></footer>"


FEED = '<link rel="alternate" type="application/atom+xml" title="History" href="/news/feed.xml">'
KUMA = "/api/status-page/"
HARBOUR, CABLEWATCH = "/archives/list/harbourmen@lists.harbour.example/", "/pipermail/cablewatch/"
MONTHS = ("2026-November.txt", "2026-September.txt.gz", "2025-December.txt.gz")
SITES = {
    "adobe": Site({"/adobestatus/StatusEvents": "StatusEvents.json"}, "<title>Adobe Status</title>"),
    "apple": Site({"/data/system_status_en_US.js": "system_status_en_US.js"}, None, "/data/system_status_en_US.js"),
    "aws": Site({"/rss/all.rss": "all.rss"}, None, "/rss/all.rss"),
    "aws_current": Site({"/public/currentevents": "currentevents.json"}, "<title>AWS Health Dashboard</title>"),
    "aws_history": Site({"/historyevents.json": "historyevents.json"}, None, "/historyevents.json"),
    "azure": Site({"/en-us/status/feed/": "feed.xml"}, None, "/en-us/status/feed/"),
    "azure_devops": Site({"/_apis/status/health": "health.json"}, "<title>Azure DevOps Service Status</title>"),
    "azure_history": Site(
        {"/en-us/statushistoryapi/": "statushistoryapi.htm"},
        "<title>Azure status history</title>",
        "/en-us/status/history/",
    ),
    "better_stack": Site({"/index.json": "index.json"}, powered("betterstack.com")),
    "cachet": Site({"/api/v1/incidents": "incidents_v1.json"}, powered("cachethq.io")),
    "checkly": Site({"/summary.json": "summary.json"}, powered("checklyhq.com")),
    "cstate": Site({"/index.json": "index.json"}, '<meta name="generator" content="cState 5.6">'),
    "feed": Site({"/stories.rss": "news.rss"}, None, "/stories.rss"),
    "freshstatus": Site(
        {"/v1/public-incidents/": "public_incidents.json"},
        powered("freshstatus.io") + '<script>window.page = {"account_id": "90210"}</script>',
    ),
    "google_cloud": Site({"/incidents.json": "incidents.json"}, "<title>Google Cloud Service Health</title>"),
    "google_workspace": Site(
        {"/board/incidents.json": "incidents.json"}, "<title>Google Workspace Status</title>", "/board"
    ),
    "heroku": Site(
        {"/api/v4/incidents": "incidents.json", "/api/v4/current-status": "current-status.json"},
        "<title>Heroku Status</title>",
    ),
    "hund": Site({"/api/v1/issues": "issues.json"}, powered("hund.io")),
    "hyperkitty": Site(
        {HARBOUR: "list.htm"},
        None,
        HARBOUR,
        {f"{HARBOUR}export/harbourmen@lists.harbour.example-2026-11.mbox.gz": "export.mbox"},
    ),
    "hyperping": Site({"/status.json": "status.json"}, powered("hyperping.io")),
    "incident_io": Site({"/api/v2/incidents.json": "incidents.json"}, powered("incident.io")),
    "instatus": Site({"/summary.json": "summary.json"}, powered("instatus.com")),
    "lambstatus": Site(
        {f"/api/{name}": f"{name}.json" for name in ("incidents", "maintenances", "components")},
        powered("lambstatus.io"),
    ),
    "microsoft365": Site({"/api/posts/mac": "mac.json"}, None, "/api/posts/mac"),
    "oneuptime": Site({}, powered("oneuptime.com")),
    "onlineornot": Site({"/news/feed.xml": "feed.rss"}, FEED + powered("onlineornot.com")),
    "oracle_cloud": Site(
        {"/api/v2/incident-summary.rss": "incident-summary.rss"}, "<title>Oracle Cloud Status</title>"
    ),
    "pagerduty": Site({"/": "page.htm"}, None),
    "paypal": Site({"/api/v1/events": "events.json"}, "<title>PayPal Status Page</title>"),
    "pipermail": Site(
        {CABLEWATCH: "index.htm"}, None, CABLEWATCH, {CABLEWATCH + name: "2026-November.txt" for name in MONTHS}
    ),
    "rootly": Site({"/api/v1/incidents.json": "incidents.json"}, powered("rootly.com")),
    "salesforce": Site(
        {"/incidents": "incidents.json", "/maintenances": "maintenances.json"}, "<title>Salesforce Trust</title>"
    ),
    "sap": Site({"/api/open/incidents": "incidents.json"}, "<title>Concur Open</title>"),
    "site24x7": Site(
        {"/sp/api/public/summary_details/statuspages/pageExampleKey": "summary_details.json"},
        '<script>var enc_statuspage_id = "pageExampleKey";</script>',
    ),
    "slack": Site(
        {"/api/v2.0.0/history": "history.json", "/api/v2.0.0/current": "current.json"}, "<title>Slack Status</title>"
    ),
    "sorry": Site({"/api/v1/notices": "notices.json"}, powered("sorryapp.com")),
    "status_feed": Site({"/news/feed.xml": "history.atom"}, FEED),
    "status_ical": Site({"/plan.ics": "maintenance.ics"}, None, "/plan.ics"),
    "status_io": Site(
        {"/1.0/status/665000000000000000000001": "status.json"},
        powered("status.io") + "<a href='/pages/history/665000000000000000000001'>History</a>",
    ),
    "statuscake": Site(
        {"/Workfloor/PublicReportHandler.php": "report.json"},
        powered("statuscake.com") + "<script>load('?PublicID=a1B2c3')</script>",
    ),
    "statuscast": Site({"/": "page.htm"}, None),
    "statushub": Site({"/api/statuses": "statuses.json"}, powered("statushub.com")),
    "statuspage": Site({"/api/v2/incidents.json": "incidents.json"}, '<meta name="issued" content="1770000000">'),
    "statuspal": Site(
        {"/api/v2/status_pages/alpenhost/summary": "summary.json"},
        powered("statuspal.io") + "<script>page('https://alpenhost.statuspal.io')</script>",
    ),
    "uptime_com": Site(
        {"/statuspage/kettleline/subscribe/rss": "feed.rss"},
        powered("uptime.com") + "<a href='/statuspage/kettleline/subscribe'>Subscribe</a>",
    ),
    "upptime": Site(
        {"/quay/status/master/history/summary.json": "summary.json"},
        "<a href='https://github.com/upptime/upptime'>Upptime</a> <a href='https://github.com/quay/status'>Source</a>",
    ),
    "uptime_kuma": Site(
        {f"{KUMA}harbour": "page.json", f"{KUMA}heartbeat/harbour": "heartbeat.json"},
        "<title>Uptime Kuma</title>",
        "/status/harbour",
    ),
    "uptimerobot": Site(
        {"/api/getMonitorList/aB3dE": "monitors.json"},
        powered("uptimerobot.com") + "<script>'/api/getMonitorList/aB3dE'</script>",
    ),
    "zendesk": Site(
        {"/api/incidents/active": "active.json", "/api/incidents/maintenance": "maintenance.json"},
        "<title>Zendesk System Status</title>",
    ),
}
BARE = (
    "better_stack", "cachet", "checkly", "incident_io", "instatus", "lambstatus", "rootly", "statuspage", "uptime_kuma",
)  # fmt: skip
"""Some of the platforms that are asked for on a page that shows no mark."""


def routes(key: str, *, page: str | None) -> dict[str, bytes | Answer]:
    site = SITES[key]
    answers: dict[str, bytes | Answer] = {
        path: (FIXTURES / key / name).read_bytes() for path, name in (site.bodies | site.more).items()
    }
    if page is not None:
        html = f"<!DOCTYPE html><html><head></head><body><h1>Example</h1>{page}</body></html>"
        answers.setdefault(site.given or "/", Answer(html.encode(), headers={"Content-Type": "text/html"}))
    return answers


@pytest.fixture(scope="module")
def found(sites: Sites, apart: Apart, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("found")
    markers = folder / "markers.toml"
    text = FILE.read_text(encoding="utf-8").replace('"https://github.com/{id}"', '"{origin}/{id}"')
    for host in ELSEWHERE:
        assert host in text
        text = text.replace(host, "{origin}")
    markers.write_text(text, encoding="utf-8")
    pages = {key: sites(routes(key, page=site.page)) + site.given for key, site in SITES.items()}
    host = pages["oneuptime"].partition("//")[2].partition(":")[0]
    body = (FIXTURES / "oneuptime" / "overview.json").read_bytes()
    sites.web(pages["oneuptime"]).routes[f"/status-page-api/overview/{host}"] = Answer(body)
    for key in BARE:
        pages[f"bare-{key}"] = sites(routes(key, page="")) + SITES[key].given
    said = apart("add", pages=pages, folder=folder / "sources", fixtures=folder / "fixtures", markers=markers)
    return {"said": said, "folder": folder / "sources", "fixtures": folder / "fixtures", "pages": pages}


NO_PAGES = {"gdelt", "news_search"}
"""Searches: they are no page that one could come upon."""


def test_every_platform_is_imitated_and_has_marks() -> None:
    # A network of posts is no page that anyone would have to tell.
    pages = {key for key, platform in load_platforms().items() if platform.stream is None} - NO_PAGES
    assert set(SITES) == pages == set(load_markers().platforms)


@pytest.mark.parametrize("key", sorted(SITES))
def test_the_platform_is_told_and_its_table_written(key: str, found: dict[str, Any]) -> None:
    said = found["said"][key]
    assert said["platform"] == key, said
    source = load_sources(found["folder"])[said["name"]]
    assert (source.platform, source.url) == (key, said["url"])
    assert said["why"]
    assert len(said["fixtures"]) == len(SITES[key].bodies or [1])
    for path in map(Path, said["fixtures"]):
        assert path.parent == found["fixtures"] / key
        assert path.read_bytes() in [p.read_bytes() for p in (FIXTURES / key).iterdir()]
        assert path.with_name(path.name + ".golden.json").is_file()


@pytest.mark.parametrize("key", BARE)
def test_a_page_without_marks_is_told_by_what_it_serves(key: str, found: dict[str, Any]) -> None:
    said = found["said"][f"bare-{key}"]
    assert said["platform"] == key, said
    assert said["hints"] == {}


@pytest.fixture(scope="module")
def crawled(found: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    crawl = Crawls(tmp_path_factory.mktemp("crawled"), datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
    summary = crawl(*load_sources(found["folder"]).values(), settings={"LOG_LEVEL": "ERROR"})
    failed = {row["source"]: (row["outcome"], row["error"]) for row in summary["failed"]}
    return {"failed": failed, "outcomes": summary["outcomes"]}  # type: ignore[dict-item]


def test_every_source_that_was_written_can_be_crawled(found: dict[str, Any], crawled: dict[str, Any]) -> None:
    assert crawled["failed"] == {}
    assert crawled["outcomes"] == {"ok": len(found["said"])}
