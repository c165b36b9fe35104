"""The trained half of relevance: a linear model over the concepts of a text, one and up to three in a row.

What it learned stands in `pipeline/weights`, written by `python -m pipeline.train`; thinc's sparse linear
layer hashes each feature into a fixed table (Weinberger and others, 2009), so that nothing grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from spacy.strings import hash_string  # type: ignore[attr-defined]
from thinc.api import Model, NumpyOps, SparseLinear_v2

from pipeline.errors import ExtractError

FOLDER = Path(__file__).parent.parent / "weights"
WEIGHTS = FOLDER / "relevance.bin"
LENGTH = 2**17
NGRAMS = 3
MOST_PAIRED = 16
DIGITS = 4
STEM = 5

Features = tuple[Any, Any]


def features(
    facts: Sequence[str],
    title: Sequence[str],
    text: Sequence[str],
    shares: Mapping[str, float] | None = None,
    *,
    alone: str | None = None,
) -> Features:
    """Keys and values, for `Model`: each fact, the rows as one to three in a row, pairs of the title, and shares.

    The row of a text without a title is hashed twice, as a title and as what `alone` says, so that what holds for
    both is learned once and what holds for a post or a passage alone is learned beside it. Of its longer words the
    beginnings are hashed as well, since few posts share a word and more share a stem.
    """
    ops = NumpyOps()
    keys = [_hash("fact", facts), _hash("pair", pairs(title))]
    rows = [("title", title, NGRAMS), ("text", text, NGRAMS - 1), *([(alone, title, NGRAMS - 1)] if alone else [])]
    for part, row, most in rows:
        single = _hash(part, row)
        keys += [single, *(ops.ngrams(n, single) for n in range(2, min(most, len(row)) + 1))]
    if alone:
        keys.append(_hash("stem", [word[:STEM] for word in title if len(word) > STEM and not word.isupper()]))
    found = np.unique(np.concatenate(keys))
    values = np.ones(len(found), dtype="float32")
    if shares:
        found = np.concatenate([found, _hash("share", list(shares))])
        values = np.concatenate([values, np.array(list(shares.values()), dtype="float32")])
    return found, values


def pairs(row: Sequence[str]) -> list[str]:
    """Every two concepts of a row."""
    some = sorted({word for word in row if word.isupper() and word.isascii()})[:MOST_PAIRED]
    return [f"{one} {other}" for at, one in enumerate(some) for other in some[at + 1 :]]


def _hash(part: str, row: Sequence[str]) -> Any:
    return np.array([hash_string(f"{part} {word}") for word in row], dtype="uint64")


def batch(rows: Sequence[Features]) -> tuple[Any, Any, Any]:
    """The form in which the model takes many texts."""
    lengths = np.array([len(keys) for keys, _ in rows], dtype="int32")
    return np.concatenate([k for k, _ in rows]), np.concatenate([c for _, c in rows]), lengths


def likely(scores: Any) -> Any:
    """Scores of several classes as probabilities, row by row."""
    found = np.exp(scores - scores.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)


def told_likely(scores: Any) -> Any:
    """The same to `DIGITS` digits: sums may differ in their last bits from run to run, and what is stored may not."""
    return np.round(likely(scores).astype("float64"), DIGITS)


def blank(classes: int = 1, length: int = LENGTH) -> Model[Any, Any]:
    """A model before it has learned."""
    model: Model[Any, Any] = SparseLinear_v2(nO=classes, length=length)
    model.initialize()
    return model


def read_weights(path: Path, classes: int = 1, length: int = LENGTH) -> Model[Any, Any]:
    """A model with the weights of a file. Raises `ExtractError` where they are missing or of another make."""
    try:
        return blank(classes, length).from_bytes(path.read_bytes())
    except (OSError, ValueError, KeyError) as error:
        raise ExtractError(f"{path.name} cannot be read: {error}") from error


@cache
def learned() -> Model[Any, Any]:
    """The model of relevance, with the weights of the package."""
    return read_weights(WEIGHTS)


def judge(row: Features) -> float:
    """What the model adds to the score, in log odds."""
    return float(learned().predict(batch([row]))[0, 0])
