"""The part that a sentence plays: learned from passages, and seen in what stands around it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline import train_parts
from pipeline.cause_sentences import Passage, read_passages
from pipeline.components.sentence_parts import PARTS, ROOT, judge_parts, model
from pipeline.errors import UsageError


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    return read_passages()


def test_training_again_gives_the_shipped_weights(passages) -> None:
    again, shipped = train_parts.fit(passages, train_parts.alone()), model()
    for name in ("W", "b"):
        assert abs(again.get_param(name) - shipped.get_param(name)).max() < 1e-3


def test_every_part_has_sentences(passages) -> None:
    assert {line.part for passage in passages for line in passage} == set(range(len(PARTS)))


def test_the_root_is_found_in_most_passages_that_were_not_learned_from(passages) -> None:
    judged = list(train_parts.held_out(passages, train_parts.alone(), folds=1))
    with_root = [(p, shares) for p, shares in judged if any(line.part == ROOT for line in p)]
    right = [p[int(shares[:, ROOT].argmax())].part == ROOT for p, shares in with_root]
    assert len(with_root) > 40
    assert sum(right) / len(right) > 0.8


def likeliest(*sentences: str) -> list[str]:
    shares = judge_parts(train_parts.seen(sentences))
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-4)
    return [PARTS[at] for at in shares.argmax(axis=1)]


def test_a_sentence_is_seen_in_what_stands_around_it() -> None:
    parts = likeliest(
        "Nobody could sign in to the portal on Monday.",
        "Somebody had changed a setting of the gateway.",
        "Why nobody noticed is not known.",
    )
    assert parts[:2] == ["symptom", "root"]
    assert parts[2] != "root"


def test_every_run_sees_a_sentence_alike() -> None:
    program = (
        "from pipeline.train_parts import seen\n"
        "texts = ['A disk failed and a cable was cut.', 'The network was down.', 'We restarted the server.']\n"
        "print([row[0].tolist() for row in seen(texts)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    "line",
    ["down again", "weather: it rained", "root: it rained", "fix dns: we put it back", "root unknown: ?", "open: "],
)
def test_a_line_of_another_form_is_refused(tmp_path: Path, line) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.txt").write_text(f"# a remark\nsymptom: it is slow\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"a.txt, line 3"):
        read_passages(tmp_path)


def test_an_empty_line_ends_a_passage(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    text = "# a remark\nsymptom: it is slow\nroot dns: the zone is gone\n\n\nopen: nobody knows\n"
    (tmp_path / "parts" / "a.txt").write_text(text, encoding="utf-8")
    assert [[line.text for line in p] for p in read_passages(tmp_path)] == [
        ["it is slow", "the zone is gone"],
        ["nobody knows"],
    ]
