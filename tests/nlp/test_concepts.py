"""A text as a row of concepts: the same thing said in other words gives the same row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.components.concepts import concepts, row
from pipeline.components.judge import features
from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import tables


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("the app wont load again", [], ["the", "PART", "NOT", "WORKS", "NOW"]),
        ("The site doesn’t open today", [], ["the", "PART", "NOT", "WORKS", "NOW"]),
        ("Slack: error 503!", [(0, 5)], ["SERVICE", "ERROR", "ERROR", "!"]),
        ("ladder 7 of the PlayStation Network", [(16, 35)], ["ladder", "NUMBER", "of", "the", "SERVICE"]),
        ("não carrega, está fora do ar", [], ["NOT", "WORKS", "está", "DOWN"]),
        ("アプリが落ちてる", [], ["DOWN", "PART"]),
        ("", [], []),
    ],
)
def test_row(text, names, found) -> None:
    assert row(text, names, 40) == found


def test_a_phrase_is_one_concept_alone() -> None:
    phrases = [flatten(phrase) for listed in tables("concepts").values() for phrase in listed]
    assert sorted({p for p in phrases if phrases.count(p) > 1}) == []
    assert len(concepts()) == len(phrases)


@given(st.text(max_size=200), st.integers(0, 20))
def test_a_row_is_no_longer_than_asked(text, most) -> None:
    assert len(row(text, [(0, 3)], most)) <= most


@given(st.lists(st.sampled_from(["DOWN", "a", "b"]), max_size=6), st.lists(st.sampled_from(["x", "y"]), max_size=3))
def test_features_are_a_set(title, facts) -> None:
    keys, values = features(facts, title, ())
    again, _ = features([*facts, *facts], title, ())
    assert list(keys) == list(again) == sorted(set(keys))
    assert set(values) <= {1.0}
