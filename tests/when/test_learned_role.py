"""What is learned of the role of a time: it speaks where the rules are silent or wrong, and says that it did."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import nlp, train_when
from pipeline.components.learned_role import CLASSES, WEIGHTS, likely_roles, model
from pipeline.errors import UsageError


@pytest.fixture(scope="module")
def told() -> list[train_when.Told]:
    return train_when.read_lines()


@pytest.fixture(scope="module")
def pipeline():
    return nlp.load()


def read(pipeline, text: str, kind: str = "news"):
    return nlp.annotate(pipeline, {"id": "r", "text": text, "kind": kind, "published": "2024-07-11T15:30:00Z"})


def test_training_again_gives_the_shipped_weights(told) -> None:
    again, shipped = train_when.fit([*told, *train_when.read_rules()]), model()
    for name in ("W", "b"):
        assert abs(again.get_param(name) - shipped.get_param(name)).max() < 1e-3
    assert WEIGHTS.stat().st_size < 2_000_000


def test_every_role_has_sentences(told) -> None:
    assert {one.role for one in told} == set(CLASSES)
    assert len(told) >= 1400


def test_held_out_times_are_answered_rightly_or_left_alone(told) -> None:
    judged = list(train_when.held_out(told, train_when.read_rules()))
    given = [one.role == said for one, said in judged if said is not None]
    ends = [one.role == said for one, said in judged if said == "end"]
    assert len(given) > 0.5 * len(judged)
    assert sum(given) / len(given) > 0.7
    assert sum(ends) / len(ends) > 0.72


def test_nothing_is_asked_of_no_times() -> None:
    assert likely_roles("Nothing here.", []) == []


def test_the_mention_says_that_it_was_learned(pipeline) -> None:
    read_of = read(pipeline, "The tills broke at 09:12 UTC on Tuesday. Everything green at 10:32 UTC.")
    mention = next(m for m in read_of.mentions if m.field == "ended_at")
    assert mention.rule == "when.learned"
    assert mention.confidence <= 0.6


def test_a_rule_that_is_clear_is_not_overruled(pipeline) -> None:
    text = "Incident start: 9 July 2024, 10:25 UTC. All well, everything green. Incident end: 9 July 2024, 11:40 UTC."
    read_of = read(pipeline, text)
    assert read_of.duration_minutes == 75


@pytest.mark.parametrize("line", ["It broke at <x 09:12>.", "It broke at 09:12.", "It broke at <09:12>."])
def test_a_line_without_a_role_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.txt").write_text(f"# a remark\nIt broke at <s 09:12>.\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 3"):
        train_when.read_lines(tmp_path)
