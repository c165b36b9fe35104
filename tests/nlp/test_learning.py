"""What the programs that train share: rows of several allowed classes, and a command line that loses nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.components.judge import batch, likely
from pipeline.components.sentence_words import joined, word_keys
from pipeline.errors import UsageError
from pipeline.learning import Course, Row, command, learn

COURSE = Course(rounds=60, rate=0.05, pull=0.01)


def seen(text: str):
    return joined(word_keys(text.split()))


def test_a_row_of_several_allowed_classes_is_held_to_their_sum_alone() -> None:
    rows = [
        Row(seen("cable cut"), [1, 0, 0]),
        Row(seen("nobody knows"), [0, 0, 1]),
        Row(seen("cable somewhere"), [1, 1, 0]),
    ]
    shares = likely(learn(rows, 2**10, COURSE).predict(batch([row.seen for row in rows])))
    assert shares[0].argmax() == 0
    assert shares[1].argmax() == 2
    assert shares[2][0] > shares[2][1]  # what the first row says of its word decides between the two
    assert shares[2][2] < 0.1
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)


def test_the_command_writes_the_weights_or_the_table(tmp_path: Path, capsys) -> None:
    out = tmp_path / "some.bin"

    def learned():
        return learn([Row(seen("a"), [1, 0]), Row(seen("b"), [0, 1])], 2**4, COURSE), "2 rows"

    assert command("train_some", "Train.\n\nMore.", out, learned, lambda: ["a line"], ["--folds"]) == 0
    assert capsys.readouterr().out == "a line\n"
    assert not out.exists()
    assert command("train_some", "Train.\n\nMore.", out, learned, list, []) == 0
    assert "learned from 2 rows" in capsys.readouterr().out
    assert out.stat().st_size > 0


@pytest.mark.parametrize("arguments", [[], ["--folds"]])
def test_a_bad_line_leaves_the_weights_alone(tmp_path: Path, capsys, arguments) -> None:
    out = tmp_path / "some.bin"
    out.write_bytes(b"old")

    def fails():
        raise UsageError("a.txt, line 3: no")

    assert command("train_some", "Train.", out, fails, fails, arguments) == 2
    assert capsys.readouterr().err == "a.txt, line 3: no\n"
    assert out.read_bytes() == b"old"
