"""From hostile answers to the served page, all the way: nothing is executed, nothing ill looks well."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.spiders.loopback import Answer, entry, incident, incidents, page, rss

OWNED = "<script>document.title='owned'</script>"
# Markup is taken out of a title, but what is written as characters is text and stays.
WRITTEN = OWNED.replace("<", "&lt;").replace(">", "&gt;")
PICTURE = "<img src=x onerror=\"document.title='owned'\">"
LURE = "javascript:document.title='owned'"
ERROR_PAGE = b"<!doctype html><html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>"
# What each source answers and how its visit has to end.
ILL = {"sorry": "bad_shape", "sorry-feed": "bad_shape", "hollow": "empty", "blank-feed": "empty", "gone": "http_error"}
WELL = ("hostile", "quiet", "rumours")


def hostile() -> bytes:
    """Incidents whose every text tries to be more than text."""
    update = {
        "id": "u1",
        "status": "investigating",
        "body": f'{PICTURE} <a href="{LURE}">Requests</a> fail because of a faulty switch. {OWNED}',
        "created_at": "2026-11-18T10:05:00.000Z",
        "display_at": "2026-11-18T10:05:00.000Z",
        "affected_components": [],
    }
    return incidents(
        incident(
            1,
            f"{OWNED} {WRITTEN} GitHub API is down",
            status="investigating",
            resolved_at=None,
            shortlink=LURE,
            components=[{"id": "c1", "name": f"API {PICTURE}"}],
            incident_updates=[update],
        ),
        incident(2, f"{OWNED} Errors\x00 when pushing to GitHub", shortlink=LURE),
    )


def rumours(site: str) -> bytes:
    """A feed with a link that is no address of the web, and an article page with a script in it."""
    return rss(
        entry(1, LURE, f"GitHub is down, {WRITTEN} say users"),
        entry(2, f"{site}/story", "GitHub outage stops builds for two hours"),
    )


@dataclass
class Site:
    """The published site, the rows of the crawl behind it, and the files."""

    base: str
    command: Any
    summary: dict[str, Any]

    def read(self, path: str) -> str:
        return read(self.base + path)

    def rows(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.read(path))
        return rows


@pytest.fixture(scope="module")
def site(
    shared_web: Any, outagewire_in: Any, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    command = outagewire_in(tmp_path_factory.mktemp("hostile"), [f"{name}.test" for name in (*ILL, *WELL)])
    at = {name: f"http://{name}.test:{shared_web.port}" for name in (*ILL, *WELL)}
    listed, feed = "/api/v2/incidents.json", "/feed.xml"
    shared_web.routes |= {
        f"hostile.test{listed}": Answer(hostile()),
        f"quiet.test{listed}": Answer(incidents(incident(7, "Slow search"))),
        f"sorry.test{listed}": Answer(ERROR_PAGE, headers={"Content-Type": "text/html"}),
        f"hollow.test{listed}": Answer(b""),
        f"gone.test{listed}": Answer(b"gone", status=410),
        f"sorry-feed.test{feed}": Answer(ERROR_PAGE),
        f"blank-feed.test{feed}": Answer(b" \n\n "),
        f"rumours.test{feed}": Answer(rumours(at["rumours"])),
        "rumours.test/story": Answer(page(f"{OWNED} GitHub was down for two hours on Wednesday.")),
    }
    folder = command.sources(
        {
            "statuspage": {
                "hostile": {"url": at["hostile"], "service": "github"},
                "quiet": {"url": at["quiet"], "service": "discord"},
                "sorry": {"url": at["sorry"], "service": "slack"},
                "hollow": {"url": at["hollow"], "service": "zoom"},
                "gone": {"url": at["gone"], "service": "dropbox"},
            },
            "feed": {name: {"url": at[name] + feed} for name in ("sorry-feed", "blank-feed", "rumours")},
        }
    )
    done = command("nightly", "--sources", folder, "--db", command.db, "--json", "--workers", "1")
    assert done.returncode == 1, done.stderr  # Too many sources fail, which is what they are for.
    with serve_with_datasette(command.db.with_name("outages.db"), repository) as base:
        yield Site(base, command, json.loads(done.stdout))


@contextmanager
def serve_with_datasette(path: Path, repository: Path) -> Iterator[str]:
    """Plain Datasette on the published file, as any user of it would start it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", str(path), "--metadata", str(repository / "datasette-metadata.json")]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            assert process.poll() is None, "datasette ended at once"
            try:
                read(base + "/-/versions.json")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=20)


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own server
        text: str = answer.read().decode()
    return text


