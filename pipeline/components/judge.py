"""The trained half of relevance: a linear model over the concepts of a text, one and up to three in a row.

What it learned stands in `pipeline/weights`, written by `python -m pipeline.train`; thinc's sparse linear
layer hashes each feature into a fixed table (Weinberger and others, 2009), so that nothing grows.
"""

from __future__ import annotations

from collections.abc import Sequence
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
MOST_TITLE, MOST_TEXT = 40, 110
HEAD = 220
"""Characters at the beginning of a text without a title that are read as if they were one."""

Features = tuple[Any, Any]


def features(facts: Sequence[str], title: Sequence[str], text: Sequence[str]) -> Features:
    """Keys and counts, for `Model`: each fact alone, the rows of title and text as one to three in a row."""
    ops = NumpyOps()
    keys = [_hash("fact", facts)]
    for part, row, most in (("title", title, NGRAMS), ("text", text, NGRAMS - 1)):
        single = _hash(part, row)
        keys += [single, *(ops.ngrams(n, single) for n in range(2, min(most, len(row)) + 1))]
    found, counts = np.unique(np.concatenate(keys), return_counts=True)
    return found, np.minimum(counts, 1).astype("float32")


def _hash(part: str, row: Sequence[str]) -> Any:
    return np.array([hash_string(f"{part} {word}") for word in row], dtype="uint64")


def batch(rows: Sequence[Features]) -> tuple[Any, Any, Any]:
    """The form in which the model takes many texts."""
    lengths = np.array([len(keys) for keys, _ in rows], dtype="int32")
    return np.concatenate([k for k, _ in rows]), np.concatenate([c for _, c in rows]), lengths


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
