"""Takes the authors out of an article's text: the lines that name them, and what a page says of them at its end.

No author is stored. A name is left where it stands inside a sentence of the article: there it is not known from
the names of those that the article is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup

from spiders.news.linked_data import linked_data

LONGEST_LINE = 200
EDGE = 4
"""Lines at the beginning and end of a text in which a byline without a name in the metadata is looked for."""
MOST_NAMES = 20

_BYLINE = re.compile(
    r"^(?:(?:written|reported|reporting|edited|editing|posted|published|story|words|text) )?"
    r"(?:by|von|par|por|di|door|af|av|autor(?:in|es)?:?|author:?|auteur:?|redaktion:?|reporter:?|記者|文[:：])\s+\S.{1,80}$",
    re.IGNORECASE,
)
_NAME_LIKE = re.compile(r"\s(?:[A-ZÀ-Þ][\w'’.-]+\s+){1,3}[A-ZÀ-Þ][\w'’.-]+")
_ABOUT = re.compile(
    r"\b(?:is an?|covers|writes|reports|has been writing|ist (?:Redakteur|Autor)|est (?:journaliste|rédact))"
)
_AUTHOR_META = ("author", "article:author", "parsely-author", "dc.creator", "byl", "sailthru.author", "twitter:creator")


def without_authors(text: str, soup: BeautifulSoup) -> str:
    """`text` without its bylines and without the lines at its end that introduce an author."""
    names = [name.lower() for name in _names(soup)]
    lines = text.split("\n")
    last = len(lines) - EDGE
    return "\n".join(
        line
        for place, line in enumerate(lines)
        if not _tells_author(line.strip(), names, early=place < EDGE, late=place >= last)
    ).strip()


def _tells_author(line: str, names: list[str], *, early: bool, late: bool) -> bool:
    if not line or len(line) > 2 * LONGEST_LINE:
        return False
    low = line.lower()
    named = next((name for name in names if name in low), None)
    byline = len(line) <= LONGEST_LINE and _BYLINE.match(line) is not None
    if named is not None:
        return byline or len(line) <= 2 * len(named) + 20 or (late and _ABOUT.search(line) is not None)
    return byline and (early or late) and _NAME_LIKE.search(line) is not None and not line.endswith((".", "?", "!"))


def _names(soup: BeautifulSoup) -> Iterator[str]:
    """The names of persons that the page gives as its authors."""
    seen = 0
    for name in (*_of_meta(soup), *_of_linked_data(soup)):
        words = " ".join(name.split()).removeprefix("By ").strip()
        # A link or a single word is an account or the house itself, and would strike out more than a name.
        if " " in words and "://" not in words and len(words) <= 80 and seen < MOST_NAMES:
            seen += 1
            yield words


def _of_meta(soup: BeautifulSoup) -> Iterator[str]:
    for element in soup.find_all("meta"):
        key, value = element.get("name") or element.get("property"), element.get("content")
        if isinstance(key, str) and isinstance(value, str) and key.lower() in _AUTHOR_META:
            yield from re.split(r"\s*(?:,|;|\band\b|&)\s*", value)
    for element in soup.select('[rel="author"], [itemprop="author"], .byline .name, .author-name')[:MOST_NAMES]:
        yield element.get_text(" ")


def _of_linked_data(soup: BeautifulSoup) -> Iterator[str]:
    for part in linked_data(soup):
        found: Any = part.get("author")
        for author in found if isinstance(found, list) else [found]:
            name = author.get("name") if isinstance(author, dict) else author
            if isinstance(name, str):
                yield name
