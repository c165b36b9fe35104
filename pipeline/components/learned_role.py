"""What a time is the time of, learned from sentences, where no rule tells it.

Worked sentence: no cue of rules/times.toml knows "the tills lit up at 10:40", yet its words lie nearer to
the ends of sentences that were learned than to anything else. A word counts by its stem and by what it stands for
(`cause_words`), on which side of the time it stands, and whether another time lies between; the cues of the rules
count as words do, and so does whether the time is the first or the last of its text. The answer counts only where
the model is sure of it. The weights come from `python -m pipeline.train_when`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from spacy.strings import hash_string  # type: ignore[attr-defined]
from thinc.api import Model

from pipeline.components.cause_words import concept
from pipeline.components.judge import FOLDER, Features, batch, read_weights, told_likely
from pipeline.components.time_rules import CueHit, cue_index

WEIGHTS = FOLDER / "when.bin"
CLASSES: Final = ("start", "end", "detect", "posted", "other")
LENGTH = 2**15
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|[:%]")
REACH = 110
STEM = 5
NEAR_WORDS = 2
SURE: Final = {"start": 0.7, "end": 0.7, "detect": 0.8, "posted": 0.8, "other": 0.8}
"""Probability from which training counts a role as answered; what a text makes of it, see `likely_ends`."""

Place = tuple[tuple[int, int], tuple[int, int], tuple[int, int], bool]
"""Where a time stands: its span, the bounds of its sentence, the end of the time before and the start of the next (0
and the end of the text where there is none), and whether the times of the text run backwards."""


@cache
def model() -> Model[Any, Any]:
    """The model with the weights of the package."""
    return read_weights(WEIGHTS, len(CLASSES), LENGTH)


def role_features(text: str, place: Place) -> Features:
    """Keys and counts of one time: the words of its sentence, by side and by whether another time lies between."""
    (start, end), bounds, (before, behind), backwards = place
    left, right = max(bounds[0], start - REACH), min(bounds[1], end + REACH)
    found: list[str] = []
    found += _side("b", _words(text, max(left, before), start)[::-1])
    found += _side("a", _words(text, end, min(right, behind)))
    found += [f"B {key}" for word in _words(text, left, min(before, start)) for key in _keys(word)]
    found += [f"A {key}" for word in _words(text, max(behind, end), right) for key in _keys(word)]
    found.append(f"earlier {before > bounds[0]} later {behind < bounds[1]}")
    first, last = before == 0, behind >= len(text)
    found.append(f"first {last if backwards else first} last {first if backwards else last}")
    ahead = list(cue_index("cue", "before").hits(text, max(left, before), start))
    found += _cues("b", ahead[::-1])
    found += _cues("a", list(cue_index("cue", "after").hits(text, end, min(right, behind))))
    keys = np.unique(np.array([hash_string(key) for key in found], dtype="uint64"))
    return keys, np.ones(len(keys), dtype="float32")


def likely_roles(text: str, places: Sequence[Place]) -> list[Mapping[str, float]]:
    """How likely each time is of each role."""
    if not places:
        return []
    scores = model().predict(batch([role_features(text, place) for place in places]))
    return [dict(zip(CLASSES, map(float, likely), strict=True)) for likely in told_likely(scores)]


def _words(text: str, start: int, end: int) -> list[str]:
    return ["0" if word.isdigit() else word.lower() for word in WORD.findall(text, start, end)] if end > start else []


def _side(side: str, words: Sequence[str]) -> list[str]:
    """The features of the words of one side, the nearest first."""
    stems = [word[:STEM] for word in words]
    found = [f"{side}{at} {word}" for at, word in enumerate(words[:NEAR_WORDS])]
    found += [f"{side} {one} {other}" for one, other in pairwise(stems)]
    for word in words:
        found += [f"{key_side} {key}" for key in _keys(word) for key_side in (side, "s")]
    return found


def _cues(side: str, hits: Sequence[CueHit]) -> list[str]:
    """The features of the cues of one side, the nearest first."""
    found = [f"{side}0 says {hit.cue.role}" for hit in hits[:1]]
    return found + [f"{key} cue {hit.cue.id}" for hit in hits for key in (side, "s")]


def _keys(word: str) -> list[str]:
    stands_for = concept(word)
    return [word[:STEM], *([word] if len(word) > STEM else []), *([f"is {stands_for}"] if stands_for else [])]
