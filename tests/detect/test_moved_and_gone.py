"""Pages that moved, changed their platform, vanished, or never were status pages: each is called that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Source
from spiders.loader import load_sources
from tests.detect.conftest import FIXTURES, Apart, Sites
from tests.spiders.loopback import Answer, make_source, rss

API = "/api/v2/incidents.json"
HTML = {"Content-Type": "text/html"}
STATUSPAGE = (FIXTURES / "statuspage" / "incidents.json").read_bytes()
INCIDENT_IO = (FIXTURES / "incident_io" / "incidents.json").read_bytes()
INSTATUS = (FIXTURES / "instatus" / "summary.json").read_bytes()


def html(words: str) -> Answer:
    return Answer(f"<!DOCTYPE html><html><body>{words}</body></html>".encode(), headers=HTML)


def named(url: str, name: str) -> tuple[str, str]:
    """The site's address under a name, and the entry that resolves it: only declared addresses may be private."""
    host, _, port = url.removeprefix("http://").partition(":")
    return f"http://{name}:{port}", f"{name}={host}"


@pytest.fixture(scope="module")
def added(sites: Sites, apart: Apart, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("added")
    new, new_host = named(sites({API: STATUSPAGE, "/": html("Powered by Statuspage")}), "new.brightbox.example")
    gone = Answer(status=301, headers={"Location": f"{new}/"})
    old, old_host = named(sites({"/": gone, API: Answer(status=301, headers={"Location": new + API})}), "old.example")
    lent = Answer(status=302, headers={"Location": f"{new}/"})
    guest, guest_host = named(sites({"/": lent, API: STATUSPAGE}), "lent.example")
    pages = {
        "moved": old,
        "lent": guest,
        "shop": sites({"/": html("<h1>Buy our lamps</h1>")}),
        "blog": sites({"/": html("<h1>We use instatus.com</h1>")}),
        "parked": sites({"/": html("<h1>This domain is for sale</h1>"), API: STATUSPAGE}),
        "missing": sites({}),
        "all pages": sites({path: html("<div id='app'></div>") for path in ("/", API, "/summary.json", "/index.json")}),
        "quiet": sites({"/": html("Powered by Statuspage"), API: b'{"page": {"id": "kctbh9vrtdwd"}, "incidents": []}'}),
        "empty lists": sites({"/": Answer(b"[]")}),
        "forbidden": sites({"/robots.txt": Answer(b"User-agent: *\nDisallow: /\n"), "/": html(""), API: STATUSPAGE}),
        "elsewhere": sites({"/": Answer(status=302, headers={"Location": "http://127.0.3.99:9/"})}),
        "nowhere": "http://127.0.3.98:9",
        "no name": "http://status.nowhere.invalid",
    }
    hosts = f"{new_host},{old_host},{guest_host}"
    said = apart("add", pages=pages, folder=folder / "sources", fixtures=folder / "fixtures", hosts=hosts)
    return {"said": said, "folder": folder / "sources", "pages": pages, "new": new}


def test_a_page_that_moved_for_good_is_written_with_its_new_address(added: dict[str, Any]) -> None:
    said = added["said"]["moved"]
    assert (said["platform"], said["url"], said["moved"]) == ("statuspage", added["new"], added["new"] + "/")
    assert load_sources(added["folder"])[said["name"]].note == f"moved from {added['pages']['moved']}"


def test_a_page_that_lends_another_for_now_keeps_its_address(added: dict[str, Any]) -> None:
    said = added["said"]["lent"]
    assert (said["platform"], said["url"], said["moved"]) == ("statuspage", added["pages"]["lent"], None)


def test_a_quiet_page_is_told_by_its_shape(added: dict[str, Any]) -> None:
    assert (added["said"]["quiet"]["platform"], added["said"]["quiet"]["items"]) == ("statuspage", 0)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("shop", "shows no marker"),
        ("blog", "looks like instatus"),
        ("parked", "is no status page: the page says 'this domain is for sale'"),
        ("missing", "404 Not Found"),
        ("all pages", "shows no marker"),
        ("empty lists", "no platform understands"),
        ("forbidden", "robots.txt"),
        ("elsewhere", "private address"),
        ("nowhere", "refused the connection"),
        ("no name", "could not be resolved"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(name: str, sentence: str, added: dict[str, Any]) -> None:
    said = added["said"][name]
    assert said["platform"] is None
    assert sentence in said["refusal"]


def test_a_page_that_cannot_be_read_is_not_asked_for_everything(added: dict[str, Any], sites: Sites) -> None:
    for name in ("parked", "missing", "forbidden"):
        assert set(sites.web(added["pages"][name]).paths()) <= {"/"}, name


def test_a_strange_page_is_asked_once_for_each_address_and_for_few(added: dict[str, Any], sites: Sites) -> None:
    asked = sites.web(added["pages"]["shop"]).paths()
    assert len(asked) == len(set(asked)) < 45


PARKED = html("<title>Parked domain</title>")


@pytest.fixture(scope="module")
def checked(sites: Sites, apart: Apart) -> dict[str, dict[str, Any]]:
    new, new_host = named(sites({API: STATUSPAGE}), "here.example")
    moved = Answer(status=308, headers={"Location": new + API})
    old, old_host = named(sites({API: moved}), "there.example")
    feed = sites({"/feed.rss": rss()})
    pages: dict[str, str] = {
        "well": sites({API: STATUSPAGE}),
        "quiet": sites({API: b'{"page": {"id": "kctbh9vrtdwd"}, "incidents": []}'}),
        "moved": old,
        "same-api": sites({API: INCIDENT_IO, "/": html("")}),
        "other-api": sites({"/": html("Powered by instatus.com"), "/summary.json": INSTATUS}),
        "other-mark": sites({"/": html("Powered by instatus.com")}),
        "not-found": sites({}),
        "gone": sites({"/": Answer(status=410), API: Answer(status=410)}),
        "parked": sites({"/": PARKED, API: PARKED}),
        "no-name": "http://status.nowhere.invalid",
        "no-body": sites({API: Answer(b""), "/": html("")}),
        "no-server": "http://127.0.3.98:9",
        "error": sites({API: Answer(status=503), "/": html("")}),
        "forbidden": sites({"/robots.txt": Answer(b"User-agent: *\nDisallow: /\n"), API: STATUSPAGE}),
        "error-page": sites({API: html("Sorry!"), "/": html("Welcome")}),
    }
    sources: list[Source] = [make_source(name, url) for name, url in pages.items()]
    sources.append(make_source("calm-feed", f"{feed}/feed.rss", "feed"))
    rows = apart("check", sources=sources, hosts=f"{new_host},{old_host}")
    assert [row["source"] for row in rows] == [source.name for source in sources]
    return {row["source"]: row for row in rows}


@pytest.mark.parametrize(
    ("name", "state", "now", "words"),
    [
        ("well", "ok", None, "3 reports"),
        ("quiet", "ok", None, "0 reports"),
        ("calm-feed", "ok", None, "0 reports"),
        ("moved", "moved", "http://here.example", "moved for good"),
        ("same-api", "changed", "incident_io", "now speaks incident_io, not statuspage"),
        ("other-api", "changed", "instatus", "now speaks instatus"),
        ("other-mark", "changed", "instatus", "does not speak it"),
        ("not-found", "vanished", None, "404"),
        ("gone", "vanished", None, "410"),
        ("parked", "vanished", None, "parked"),
        ("no-name", "vanished", None, "could not be resolved"),
        ("no-body", "empty", None, "the body is empty"),
        ("no-server", "failing", None, "refused the connection"),
        ("error", "failing", None, "503"),
        ("forbidden", "failing", None, "robots.txt"),
        ("error-page", "failing", None, "HTML page"),
    ],
)
def test_each_source_is_called_what_it_is(
    name: str, state: str, now: str | None, words: str, checked: dict[str, Any]
) -> None:
    row = checked[name]
    assert row["state"] == state, row
    assert (row["now"] or "").startswith(now or "")
    assert bool(row["now"]) == bool(now)
    assert words in row["detail"]
    assert (row["items"] is not None) == (state in {"ok", "moved"})


def test_the_commands_say_what_they_found_and_the_exit_code_tells(sites: Sites, apart: Apart, tmp_path: Path) -> None:
    folder, db = tmp_path / "sources", tmp_path / "data" / "work.db"
    folder.mkdir()
    page = sites({"/": html("Powered by Statuspage"), API: STATUSPAGE})
    (folder / "statuspage.toml").write_text(f'# Pages.\n\n[zebra]\nurl = "{sites({})}"\n', encoding="utf-8")
    given = ["--sources", str(folder), "--db", str(db)]
    add = ["sources", "add", page]
    said, again, unnamed = apart(
        "command", lines=[[*add, "--service", "github", *given], [*add, *given], ["sources", "check", *given]]
    )
    assert said["code"] == 0, said
    assert "added github (statuspage)" in said["out"]
    assert "because html has 'powered by statuspage'" in said["out"]
    kept = db.parent / "fixtures" / "statuspage" / "github.json"
    assert kept.read_bytes() == STATUSPAGE
    golden = json.loads((FIXTURES / "statuspage" / "incidents.json.golden.json").read_text(encoding="utf-8"))
    written = json.loads(Path(f"{kept}.golden.json").read_text(encoding="utf-8"))
    assert [report["title"] for report in written["reports"]] == [report["title"] for report in golden["reports"]]
    assert list(load_sources(folder)) == ["github", "zebra"]
    assert (again["code"], "github is that source already" in again["err"]) == (2, True)
    assert (unnamed["code"], "--all" in unnamed["err"]) == (2, True)

    (everything,) = apart("command", lines=[["sources", "check", "--all", "--json", *given]])
    states = {row["source"]: row["state"] for row in json.loads(everything["out"])}
    assert (everything["code"], states) == (1, {"github": "ok", "zebra": "vanished"})
    (one,) = apart("command", lines=[["sources", "check", "github", *given]])
    assert (one["code"], one["out"].split()[:2]) == (0, ["ok", "github"])
    assert not db.exists()
