"""What of a sentence those see that learned of causes: its words, their stems, what they stand for, and pairs of them.

Worked sentence: of "A card failed" it is "a", "card", "failed", their beginnings, HARDWARE and FAILS (`cause_words`),
HARDWARE before FAILS, and the stems side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from spacy.strings import hash_string  # type: ignore[attr-defined]

from pipeline.components.cause_words import concept
from pipeline.components.judge import Features
from pipeline.components.lexicon import flatten

WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+")
STEM, SHORT_STEM = 6, 5
NEAR = 6
"""Words within which two concepts are seen as a pair."""


def words_of(sentence: str) -> list[str]:
    """The words of a sentence in lower case; a number is a word."""
    return WORD.findall(flatten(sentence))


def word_keys(words: Sequence[str]) -> list[list[int]]:
    """For each word the keys of the features that begin with it."""
    plain = ["0" if word.isdigit() else word for word in words]
    stems = [word[:STEM] for word in plain]
    standing = [concept(word) for word in plain]
    keys = []
    for at, word in enumerate(plain):
        told = [f"word {word}", f"stem {word[:SHORT_STEM]}"]
        told += [f"pair {stems[at]} {stem}" for stem in stems[at + 1 : at + 2]]
        if standing[at] is not None:
            told.append(f"is {standing[at]}")
            after = next((name for name in standing[at + 1 : at + NEAR] if name is not None), None)
            told += [f"then {standing[at]} {after}"] if after else []
        keys.append([hash_string(feature) for feature in told])
    return keys


def joined(keys: Sequence[Sequence[int]]) -> Features:
    """The features of some words as the model takes them, each once."""
    found = np.unique(np.array([key for word in keys for key in word], dtype="uint64"))
    return found, np.ones(len(found), dtype="float32")
