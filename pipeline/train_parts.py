"""Train which part a sentence plays in the telling of an outage: ``python -m pipeline.train_parts [--folds]``.

It learns from `data/training/parts/*.txt` (a line a sentence with its part before it, and after a part that is a cause
its category; an empty line ends a passage) and, of single sentences, from what `train_cause` reads, where a cause may
be the root or a later link and anything else one of the rest. It writes `pipeline/weights/parts.bin`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from thinc.api import Model

from pipeline.cause_sentences import Passage, read_passages, read_sentences
from pipeline.components.judge import Features, batch, likely
from pipeline.components.sentence_parts import CAUSES, LENGTH, PARTS, ROOT, WEIGHTS, part_features
from pipeline.components.sentence_words import joined, word_keys, words_of
from pipeline.learning import Course, Row, command, learn
from pipeline.terms import Cause

COURSE = Course(rounds=150, rate=0.05, pull=1.0)
FOLDS = 5
ALONE = 0.3
"""What a sentence that stands alone counts beside one of a passage."""


def seen(texts: Sequence[str]) -> list[Features]:
    """The features of the sentences of one text."""
    words = [words_of(text) for text in texts]
    return part_features(words, [joined(word_keys(some)) for some in words])


def rows_of(passage: Passage) -> list[Row]:
    """What is learned from one passage."""
    features = seen([line.text for line in passage])
    return [
        Row(row, [float(at == line.part) for at in range(len(PARTS))])
        for row, line in zip(features, passage, strict=True)
    ]


def alone() -> list[Row]:
    """What is learned from sentences that stand alone."""
    causes = [float(at in CAUSES) for at in range(len(PARTS))]
    others = [1 - share for share in causes]
    return [
        Row(seen([s.text])[0], others if s.cause is Cause.UNKNOWN else causes, ALONE * s.weight)
        for s in read_sentences()
    ]


def fit(passages: Sequence[Passage], others: Sequence[Row]) -> Model[Any, Any]:
    """The model that has learned from these."""
    return learn([*(row for passage in passages for row in rows_of(passage)), *others], LENGTH, COURSE)


def held_out(passages: Sequence[Passage], others: Sequence[Row], folds: int = FOLDS) -> Iterator[tuple[Passage, Any]]:
    """Each passage of the first so many folds with what a model answers that has not learned from it."""
    for fold in range(folds):
        model = fit([p for at, p in enumerate(passages) if at % FOLDS != fold], others)
        for passage in passages[fold::FOLDS]:
            yield passage, likely(model.predict(batch([row.seen for row in rows_of(passage)])))


def table(judged: Sequence[tuple[Passage, Any]]) -> Iterator[str]:
    """In how many passages the likeliest root is one, and of each part how many were told as such."""
    counts: Counter[tuple[int, int]] = Counter()
    roots: Counter[str] = Counter()
    for passage, shares in judged:
        counts.update((line.part, int(row.argmax())) for line, row in zip(passage, shares, strict=True))
        first = int(shares[:, ROOT].argmax())
        if any(line.part == ROOT for line in passage):
            roots["right" if passage[first].part == ROOT else "wrong"] += 1
        else:
            roots["heard where there is none" if shares[first, ROOT] > 0.5 else "left alone"] += 1
    yield f"{len(judged)} passages, root: {', '.join(f'{name} {count}' for name, count in sorted(roots.items()))}"
    for at, part in enumerate(PARTS):
        as_what = {PARTS[said]: count for (label, said), count in sorted(counts.items()) if label == at}
        yield f"  {part:8} {', '.join(f'as {name} {count}' for name, count in as_what.items())}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the weights, or tell how it does on passages held out."""

    def learned() -> tuple[Model[Any, Any], str]:
        passages = read_passages()
        return fit(passages, alone()), f"{len(passages)} passages"

    return command(
        "train_parts",
        str(__doc__),
        WEIGHTS,
        learned,
        lambda: table(list(held_out(read_passages(), alone()))),
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
