"""Authors are taken out of a text; the people that it is about stay."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from pipeline.model import Report
from spiders.news import article
from spiders.news.bylines import without_authors

STORY = (
    "The network was down on Tuesday.\nChief engineer Ada Quill said that a cable had been cut.\nIt came back at noon."
)
META = '<meta name="author" content="Robin Penwright and Sasha Inkwell">'
LINKED = '<script type="application/ld+json">{"author": [{"@type": "Person", "name": "Robin Penwright"}]}</script>'


def soup(head: str) -> BeautifulSoup:
    return BeautifulSoup(f"<html><head>{head}</head><body></body></html>", "lxml")


@pytest.mark.parametrize("head", [META, LINKED])
@pytest.mark.parametrize(
    "line", ["By Robin Penwright", "Robin Penwright, 3 March 2026", "Von Robin Penwright", "Robin Penwright"]
)
def test_a_named_author_is_taken_out(head: str, line: str) -> None:
    assert without_authors(f"{line}\n{STORY}", soup(head)) == STORY


def test_what_is_said_of_an_author_at_the_end_is_taken_out() -> None:
    tail = "Robin Penwright covers telecoms and has been writing for the Lantern since 2011, and more."
    assert without_authors(f"{STORY}\n{tail}", soup(META)) == STORY


@pytest.mark.parametrize(
    "line", ["By Sasha Inkwell", "Par Sasha Inkwell", "Autor: Sasha Inkwell", "Reporting by Sasha Inkwell"]
)
def test_a_byline_at_the_edge_needs_no_metadata(line: str) -> None:
    assert without_authors(f"{line}\n{STORY}", soup("")) == STORY


@pytest.mark.parametrize(
    "line",
    [
        "By noon the network was back.",
        "By Tuesday Morning all was well.",
        "Chief engineer Ada Quill, who has run the network since 2004, said by phone that the cut was found soon.",
    ],
)
def test_a_sentence_is_no_byline(line: str) -> None:
    assert without_authors(f"{line}\n{STORY}", soup(META)) == f"{line}\n{STORY}"


def test_an_article_has_no_author_left() -> None:
    text = "".join(
        f"<p>{line} This went on for a good while, and the town made do without it.</p>" for line in STORY.split("\n")
    )
    body = f"<html><head>{META}</head><body><article><p>By Robin Penwright</p>{text}</article></body></html>"
    said = article.parse(
        body.encode(), "https://news.lantern.example/a/b", Report("a", "t", "https://news.lantern.example/a")
    )
    assert isinstance(said, Report)
    assert "Ada Quill" in (said.text or "")
    assert "Penwright" not in repr(said)
