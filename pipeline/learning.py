"""What the programs that train the small models share: how a model of many classes learns, and their command line.

A model is a regression of many classes over hashed features. Where it is not known which of several classes a row
belongs to, those are all allowed for it, and it is held only to their sum.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from thinc.api import Adam, Model

from pipeline.components.judge import Features, batch, blank, likely
from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class Course:
    """How a model learns: passes over all rows, step, and the pull of its weights towards zero."""

    rounds: int
    rate: float
    pull: float


@dataclass(frozen=True, slots=True)
class Row:
    """What is learned from: features, which classes are allowed (a 1 for each), how much the row counts."""

    seen: Features
    allowed: Sequence[float]
    weight: float = 1.0


def learn(rows: Sequence[Row], length: int, course: Course) -> Model[Any, Any]:
    """The model that has learned from these rows; `length` is that of its table of weights."""
    allowed = np.array([row.allowed for row in rows], dtype="float32")
    weight = np.array([[row.weight] for row in rows], dtype="float32")
    model = blank(allowed.shape[1], length)
    optimizer = Adam(course.rate, L2=course.pull, L2_is_weight_decay=False, grad_clip=0.0)
    seen = batch([row.seen for row in rows])
    for _ in range(course.rounds):
        scores, back = model.begin_update(seen)
        said = likely(scores)
        wanted = said * allowed + np.finfo("float32").tiny * allowed
        wanted /= wanted.sum(axis=1, keepdims=True)
        back(((said - wanted) * weight).astype("float32"))
        model.finish_update(optimizer)
    return model


def command(
    program: str,
    about: str,
    weights: Path,
    learned: Callable[[], tuple[Model[Any, Any], str]],
    held_out: Callable[[], Iterable[str]],
    arguments: Sequence[str] | None = None,
) -> int:
    """Train and write the weights, or with ``--folds`` tell how it does on what was held out; the exit code.

    `learned` gives the model and from what it learned, `held_out` the lines of the table; both may raise `UsageError`.
    """
    parser = argparse.ArgumentParser(prog=f"python -m pipeline.{program}", description=about.partition("\n\n")[0])
    parser.add_argument("--folds", action="store_true", help="print cross-validated counts and write nothing")
    parser.add_argument("--out", type=Path, default=weights)
    args = parser.parse_args(arguments)
    try:
        if args.folds:
            sys.stdout.writelines(f"{line}\n" for line in held_out())
            return 0
        model, what = learned()
        args.out.write_bytes(model.to_bytes())
    except (OSError, UsageError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{args.out}: learned from {what}\n")
    return 0
