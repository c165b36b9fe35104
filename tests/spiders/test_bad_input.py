"""Everything that can be wrong with an answer ends in a row that says what happened; nobody else's visit suffers.

All cases are sources of one crawl, which is the claim itself.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.spiders.loopback import Answer, Crawls, Web, entry, incident, incidents, make_source, rss, serve, zipped

API = "/api/v2/incidents.json"
JSON = {"Content-Type": "application/json"}
GZIP = JSON | {"Content-Encoding": "gzip"}
MEBIBYTE = 1 << 20


sent: list[int] = []


def hundred_mebibytes() -> Iterator[bytes]:
    for _ in range(100):
        sent.append(MEBIBYTE)
        yield b"x" * MEBIBYTE


def moved(to: str) -> Answer:
    return Answer(status=302, headers={"Location": to})


# What a page of status incidents answers, the outcome, and words of the sentence that explains it.
PAGES: dict[str, tuple[Answer, str, str]] = {
    "good": (Answer(incidents(), headers=JSON), "ok", ""),
    "empty": (Answer(), "empty", "the body is empty"),
    "blank": (Answer(b" \r\n"), "empty", "the body is empty"),
    "html": (Answer(b"<!doctype html><h1>Oops</h1>", headers={"Content-Type": "text/html"}), "bad_shape", "HTML page"),
    "other-object": (Answer(b'{"status": "ok"}', headers=JSON), "bad_shape", "an object with ['status']"),
    "other-list": (Answer(b"[1, 2]", headers=JSON), "bad_shape", "it is a list"),
    "cut-json": (Answer(incidents()[:200], headers=JSON), "bad_shape", "no JSON"),
    "deep-json": (Answer(b"[" * 100_000, headers=JSON), "bad_shape", "nested too deeply"),
    "utf-16": (Answer(b"\xfe\xff" + incidents().decode().encode("utf-16-be")), "ok", ""),
    "utf-16-header": (
        Answer(
            incidents().decode().encode("utf-16-le"), headers={"Content-Type": "application/json; charset=utf-16le"}
        ),
        "ok",
        "",
    ),
    "gzip": (Answer(zipped(incidents()), headers=GZIP), "ok", ""),
    "gzip-twice": (Answer(zipped(incidents()[:50]) + zipped(incidents()[50:]), headers=GZIP), "ok", ""),
    "gzip-truncated": (
        Answer(zipped(incidents())[:-30], headers=GZIP),
        "bad_shape",
        "gzip stream of the body is truncated",
    ),
    "gzip-broken": (
        Answer(b"\x1f\x8b\x07\x00nonsense", headers=GZIP),
        "bad_shape",
        "gzip stream of the body is broken",
    ),
    "gzip-bomb": (
        Answer(zipped(b" " * 40 * MEBIBYTE), headers=GZIP),
        "too_large",
        "unpacks to more than 33554432 bytes",
    ),
    "unasked-encoding": (Answer(b"x", headers={"Content-Encoding": "br"}), "bad_shape", "not asked for: br"),
    "large-stream": (Answer(stream=hundred_mebibytes), "too_large", "larger than 33554432 bytes"),
    "large-declared": (Answer(cut=100 * MEBIBYTE), "too_large", "larger than 33554432 bytes"),
    "cut-short": (Answer(incidents(), headers=JSON, cut=10), "connection", "truncated"),
    "missing": (Answer(b"no", status=404), "http_error", "the server answered 404 Not Found"),
    "odd-status": (Answer(b"no", status=499), "http_error", "the server answered 499"),
    "no-content": (Answer(status=204), "http_error", "the server answered 204 No Content"),
    "broken-server": (Answer(b"no", status=500), "http_error", "500 Internal Server Error"),
    "busy": (
        Answer(status=503, headers={"Retry-After": "3600"}),
        "http_error",
        "asked to come back after 3600 seconds",
    ),
    "too-many": (Answer(status=429, headers={"Retry-After": "60"}), "http_error", "429 Too Many Requests and asked"),
    "loop": (moved(f"/loop{API}"), "http_error", "more than 5 redirects"),
    "other-scheme": (moved("ftp://files.example/x"), "http_error", "the server answered 302 Found"),
    "moved": (moved(f"/good{API}"), "ok", ""),
    "defect": (Answer(incidents(), headers=JSON), "error", "ZeroDivisionError"),
    "null-date": (Answer(incidents(incident(1, created_at="next tuesday")), headers=JSON), "ok", ""),
    "nul": (Answer(incidents(incident(1, "<script>alert(1)</script>a\0b\ud800c")), headers=JSON), "ok", ""),
}

FEEDS: dict[str, tuple[Answer, str, str]] = {
    "feed-empty": (Answer(rss()), "ok", ""),
    "feed-html": (Answer(b"<html><body>Be right back</body></html>"), "bad_shape", "no RSS or Atom feed"),
    "feed-broken": (Answer(b"<?xml version='1.0'?><rss version='2.0'><chan"), "bad_shape", "broken"),
    "feed-half": (Answer(rss(entry(1, "/a"))[:-25] + b"& <"), "ok", ""),
    "feed-utf-16": (Answer(rss(entry(1, "/a")).decode().replace("utf-8", "utf-16").encode("utf-16")), "ok", ""),
    "feed-date": (Answer(rss(entry(1, "/a", date="the day before yesterday"))), "ok", ""),
    "feed-nul": (Answer(rss(entry(1, "/a", title="a\0b &lt;script&gt;alert(1)&lt;/script&gt;"))), "ok", ""),
}

# Where a public name redirects to: none of it is asked.
PRIVATE = {
    "to-loopback": "http://127.0.0.1:{port}/secret",
    "to-metadata": "http://169.254.169.254/latest/meta-data/",
    "to-private": "http://10.0.0.1/",
    "to-loopback-6": "http://[::1]:{port}/secret",
    "to-mapped": "http://[::ffff:127.0.0.1]:{port}/secret",
    "to-localhost": "http://localhost:{port}/secret",
    "to-short-form": "http://127.1:{port}/secret",
    "to-number": "http://2130706433:{port}/secret",
    "to-nowhere": "http://0.0.0.0:{port}/secret",
}

ROBOTS: dict[str, tuple[Answer, str, str]] = {
    "allows": (Answer(b"User-agent: *\nDisallow: /private\n"), "ok", ""),
    "absent": (Answer(status=404), "ok", ""),
    "forbidden": (Answer(status=403), "ok", ""),
    "denies": (Answer(b"User-agent: *\nDisallow: /\n"), "robots", "robots.txt of denies.example"),
    "denies-us": (
        Answer(b"User-agent: outagewire\nDisallow: /x/\n\nUser-agent: *\nAllow: /\n"),
        "robots",
        "does not allow",
    ),
    "fails": (Answer(status=503), "robots", "503 Service Unavailable, which forbids everything (RFC 9309)"),
    "limits": (Answer(status=429), "robots", "429 Too Many Requests, which forbids everything"),
    "hides": (moved("http://169.254.169.254/robots.txt"), "private_address", "169.254.169.254 is a private address"),
    "wanders": (moved("/robots.txt"), "ok", ""),
    "large": (Answer(b"Disallow: /\n" * 60_000), "robots", "larger than"),
}


@dataclass
class Seen:
    web: Web
    secret: Web
    summary: dict[str, Any]
    rows: dict[str, dict[str, Any]]
    issues: dict[str, list[tuple[str, str]]]
    reports: dict[str, list[dict[str, Any]]]
    log: str


@pytest.fixture(scope="module")
def seen(shared_web: Web, shared_crawls: Crawls) -> Iterator[Seen]:
    """All cases in one crawl, and what it left in the store."""
    secrets = serve()
    secret, web, url = next(secrets), shared_web, shared_web.url
    sources = [make_source(name, f"{url}/{name}") for name in PAGES]
    sources += [make_source(name, f"{url}/{name}", "feed") for name in FEEDS]
    sources += [make_source(name, f"http://{name}.example:{web.port}/x") for name in [*PRIVATE, *ROBOTS]]
    sources += [make_source("refused", "http://127.0.0.1:1"), make_source("rebound", f"http://127.1:{secret.port}/x")]
    web.routes |= {f"/{name}{API}": answer for name, (answer, _, _) in PAGES.items()}
    web.routes |= {f"/{name}": answer for name, (answer, _, _) in FEEDS.items()}
    web.routes |= {f"{name}.example/x{API}": moved(to.format(port=secret.port)) for name, to in PRIVATE.items()}
    web.routes |= {f"{name}.example/robots.txt": answer for name, (answer, _, _) in ROBOTS.items()}
    web.routes |= {f"{name}.example/x{API}": Answer(incidents(), headers=JSON) for name in ROBOTS}
    hosts = ",".join(f"{name}.example=127.0.0.1" for name in [*PRIVATE, *ROBOTS])
    settings = {"OUTAGEWIRE_HOSTS": hosts, "RETRY_TIMES": 1, "OUTAGEWIRE_ARTICLES": 0}
    summary = shared_crawls(*sources, settings=settings, defect="defect")
    with sqlite3.connect(shared_crawls.db) as db:
        db.row_factory = sqlite3.Row
        rows = {row["source"]: dict(row) for row in db.execute("SELECT * FROM source_runs")}
        issues: dict[str, list[tuple[str, str]]] = {}
        for row in db.execute("SELECT source, code, detail FROM issues"):
            issues.setdefault(row["source"], []).append((row["code"], row["detail"]))
        reports: dict[str, list[dict[str, Any]]] = {}
        for row in db.execute("SELECT * FROM reports"):
            reports.setdefault(row["source"], []).append(dict(row))
    yield Seen(web, secret, summary, rows, issues, reports, shared_crawls.log)
    secrets.close()


CASES = {name: (outcome, words) for name, (_, outcome, words) in (PAGES | FEEDS | ROBOTS).items()}
CASES |= dict.fromkeys(PRIVATE, ("private_address", "private address"))
CASES |= {"refused": ("connection", "127.0.0.1 refused the connection"), "rebound": ("private_address", "127.0.0.1")}


@pytest.mark.parametrize("name", CASES)
def test_the_row_says_what_happened(seen: Seen, name: str) -> None:
    outcome, words = CASES[name]
    row = seen.rows[name]
    assert (row["outcome"], words in (row["error"] or "")) == (outcome, True), row["error"]
    assert (row["error"] is None) == (outcome == "ok")


def test_a_failure_stores_nothing_and_success_something(seen: Seen) -> None:
    failed = {name for name, row in seen.rows.items() if row["outcome"] != "ok"}
    assert not failed & seen.reports.keys()
    assert {name for name, row in seen.rows.items() if row["items"]} == seen.reports.keys()
    assert seen.rows.keys() - failed - seen.reports.keys() == {"feed-empty"}
    assert {entry["source"] for entry in seen.summary["failed"]} == failed


def test_no_private_address_was_asked(seen: Seen) -> None:
    assert seen.secret.asked == []
    assert all(f"{name}.example" in {host for host, _, _ in seen.web.asked} for name in PRIVATE)


def test_the_sentence_names_the_redirect(seen: Seen) -> None:
    assert f"http://to-metadata.example:{seen.web.port}/x{API} redirects to" in seen.rows["to-metadata"]["error"]


@pytest.mark.parametrize(
    ("name", "times"),
    [("broken-server", 2), ("missing", 1), ("busy", 1), ("too-many", 1)],
)
def test_only_server_errors_are_retried(seen: Seen, name: str, times: int) -> None:
    asked = [
        path for host, path, _ in seen.web.asked if name in (host.split(".")[0], path.split("/")[1]) and API in path
    ]
    assert len(asked) == times


def test_denied_pages_are_not_asked(seen: Seen) -> None:
    asked = {host for host, path, _ in seen.web.asked if path != "/robots.txt"}
    assert not {"denies.example", "denies-us.example", "fails.example", "hides.example"} & asked


def test_large_bodies_are_not_held(seen: Seen) -> None:
    assert sum(sent) < 100 * MEBIBYTE
    assert seen.summary["peak"] < 300 * MEBIBYTE


def test_a_defect_is_logged_with_its_traceback(seen: Seen) -> None:
    assert "ZeroDivisionError" in seen.log
    assert seen.rows["defect"]["errors"] == 1


@pytest.mark.parametrize("name", ["null-date", "feed-date"])
def test_a_report_with_an_unreadable_date_is_kept(seen: Seen, name: str) -> None:
    (report,) = seen.reports[name]
    assert report["published_at"] is None
    assert "unreadable_date" in {code for code, _ in seen.issues[name]}


def test_a_broken_feed_with_entries_is_kept_and_named(seen: Seen) -> None:
    assert len(seen.reports["feed-half"]) == 1
    assert [code for code, _ in seen.issues["feed-half"]] == ["broken_xml"]


@pytest.mark.parametrize("name", ["nul", "feed-nul"])
def test_a_nul_is_dropped_and_counted(seen: Seen, name: str) -> None:
    (report,) = seen.reports[name]
    assert "\0" not in json.dumps(report)
    assert report["title"].replace(" ", "").replace("\ufffd", "").endswith(("abc", "ab", "ab<script>alert(1)</script>"))
    assert "nul_character" in {code for code, _ in seen.issues[name]}


def test_utf_16_reads_the_same(seen: Seen) -> None:
    titles = {
        name: seen.reports[name][0]["title"] for name in ("good", "utf-16", "utf-16-header", "gzip", "gzip-twice")
    }
    assert set(titles.values()) == {"Errors in the API"}
    assert seen.reports["feed-utf-16"][0]["title"] == "A service was down"


def test_a_slow_drip_ends_and_is_retried(web: Web, crawls: Crawls) -> None:
    """One byte at a time keeps a connection busy for ever: the time to the last byte is what counts."""

    def drip() -> Iterator[bytes]:
        for _ in range(60):
            yield b" "
            time.sleep(0.1)

    web.routes = {f"/a{API}": Answer(stream=drip)}
    summary = crawls(make_source("a", f"{web.url}/a"), settings={"DOWNLOAD_TIMEOUT": 1, "RETRY_TIMES": 1})
    sentence = "127.0.0.1 had not sent its whole answer after 1 seconds (asked 2 times)"
    assert summary["failed"] == [{"source": "a", "outcome": "timeout", "error": sentence}]
    assert summary["seconds"] < 6
