"""The words of time as data: cues around times and lengths, parts of the day, numbers (rules/times.toml).

A cue is a list of plain phrases; `CueIndex` finds them by their first word, so that a search costs one
dictionary look-up a word and cannot backtrack.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

RULES = Path(__file__).parents[1] / "rules"
WORD = re.compile(r"[A-Za-z]+")
DEFAULT_REACH = 70
# A letter, or a hyphen with one: "fixed" is no word of "fixed-line".
JOINED = re.compile(r"[^\W\d_]|-(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Cue:
    """One group of phrases that say the same of the time they stand by."""

    id: str
    role: str
    side: str
    scope: str
    words: tuple[str, ...]
    example: str
    reach: int
    needs: str | None = None
    otherwise: str = "none"


@dataclass(frozen=True, slots=True)
class CueHit:
    """One phrase found: offsets in the text that was searched."""

    cue: Cue
    start: int
    end: int


class CueIndex:
    """Phrases by their first word; at one place the longest phrase wins."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        phrases: dict[str, list[tuple[str, Cue]]] = {}
        for cue in cues:
            for phrase in cue.words:
                first = WORD.match(phrase)
                if first is None:
                    raise ValueError(f"cue {cue.id}: {phrase!r} does not start with a letter")
                phrases.setdefault(first.group(), []).append((phrase, cue))
        self.phrases = {first: sorted(group, key=lambda g: -len(g[0])) for first, group in phrases.items()}

    def hits(self, text: str, start: int, end: int) -> Iterator[CueHit]:
        """Every cue in ``text[start:end]`` from left to right, without overlap."""
        window = text[start:end].replace("\n", " ").lower()
        if len(window) != end - start:
            return
        done = 0
        for word in WORD.finditer(window):
            at = word.start()
            if at < done:
                continue
            for phrase, cue in self.phrases.get(word.group(), ()):
                stop = at + len(phrase)
                if window.startswith(phrase, at) and not JOINED.match(window, stop):
                    done = stop
                    yield CueHit(cue, start + at, start + stop)
                    break


@cache
def load_times() -> Mapping[str, Any]:
    """The whole of rules/times.toml."""
    with (RULES / "times.toml").open("rb") as file:
        return tomllib.load(file)


def _cues(table: str) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            row["id"],
            row["role"],
            row["side"],
            row.get("scope", "near"),
            tuple(row["words"]),
            row["example"],
            row.get("reach", DEFAULT_REACH),
            row.get("needs"),
            row.get("otherwise", "none"),
        )
        for row in load_times()[table]
    )


@cache
def point_cues() -> tuple[Cue, ...]:
    """The cues around points and ranges of time."""
    return _cues("cue")


@cache
def length_cues() -> tuple[Cue, ...]:
    """The cues around lengths of time."""
    return _cues("length")


@cache
def cue_index(table: str, side: str) -> CueIndex:
    """The index of the cues of one table (``cue`` or ``length``) on one side of the time."""
    cues = point_cues() if table == "cue" else length_cues()
    return CueIndex(c for c in cues if c.side in (side, "both"))


def parts() -> Mapping[str, int]:
    """Parts of the day and the local hour each begins at."""
    hours: Mapping[str, int] = load_times()["parts"]
    return hours


def holidays() -> Mapping[str, str]:
    """Named days: "12-25", or "+1" for days after the fourth Thursday of November."""
    named: Mapping[str, str] = load_times()["holidays"]
    return named


def vague() -> Mapping[str, int]:
    """How many "a few" and "several" are taken for where only the order of size matters."""
    words: Mapping[str, int] = load_times()["vague"]
    return words


def numbers() -> Mapping[str, int]:
    """Number words up to ninety."""
    words: Mapping[str, int] = load_times()["numbers"]
    return words


def doings() -> Mapping[str, Sequence[str]]:
    """Nouns whose start is not the outage's, and those of maintenance, whose start may be."""
    words: Mapping[str, Sequence[str]] = load_times()["doings"]
    return words


def over_phrases() -> tuple[str, ...]:
    """Phrases by which an unlabelled post says that all is over."""
    return tuple(load_times()["over"]["words"])
