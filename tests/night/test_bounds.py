"""What keeps a night short and small: large bodies take turns, and a silent host is left alone."""

from __future__ import annotations

from pipeline.store import Store
from tests.spiders.loopback import Answer, Crawls, Web, entry, incident, incidents, make_source, rss

API = "/api/v2/incidents.json"
LARGE = 3 * 1024 * 1024


def test_a_large_body_is_asked_for_again_and_read(web: Web, crawls: Crawls) -> None:
    large = incidents(incident(1)) + b" " * LARGE
    web.routes = {f"/{name}{API}": Answer(body=large) for name in "abc"} | {f"/d{API}": Answer(body=incidents())}
    summary = crawls(*(make_source(name, f"{web.url}/{name}") for name in "abcd"), settings={"DOWNLOAD_DELAY": 0})
    assert summary["outcomes"] == {"ok": 4}
    assert {name: web.times(f"/{name}{API}") for name in "abcd"} == {"a": 2, "b": 2, "c": 2, "d": 1}
    with Store(crawls.db) as store:
        assert store.db["reports"].count == 4


def test_a_body_without_an_end_is_named_by_its_limit(web: Web, crawls: Crawls) -> None:
    limits = {"OUTAGEWIRE_LARGE": 10_000, "DOWNLOAD_MAXSIZE": 50_000}
    web.routes = {f"/a{API}": Answer(stream=lambda: iter([b" " * 5_000] * 100))}
    summary = crawls(make_source("a", f"{web.url}/a"), settings=limits)
    sentence = "the body is larger than 50000 bytes and was not read on"
    assert summary["failed"] == [{"source": "a", "outcome": "too_large", "error": sentence}]
    assert web.times(f"/a{API}") == 2


def test_a_host_that_is_silent_in_a_row_is_not_asked_for_its_other_pages(web: Web, crawls: Crawls) -> None:
    pages = [f"/story-{n}" for n in range(8)]
    web.routes = {"/feed": Answer(body=rss(*(entry(n, web.url + page) for n, page in enumerate(pages))))}
    web.routes |= {page: Answer(delay=2, body=b"too late") for page in pages}
    patience = {"DOWNLOAD_TIMEOUT": 0.5, "RETRY_TIMES": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0.05}
    summary = crawls(make_source("news", f"{web.url}/feed", platform="feed"), settings=patience)
    assert summary["outcomes"] == {"ok": 1}
    assert summary["errors"] == len(pages)  # each story without its text is named
    assert sum(map(web.times, pages)) == 2


def test_a_silent_robots_txt_is_asked_for_as_often_as_a_page_and_no_more(web: Web, crawls: Crawls) -> None:
    web.routes = {"/robots.txt": Answer(delay=2)}
    source = make_source("a", f"{web.url}/a")
    summary = crawls(source, settings={"DOWNLOAD_TIMEOUT": 0.5, "RETRY_TIMES": 1})
    sentence = f"127.0.0.1:{web.port} had not sent its whole robots.txt after 0.5 seconds (asked 2 times)"
    assert summary["failed"] == [{"source": "a", "outcome": "timeout", "error": sentence}]
    assert web.times("/robots.txt") == 2
    assert web.times(f"/a{API}") == 0
