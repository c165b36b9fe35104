"""Edges on which a crawl was hurt once: endless heads, huge feeds and robots.txt, full disks, two crawls."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from pipeline.store import Store
from spiders import contents
from spiders.bodies import MOST_ENTRIES, load_feed
from spiders.contents import read_body
from spiders.faults import explain_fault, is_ending, patiently
from spiders.platforms import get_platform
from spiders.robots import AGENT
from spiders.robots_lines import lines_for
from tests.spiders.loopback import Answer, Crawls, Web, entry, incident, incidents, make_source, rss


def flood(handler: Any) -> Answer:
    """Headers as long as somebody reads them."""
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1_000_000):
            handler.wfile.write(f"X-Header-{number}: {'x' * 4000}\r\n".encode())
    return Answer()


@pytest.mark.parametrize("path", ["/api/v2/incidents.json", "/robots.txt"])
def test_headers_without_end_are_not_read_on(web: Web, crawls: Crawls, path: str) -> None:
    web.routes = {"/api/v2/incidents.json": Answer(incidents()), path: flood}
    [row] = crawls(make_source("ill", web.url))["failed"]
    assert row["outcome"] == "too_large"
    assert "the headers are larger than 262144 bytes" in row["error"]


def test_a_long_head_is_read(web: Web, crawls: Crawls) -> None:
    headers = {f"X-Header-{number}": "x" * 1000 for number in range(80)}
    web.routes["/api/v2/incidents.json"] = Answer(incidents(), headers=headers)
    assert crawls(make_source("well", web.url))["outcomes"] == {"ok": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_huge_feed_is_read_to_a_bound_and_that_is_named(encoding: str) -> None:
    links = [entry(n, f"https://n.example/{n}") for n in range(MOST_ENTRIES + 500)]
    body = rss(*links).decode().replace("encoding='utf-8'", f"encoding='{encoding}'").encode(encoding)
    read = read_body(get_platform("feed"), body, make_source("news", "https://n.example/feed", "feed"))
    assert [report.title for report in read.reports] == ["A service was down"] * MOST_ENTRIES
    assert [(issue.code, issue.detail) for issue in read.issues] == [
        ("too_many_entries", f"500 entries after the first {MOST_ENTRIES}")
    ]


def test_a_hundred_thousand_entries_take_a_bounded_time() -> None:
    def seconds(body: bytes) -> float:
        began = time.process_time()
        load_feed(body)
        return time.process_time() - began

    few, many = (rss(*(entry(n, f"https://n.example/{n}") for n in range(count))) for count in (MOST_ENTRIES, 100_000))
    assert seconds(many) < 3 * seconds(few) + 1


LINES = st.lists(
    st.sampled_from(
        (
            "User-agent: *", "User-agent: outagewire", "user-agent: OutageWire*", "User-agent: other",
            "Useragent other",
            "Disallow: /", "Disallow: /a", "Allow: /a/b", "Crawl-delay: 3", "Sitemap: https://a.example/s.xml",
            "Host: a",
            "Noindex: /x", "# a comment", "", "nonsense", "Disallow:", "User-agent:", "Disallow /c",
        )
    ),
    max_size=14,
)  # fmt: skip


@given(LINES)
def test_the_groups_of_others_change_nothing(lines: list[str]) -> None:
    text = "\n".join(lines)
    whole, ours = Protego.parse(text), Protego.parse(lines_for(AGENT, text))
    for path in ("", "a", "a/b", "a/b/c", "c"):
        assert ours.can_fetch(f"https://a.example/{path}", AGENT) == whole.can_fetch(f"https://a.example/{path}", AGENT)
    assert ours.crawl_delay(AGENT) == whole.crawl_delay(AGENT)


def test_a_robots_txt_of_thousands_of_agents_costs_little() -> None:
    agents = "\n".join(f"User-agent: bot{n}" for n in range(8_000))
    rules = "\n".join(f"Disallow: /{n}" for n in range(8_000))
    text = f"{agents}\n{rules}\nUser-agent: *\nDisallow: /mine"
    began = time.process_time()
    rules_for_us = Protego.parse(lines_for(AGENT, text))
    assert time.process_time() - began < 2
    assert not rules_for_us.can_fetch("https://a.example/mine", AGENT)
    assert rules_for_us.can_fetch("https://a.example/7", AGENT)


def test_a_listed_incident_that_cannot_be_read_is_not_withdrawn(web: Web, crawls: Crawls) -> None:
    listed = [incident(number, created_at=f"2026-11-1{number}T10:00:00.000Z") for number in range(1, 5)]
    source = make_source("page", web.url)
    web.routes["/api/v2/incidents.json"] = Answer(incidents(*listed))
    assert crawls(source)["items"] == 4
    web.routes["/api/v2/incidents.json"] = Answer(incidents(listed[0], listed[1], {**listed[2], "name": None}))
    assert crawls(source)["withdrawn"] == 0
    web.routes["/api/v2/incidents.json"] = Answer(incidents(listed[0], listed[1], listed[3]))
    assert crawls(source)["withdrawn"] == 1


def test_two_crawls_write_into_one_store(web: Web, crawls: Crawls, tmp_path: Path) -> None:
    bodies = [incidents(*(incident(100 * n + m) for m in range(40))) for n in range(60)]
    web.routes = {f"/{n}/api/v2/incidents.json": Answer(body) for n, body in enumerate(bodies)}
    sources = [make_source(f"s{n}", f"{web.url}/{n}") for n in range(60)]
    crawls(sources[0])
    other = Crawls(crawls.folder, crawls.now, job="other")

    def half(which: Crawls, part: list[Any]) -> dict[str, Any]:
        return which(*part)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(half, (crawls, other), (sources[:30], sources[30:])))
    assert [(each["failed"], sum(each["outcomes"].values())) for each in both] == [([], 30), ([], 30)]
    with Store(crawls.db) as store:
        assert store.db["reports"].count == 60 * 40


def test_a_transaction_that_read_what_another_changed_is_tried_again(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415 - SQL of a test alone

    one, other = (sqlite3.connect(tmp_path / "x.db", isolation_level=None) for _ in range(2))
    one.execute("PRAGMA journal_mode = WAL")
    one.execute("CREATE TABLE t (a INTEGER)")
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        try:
            one.execute("BEGIN")
            one.execute("SELECT count(*) FROM t").fetchone()
            if len(tries) == 1:
                other.execute("INSERT INTO t VALUES (1)")
            one.execute("INSERT INTO t VALUES (2)")
            one.execute("COMMIT")
        except sqlite3.Error:
            one.execute("ROLLBACK")
            raise

    patiently(work)
    assert len(tries) == 2
    assert one.execute("SELECT count(*) FROM t").fetchone() == (2,)


def test_a_read_only_database_has_its_words(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415 - SQL of a test alone

    with contextlib.closing(sqlite3.connect(tmp_path / "x.db")) as made:
        made.execute("CREATE TABLE t (a)")
    with contextlib.closing(sqlite3.connect(f"file:{tmp_path}/x.db?mode=ro", uri=True)) as connection:
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("INSERT INTO t VALUES (1)")
        assert is_ending(caught.value)
        assert "readonly" in str(explain_fault(caught.value))
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("SELECT no FROM such")
        assert (is_ending(caught.value), explain_fault(caught.value)) == (False, None)


def tables(folder: Path, text: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / "statuspage.toml").write_text(text, encoding="utf-8")
    return {**os.environ, "OUTAGEWIRE_SOURCES": str(folder), "OUTAGEWIRE_DB": str(folder / "work.db"),
            "OUTAGEWIRE_ARCHIVE": str(folder / "archive.db"), "OUTAGEWIRE_BACKOFF": "0"}  # fmt: skip


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, 2_500_000))
from pipeline.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_ends_the_crawl_with_one_line(web: Web, tmp_path: Path, repository: Path) -> None:
    large = incidents(*(incident(n, os.urandom(4000).hex()) for n in range(400)))
    web.routes["/api/v2/incidents.json"] = Answer(large)
    environment = tables(tmp_path / "sources", f'[full]\nservice = "github"\nurl = "{web.url}"\n')
    words = ["crawl", "--db", str(tmp_path / "run" / "work.db"), "--sources", str(tmp_path / "sources")]
    ended = subprocess.run(
        [sys.executable, "-c", FULL, *words],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr[-3000:]
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("outagewire crawl: nothing more can be written")
    assert ended.stdout == ""


def test_scrapy_crawl_tells_how_the_source_fared(web: Web, tmp_path: Path, repository: Path) -> None:
    web.routes["/well/api/v2/incidents.json"] = Answer(incidents())
    text = "".join(f'[{name}]\nservice = "github"\nurl = "{web.url}/{name}"\n' for name in ("ill", "well"))
    environment = tables(tmp_path / "sources", text)

    def code(name: str) -> int:
        command = [sys.executable, "-m", "scrapy", "crawl", name]
        return subprocess.run(command, cwd=repository, env=environment, capture_output=True, check=False).returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(code, ("well", "ill"))) == [0, 1]


def test_a_list_without_end_is_read_to_a_bound_and_nothing_is_missing_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MOST_REPORTS", 10)
    source, platform = make_source("page", "https://a.example"), get_platform("statuspage")
    read = read_body(platform, incidents(*map(incident, range(12))), source)
    assert (len(read.reports), read.complete, read.window_start) == (10, False, None)
    assert [issue.code for issue in read.issues if issue.code == "too_many_records"] == ["too_many_records"]
    assert read_body(platform, incidents(*map(incident, range(10))), source).complete
