"""The rules of cause and context: how their patterns are written, compiled and matched.

Shared by `cause` and `context`. Both match a flat copy of the text (see `flatten`), so that a
pattern need not care for case, line breaks or typographic signs, and offsets stay those of the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from spacy.attrs import IDX, SENT_START
from spacy.tokens import Doc

from pipeline.components.heads import LETTERS, alternatives, heads, tree
from pipeline.components.ruleset import tables
from pipeline.components.sentence_breaks import with_cuts
from pipeline.errors import CatalogueError

Match = tuple[Mapping[str, Any], int, int]
"""A rule and where it matched."""

_PLAIN = {
    " ": "\t\n\r\v\f\u00a0\u2003\u2009\u202f",
    "\u2019": "'\u2018\u02bc",
    '"': "\u201c\u201d\u201e",
    "-": "\u2010\u2011\u2012",
}


def flatten(text: str) -> str:
    """The text in lower case, blanks as spaces, apostrophes curled, quotes and hyphens plain; offsets unchanged."""
    low = text.lower()
    if len(low) != len(text):  # a few letters, such as the dotted capital I, grow when lowered
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for plain, signs in _PLAIN.items():
        for sign in signs:
            low = low.replace(sign, plain)  # four times as fast as `translate` where most signs are absent
    return low


WORD = f"[a-z0-9]{{1,{LETTERS}}}"
_SPACE = re.compile(r"\[[^\]]*\]|\(\?<[=!][^)]*\)| (?![?*{])")


def widened(pattern: str) -> str:
    """The pattern with each plain space taking one to three; character classes and look-behinds stay as they are."""
    return _SPACE.sub(lambda m: " {1,3}" if m[0] == " " else m[0], pattern)


FULL_LINE = 48  # characters of a line that was broken because it was full
# Between a thing and what became of it: no word that begins another clause, and none that denies.
_BARRED = "and|but|or|so|which|that|when|while|as|because|if|after|not|never|no|[a-z]+n’t"
_BETWEEN = rf"(?:(?!(?:{_BARRED})\b)[\w’-]+ )"


@cache
def cause_rules() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The tables of `causes.toml`; a phrase of things and fates has its pattern written out.

    A fate tells what becomes of a thing, in words `before` it ("failed disk"), `after` it ("disk in the
    northern hall has failed") or `joined` to it ("disk failure").
    """
    rules = tables("causes")
    fates = {fate["id"]: fate for fate in rules["fate"]}
    return {
        **rules,
        "phrase": [
            {**r, "pattern": written(r["things"], fates[r["fate"]])} if "fate" in r else r for r in rules["phrase"]
        ],
    }


def written(things: str, fate: Mapping[str, str]) -> str:
    """The pattern for a thing that meets a fate."""
    parts = []
    if "before" in fate:
        parts.append(rf"(?:{fate['before']}) (?:[\w’-]+ ){{0,4}}?(?:{things})\b")
    if "after" in fate:
        parts.append(rf"(?:{things})(?:’s)? (?:(?:that|which) )?{_BETWEEN}{{0,7}}?(?:{fate['after']})\b")
    if "joined" in fate:
        parts.append(rf"(?:{things})[ -](?:[\w-]+ )?(?:{fate['joined']})\b")
    return "|".join(parts)


Entry = tuple[int, re.Pattern[str], Mapping[str, Any]]
"""A group, one alternative of a pattern of it, and the rule that it belongs to."""


class ByHead(dict[str, tuple[Entry, ...]]):
    """For the first letters of a word the alternatives that can begin so, in their order; made when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._under: dict[str, list[int]] = defaultdict(list)
        self._all: list[Entry] = []

    def begins(self) -> re.Pattern[str]:
        """What finds the words that any alternative can begin on, and of each the letters that count."""
        return re.compile(rf"(?<!\w)(?={tree(self._under)}){WORD}" if self._under else r"(?!)")

    def put(self, entry: Entry, begun: Iterable[str]) -> None:
        """Add an alternative under the letters that it can begin with."""
        for head in begun:
            self._under[head].append(len(self._all))
        self._all.append(entry)

    def __missing__(self, word: str) -> tuple[Entry, ...]:
        """Those under any beginning of the word: letters beyond its end cannot be matched."""
        places = {place for size in range(1, len(word) + 1) for place in self._under.get(word[:size], ())}
        self[word] = tuple(self._all[place] for place in sorted(places))
        return self[word]


class Alternation:
    """Groups of many patterns; at one place the first of a group wins, and what it matched is not matched again.

    A match begins with a word, so on each word those patterns are tried that begin as it does: nine tenths
    of the time is saved. `anywhere` lets a match begin inside a word or with a sign.
    """

    def __init__(self, *groups: Sequence[Mapping[str, Any]], anywhere: bool = False) -> None:
        self._groups = len(groups)
        self._by_head = ByHead()
        self._anywhere: list[Entry] = []
        for number, group in enumerate(groups):
            for rule in group:
                for alternative in alternatives(widened(rule["pattern"])):
                    entry = (number, re.compile(alternative), rule)
                    begun = heads(alternative)
                    if anywhere:
                        self._anywhere.append(entry)
                    elif begun is None:
                        raise CatalogueError(f"{rule['id']} may begin with anything: {alternative}")
                    else:
                        self._by_head.put(entry, begun)
        self._begins = self._by_head.begins()

    def find(self, flat: str, start: int, end: int) -> Iterator[Match]:
        """Each match between two offsets, in order of its place within its group."""
        behind = [start] * self._groups
        for word in self._begins.finditer(flat, start, end):
            at = word.start()
            for group, pattern, rule in self._by_head[word[0]]:
                if at >= behind[group] and (m := pattern.match(flat, at, end)):
                    behind[group] = m.end()
                    yield rule, at, m.end()

    def any(self, flat: str, start: int, end: int) -> bool:
        """Whether one of the patterns that may begin anywhere is found between two offsets."""
        return any(pattern.search(flat, start, end) for _, pattern, _ in self._anywhere)


def sentence_bounds(doc: Doc, text: str) -> list[tuple[int, int]]:
    """The character offsets of the sentences; the whole text where none are marked. None is longer than 1,500."""
    if not len(doc) or not doc.has_annotation("SENT_START"):
        return pieces_of(text, [0, len(text)])
    marks, offsets = doc.to_array([SENT_START, IDX]).T.astype("int64")  # `doc.sents` makes an object of every token
    begun = offsets[marks == 1].tolist()
    begun[0] = 0
    kept = [at for at in begun if at == 0 or not wrapped(text, at)]
    return pieces_of(text, [*kept, len(text)])


def pieces_of(text: str, edges: Sequence[int]) -> list[tuple[int, int]]:
    """The stretches between these edges, one that is too long cut in pieces."""
    return list(pairwise(with_cuts(text, edges)))


def wrapped(text: str, start: int) -> bool:
    """Whether a sentence was broken off only because its line was full: a capital may well begin the next line."""
    end = start - 1
    while end > 0 and text[end] == " ":
        end -= 1
    if text[end] != "\n" or text[end - 1] in ".!?:;\n ":
        return False
    return end - 1 - text.rfind("\n", 0, end) >= FULL_LINE
