"""Marks and shapes, without a network; and the captured pages of one platform."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import CatalogueError
from spiders.markers import Page, feeds, load_markers
from tests.detect.conftest import FIXTURES, Apart, Sites
from tests.spiders.loopback import Answer

HERE = "https://status.brightbox.example"


def page(html: str = "", url: str = HERE, headers: tuple[tuple[str, str], ...] = ()) -> Page:
    return Page(url, url, headers, html)


@pytest.mark.parametrize(
    ("given", "platform"),
    [
        (page("<a href='https://www.incident.io/?utm=x'>Powered by</a>"), "incident_io"),
        (page(headers=(("X-Statuspage-Version", "0123abc"),)), "statuspage"),
        (page(url="https://brightbox.statuspage.io"), "statuspage"),
        (page(url="https://brightbox.instatus.com"), "instatus"),
        (page(url="https://status.cloud.google.com/summary"), "google_cloud"),
        (page(url="https://www.google.com/appsstatus/dashboard"), "google_workspace"),
        (page("<p>We moved to Uptime Kuma.</p>"), "uptime_kuma"),
    ],
)
def test_a_mark_suggests_its_platform(given: Page, platform: str) -> None:
    assert platform in load_markers().hints(given)


def test_a_page_of_another_host_that_ends_alike_has_no_mark() -> None:
    hints = load_markers().hints(page(url="https://notstatus.cloud.google.com.example.org"))
    assert "google_cloud" not in hints


@pytest.mark.parametrize(
    ("body", "platform"),
    [
        ({"page": {"id": "01J8ZPAGE0000000000000PAGE"}}, "incident_io"),
        ({"page": {"id": "kctbh9vrtdwd"}}, "statuspage"),
        ({"page": {"status": "UP"}}, "instatus"),
        ({"page": {"status": "HAS_ISSUES"}}, "checkly"),
        ([{"external_desc": "**Title:**\nMail is slow"}], "google_workspace"),
    ],
)
def test_a_shape_is_of_one_of_the_platforms_that_share_an_address(body: object, platform: str) -> None:
    markers, text = load_markers(), json.dumps(body).encode()
    rivals = ("incident_io", "statuspage", "instatus", "checkly", "google_workspace")
    assert [key for key in rivals if markers.fitting(key, [text])] == [platform]


def test_the_feeds_of_a_page_are_absolute_and_in_order() -> None:
    html = (
        "<link href='/a.atom?x=1&amp;y=2' rel='alternate' type='application/atom+xml'>"
        '<link rel="alternate" type="application/rss+xml" href="https://feeds.example/b">'
        '<link rel="stylesheet" type="text/css" href="c.css">'
    )
    assert feeds(page(html)) == [f"{HERE}/a.atom?x=1&y=2", "https://feeds.example/b"]


def test_an_id_is_taken_from_where_the_platform_shows_it() -> None:
    traits = load_markers().platforms["status_io"]
    html = "<a href='/pages/history/0123456789abcdef01234567'>History</a>"
    assert (
        traits.addresses(page(html))[0]
        == "https://api.status.io/1.0/status/0123456789abcdef01234567#status.brightbox.example"
    )
    assert traits.addresses(page("<p>nothing</p>")) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[x]\ncolour = 1\n", "unknown key colour"),
        ("[x]\nmarkers = [{ in = 'sky', pattern = 'a' }]\n", "not sky"),
        ("[x]\nids = ['(']\n", "missing )"),
        ("[x\n", "marks.toml"),
    ],
)
def test_a_malformed_file_of_marks_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=sentence.replace(")", "\\)")):
        load_markers(path)


@pytest.mark.shared
def test_captured_pages_are_of_the_platform_and_the_advertisement_is_none(
    shared: Path, sites: Sites, apart: Apart, tmp_path: Path
) -> None:
    body = (FIXTURES / "statuspage" / "incidents.json").read_bytes()
    pages, answers = sorted((shared / "replay" / "statuspage-html").glob("*.html")), {}
    for path in pages:
        html = Answer(path.read_bytes(), headers={"Content-Type": "text/html; charset=utf-8"})
        own = path.name.startswith("not-a-status-page")
        answers[path.stem] = sites({"/": html} if own else {"/": html, "/api/v2/incidents.json": body})
    said = apart("add", pages=answers, folder=tmp_path / "sources", fixtures=tmp_path / "fixtures")
    told = {name: list(row["hints"]) for name, row in said.items()}
    assert [name for name, row in said.items() if row["platform"] is None] == ["not-a-status-page_adzerk.statuspage.io"]
    assert sum(row["platform"] == "statuspage" for row in said.values()) == len(pages) - 1 == 18
    assert all(hints == ["statuspage"] for name, hints in told.items() if said[name]["platform"])
    assert "is no status page" in said["not-a-status-page_adzerk.statuspage.io"]["refusal"]
    assert all(sites.web(url).times("/api/v2/incidents.json") <= 1 for url in answers.values())
    assert sites.web(answers["not-a-status-page_adzerk.statuspage.io"]).paths() == ["/"]
