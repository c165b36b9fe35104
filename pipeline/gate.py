"""The gate before the language pipeline: whether a text may speak of an outage of a digital service.

It reads tens of thousands of short texts a second, knows neither spaCy nor SQL, and would rather let ten
texts pass in vain than miss one: what passes is read by the language pipeline, which decides.

The words are in `rules/gate.toml`. A `[[strong]]` group passes alone ("outage", "is down", "Störung im Netz").
A `[[weak]]` word ("down", "broken") passes beside a service of the catalogue, beside a word of `[[company]]`
("server", "website") or beside a weak word of another group. `[[faint]]` words of two groups ("not" and "load")
are one weak word together. A word that ends in ``*`` is the beginning of
words, one that begins with ``*`` the end or middle of words, as German and Dutch join them; words of scripts
that write no blanks are found anywhere.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.catalogue import RULES, load_catalogue
from pipeline.errors import CatalogueError
from pipeline.terms import SourceKind

READ = 1_500
"""Characters of the text that are read behind the title, as many as the language pipeline weighs."""
LEVELS = ("strong", "weak", "faint", "company")
UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""The scripts in which a word need not end where the next begins: Japanese, Chinese, Korean."""
PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "\n": " ", "\t": " ", "\xa0": " "}
    | dict(zip("áàâãäåéèêëíìîïóòôõöúùûüçñ", "aaaaaaeeeeiiiiooooouuuucn", strict=True))
)
SEAM = re.compile(rf"(?<=[{UNSPACED}])(?=[^\W{UNSPACED}])|(?<=[^\W{UNSPACED}])(?=[{UNSPACED}])")
"""Where such a script meets another one."""
WORD = re.compile(r"[^\W_]+")
HASHTAG = re.compile(r"#(\w{2,40}?)(?:is|_)?(?:down|outage|offline)\b")
AFTER = 24
"""Characters behind a word in which what takes its meaning away must begin."""


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one meaning. `unless_before` and `unless_after` match what takes the meaning away beside a word."""

    id: str
    level: str
    words: tuple[str, ...]
    example: str
    unless_before: re.Pattern[str] | None = None
    unless_after: re.Pattern[str] | None = None

    def means_it(self, flat: str, start: int, end: int) -> bool:
        """Whether the word that stands here is meant."""
        if self.unless_after and self.unless_after.match(flat, end, end + AFTER):
            return False
        return not (self.unless_before and self.unless_before.search(flat, max(0, start - AFTER), start))


@dataclass(frozen=True, slots=True)
class Screened:
    """Whether a text passes, and by which words."""

    passed: bool
    words: tuple[str, ...] = ()


def passes(title: str | None, text: str | None = None, *, kind: SourceKind | str) -> bool:
    """Whether this may speak of an outage of a digital service. Pure; `kind` is the kind of its source."""
    return screen(title, text, kind=kind).passed


def screen(title: str | None, text: str | None = None, *, kind: SourceKind | str) -> Screened:
    """The same, with the words that it passed by. A status page speaks of nothing else, so it always passes."""
    if kind == SourceKind.STATUS:
        return Screened(passed=True)
    flat = flatten(f"{title or ''} {(text or '')[:READ]}")
    groups, pattern = _load()
    weak: dict[str, str] = {}
    faint: dict[str, str] = {}
    company: str | None = None
    for match in pattern.finditer(flat):
        word = match.group()
        group = groups[word]
        if not group.means_it(flat, match.start(), match.end()):
            continue
        if group.level == "strong":
            return Screened(passed=True, words=(word,))
        if group.level == "company":
            company = word
        else:
            (weak if group.level == "weak" else faint).setdefault(group.id, word)
    if len(faint) > 1:
        weak["faint"] = " ".join(faint.values())
    words = tuple(weak.values())
    if not words:
        tag = _tagged(flat)
        return Screened(passed=tag is not None, words=(tag,) if tag else ())
    if len(words) == 1 and company is None:
        company = _name_in(flat, words[0])
        if company is None:
            return Screened(passed=False)
    return Screened(passed=True, words=words if company is None else (*words, company))


def flatten(text: str) -> str:
    """Lower case, plain apostrophes and blanks, no accents, which many posts leave out, and a blank between scripts."""
    flat = text.lower().translate(PLAIN)
    return flat if flat.isascii() else SEAM.sub(" ", flat)


def _tagged(flat: str) -> str | None:
    """The first hashtag that joins a service's name and a word for its failing, as in "#slackdown"."""
    if "#" not in flat:
        return None
    found = (match for match in HASHTAG.finditer(flat) if load_catalogue().joined(match[1]))
    return next((match.group() for match in found), None)


