"""What of a sentence those see that learned of causes: its words, their stems, what they stand for, and pairs of them.

Worked sentence: of "A card failed" it is "a", "card", "failed", their beginnings, HARDWARE and FAILS (`cause_words`),
HARDWARE before FAILS, and the stems side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from spacy.strings import hash_string  # type: ignore[attr-defined]

from pipeline.components.cause_words import concept
from pipeline.components.judge import Features
from pipeline.components.lexicon import flatten

WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+")
STEM, SHORT_STEM = 6, 5
REMEMBERED = 20_000  # words, and pairs of them, whose keys are kept in memory
NEAR = 6
"""Words within which two concepts are seen as a pair."""


def words_of(sentence: str) -> list[str]:
    """The words of a sentence in lower case; a number is a word."""
    return WORD.findall(flatten(sentence))


def word_keys(words: Sequence[str]) -> list[list[int]]:
    """For each word the keys of the features that begin with it."""
    plain = ["0" if word.isdigit() else word for word in words]
    known = [_alone(word) for word in plain]
    keys = []
    for at, (stem, name, alone) in enumerate(known):
        told = [*alone, *(_key("pair", stem, after) for after, _, _ in known[at + 1 : at + 2])]
        if name is not None:
            after = next((other for _, other, _ in known[at + 1 : at + NEAR] if other is not None), None)
            told += [_key("then", name, after)] if after else []
        keys.append(told)
    return keys


@lru_cache(maxsize=REMEMBERED)
def _alone(word: str) -> tuple[str, str | None, tuple[int, ...]]:
    """The stem of a word, what it stands for, and the keys of what it is without its neighbours."""
    name = concept(word)
    told = [f"word {word}", f"stem {word[:SHORT_STEM]}", *([f"is {name}"] if name else [])]
    return word[:STEM], name, tuple(hash_string(feature) for feature in told)


@lru_cache(maxsize=REMEMBERED)
def _key(kind: str, one: str, other: str) -> int:
    return int(hash_string(f"{kind} {one} {other}"))


def joined(keys: Sequence[Sequence[int]]) -> Features:
    """The features of some words as the model takes them, each once."""
    found = np.unique(np.array([key for word in keys for key in word], dtype="uint64"))
    return found, np.ones(len(found), dtype="float32")
