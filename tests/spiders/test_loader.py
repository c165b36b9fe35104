"""Sources: the tables, the spiders made of them, and the contract that every table in the repository keeps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.settings import Settings

from pipeline.catalogue import load_catalogue
from pipeline.errors import CatalogueError
from pipeline.terms import SourceKind
from spiders.base import SourceSpider
from spiders.loader import SourceSpiderLoader, load_sources
from spiders.platforms import get_platform, load_platforms

SOURCES = load_sources()
SERVICES = load_catalogue().services


def contract_of(name: str) -> list[str]:
    """What a source breaks of the contract."""
    source = SOURCES[name]
    first, own = urlsplit(get_platform(source.platform).start(source)[0]), urlsplit(source.url)
    host = own.hostname or ""
    return [
        words
        for kept, words in (
            (own.scheme == first.scheme == "https", "all is asked over https"),
            # Statuspal's pages are subdomains of the host that answers for them.
            (
                first.hostname == host or host.endswith(f".{first.hostname}"),
                "the first request goes to the declared host",
            ),
            (source.service is None or source.service in SERVICES, "the service is in the catalogue"),
            (source.service or source.kind != SourceKind.STATUS, "a status page is a service's"),
        )
        if not kept
    ]


def test_every_source_keeps_the_contract() -> None:
    """One test for all: there are too many sources for a test each."""
    assert {name: broken for name in SOURCES if (broken := contract_of(name))} == {}


def test_a_source_is_six_lines_at_most(repository: Path) -> None:
    for path in (repository / "spiders" / "sources").glob("*.toml"):
        for table in path.read_text(encoding="utf-8").split("\n[")[1:]:
            assert len(table.strip().splitlines()) <= 6, table


def test_the_platforms_of_the_sources_are_known() -> None:
    assert {source.platform for source in SOURCES.values()} >= {"statuspage", "google_cloud", "aws", "feed"}
    assert load_platforms().keys() >= {source.platform for source in SOURCES.values()}
    assert "article" not in load_platforms()


def write(folder: Path, stem: str, text: str) -> Path:
    (folder / f"{stem}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_table_becomes_a_source(tmp_path: Path) -> None:
    table = '[our-blog]\nurl = "https://b.example/feed"\nkind = "postmortem"\nlanguage = "de"\nnote = "x"'
    write(tmp_path, "feed", table)
    source = load_sources(tmp_path)["our-blog"]
    assert (source.platform, source.kind, source.url) == ("feed", SourceKind.POSTMORTEM, "https://b.example/feed")
    assert (source.language, source.service, source.note) == ("de", None, "x")


def test_the_environment_names_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTAGEWIRE_SOURCES", str(write(tmp_path, "aws", '[ours]\nurl = "https://a.example"')))
    assert list(load_sources()) == ["ours"]


@pytest.mark.parametrize(
    ("stem", "text", "says"),
    [
        ("aws", '[a]\nurl = "https://a.example"\ncolour = "red"', r"aws\.toml \[a\]: unknown key colour"),
        ("aws", '[a]\nservice = "x"', "url is missing"),
        ("aws", '[a]\nurl = ""', "url must be text"),
        ("aws", '[a]\nurl = "https://a.example"\nlanguage = 3', "language must be text"),
        ("aws", '[a]\nurl = "ftp://a.example/x"', "not an address"),
        ("aws", '[a]\nurl = "https:///x"', "not an address"),
        ("aws", '[A]\nurl = "https://a.example"', "a name is"),
        ("aws", "a = 1", "a source is a table"),
        ("aws", "[a", r"aws\.toml"),
        ("feed", '[a]\nurl = "https://a.example"\nkind = "gossip"', "kind 'gossip'"),
        ("carrier_pigeon", '[a]\nurl = "https://a.example"', "no platform 'carrier_pigeon'"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, stem: str, text: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        load_sources(write(tmp_path, stem, text))


def test_a_name_is_used_once(tmp_path: Path) -> None:
    write(tmp_path, "aws", '[a]\nurl = "https://a.example"')
    write(tmp_path, "feed", '[a]\nurl = "https://b.example"')
    with pytest.raises(CatalogueError, match=r"used in aws\.toml as well"):
        load_sources(tmp_path)


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no directory"):
        load_sources(tmp_path / "none")


def test_the_loader_speaks_scrapys_protocol(tmp_path: Path) -> None:
    write(tmp_path, "statuspage", '[b]\nurl = "https://b.example"\n[a]\nurl = "https://a.example"')
    loader = SourceSpiderLoader.from_settings(Settings({"OUTAGEWIRE_SOURCES": str(tmp_path)}))
    assert loader.list() == ["a", "b"]
    spider = loader.load("b")
    assert issubclass(spider, SourceSpider)
    assert (spider.name, [s.name for s in spider.declared]) == ("b", ["b"])
    assert loader.find_by_request(Request("https://a.example/api/v2/incidents.json")) == ["a"]
    with pytest.raises(KeyError):
        loader.load("c")


def test_scrapy_list_names_every_source(repository: Path) -> None:
    command = [sys.executable, "-m", "scrapy", "list"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == list(SOURCES)
