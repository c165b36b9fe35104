"""The crawl end to end over real HTTP: memory, article pages, manners, resuming and replay."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.model import report_id
from spiders.archive import Archive
from tests.spiders.loopback import Answer, Crawls, Web, entry, incident, incidents, make_source, page, rss, zipped

API = "/api/v2/incidents.json"


def rows(crawls: Crawls, sql: str, *parameters: object) -> list[dict[str, Any]]:
    with sqlite3.connect(crawls.db) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql, parameters)]


def contents(crawls: Crawls, *leave_out: str) -> dict[str, list[dict[str, Any]]]:
    """All that the store holds, without the columns that tell when it was last looked at."""
    tables = ("reports", "report_versions", "report_updates", "fetches", "robots", "source_runs", "issues")
    return {
        table: sorted(
            ({k: v for k, v in row.items() if k not in leave_out} for row in rows(crawls, f"SELECT * FROM {table}")),
            key=str,
        )
        for table in tables
    }


def test_the_second_round_asks_conditionally_and_writes_nothing(web: Web, crawls: Crawls) -> None:
    modified = {"Last-Modified": "Wed, 18 Nov 2026 10:00:00 GMT"}
    web.routes = {
        f"/tagged{API}": Answer(incidents(), headers={"ETag": '"v1"'}),
        f"/dated{API}": Answer(incidents(), headers=modified),
        f"/plain{API}": Answer(incidents()),
        f"/packed{API}": Answer(zipped(incidents()), headers={"Content-Encoding": "gzip"}),
    }
    sources = [make_source(name, f"{web.url}/{name}") for name in ("tagged", "dated", "plain", "packed")]
    first = crawls(*sources)
    before = contents(crawls, "fetched_at")
    asked = len(web.asked)
    second = crawls(*sources)
    assert (first["outcomes"], second["outcomes"]) == ({"ok": 4}, {"unchanged": 4})
    after = contents(crawls, "fetched_at")
    assert {k: v for k, v in after.items() if k != "source_runs"} == {
        k: v for k, v in before.items() if k != "source_runs"
    }
    headers = {path: sent for _, path, sent in web.asked[asked:]}
    assert headers[f"/tagged{API}"]["If-None-Match"] == '"v1"'
    assert headers[f"/dated{API}"]["If-Modified-Since"] == modified["Last-Modified"]
    assert {row["fetched_at"] for row in rows(crawls, "SELECT fetched_at FROM fetches")} == {"2026-11-20T04:00:00Z"}
    status = {
        row["source"]: row["http_status"]
        for row in rows(crawls, "SELECT * FROM source_runs WHERE outcome = 'unchanged'")
    }
    assert (status["tagged"], status["plain"]) == (304, 200)


def test_robots_are_kept_for_a_day(web: Web, crawls: Crawls) -> None:
    web.routes = {f"/a{API}": Answer(incidents()), "/robots.txt": Answer(b"User-agent: *\nDisallow: /b")}
    source, other = make_source("a", f"{web.url}/a"), make_source("b", f"{web.url}/b")
    crawls(source)
    crawls(source, other)
    assert web.times("/robots.txt") == 1
    assert rows(crawls, "SELECT outcome FROM source_runs WHERE source = 'b'") == [{"outcome": "robots"}]
    crawls.now += timedelta(days=1)
    crawls(source)
    assert web.times("/robots.txt") == 2


def test_we_say_who_we_are(web: Web, crawls: Crawls) -> None:
    web.routes = {f"/a{API}": Answer(incidents())}
    crawls(make_source("a", f"{web.url}/a"), settings={"OUTAGEWIRE_CONTACT": "https://outagewire.example/crawler"})
    for _, _, headers in web.asked:
        assert headers["User-Agent"] == "outagewire/0.1 (+https://outagewire.example/crawler)"
        assert headers["Connection"] == "close"
        assert "Cookie" not in headers


def test_a_host_is_asked_one_thing_at_a_time(web: Web, crawls: Crawls) -> None:
    web.routes = {f"/{n}{API}": Answer(incidents(), delay=0.05) for n in range(4)}
    sources = [make_source(f"s{n}", f"{web.url}/{n}") for n in range(4)]
    polite = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0.2, "DOWNLOAD_DELAY_JITTER": 0}
    assert crawls(*sources, settings=polite)["seconds"] > 3 * 0.2


def test_a_crawl_delay_is_kept(web: Web, crawls: Crawls) -> None:
    web.routes = {f"/{n}{API}": Answer(incidents()) for n in range(3)}
    web.routes["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.5")
    summary = crawls(*[make_source(f"s{n}", f"{web.url}/{n}") for n in range(3)], settings={"DOWNLOAD_DELAY": 0.01})
    assert summary["outcomes"] == {"ok": 3}
    assert summary["seconds"] > 0.6


def test_an_edit_and_a_withdrawal_are_seen(web: Web, crawls: Crawls) -> None:
    source = make_source("a", f"{web.url}/a")
    old = incident(3, created_at="2026-11-01T10:00:00.000Z")
    for body in (
        incidents(incident(1), incident(2), old),
        incidents(incident(1, "Errors in the API and the console"), old),
    ):
        web.routes = {f"/a{API}": Answer(body)}
        summary = crawls(source)
    assert (summary["changed"], summary["withdrawn"]) == (1, 1)
    (gone,) = rows(crawls, "SELECT native_id FROM reports WHERE withdrawn_at IS NOT NULL")
    assert gone["native_id"] == "inc2"
    assert len(rows(crawls, "SELECT * FROM report_versions")) == 1


def article_web(web: Web) -> None:
    web.routes = {
        "/feed": Answer(rss(*(entry(n, f"{web.url}/p{n}") for n in (1, 2, 3)))),
        "/p1": Answer(page("The login service was down.")),
        "/p2": Answer(page("The billing service was down."), headers={"ETag": '"p2"'}),
    }


def test_article_pages_are_followed_once(web: Web, crawls: Crawls) -> None:
    article_web(web)
    source = make_source("news", f"{web.url}/feed", "feed")
    first = crawls(source)
    assert (first["outcomes"], first["new"], first["errors"]) == ({"ok": 1}, 3, 1)
    text = {row["native_id"]: row["text"] for row in rows(crawls, "SELECT native_id, text FROM reports")}
    assert "The login service was down." in text["e1"]
    assert text["e3"] is None
    summaries = {row["summary"] for row in rows(crawls, "SELECT summary FROM reports")}
    assert summaries == {"Users could not log in."}
    (issue,) = rows(crawls, "SELECT * FROM issues")
    assert (issue["code"], issue["report_id"]) == ("article_failed", report_id("news", "e3"))
    assert issue["detail"] == f"{web.url}/p3: http_error: the server answered 404 Not Found"
    assert crawls(source)["outcomes"] == {"unchanged": 1}
    assert (web.times("/p1"), web.times("/p3")) == (1, 2)


def test_a_failing_page_is_left_alone_after_three_nights(web: Web, crawls: Crawls) -> None:
    article_web(web)
    for _ in range(5):
        crawls(make_source("news", f"{web.url}/feed", "feed"))
    assert web.times("/p3") == 3


def test_pages_a_run_are_bounded_and_the_rest_follows(web: Web, crawls: Crawls) -> None:
    article_web(web)
    web.routes["/p3"] = Answer(page("The search was down."))
    source = make_source("news", f"{web.url}/feed", "feed")
    for done in (2, 3, 3):
        crawls(source, settings={"OUTAGEWIRE_ARTICLES": 2})
        assert len(rows(crawls, "SELECT 1 FROM reports WHERE text IS NOT NULL")) == done
    assert len(web.paths()) == 3 + 3


def test_a_page_of_two_sources_is_read_for_both(web: Web, crawls: Crawls) -> None:
    article_web(web)
    web.routes["/other"] = Answer(rss(entry(7, f"{web.url}/p2")))
    crawls(make_source("news", f"{web.url}/feed", "feed"))
    crawls(make_source("other", f"{web.url}/other", "feed"))
    texts = rows(crawls, "SELECT text FROM reports WHERE url LIKE '%/p2'")
    assert len(texts) == 2
    assert texts[0] == texts[1]


def test_a_page_cannot_lead_inside(web: Web, crawls: Crawls) -> None:
    links = ["http://169.254.169.254/latest", "http://127.0.0.1:1/admin", "/moved"]
    web.routes = {
        "news.example/feed": Answer(rss(*(entry(n, link) for n, link in enumerate(links)))),
        "news.example/moved": Answer(status=301, headers={"Location": "http://10.1.2.3/"}),
    }
    base = f"http://news.example:{web.port}"
    web.routes["news.example/feed"] = Answer(
        rss(*(entry(n, link.replace("/moved", f"{base}/moved")) for n, link in enumerate(links)))
    )
    crawls(make_source("news", f"{base}/feed", "feed"), settings={"OUTAGEWIRE_HOSTS": "news.example=127.0.0.1"})
    details = [row["detail"] for row in rows(crawls, "SELECT detail FROM issues WHERE code = 'article_failed'")]
    assert len(details) == 3
    assert all("private_address" in detail for detail in details)


@pytest.mark.parametrize("bodies", [0, 1, 3])
def test_a_killed_run_resumes_to_the_same_tables(web: Web, crawls: Crawls, tmp_path: Path, bodies: int) -> None:
    article_web(web)
    web.routes |= {f"/a{API}": Answer(incidents(), headers={"ETag": '"1"'})}
    sources = [make_source("a", f"{web.url}/a"), make_source("news", f"{web.url}/feed", "feed")]
    whole = Crawls(tmp_path / "whole")
    whole(*sources)
    assert crawls(*sources, kill_after=bodies, code=137) == {}
    crawls.now = whole.now - timedelta(hours=1)
    crawls(*sources)
    assert contents(crawls, "requests", "bytes") == contents(whole, "requests", "bytes")


def test_a_source_of_an_unknown_service_is_told_before_anything_is_asked(web: Web, crawls: Crawls) -> None:
    crawls(make_source("a", f"{web.url}/a", service="no-such-service"), code=1)
    assert "there is no service 'no-such-service' in the catalogue" in crawls.log
    assert web.asked == []


RECORDED = datetime(2026, 11, 19, 8, 30, tzinfo=UTC)


def record(path: Path, answers: dict[str, Answer]) -> Path:
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for url, answer in answers.items():
            headers = StatusAndHeaders(f"{answer.status} X", list(answer.headers.items()), protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=BytesIO(answer.body),
                    http_headers=headers,
                    warc_headers_dict={"WARC-Date": RECORDED.isoformat().replace("+00:00", "Z")},
                )
            )
    return path


def test_a_replay_answers_everything_from_the_recording(crawls: Crawls, tmp_path: Path) -> None:
    site = "https://status.one.example"
    recorded = record(
        tmp_path / "web.warc.gz",
        {
            site + API: Answer(zipped(incidents()), headers={"ETag": '"1"', "Content-Encoding": "gzip"}),
            "https://two.example/feed": Answer(
                rss(entry(1, "https://two.example/a"), entry(2, "https://two.example/b"))
            ),
            "https://two.example/a": Answer(status=301, headers={"Location": "https://two.example/moved"}),
            "https://two.example/moved": Answer(page("The archive was down.")),
            "https://three.example/robots.txt": Answer(b"User-agent: *\nDisallow: /"),
            "https://three.example/feed": Answer(rss()),
            "https://four.example/feed": Answer(status=302, headers={"Location": "http://127.0.0.1/feed"}),
        },
    )
    sources = [
        make_source("one", site),
        *(make_source(n, f"https://{n}.example/feed", "feed") for n in ("two", "three")),
    ]
    sources += [
        make_source("four", "https://four.example/feed", "feed"),
        make_source("five", "https://five.example", "feed"),
    ]
    first = crawls(*sources, replay=recorded)
    outcome = {row["source"]: row["outcome"] for row in rows(crawls, "SELECT source, outcome FROM source_runs")}
    assert outcome == {"one": "ok", "two": "ok", "three": "robots", "four": "private_address", "five": "not_recorded"}
    assert {row["fetched_at"] for row in rows(crawls, "SELECT fetched_at FROM reports")} == {"2026-11-19T08:30:00Z"}
    assert "The archive was down." in rows(crawls, "SELECT text FROM reports WHERE native_id = 'e1'")[0]["text"]
    (issue,) = rows(crawls, "SELECT * FROM issues WHERE source = 'two'")
    assert "not_recorded: https://two.example/b is not in the recording" in issue["detail"]
    second = crawls(*sources, replay=recorded)
    assert (first["outcomes"]["ok"], second["outcomes"]["unchanged"]) == (2, 2)


def test_what_was_crawled_can_be_replayed(web: Web, crawls: Crawls, tmp_path: Path) -> None:
    article_web(web)
    web.routes |= {f"/a{API}": Answer(incidents())}
    web.routes["/gone/feed"] = Answer(status=301, headers={"Location": f"{web.url}/feed"})
    sources = [make_source("a", f"{web.url}/a"), make_source("news", f"{web.url}/gone/feed", "feed")]
    crawls(*sources)
    with Archive(crawls.archive) as archive:
        assert archive.export_warc(tmp_path / "kept.warc.gz") == 4
    again = Crawls(tmp_path / "again")
    again(*sources, replay=tmp_path / "kept.warc.gz")
    assert contents(again)["reports"] == contents(crawls)["reports"]


def test_plain_scrapy_crawls_one_source(web: Web, repository: Path, tmp_path: Path) -> None:
    web.routes = {f"/a{API}": Answer(incidents())}
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "statuspage.toml").write_text(
        f'[one]\nurl = "{web.url}/a"\n[two]\nurl = "{web.url}/b"\n', encoding="utf-8"
    )
    places = {
        "OUTAGEWIRE_DB": str(tmp_path / "w.db"),
        "OUTAGEWIRE_ARCHIVE": str(tmp_path / "a.db"),
        "OUTAGEWIRE_SOURCES": str(sources),
    }
    command = [sys.executable, "-m", "scrapy", "crawl", "one", "-s", "DOWNLOAD_DELAY=0"]
    done = subprocess.run(
        command, cwd=repository, env=os.environ | places, capture_output=True, text=True, check=True, timeout=60
    )
    assert "Spider closed (finished)" in done.stderr
    with sqlite3.connect(tmp_path / "w.db") as db:
        assert db.execute("SELECT source, outcome, new FROM source_runs").fetchall() == [("one", "ok", 1)]
        assert db.execute("SELECT name FROM sources WHERE active ORDER BY name").fetchall() == [("one",), ("two",)]
        assert db.execute("SELECT outcome FROM runs WHERE finished_at IS NOT NULL").fetchall() == [("finished",)]
