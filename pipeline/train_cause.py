"""Train what a sentence states as the cause: ``python -m pipeline.train_cause [--folds]``.

It learns from the sentences of `cause_sentences`, those of passages among them, and writes
`pipeline/weights/cause.bin`. All of it is in the repository, so the same weights can be made by anyone. With
``--folds`` it prints how sentences fare that it did not learn from.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from thinc.api import Model

from pipeline.cause_sentences import Sentence, read_passages, read_sentences
from pipeline.components.judge import batch, likely
from pipeline.components.judged_sentences import CLASSES, LENGTH, NONE, SHARE, WEIGHTS, sentence_features
from pipeline.learning import Course, Row, command, learn
from pipeline.model import digest
from pipeline.terms import Cause

COURSE = Course(rounds=200, rate=0.05, pull=2.0)
FOLDS = 5
STATES = 0.85
"""Probability that a sentence states a cause, from which the table counts it as answered."""


def read_all() -> list[Sentence]:
    """The single sentences and those of the passages."""
    told = [Sentence(line.text, line.cause) for passage in read_passages() for line in passage]
    return [*read_sentences(), *told]


def row_of(sentence: Sentence) -> Row:
    """What is learned from one sentence."""
    return Row(sentence_features(sentence.text), [float(cause is sentence.cause) for cause in CLASSES], sentence.weight)


def fit(sentences: Sequence[Sentence]) -> Model[Any, Any]:
    """The model that has learned from these sentences."""
    return learn([row_of(sentence) for sentence in sentences], LENGTH, COURSE)


def held_out(sentences: Sequence[Sentence], folds: int = FOLDS) -> Iterator[tuple[Sentence, Cause]]:
    """Each sentence of the first so many folds with what a model answers that has not learned from it."""
    for fold in range(folds):
        mine = [int(digest(sentence.text), 16) % FOLDS == fold for sentence in sentences]
        rest = [s for s, m in zip(sentences, mine, strict=True) if m]
        model = fit([s for s, m in zip(sentences, mine, strict=True) if not m])
        shares = likely(model.predict(batch([sentence_features(s.text) for s in rest])))
        for sentence, share in zip(rest, shares, strict=True):
            states = 1 - share[NONE]
            share[NONE] = 0
            sure = states >= STATES and share.max() >= SHARE * states
            yield sentence, CLASSES[int(share.argmax())] if sure else Cause.UNKNOWN


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

    def learned() -> tuple[Model[Any, Any], str]:
        sentences = read_all()
        return fit(sentences), f"{len(sentences)} sentences"

    return command("train_cause", str(__doc__), WEIGHTS, learned, lambda: table(list(held_out(read_all()))), arguments)


if __name__ == "__main__":
    sys.exit(main())
