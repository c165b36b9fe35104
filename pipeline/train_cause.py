"""Train what a sentence states as the cause: ``python -m pipeline.train_cause [--folds]``.

It learns from `data/training/causes/*.txt` (a line a sentence, the category before it) and from the
examples of the rules of cause, and writes `pipeline/weights/cause.bin`. All of it is in the repository, so
the same weights can be made by anyone. With ``--folds`` it prints how sentences fare that it did not learn from.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from thinc.api import Adam, Model

from pipeline.components.judge import Features, batch, blank
from pipeline.components.learned_cause import CLASSES, LENGTH, NONE, SHARE, STATES, WEIGHTS, sentence_features
from pipeline.errors import UsageError
from pipeline.model import digest
from pipeline.terms import Cause

FOLDER = Path(__file__).parent.parent / "data" / "training"
ROUNDS, RATE, PULL = 200, 0.05, 1.0
FOLDS = 5
WITHOUT = 0.5
"""What a line without a cause counts that was written for relevance."""
EVERY = 4
"""One in so many of those lines is taken."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One labelled sentence."""

    text: str
    cause: Cause
    weight: float
    seen: Features


def read_sentences(folder: Path = FOLDER) -> list[Sentence]:
    """All labelled sentences. Raises `UsageError` for a line of another form."""
    found = []
    for path in sorted((folder / "causes").glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, text = line.partition(": ")
            if name not in set(Cause) or not text.strip():
                raise UsageError(f"{path.name}, line {number}: a line is a cause, a colon and a sentence")
            found.append(Sentence(text, Cause(name), 1.0, sentence_features(text)))
    for name, sign in (("posts", "+ "), ("forum", "+ "), ("headlines", "- ")):
        lines = [line for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line[:2] == sign]
        texts = [line[2:] for line in lines[::EVERY]]
        found += [Sentence(text, Cause.UNKNOWN, WITHOUT, sentence_features(text)) for text in texts]
    return found


def fit(sentences: Sequence[Sentence]) -> Model[Any, Any]:
    """The model that has learned from these sentences: logistic regression of many classes."""
    model = blank(len(CLASSES), LENGTH)
    optimizer = Adam(RATE, L2=PULL, L2_is_weight_decay=False, grad_clip=0.0)
    seen = batch([sentence.seen for sentence in sentences])
    label = np.zeros((len(sentences), len(CLASSES)), dtype="float32")
    label[np.arange(len(sentences)), [CLASSES.index(sentence.cause) for sentence in sentences]] = 1
    weight = np.array([[sentence.weight] for sentence in sentences], dtype="float32")
    for _ in range(ROUNDS):
        said, back = model.begin_update(seen)
        likely = np.exp(said - said.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        back(((likely - label) * weight).astype("float32"))
        model.finish_update(optimizer)
    return model


def held_out(sentences: Sequence[Sentence], folds: int = FOLDS) -> Iterator[tuple[Sentence, Cause]]:
    """Each sentence of the first so many folds with what a model answers that has not learned from it."""
    for fold in range(folds):
        mine = [int(digest(sentence.text), 16) % FOLDS == fold for sentence in sentences]
        rest = [s for s, m in zip(sentences, mine, strict=True) if m]
        scores = fit([s for s, m in zip(sentences, mine, strict=True) if not m]).predict(batch([s.seen for s in rest]))
        for sentence, score in zip(rest, scores, strict=True):
            likely = np.exp(score - score.max())
            likely /= likely.sum()
            states = 1 - likely[NONE]
            likely[NONE] = 0
            sure = states >= STATES and likely.max() >= SHARE * states
            yield sentence, CLASSES[int(likely.argmax())] if sure else Cause.UNKNOWN


def table(judged: Sequence[tuple[Sentence, Cause]]) -> Iterator[str]:
    """How many sentences with a cause were answered and were right, and how many without one were left alone."""
    stated = [(s, said) for s, said in judged if s.cause is not Cause.UNKNOWN]
    answered = [(s, said) for s, said in stated if said is not Cause.UNKNOWN]
    right: Counter[Cause] = Counter(s.cause for s, said in answered if s.cause is said)
    none = [said for s, said in judged if s.cause is Cause.UNKNOWN]
    yield f"{len(stated)} with a cause: {len(answered)} answered, {right.total()} right"
    yield f"{len(none)} without: {none.count(Cause.UNKNOWN)} left alone"
    for cause, count in sorted(Counter(s.cause for s, _ in stated).items()):
        yield f"  {cause:20} {right[cause]:4} of {count}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the weights, or tell how it does on sentences held out."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.train_cause", description=__doc__.split("\n\n")[0])
    parser.add_argument("--folds", action="store_true", help="print cross-validated counts and write nothing")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args(arguments)
    try:
        sentences = read_sentences()
    except (OSError, UsageError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if args.folds:
        sys.stdout.writelines(f"{line}\n" for line in table(list(held_out(sentences))))
        return 0
    args.out.write_bytes(fit(sentences).to_bytes())
    sys.stdout.write(f"{args.out}: learned from {len(sentences)} sentences\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