def _name_in(flat: str, besides: str) -> str | None:
    """The first name of a service in the text that is not the weak word itself."""
    names = _names()
    for word in WORD.finditer(flat):
        for name in names.get(word.group(), ()):
            end = word.start() + len(name)
            whole = not (name[-1].isalnum() and WORD.match(flat, end))
            if name != besides and whole and flat.startswith(name, word.start()):
                return name
    return None


@cache
def load_groups() -> tuple[Group, ...]:
    """The groups of `rules/gate.toml`. Raises `CatalogueError` where one is malformed or a word stands twice."""
    try:
        tables = tomllib.loads((RULES / "gate.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"gate.toml cannot be read: {error}") from error
    if unknown := set(tables) - set(LEVELS):
        raise CatalogueError(f"gate.toml: unknown tables {sorted(unknown)}")
    groups = tuple(_read(level, table) for level in LEVELS for table in tables.get(level, ()))
    words = [word.strip("*") for group in groups for word in group.words]
    if twice := {word for word in words if words.count(word) > 1}:
        raise CatalogueError(f"gate.toml: these words stand twice: {sorted(twice)}")
    return groups


def _read(level: str, table: Mapping[str, Any]) -> Group:
    known = {"id", "words", "example", "unless_before", "unless_after"}
    if (unknown := set(table) - known) or (missing := {"id", "words", "example"} - set(table)):
        raise CatalogueError(f"gate.toml: {table.get('id')}: unknown {sorted(unknown)}, missing {sorted(missing)}")
    try:
        before, after = (table.get(key) for key in ("unless_before", "unless_after"))
        return Group(
            id=table["id"],
            level=level,
            words=tuple(flatten(word) for word in table["words"]),
            example=table["example"],
            unless_before=re.compile(f"(?:{before})$") if before else None,
            unless_after=re.compile(after) if after else None,
        )
    except re.error as error:
        raise CatalogueError(f"gate.toml: {table['id']}: {error}") from error


@cache
def _load() -> tuple[Mapping[str, Group], re.Pattern[str]]:
    """The group of each word, and the one pattern that finds all of them."""
    groups = load_groups()
    return {word.strip("*"): group for group in groups for word in group.words}, alternation(
        word for group in groups for word in group.words
    )


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """The names of all services of the catalogue by the first word of each."""
    by_word: dict[str, tuple[str, ...]] = {}
    for name in map(flatten, load_catalogue().by_alias):
        first = WORD.match(name)
        if first and len(name) > 1:
            by_word[first.group()] = (*by_word.get(first.group(), ()), name)
    return by_word


def alternation(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many words, a tree of their letters; of two words that begin alike the longer is found."""
    edged: dict[str, Any] = {}
    loose: dict[str, Any] = {}
    spaceless = re.compile(f"[{UNSPACED}]")
    for word in words:
        node = loose if word.startswith("*") or spaceless.match(word) else edged
        for letter in word.strip("*"):
            node = node.setdefault(letter, {})
        ends = word[-1].isalnum() and not spaceless.match(word[-1])
        # An edge is told without naming scripts, which for each of the words would take long to compile.
        node[""] = r"(?![^\W_])" if ends else ""
    found = [rf"(?<![^\W_]){_write(edged)}"] if edged else []
    return re.compile("|".join([*found, *([_write(loose)] if loose else [])]))


def _write(node: Mapping[str, Any]) -> str:
    """The tree below a letter as a pattern, longer words first."""
    branches = [re.escape(letter) + _write(below) for letter, below in node.items() if letter]
    if "" in node:
        branches.append(node[""])
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
