"""A new table goes into its place and leaves the others as they are."""

from __future__ import annotations

import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import CatalogueError
from pipeline.model import Source
from pipeline.terms import SourceKind
from spiders.tables import _insert, choose_name, write_table

BEFORE = """# Pages of one platform. A name is permanent.

[alder]
url = "https://status.alder.example"   # kept as it is

# Two pages, one company.
[birch]
service = "birch"
url = "https://status.birch.example"
"""


def source(name: str, service: str | None = None, note: str | None = None) -> Source:
    return Source(name, "statuspage", SourceKind.STATUS, f"https://status.{name}.example", service, note=note)


def test_a_table_is_put_before_the_next_name_and_its_comment(tmp_path: Path) -> None:
    path = tmp_path / "statuspage.toml"
    path.write_text(BEFORE, encoding="utf-8")
    write_table(path, source("aspen", "aspen", "moved"))
    lines = '[aspen]\nservice = "aspen"\nurl = "https://status.aspen.example"\nnote = "moved"\n\n'
    assert path.read_text(encoding="utf-8") == BEFORE.replace("# Two pages", lines + "# Two pages")
    assert list(tmp_path.iterdir()) == [path]


def test_the_last_and_the_first_table_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "statuspage.toml"
    write_table(path, source("elm"))
    write_table(path, source("yew"))
    assert path.read_text(encoding="utf-8") == (
        '[elm]\nurl = "https://status.elm.example"\n\n[yew]\nurl = "https://status.yew.example"\n'
    )


@pytest.mark.parametrize("text", ["[alder\n", BEFORE + "[elm]\nurl = 'https://x.example'\n"])
def test_a_file_that_cannot_take_it_stays_as_it_is(text: str, tmp_path: Path) -> None:
    path = tmp_path / "statuspage.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"statuspage\.toml"):
        write_table(path, source("elm"))
    assert path.read_text(encoding="utf-8") == text


NAMES = st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=8), unique=True, max_size=8)


@given(NAMES)
def test_in_whatever_order_tables_come_the_file_is_sorted_and_whole(names: list[str]) -> None:
    text = ""
    for name in names:
        text = _insert(text, source(name))
    assert list(tomllib.loads(text)) == sorted(names)


@pytest.mark.parametrize(
    ("url", "service", "known", "name"),
    [
        ("https://status.brightbox.example", "brightbox-mail", (), "brightbox-mail"),
        ("https://status.brightbox.example", None, (), "brightbox"),
        ("https://status.brightbox.example", None, ("brightbox",), "status-brightbox-example"),
        ("http://127.0.0.1:8080", None, ("127-0-0-1",), "127-0-0-1-8080"),
        ("https://stats.example/aB3", None, ("stats", "stats-example"), "stats-example-ab3"),
    ],
)
def test_a_name_is_free_and_lower_case(url: str, service: str | None, known: tuple[str, ...], name: str) -> None:
    assert choose_name(url, service, known) == name


def test_no_free_name_is_an_error() -> None:
    with pytest.raises(CatalogueError, match="by hand"):
        choose_name("https://stats.example", None, ("stats", "stats-example"))
