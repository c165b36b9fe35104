"""A text as a row of concepts: what the classifier of relevance reads instead of bare words.

Worked sentence: "the app wont load again" becomes "the", PART, NOT, WORKS, NOW, and so does "the site
doesn't open today". The lists stand in `rules/concepts.toml`; a name of the catalogue is SERVICE and a
number NUMBER, so that what was learned of one service holds for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import tables

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[?!%$#@]")
# Japanese and Chinese are written without blanks: a phrase is looked for anywhere in a run of their signs.
UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
LONGEST = 5

Span = tuple[int, int]


@cache
def concepts() -> dict[str, str]:
    """The concept of every phrase in its flat form. A phrase stands in one list alone; see `rules/concepts.toml`."""
    return {flatten(phrase): name.upper() for name, phrases in tables("concepts").items() for phrase in phrases}


@cache
def openers() -> frozenset[str]:
    """The words with which a phrase of several words begins."""
    return frozenset(found[0] for phrase in concepts() if len(found := WORD.findall(phrase)) > 1)


@cache
def unspaced() -> tuple[tuple[str, str], ...]:
    """The phrases of languages without blanks, with their concepts."""
    return tuple((phrase, name) for phrase, name in concepts().items() if UNSPACED.fullmatch(phrase))


def row(text: str, names: Sequence[Span], most: int) -> list[str]:
    """At most `most` concepts and words of a text in order; `names` are the places of services in it."""
    flat = flatten(text)
    words = [(m.group(), m.start(), m.end()) for m in WORD.finditer(flat)]
    at, found, known = 0, list[str](), concepts()
    while at < len(words) and len(found) < most:
        word, start, _ = words[at]
        end = max((stop for begin, stop in names if begin <= start < stop), default=None)
        if end is not None:
            found.append("SERVICE")
            while at < len(words) and words[at][1] < end:
                at += 1
            continue
        size = _phrase(flat, words, at) if word in openers() else 1
        phrase = flat[start : words[at + size - 1][2]]
        if UNSPACED.search(word):
            found.extend(_runs(word))
        elif word.isdigit():
            found.append(known.get(phrase, "NUMBER"))
        else:
            found.append(known.get(phrase, word))
        at += size
    return found[:most]


def _phrase(flat: str, words: Sequence[tuple[str, int, int]], at: int) -> int:
    """Of how many words the longest known phrase at this word is."""
    start = words[at][1]
    sizes = range(min(LONGEST, len(words) - at), 1, -1)
    return next((size for size in sizes if flat[start : words[at + size - 1][2]] in concepts()), 1)


def _runs(word: str) -> Iterator[str]:
    """The concepts inside a run of signs without blanks."""
    yield from (name for phrase, name in unspaced() if phrase in word)
