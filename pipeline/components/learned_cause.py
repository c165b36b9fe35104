"""What a sentence of a short text states as the cause, learned from sentences, where no rule finds one.

Worked sentence: no rule knows "the filler line ate our uplink for lunch", yet its words lie nearer to
sentences on networks than to any others. A word counts as itself, by its stem and by what it stands for
(`cause_words`). The find is the few words that speak most for the cause, and counts only where the rules are silent
(`choose_cause`), not even saying that no cause is known. A long text is left to the rules: most of its sentences are
on something else. The weights come from `python -m pipeline.train_cause`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from spacy.language import Language
from spacy.strings import hash_string  # type: ignore[attr-defined]
from spacy.tokens import Doc
from thinc.api import Model

from pipeline.components.cause_words import concept
from pipeline.components.finds import Find, add, finds, whole
from pipeline.components.judge import FOLDER, Features, batch, read_weights
from pipeline.components.lexicon import flatten
from pipeline.components.sentences import starts
from pipeline.terms import Cause

WEIGHTS = FOLDER / "cause.bin"
CLASSES: Final = tuple(sorted(Cause))
STATED: Final = frozenset({"trigger", "mechanism", "alone"})
"""Roles of what the rules find stated; after such a find nothing is left to learn."""
NONE = CLASSES.index(Cause.UNKNOWN)
LENGTH = 2**15
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+")
MOST_CHARACTERS = 600
SHORTEST, LONGEST = 15, 400
STATES = 0.9
"""Probability that a sentence states a cause at all, from which it is looked at."""
SHARE = 0.4
"""Share of the likeliest cause among all causes, from which it is named."""
QUOTED_WORDS = 6
STEM, SHORT_STEM = 6, 5


@cache
def model() -> Model[Any, Any]:
    """The model with the weights of the package."""
    return read_weights(WEIGHTS, len(CLASSES), LENGTH)


def sentence_features(sentence: str) -> Features:
    """Keys and counts of one sentence: its words, their stems, what they stand for, and pairs of stems side by side."""
    return joined(word_keys([m.group() for m in WORD.finditer(flatten(sentence))]))


def word_keys(words: Sequence[str]) -> list[list[int]]:
    """For each word the keys of the features that begin with it."""
    plain = ["0" if word.isdigit() else word for word in words]
    stems = [word[:STEM] for word in plain]
    keys = []
    for at, word in enumerate(plain):
        told = [f"word {word}", f"stem {word[:SHORT_STEM]}"]
        told += [f"pair {stems[at]} {stem}" for stem in stems[at + 1 : at + 2]]
        if (stands_for := concept(word)) is not None:
            told.append(f"is {stands_for}")
        keys.append([hash_string(feature) for feature in told])
    return keys


def joined(keys: Sequence[Sequence[int]]) -> Features:
    """The features of some words as the model takes them, each once."""
    found = np.unique(np.array([key for word in keys for key in word], dtype="uint64"))
    return found, np.ones(len(found), dtype="float32")


def judge_sentence(sentence: str) -> tuple[Cause, float]:
    """The likeliest cause of a sentence, and how likely it states one; `unknown` where no cause stands out."""
    scores = model().predict(batch([sentence_features(sentence)]))[0]
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    states = float(1 - likely[NONE])
    likely[NONE] = 0
    best = int(likely.argmax())
    return (CLASSES[best], states) if likely[best] >= SHARE * states else (Cause.UNKNOWN, states)


def telling_words(sentence: str, cause: Cause) -> tuple[int, int]:
    """Where in a sentence the few words stand that speak most for a cause."""
    places = [m.span() for m in WORD.finditer(flatten(sentence))]
    words = word_keys([m.group() for m in WORD.finditer(flatten(sentence))])
    scores = model().predict(batch([joined([keys]) for keys in words]))
    speaks = scores[:, CLASSES.index(cause)] - scores[:, NONE]
    size = min(QUOTED_WORDS, len(places))
    sums = [float(speaks[at : at + size].sum()) for at in range(len(places) - size + 1)]
    first = int(np.argmax(sums))
    return places[first][0], places[first + size - 1][1]


def silences(find: Find) -> bool:
    """Whether after this find of the rules nothing is left to learn: a cause is stated, or said not to be known."""
    role = find.data["role"]
    return role == "unstated" or (role in STATED and bool(find.confidence >= find.data["enough"]))


class LearnedCause:
    """The component: adds at most one find of field ``cause``, with the role ``learned``."""

    def __call__(self, doc: Doc) -> Doc:
        """Add the find of the sentence that most likely states a cause."""
        text = whole(doc)
        if len(text) > MOST_CHARACTERS or any(silences(find) for find in finds(doc, "cause")):
            return doc
        bounds = starts(text)
        best: Find | None = None
        for start, end in zip(bounds, [*bounds[1:], len(text)], strict=True):
            sentence = text[start:end]
            if not SHORTEST <= len(sentence.strip()) <= LONGEST:
                continue
            cause, states = judge_sentence(sentence)
            if cause is not Cause.UNKNOWN and states >= STATES and (best is None or states > best.confidence):
                first, last = (start + place for place in telling_words(sentence, cause))
                data = {"role": "learned", "sentence": (start, end), "cue": None, "depth": 0, "enough": STATES}
                best = Find("cause", first, last, text[first:last], cause, "learned.cause", states, data=data)
        if best is not None:
            add(doc, [best])
        return doc


@Language.factory("outagewire_learned_cause", assigns=["doc._.finds"], requires=["doc._.finds"])
def make_learned_cause(nlp: Language, name: str) -> LearnedCause:  # noqa: ARG001  (spaCy passes both)
    """The factory of the component."""
    return LearnedCause()
