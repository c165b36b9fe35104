"""Train what a time is the time of: ``python -m pipeline.train_when [--folds]``.

It learns from `data/training/times/*.txt` (texts in which each time stands as ``<e 10:40>`` with the first letter of
its role) and from the words of the rules of time, and writes `pipeline/weights/when.bin`. All of it is in the
repository, so the same weights can be made by anyone. With ``--folds`` it prints how texts fare that it did not
learn from.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thinc.api import Model

from pipeline.components.judge import Features, batch, likely
from pipeline.components.learned_role import CLASSES, LENGTH, SURE, WEIGHTS, role_features
from pipeline.components.sentence_breaks import Sentences
from pipeline.components.time_rules import point_cues
from pipeline.errors import UsageError
from pipeline.learning import Course, Row, command, learn
from pipeline.model import digest

FOLDER = Path(__file__).parent.parent / "data" / "training" / "times"
ROUNDS, RATE, PULL = 150, 0.05, 1.0
FOLDS = 5
OF_RULES = 0.3
"""What the words of a rule count beside a sentence."""
LETTERS = {name[0]: name for name in CLASSES}
MARK = re.compile(r"<(?:(\w) )?([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Told:
    """One labelled time; `text` is that of its line."""

    text: str
    role: str
    weight: float
    seen: Features


def read_lines(folder: Path = FOLDER) -> list[Told]:
    """All labelled times of the files. Raises `UsageError` for a line of another form."""
    found: list[Told] = []
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                found += read_line(line)
            except ValueError as error:
                raise UsageError(f"{path.name}, line {number}: {error}") from error
    return found


def read_line(line: str, weight: float = 1.0) -> list[Told]:
    """The labelled times of one line. Raises `ValueError` where it has none, or one of no known role."""
    text, spans, roles, at = "", [], [], 0
    for mark in MARK.finditer(line):
        if mark[1] not in LETTERS:
            raise ValueError(f"no role: {mark.group()}")
        text += line[at : mark.start()]
        spans.append((len(text), len(text) + len(mark[2])))
        roles.append(LETTERS[mark[1]])
        text += mark[2]
        at = mark.end()
    if not spans:
        raise ValueError("no time is marked")
    text += line[at:]
    sentences = Sentences(text)
    edges = [(0, 0), *spans, (len(text), len(text))]
    places = [(span, sentences.around(span[0]), (edges[i][1], edges[i + 2][0]), False) for i, span in enumerate(spans)]
    return [Told(text, role, weight, role_features(text, at)) for at, role in zip(places, roles, strict=True)]


def read_rules() -> list[Told]:
    """The words of each cue of the rules as a sentence of their own."""
    found = []
    for cue in point_cues():
        role = cue.role if cue.role in CLASSES else "other"
        for words in cue.words:
            letter = role[0]
            if cue.side != "after":
                found += read_line(f"It {words} <{letter} 0:00>.", OF_RULES)
            if cue.side != "before":
                found += read_line(f"At <{letter} 0:00> it {words}.", OF_RULES)
    return found


def fit(told: Sequence[Told]) -> Model[Any, Any]:
    """The model that has learned from these times."""
    rows = [Row(one.seen, [float(name == one.role) for name in CLASSES], one.weight) for one in told]
    return learn(rows, LENGTH, Course(ROUNDS, RATE, PULL))


def held_out(told: Sequence[Told], always: Sequence[Told] = ()) -> Iterator[tuple[Told, str | None]]:
    """Each time with what a model answers that has not learned from its line; None where it is not sure."""
    for fold in range(FOLDS):
        mine = [int(digest(one.text), 16) % FOLDS == fold for one in told]
        rest = [one for one, m in zip(told, mine, strict=True) if m]
        known = [one for one, m in zip(told, mine, strict=True) if not m]
        scores = likely(fit([*known, *always]).predict(batch([one.seen for one in rest])))
        for one, share in zip(rest, scores, strict=True):
            name = CLASSES[int(share.argmax())]
            yield one, name if share.max() >= SURE[name] else None


def table(judged: Sequence[tuple[Told, str | None]]) -> Iterator[str]:
    """For each role how many times were given it, and how many rightly; and how many there are."""
    for name in CLASSES:
        given = [one.role == name for one, said in judged if said == name]
        yield f"{name:8} given {len(given):4}, right {sum(given):4}, of {sum(one.role == name for one, _ in judged):4}"
    pairs = Counter((one.role, said) for one, said in judged if said not in (None, one.role))
    yield f"wrong: {', '.join(f'{a} as {b} {n}' for (a, b), n in pairs.most_common())}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the weights, or tell how it does on texts held out."""

    def learned() -> tuple[Model[Any, Any], str]:
        told = read_lines()
        return fit([*told, *read_rules()]), f"{len(told)} times"

    def judged() -> Iterator[str]:
        return table(list(held_out(read_lines(), read_rules())))

    return command("train_when", str(__doc__), WEIGHTS, learned, judged, arguments)


if __name__ == "__main__":
    sys.exit(main())
