"""`outagewire sources add --candidates` on sites that imitate platforms, vanish or are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spiders.candidates import load_candidates
from spiders.loader import load_sources
from spiders.tables import drop_table
from tests.detect.conftest import FIXTURES, Apart, Sites
from tests.spiders.loopback import Answer, entry, rss

STATUSPAGE = b"<!DOCTYPE html><html><head><meta name='x'></head><body>Powered by Statuspage</body></html>"
PLAIN = b"<!DOCTYPE html><html><head><title>All is well</title></head><body><h1>All is well</h1></body></html>"
INCIDENTS = (FIXTURES / "statuspage" / "incidents.json").read_bytes()
BETTER = (FIXTURES / "better_stack" / "index.json").read_bytes()
BLOG = PLAIN.replace(b"</title>", b"</title><link rel='alternate' type='application/rss+xml' href='/blog.rss'>")


def write(path: Path, pages: dict[str, tuple[str, str]]) -> Path:
    tables = [
        f'[{name}]\nservice = "{service}"\nurl = "{url}"\nwhy = "platform not known"\n'
        for name, (service, url) in pages.items()
    ]
    path.write_text("# Kept as it is.\n\n" + "\n".join(tables), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tried(sites: Sites, apart: Apart, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("adopted")
    better = sites({"/": PLAIN, "/index.json": BETTER})
    statuspage = sites({"/": STATUSPAGE, "/api/v2/incidents.json": INCIDENTS})
    pages = {
        "atlas": ("github", statuspage),
        "bare": ("gitlab", better),
        "blog": ("slack", sites({"/": BLOG, "/blog.rss": rss(entry(1, "https://n.example/1", "A new colour"))})),
        "gone": ("zoom", sites({"/": Answer(b"no", 404)})),
        "page": ("stripe", sites({"/": PLAIN})),
        "twin": ("github", statuspage + "/"),
        "written": ("github", sites({"/": PLAIN})),
    }
    file = write(folder / "candidates.toml", pages)
    sources = folder / "sources"
    sources.mkdir()
    (sources / "statuspage.toml").write_text('[written]\nservice = "github"\nurl = "https://w.example"\n')
    words = ["sources", "add", "--candidates", str(file), "--sources", str(sources), "--db", str(folder / "work.db")]
    [dry] = apart("command", lines=[[*words, "--dry-run", "--limit", "4", "--json"]])
    before = (file.read_text(encoding="utf-8"), sorted(path.name for path in folder.rglob("*")))
    [wet] = apart("command", lines=[[*words, "--json"]])
    return {"dry": dry, "wet": wet, "before": before, "file": file, "sources": sources, "better": better}


def rows(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    assert said["code"] == 0, said["err"]
    return {row["candidate"]: row for row in json.loads(said["out"])}


def test_a_dry_run_tells_and_writes_nothing(tried: dict[str, Any]) -> None:
    told = {name: (row["state"], row["platform"]) for name, row in rows(tried["dry"]).items()}
    assert told == {
        "atlas": ("found", "statuspage"),
        "bare": ("found", "better_stack"),
        "blog": ("left", None),
        "gone": ("left", None),
    }
    text, names = tried["before"]
    assert text.count("[") == 7
    assert names == ["candidates.toml", "sources", "statuspage.toml"]


def test_what_is_found_becomes_a_source(tried: dict[str, Any]) -> None:
    told = rows(tried["wet"])
    assert {name for name, row in told.items() if row["state"] == "added"} == {"atlas", "bare", "written"}
    sources = load_sources(tried["sources"])
    assert set(sources) == {"atlas", "bare", "written"}
    assert (sources["atlas"].platform, sources["atlas"].service) == ("statuspage", "github")
    assert (sources["bare"].platform, sources["bare"].url) == ("better_stack", tried["better"])
    assert list((tried["file"].parent / "fixtures").glob("statuspage/atlas*.golden.json"))


def test_every_other_one_stays_with_its_reason(tried: dict[str, Any]) -> None:
    assert set(load_candidates(tried["file"])) == {"blog", "gone", "page", "twin"}
    assert tried["file"].read_text(encoding="utf-8").startswith("# Kept as it is.\n")
    why = {name: row["why"] for name, row in rows(tried["wet"]).items() if row["state"] == "left"}
    assert "404" in why["gone"]
    assert "no platform understands" in why["page"]
    assert "nothing tells that it is a status page's" in why["blog"]
    assert "a source for" in why["twin"]


def test_only_the_table_of_that_name_is_taken_out(tmp_path: Path) -> None:
    file = write(tmp_path / "c.toml", {"a": ("github", "https://a.example"), "b": ("github", "https://b.example")})
    drop_table(file, "a")
    assert file.read_text(encoding="utf-8").startswith("# Kept as it is.\n\n[b]\n")
    drop_table(file, "b")
    assert file.read_text(encoding="utf-8") == "# Kept as it is.\n"


def test_no_address_goes_with_it(apart: Apart) -> None:
    [said] = apart("command", lines=[["sources", "add", "https://a.example", "--candidates", "none.toml"]])
    assert (said["code"], said["out"]) == (2, "")
    assert "takes no address" in said["err"]
