"""The pages, asked through Datasette itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import feedparser
import pytest
from datasette.app import Datasette

from pipeline.export import publish
from pipeline.model import Source
from pipeline.publish import show
from pipeline.store import Store
from pipeline.terms import SourceKind

Get = Callable[[str], Any]
FIRST = "/outage/o0000000000000001"
OURS = ("/", FIRST, "/service/quillmail", "/service/%3FVeltrix", "/sources", "/about", "/outage/none", "/service/none")


def ask_once(path: Path, *addresses: str, **options: Any) -> list[Any]:
    """The answers of a Datasette of its own."""

    files = [str(path)] if path.exists() and "immutables" not in options else []

    async def ask() -> list[Any]:
        datasette = Datasette(files, **options)
        await datasette.invoke_startup()
        answers = [await datasette.client.get(address) for address in addresses]
        for database in datasette.databases.values():
            database.close()
        return answers

    return asyncio.run(ask())


@pytest.mark.parametrize("path", OURS)
def test_our_pages_run_no_script_and_escape_what_was_crawled(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == (404 if path.endswith("/none") else 200)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert not re.search(r"\s(style|on\w+)=|<style", answer.text)
    assert not re.findall(r'(?:src|href|action)="(?!/|https?://|#)', answer.text)
    assert '<html lang="en">' in answer.text
    assert 'href="#main"' in answer.text
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("path", [*OURS, "/outages/outages", "/outages/outages.json", "/outages.atom", "/nothing"])
def test_no_answer_is_to_be_guessed_at(get: Get, path: str) -> None:
    assert get(path).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/outages/outages", "/outages/outages/o0000000000000001", "/outages/reports",
                                  "/outages/ongoing", "/outages/outage_evidence"])  # fmt: skip
def test_datasettes_own_pages_escape_as_well(get: Get, path: str) -> None:
    text = get(path).text
    assert "<script>document.title" not in text
    assert "<b>botched" not in text
    assert "javascript:alert" not in text


def test_the_front_page_tells_what_goes_on_and_what_it_rests_on(get: Get) -> None:
    text = get("/").text
    going_on = text.split('id="ongoing"')[1].split("</section>")[0]
    assert "&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt; Mail is down" in going_on
    assert "Veltrix appears to be unreachable" in going_on
    assert "Planned work on runners" not in going_on
    assert "3 of 7 sources" in going_on
    assert "no sign that all is well" in going_on
    assert "Planned database upgrade" in text.split('id="maintenance"')[1]
    assert "Payments were declined" not in text
    for link in ("/outages/outages", "/sources", "/outages", "/outages.atom", "/about"):
        assert f'href="{link}"' in text


def test_an_empty_record_is_no_good_news(as_of: datetime, tmp_path: Path) -> None:
    with Store(tmp_path / "work.db") as store:
        store.sync_sources([Source("parley", "atom", SourceKind.STATUS, "https://parley.example/")])
        publish(store, tmp_path / "outages.db", as_of=as_of)
    front, sources, feed = ask_once(tmp_path / "outages.db", "/", "/sources", "/outages.atom")
    assert "No outage is known to be going on." in front.text
    assert "0 of 1 sources" in front.text
    assert "no sign that all is well" in front.text
    assert "Unknown: 1" in sources.text
    assert not feedparser.parse(feed.content).bozo


def test_the_page_of_an_outage_shows_where_each_fact_came_from(get: Get) -> None:
    text = get(FIRST).text
    assert "about 21:45 UTC on 19 November 2026" in text
    assert '<time datetime="2026-11-19T21:45:00Z">' in text
    assert "suspected: the network" in text
    assert "confirmed: the provider itself says so" in text
    assert "We suspect that a <mark>faulty switch</mark> cut us off." in text
    assert "&lt;b&gt;<mark>botched release</mark>&lt;/b&gt;" in text
    assert "the provider&#39;s own word counts for more" in text
    assert "not chosen" in text
    assert "We are looking into errors &lt;i&gt;when sending&lt;/i&gt;." in text
    assert 'href="/outage/o0000000000000003"' in text
    assert "Canada, Europe" in text
    assert text.count(", which has it from the provider") == 1
    assert text.count(", which has it from others, such as analysts") == 1


def test_links_out_pass_nothing_on_and_lead_to_the_web_alone(get: Get) -> None:
    text = get(FIRST).text
    links = re.findall(r'<a href="(https?://[^"]+)"([^>]*)>', text)
    assert {url for url, _ in links} >= {"https://quillmail.example/r1a", "https://dailybyte.example/r1c"}
    assert all("nofollow noopener" in rest for url, rest in links if ".example/" in url)
    assert "javascript:" not in text
    table = get("/outages/reports?id=r1a").text
    assert '<a href="https://quillmail.example/r1a" rel="nofollow noopener">' in table


def test_an_outage_of_which_little_is_known_says_so(get: Get) -> None:
    text = get("/outage/o0000000000000002").text
    assert "not stated, so unknown" in text
    assert "time unknown" in text
    assert "not in the catalogue" in text
    assert "none is known" in text
    assert "some time in April 2026" in get("/outage/o0000000000000008").text


def test_a_merged_id_leads_to_the_outage(get: Get) -> None:
    answer = get("/outage/o00000000000000ff")
    assert (answer.status_code, answer.headers["location"]) == (301, FIRST)
    assert "There is no outage of this id." in get("/outage/o00000000000000fe").text


def test_a_service_that_is_not_watched_is_unknown(get: Get) -> None:
    assert "Unknown: no status page" in get("/service/tollgate").text
    assert "No outage is known to be going on" in get("/service/harbour").text
    assert "An outage is going on." in get("/service/quillmail").text
    assert "not in our catalogue" in get("/service/%3FVeltrix").text


def test_a_service_lists_the_outages_in_which_it_came_second(get: Get) -> None:
    assert FIRST in get("/service/parley").text


def test_the_sources_page_tells_what_fails(get: Get) -> None:
    text = get("/sources").text
    failing, stale = (text.split(f'id="{state}"')[1].split("</section>")[0] for state in ("failing", "stale"))
    assert "dailybyte" in failing
    assert "answered 503" in failing
    assert "tollgate" in stale
    assert "http error" in stale
    assert "80.0" in stale
    assert "parley" in text.split('id="unknown"')[1].split("</section>")[0]
    assert "retired" not in text


def test_the_sources_page_tells_what_is_silent_moved_or_was_never_confirmed(get: Get) -> None:
    text = get("/sources").text
    silent, moved = (text.split(f'id="{part}"')[1].split("</section>")[0] for part in ("silent", "moved"))
    assert "wirepost" in silent
    assert "48.0" in silent
    assert "https://wire.example/new.rss" in moved
    assert "dailybyte" not in silent + moved
    assert "unconfirmed (memory)" in text.split('id="failing"')[1].split("</section>")[0]
    assert get("/outages/sources.json?name=wirepost&_shape=array").json()[0]["silent"] == 1


def test_a_copy_is_shown_with_its_first(get: Get) -> None:
    text = get("/outage/o0000000000000001").text
    assert 'a copy of <a href="/outages/reports/r1b">r1b</a>' in text


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("/outages/outages.json?_search=zone", ["o0000000000000003"]),
        ("/outages/outages.json?_search=upgrades", ["o0000000000000005"]),
        ("/outages/outages.json?_search=inbox", ["o0000000000000001"]),
        ("/outages/outages.json?_search=veltrix", ["o0000000000000002"]),
        ("/outages/outages.json?_search=power+europe", []),
        ("/outages/outages.json?_search=canada", ["o0000000000000001"]),
        ("/outages/outages.json?_search=provider", []),
        ("/outages/outages.json?_search=nonesuch", []),
        ("/outages/reports.json?_search=locked+out", ["r1c"]),
        ("/outages/reports.json?_search=nonesuch", []),
    ],
)
def test_search_finds_the_right_rows_and_no_others(get: Get, address: str, ids: list[str]) -> None:
    assert [row["id"] for row in get(address + "&_shape=array").json()] == ids


def test_facets_are_those_of_the_rows(get: Get, site: Datasette) -> None:
    whole = get("/outages/outages.json").json()["facet_results"]
    assert set(whole) == {"phase", "status", "kind", "cause", "certainty", "severity", "service", "provider"}
    kinds = {r["value"]: r["count"] for r in whole["kind"]["results"]}
    assert kinds == {"outage": 20, "degradation": 9, "maintenance": 2}
    assert {"Quillmail", "Veltrix"} <= {r["label"] for r in whole["service"]["results"]}
    some = get("/outages/outages.json?kind=maintenance").json()["facet_results"]
    assert {r["value"]: r["count"] for r in some["cause"]["results"]} == {"maintenance": 2}
    followed = get(whole["cause"]["results"][-1]["toggle_url"].removeprefix("http://localhost")).json()
    assert followed["filtered_table_rows_count"] == whole["cause"]["results"][-1]["count"]


def test_a_facet_that_is_asked_for_by_name_is_counted(get: Get) -> None:
    found = get("/outages/outages.json?_facet=started_precision").json()["facet_results"]["started_precision"]
    assert sum(r["count"] for r in found["results"]) == 30


def test_large_selections_get_no_facets(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.publish.facets.ROWS_COUNTED", 3)
    assert get("/outages/outages.json?kind=outage").json()["facet_results"] == {}
    assert "facets timed out: phase, status" in get("/outages/outages?kind=outage").text


def test_suggesting_facets_is_off_and_a_set_value_stays(published: Any, site: Datasette, get: Get) -> None:
    assert get("/").status_code == 200
    assert site.setting("suggest_facets") is False
    (answer,) = ask_once(published.path, "/-/settings.json", settings={"default_page_size": 7})
    assert answer.json()["default_page_size"] == 7
    assert answer.json()["suggest_facets"] is False


def test_without_metadata_the_site_brings_its_own(published: Any) -> None:
    front, query = ask_once(published.path, "/outages/outages", "/outages/longest.json")
    assert "one row an event" in front.text
    assert query.status_code == 200


def test_without_a_published_file_the_site_says_so(tmp_path: Path) -> None:
    front, feed = ask_once(tmp_path / "outages.db", "/", "/outages.atom")
    assert (front.status_code, feed.status_code) == (503, 503)
    assert "Nothing is published here" in front.text


def test_the_file_is_offered_where_datasette_lets_it_be_taken(published: Any, get: Get) -> None:
    offer = 'href="/outages.db"'
    front, file = ask_once(published.path, "/", "/outages.db", immutables=[str(published.path)])
    assert offer in front.text
    assert file.content == published.path.read_bytes()
    assert offer not in get("/").text
    assert offer not in get("/about").text
    assert get("/outages.db").status_code == 403


def test_foreign_keys_show_names(get: Get) -> None:
    row = get("/outages/outages.json?id=o0000000000000001&_labels=on&_shape=objects").json()["rows"][0]
    assert row["service"] == {"value": "quillmail", "label": "Quillmail"}
    assert row["provider"] == {"value": "quill", "label": "Quill"}
    assert f'href="{FIRST}"' in get("/outages/outages").text
    assert f'href="{FIRST}"' in get("/outages/outages/o0000000000000001").text
    assert 'href="/service/%3FVeltrix"' in get("/outages/services/~3FVeltrix").text


def test_the_feed_is_atom(get: Get) -> None:
    answer = get("/outages.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert len(feed.entries) == 31
    assert len({e.id for e in feed.entries}) == 31
    newest = feed.entries[0]
    updated = [e.updated for e in feed.entries]
    assert updated == sorted(updated, reverse=True)
    entry = next(e for e in feed.entries if e.id == "tag:outagewire,2026:outage:o0000000000000001")
    assert entry.link == f"http://localhost{FIRST}"
    assert "<title>Quillmail: &lt;script&gt;document.title='owned'&lt;/script&gt; Mail is down</title>" in answer.text
    assert entry.updated == "2026-11-19T22:30:00Z"
    assert newest.updated <= feed.feed.updated


def test_the_feed_of_a_service(get: Get) -> None:
    feed = feedparser.parse(get("/outages.atom?service=parley").content)
    assert not feed.bozo
    assert feed.feed.id == "tag:outagewire,2026:outages:parley"
    assert {e.id[-17:] for e in feed.entries} == {"o0000000000000001", "o0000000000000007", "o0000000000000008"}
    assert get("/outages.atom?service=none").status_code == 404


def test_the_feed_is_limited(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.publish.feed.LIMIT", 5)
    assert len(feedparser.parse(get("/outages.atom").content).entries) == 5


def test_a_new_publication_shows_without_a_restart(filled: Any, as_of: datetime, tmp_path: Path) -> None:
    target = tmp_path / "outages.db"
    publish(filled, target, as_of=as_of)

    async def ask() -> list[str]:
        datasette = Datasette([str(target)])
        await datasette.invoke_startup()
        seen = [(await datasette.client.get("/outages/publication.json?_shape=array")).json()[0]["as_of"]]
        publish(filled, target, as_of=as_of.replace(hour=4))
        for _ in range(4):  # more often than there are threads
            seen += [(await datasette.client.get("/outages/publication.json?_shape=array")).json()[0]["as_of"]]
        datasette.databases["outages"].close()
        return seen

    assert asyncio.run(ask()) == ["2026-11-20T03:00:00Z", *["2026-11-20T04:00:00Z"] * 4]


def test_ages_are_told_against_the_clock(now: datetime) -> None:
    assert show.age("2026-11-20T02:00:00Z", now) == "1 hour ago"
    assert show.age(None, now) == "never"
    assert not show.is_old("2026-11-19T00:00:00Z", now)
    assert show.is_old("2026-11-18T00:00:00Z", now)


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [("2026-11-20T02:00:00Z", "started_at", "02:00 UTC on 20 November 2026"), ("dns", "cause", "DNS"),
     ("a new word", "cause", "a new word"), ("95", "duration_minutes", "1 hour 35 minutes"),
     ("data_loss", "symptoms", "data loss"), ("?Veltrix", "services", "Veltrix")],
)  # fmt: skip
def test_values_of_evidence_in_words(value: str, field: str, words: str) -> None:
    assert show.value_in_words(value, field) == words


@pytest.mark.parametrize("words", ["%22", "+%22%22+", "%22+%22"])
def test_a_search_for_quotation_marks_alone_is_none(get: Get, words: str) -> None:
    answer = get(f"/outages/outages.json?_shape=array&_search={words}")
    assert answer.status_code == 200
    assert answer.json() == get("/outages/outages.json?_shape=array").json()


def test_our_pages_are_for_reading(published: Any) -> None:
    async def ask() -> list[Any]:
        datasette = Datasette([str(published.path)])
        await datasette.invoke_startup()
        answers = [
            await datasette.client.request(method, path) for path in OURS for method in ("POST", "PUT", "DELETE")
        ]
        answers.append(await datasette.client.head("/"))
        for database in datasette.databases.values():
            database.close()
        return answers

    *refused, head = asyncio.run(ask())
    assert {answer.status_code for answer in refused} == {405}
    assert {answer.headers["allow"] for answer in refused} == {"GET, HEAD"}
    assert head.status_code == 200


MANY = "from outage_evidence a, outage_evidence b, outage_evidence c"


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [("select hex(zeroblob(300000000))", "too big"), ("select randomblob(2000000)", "too big"),
     (f"select printf('%.*c', 900000, 'x') {MANY}", "larger than 20,000,000 bytes"),
     (f"select zeroblob(900000), zeroblob(900000) {MANY}", "larger than 20,000,000 bytes")],
)  # fmt: skip
def test_a_query_cannot_fill_the_memory(get: Get, sql: str, refusal: str) -> None:
    answer = get("/outages.json?" + urlencode({"sql": sql}))
    assert answer.status_code == 400
    assert refusal in answer.json()["error"]
    again = get("/outages.json?" + urlencode({"sql": "select printf('%.*c', 900000, 'x') as x", "_shape": "array"}))
    assert [len(row["x"]) for row in again.json()] == [900000]


@pytest.mark.parametrize("path", ["/a/b/c/d", "/outages/outages/-/insert", "/outages/outages/a/b/c"])
def test_an_address_that_leads_nowhere_is_not_found(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert "/-/static-plugins/outagewire/site.css?" in answer.text, "an error looks like the other pages"


def test_an_error_escapes_what_was_asked(get: Get) -> None:
    answer = get("/outages/outages?_sort=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def test_a_refused_query_leaves_no_dump_of_what_it_held(get: Get, capsys: pytest.CaptureFixture[str]) -> None:
    assert get("/outages.json?sql=delete+from+outages").status_code == 400
    assert "locals" not in capsys.readouterr().out