def hostile_outage(site: Site) -> str:
    rows = site.rows("/outages/outages.json?_shape=array")
    return next(row["id"] for row in rows if "document.title" in row["title"])


PAGES = (
    "/",
    "/outage/{}",
    "/outages/outages",
    "/outages/outages/{}",
    "/outages/reports",
    "/outages/issues",
    "/sources",
)


def test_each_visit_ends_in_a_row_that_says_what_happened(site: Site) -> None:
    assert {row["source"]: row["outcome"] for row in site.summary["failed"]} == ILL
    assert all(row["error"] for row in site.summary["failed"])
    runs = {row["source"]: row for row in site.command.dump(["source_runs"])["source_runs"]}
    assert {name: runs[name]["outcome"] for name in WELL} == dict.fromkeys(WELL, "ok")
    codes = {(row["source"], row["code"]) for row in site.command.dump(["issues"])["issues"]}
    assert {("hostile", "nul_character"), ("rumours", "bad_link")} <= codes


def test_nothing_is_lost(site: Site) -> None:
    reports = site.command.dump(["reports"])["reports"]
    assert sorted(row["source"] for row in reports) == ["hostile", "hostile", "quiet", "rumours", "rumours"]
    texts = [value for row in reports for value in row.values() if isinstance(value, str)]
    assert not any("\0" in text for text in texts)
    assert all(row["url"].startswith(("http://", "https://")) for row in reports)
    titles = [f"{OWNED} GitHub API is down", "Errors when pushing to GitHub"]
    assert sorted(row["title"] for row in reports if row["source"] == "hostile") == titles


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_foreign_markup(site: Site, path: str) -> None:
    html = site.read(path.format(hostile_outage(site)))
    assert "<script>document" not in html
    assert not re.search(r"<img[^>]*onerror", html)
    assert not re.search(r"(?:href|src)\s*=\s*[\"']?\s*javascript:", html, re.IGNORECASE)
    assert "\0" not in html


def test_the_title_is_shown_as_it_was_written(site: Site) -> None:
    for path in ("/", "/outage/{}", "/outages/outages"):
        assert "&lt;script&gt;document.title=" in site.read(path.format(hostile_outage(site))), path


def test_the_feed_of_outages_is_well_formed(site: Site) -> None:
    feed = site.read("/outages.atom")
    assert "<script" not in feed
    assert "javascript:" not in re.sub(r"<(title|summary|content)[^>]*>.*?</\1>", "", feed, flags=re.DOTALL)


def test_every_ill_source_is_named_and_none_is_green(site: Site) -> None:
    html = site.read("/sources")
    sections = dict(re.findall(r"<section aria-labelledby=\"(\w+)\">(.*?)</section>", html, re.DOTALL))
    for name, outcome in ILL.items():
        assert f">{name}</a>" in sections["failing"]
        assert f">{name}</a>" not in sections["ok"]
        assert outcome.replace("_", " ") in sections["failing"]
    assert "source-ok" not in sections["failing"]
    states = {row["name"]: row["state"] for row in site.rows("/outages/sources.json?_shape=array&_size=max")}
    assert states == dict.fromkeys(ILL, "failing") | dict.fromkeys(WELL, "ok")


def test_a_service_behind_an_ill_source_is_unknown(site: Site) -> None:
    rows = site.rows("/outages/services.json?_shape=array&_size=max&slug__in=slack,zoom,dropbox,discord")
    states = {row["slug"]: row["state"] for row in rows}
    assert states == {"slack": "unknown", "zoom": "unknown", "dropbox": "unknown", "discord": "none_known"}


@pytest.mark.slow
def test_a_real_browser_runs_none_of_it(site: Site, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not on this machine")
    html = dump_dom(chromium, f"{site.base}/outage/{hostile_outage(site)}", tmp_path)
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    assert title is not None
    assert title[1].strip() != "owned"
    assert "GitHub API is down" in title[1]
    # The browser does run scripts: the same words as markup of a page of ours are executed.
    bait = tmp_path / "bait.html"
    bait.write_text(f"<!doctype html><title>before</title>{OWNED}", encoding="utf-8")
    assert "<title>owned</title>" in dump_dom(chromium, bait.as_uri(), tmp_path)


def dump_dom(chromium: str, address: str, folder: Path) -> str:
    """The page as the browser has it after its scripts ran. The browser leaves no process behind."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += ["--disable-background-networking", f"--user-data-dir={folder / 'profile'}", "--dump-dom", address]
    browser = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        html, _ = browser.communicate(timeout=60)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
    return html
