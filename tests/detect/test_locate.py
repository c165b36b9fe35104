"""A source that names its page: where its HTML leads, where it may not lead, and that the way is remembered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import ShapeError
from pipeline.model import digest
from pipeline.store import Store
from spiders.base import BESIDES_EVERY, FEW
from spiders.locate import MAX_PLACES, Way, leads_on, locate, remembered
from tests.detect.conftest import FIXTURES, Apart, Sites
from tests.spiders.loopback import Answer, Crawls, incidents, make_source

SUMMARY = (FIXTURES / "site24x7" / "summary_details.json").read_bytes()
FEED = (FIXTURES / "uptime_com" / "feed.rss").read_bytes()
API = "/sp/api/public/summary_details/statuspages/"
PAGE_ID = "abc-DEF_123="


def html(words: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>Status</title></head><body>{words}</body></html>".encode()


def site24x7(page_id: str) -> bytes:
    return html(f'<script>var enc_statuspage_id = "{page_id}";</script>')


def at(platform: str, url: str, page: bytes) -> list[str]:
    source = make_source("page", url, platform)
    return [place.url for place in locate(source, page, url)]


def test_the_id_in_the_page_makes_the_address() -> None:
    number = "665000000000000000000001"
    page = html(f"status.io <a href='/pages/history/{number}'>History</a>")
    assert at("status_io", "https://status.inlet.example", page)[0] == (
        f"https://api.status.io/1.0/status/{number}#status.inlet.example"
    )
    page = html('Powered by freshstatus.io <script>x = {"account_id": "90210"}</script>')
    assert at("freshstatus", "https://otter.freshstatus.io", page) == [
        "https://public-api.freshstatus.io/v1/public-incidents/?account_id=90210#otter.freshstatus.io"
    ]
    page = html("<script>page('https://alpenhost.statuspal.io')</script>")
    assert at("statuspal", "https://status.alpen.example", page) == [
        f"https://statuspal.{end}/api/v2/status_pages/alpenhost/summary" for end in ("io", "eu")
    ]
    assert at("site24x7", "https://status.kettle.example", site24x7(PAGE_ID)) == [
        f"https://status.kettle.example{API}{PAGE_ID}#status.kettle.example"
    ]


def test_a_page_leads_nowhere_but_to_its_own_host_and_the_platforms() -> None:
    url = "https://status.kettleline.example"
    for elsewhere in (
        "http://169.254.169.254/feed", "https://evil.example/feed", "https://status.kettleline.example:8443/feed",
        "http://status.kettleline.example/feed", "file:///etc/passwd", "https://status.kettleline.example@evil.example/",
    ):  # fmt: skip
        link = f'<link rel="alternate" type="application/rss+xml" href="{elsewhere}">'
        with pytest.raises(ShapeError, match="names no place"):
            at("uptime_com", url, html(f"uptime.com {link}"))
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    assert at("uptime_com", url, html(f"uptime.com {link}")) == [f"{url}/feed"]


def test_a_page_without_a_mark_or_an_id_is_told() -> None:
    with pytest.raises(ShapeError, match="no mark of status_io"):
        at("status_io", "https://status.inlet.example", html("<a href='/x/665000000000000000000001'>x</a>"))
    with pytest.raises(ShapeError, match="names no place where status_io tells more"):
        at("status_io", "https://inlet.status.io", html("<div id='app'></div>"))


def test_a_page_of_many_ids_costs_few_requests() -> None:
    many = "".join(f"<a href='/pages/{n:024x}'>x</a>" for n in range(1, 400))
    assert len(at("status_io", "https://inlet.status.io", html(many))) == MAX_PLACES


def test_only_pages_of_platforms_that_say_so_lead_on() -> None:
    page = html("<link rel='alternate' type='application/rss+xml' href='/blog.rss'>")
    assert leads_on(make_source("a", "https://a.example", "site24x7"), page)
    assert not leads_on(make_source("a", "https://a.example", "site24x7"), SUMMARY)
    assert not leads_on(make_source("a", "https://a.example", "status_feed"), page)
    assert not leads_on(make_source("a", "https://a.example", "statuspage"), page)


def test_what_is_remembered_is_where_the_page_could_have_led() -> None:
    source = make_source("a", "https://a.example", "status_io")
    again = remembered(source, "https://api.status.io/1.0/status/0123")
    assert again == replace(source, url="https://api.status.io/1.0/status/0123#a.example")
    assert remembered(source, "https://b.example/1.0/status/0123") is None
    assert remembered(source, "https://a.example") is None
    assert remembered(make_source("a", "https://a.example"), "https://a.example/api") is None


def test_a_way_asks_no_place_twice() -> None:
    page, one, two = (make_source("a", f"https://a.example/{n}", "site24x7") for n in ("", "1", "2"))
    way = Way(one, (page,)).past("gone")
    assert way is not None
    assert (way.at, way.told()) == (page, ["https://a.example/1: gone"])
    assert way.to([one]) is None
    on = way.to([one, two])
    assert on is not None
    assert (on.at, on.left, on.past("x")) == (two, (), None)


@pytest.fixture
def crawl(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path / "run")


def issues(crawl: Crawls) -> dict[str, str]:
    with Store(crawl.db) as store:
        return {row["code"]: row["detail"] for row in store.db["issues"].rows if row["stage"] == "crawl"}


def test_the_page_is_asked_and_then_the_place_it_names(sites: Sites, crawl: Crawls) -> None:
    url = sites({"/": site24x7(PAGE_ID), API + PAGE_ID: SUMMARY})
    summary = crawl(make_source("kettle", url, "site24x7"))
    assert summary["outcomes"] == {"ok": 1}
    assert summary["items"] > 0
    assert sites.web(url).paths() == ["/", API + PAGE_ID]
    assert crawl(make_source("kettle", url, "site24x7"))["outcomes"] == {"unchanged": 1}
    assert issues(crawl) == {}


def test_the_place_is_remembered_until_it_fails(sites: Sites, crawl: Crawls) -> None:
    url = sites({"/": site24x7(PAGE_ID), API + PAGE_ID: SUMMARY})
    other = sites({f"/{n}/api/v2/incidents.json": incidents() for n in range(FEW)})
    # Among so many a page is asked only when its turn comes, which is that of the seventh night.
    name = next(f"kettle{n}" for n in range(99) if int(digest(f"kettle{n}"), 16) % BESIDES_EVERY == 1)
    sources = [make_source(name, url, "site24x7"), *(make_source(f"s{n}", f"{other}/{n}") for n in range(FEW))]
    web = sites.web(url)
    for _ in range(2):
        assert crawl(*sources)["failed"] == []
    assert web.paths() == ["/", API + PAGE_ID, API + PAGE_ID]
    web.asked.clear()
    web.routes["/"] = Answer(site24x7("newKey"))
    web.routes[API + "newKey"] = web.routes.pop(API + PAGE_ID)
    for _ in range(2):
        assert crawl(*sources)["failed"] == []
    assert web.paths() == [API + PAGE_ID, "/", API + "newKey", API + "newKey"]
    assert "404 Not Found" in issues(crawl)["read_elsewhere"]


def test_a_page_that_names_no_place_is_a_failure_with_its_reason(sites: Sites, crawl: Crawls) -> None:
    blank = make_source("blank", sites({"/": html("<div id='app'></div>")}), "site24x7")
    gone = make_source("gone", sites({"/": site24x7(PAGE_ID)}), "site24x7")
    inner = sites({"/feed": FEED})
    lured = make_source(
        "lured", sites({"/": html(f'uptime.com <link type="application/rss+xml" href="{inner}/feed">')}), "uptime_com"
    )
    failed = {row["source"]: row for row in crawl(blank, gone, lured)["failed"]}
    assert failed["blank"]["outcome"] == "bad_shape"
    assert "no mark of site24x7" in failed["blank"]["error"]
    assert failed["gone"]["outcome"] == "http_error"
    assert f"may not lead to {inner}/feed" in failed["lured"]["error"]
    assert sites.web(inner).asked == []


def test_a_checkup_goes_the_same_way(sites: Sites, apart: Apart) -> None:
    well = make_source("well", sites({"/": site24x7(PAGE_ID), API + PAGE_ID: SUMMARY}), "site24x7")
    ill = make_source("ill", sites({"/": site24x7(PAGE_ID), API + PAGE_ID: json.dumps([]).encode()}), "site24x7")
    checked = {row["source"]: row for row in apart("check", sources=[well, ill])}
    assert checked["well"]["state"] == "ok"
    assert checked["well"]["items"] > 0
    assert checked["ill"]["state"] == "failing"
