"""What is learned of a sentence: which cause it states, how likely it states one at all, and the part that it plays.

Worked sentence: no rule knows "the filler line ate our uplink for lunch", yet its words lie nearer to sentences on
networks than to any others, and behind "Nobody could work" it is most likely the root. Two models see the same words
(`sentence_words`): one of the causes, whose weights come from `python -m pipeline.train_cause`, and `sentence_parts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from thinc.api import Model

from pipeline.components.judge import DIGITS, FOLDER, Features, batch, read_weights, told_likely
from pipeline.components.lexicon import flatten
from pipeline.components.sentence_parts import LATER, ROOT, judge_parts, part_features
from pipeline.components.sentence_words import WORD, joined, word_keys, words_of
from pipeline.terms import Cause

WEIGHTS = FOLDER / "cause.bin"
CLASSES: Final = tuple(sorted(Cause))
NONE = CLASSES.index(Cause.UNKNOWN)
LENGTH = 2**16
LATER_SHARE = 0.2
"""What it counts that a sentence tells a later link rather than the root."""
PART_COUNTS, STATES_COUNT = 0.15, 0.7
"""Powers to which the models count in `plainness`: on the part of a sentence, and on whether it states a cause."""
SHARE = 0.4
"""Share of the likeliest cause among all causes, from which it is named."""
QUOTED_WORDS = 6


@cache
def model() -> Model[Any, Any]:
    """The model with the weights of the package."""
    return read_weights(WEIGHTS, len(CLASSES), LENGTH)


def sentence_features(sentence: str) -> Features:
    """Keys and counts of one sentence."""
    return joined(word_keys(words_of(sentence)))


@dataclass(frozen=True, slots=True)
class Judged:
    """What was learned of one sentence: its likeliest cause, how likely it states one at all, and its part."""

    start: int
    end: int
    cause: Cause
    states: float
    parts: Sequence[float]

    @property
    def plainness(self) -> float:
        """How plainly the sentence tells the root, by both models."""
        part = min(1.0, self.parts[ROOT] + LATER_SHARE * self.parts[LATER])
        return float(part**PART_COUNTS * self.states**STATES_COUNT)


def judge_sentences(text: str, bounds: Sequence[tuple[int, int]]) -> list[Judged]:
    """What was learned of each sentence of a text, in order; `unknown` where no cause stands out."""
    words = [words_of(text[start:end]) for start, end in bounds]
    seen = [joined(word_keys(some)) for some in words]
    shares = told_likely(model().predict(batch(seen)))
    parts = judge_parts(part_features(words, seen))
    states = 1 - shares[:, NONE]
    shares[:, NONE] = 0
    stands_out = shares.max(axis=1) >= SHARE * states
    return [
        Judged(*span, CLASSES[at] if plain else Cause.UNKNOWN, float(sure), part)
        for span, at, plain, sure, part in zip(bounds, shares.argmax(axis=1), stands_out, states, parts, strict=True)
    ]


def telling_words(sentence: str, cause: Cause) -> tuple[int, int]:
    """Where in a sentence the few words stand that speak most for a cause."""
    places = [m.span() for m in WORD.finditer(flatten(sentence))]
    words = word_keys([m.group() for m in WORD.finditer(flatten(sentence))])
    scores = model().predict(batch([joined([keys]) for keys in words]))
    speaks = scores[:, CLASSES.index(cause)] - scores[:, NONE]
    size = min(QUOTED_WORDS, len(places))
    sums = [round(float(speaks[at : at + size].sum()), DIGITS) for at in range(len(places) - size + 1)]
    first = int(np.argmax(sums))
    return places[first][0], places[first + size - 1][1]
