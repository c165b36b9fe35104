"""A text as a row of concepts: what the classifier of relevance reads instead of bare words.

Worked sentence: "the app wont load again" becomes "the", PART, NOT, WORKS, NOW, and so does "the site
doesn't open today". The lists stand in `rules/concepts.toml`; a name of the catalogue is SERVICE and a
number NUMBER, so that what was learned of one service holds for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

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


def row(text: str, names: Sequence[Span], most: int, maybes: Sequence[Span] = ()) -> list[str]:
    """At most `most` concepts and words of a text in order; see `walk`."""
    return [concept for _, concept in islice(walk(text, names, maybes), most)]


def walk(text: str, names: Sequence[Span], maybes: Sequence[Span] = ()) -> Iterator[tuple[int, str]]:
    """The concepts and words of a text with their offsets.

    `names` are the places of services in it, `maybes` those of words that may name one ("box", "signal").
    """
    flat = flatten(text)
    known, begin_phrases, asian = concepts(), openers(), not flat.isascii()
    behind, named = 0, 0
    places = sorted([(*span, "SERVICE") for span in names] + [(*span, "MAYBE") for span in maybes])
    for match in WORD.finditer(flat):
        start = match.start()
        if start < behind:
            continue
        while named < len(places) and places[named][1] <= start:
            named += 1
        word = match[0]
        if named < len(places) and places[named][0] <= start:
            behind = places[named][1]
            yield start, places[named][2]
        elif word in begin_phrases and (phrase := _phrase(flat, start)):
            behind = start + len(phrase)
            yield start, known[phrase]
        elif asian and UNSPACED.search(word):
            yield from ((start, concept) for concept in _runs(word))
        else:
            yield start, known.get(word) or ("NUMBER" if word.isdigit() else word)


def _phrase(flat: str, start: int) -> str | None:
    """The longest known phrase of several words at this place, if any."""
    ends = [match.end() for match in islice(WORD.finditer(flat, start), LONGEST)]
    return next((phrase for end in reversed(ends[1:]) if (phrase := flat[start:end]) in concepts()), None)


def _runs(word: str) -> Iterator[str]:
    """The concepts inside a run of signs without blanks."""
    yield from (name for phrase, name in unspaced() if phrase in word)
