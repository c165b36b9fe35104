"""The part that a sentence plays in the telling of an outage, learned from passages: what caused it, or something else.

Worked passage: of "The log level was raised. By noon the disk was full. Nobody could upload." the first sentence is the
root, the second a later link and the third a symptom, though each might be a root where it stood alone. So the model
sees, beside the words of a sentence, what the words around it stand for. The weights come from
`python -m pipeline.train_parts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from spacy.strings import hash_string  # type: ignore[attr-defined]
from thinc.api import Model

from pipeline.components.cause_words import concept
from pipeline.components.judge import FOLDER, Features, batch, read_weights, told_likely

WEIGHTS = FOLDER / "parts.bin"
PARTS: Final = ("root", "later", "symptom", "fix", "past", "denied", "rumour", "open", "nothing")
"""What brought the outage about; what came of that; what users met; what was done about it; what is of another, former
event; what was not the cause; what a crowd or the unnamed say; that the cause is not known; anything else."""
ROOT, LATER, OPEN = PARTS.index("root"), PARTS.index("later"), PARTS.index("open")
CAUSES: Final = frozenset({ROOT, LATER})
LENGTH = 2**16
BEGINNING = 3
REMEMBERED = 10_000  # features whose key is kept in memory

Words = Sequence[str]


@cache
def model() -> Model[Any, Any]:
    """The model with the weights of the package."""
    return read_weights(WEIGHTS, len(PARTS), LENGTH)


def part_features(sentences: Sequence[Words], seen: Sequence[Features]) -> list[Features]:
    """Keys and counts of each sentence of a text: its words, how it begins, where it stands, what is around it.

    `seen`: the features of the words of each sentence.
    """
    standing = [frozenset(filter(None, map(concept, words))) for words in sentences]
    before: set[str] = set()
    found = []
    for at, words in enumerate(sentences):
        own = [_key("begins " + " ".join(_plain(words[:size]))) for size in range(1, min(BEGINNING, len(words)) + 1)]
        if len(sentences) > 1:
            own.append(_key(_place(at, len(sentences))))
            own += [_key(f"before {name}") for name in before]
            for side, other in (("prev", at - 1), ("next", at + 1)):
                if 0 <= other < len(sentences):
                    own += [_key(f"{side} {name}") for name in standing[other]]
                    own += [_key(f"{side} begins {word}") for word in _plain(sentences[other][:1])]
        # In one order, whatever that of the sets: sums of shares would differ in their last bits from run to run.
        keys = np.concatenate([seen[at][0], np.sort(np.array(own, dtype="uint64"))])
        found.append((keys, np.ones(len(keys), dtype="float32")))
        before |= standing[at]
    return found


def judge_parts(features: Sequence[Features]) -> Any:
    """How likely each sentence plays each part: a row a sentence, a column for each of `PARTS`."""
    return told_likely(model().predict(batch(features)))


def _place(at: int, many: int) -> str:
    return "at first" if at == 0 else "at last" if at == many - 1 else "at second" if at == 1 else "at middle"


def _plain(words: Words) -> list[str]:
    return ["0" if word.isdigit() else word for word in words]


@lru_cache(maxsize=REMEMBERED)
def _key(feature: str) -> int:
    return int(hash_string(feature))
