"""The rules of times.toml: every example holds, every phrase is in the form that the index finds."""

from __future__ import annotations

import pytest

from pipeline.components.blocks import find_blocks
from pipeline.components.finds import Meta
from pipeline.components.time_rules import Cue, CueIndex, cue_index, length_cues, load_times, point_cues
from pipeline.components.when import find_times

ROLES = {"start", "end", "detect", "posted", "promise", "history", "scheduled", "other"}


@pytest.mark.parametrize("cue", point_cues(), ids=lambda c: c.id)
def test_the_example_of_a_cue(cue):
    found = [f for f in find_times(cue.example, (), Meta()) if f.field == "time"]
    assert [(f.data["cue"], f.data["role"]) for f in found] == [(cue.id, cue.role)]


@pytest.mark.parametrize("cue", length_cues(), ids=lambda c: c.id)
def test_the_example_of_a_length(cue):
    found = [f for f in find_times(cue.example, (), Meta()) if f.field == "duration"]
    assert [(f.data["cue"], f.data["role"]) for f in found] == [(cue.id, cue.role)]


@pytest.mark.parametrize("cue", [*point_cues(), *length_cues()], ids=lambda c: c.id)
def test_the_form_of_a_cue(cue):
    assert cue.side in {"before", "after", "both"}
    assert cue.scope in {"near", "sentence"}
    assert cue.role in ROLES | {"outage", "so_far"}
    assert len(set(cue.words)) == len(cue.words)
    for phrase in cue.words:
        assert phrase == phrase.lower()
        assert "  " not in phrase


def test_ids_are_unique():
    ids = [c.id for c in (*point_cues(), *length_cues())]
    assert len(set(ids)) == len(ids)


def test_the_longest_phrase_wins():
    hits = list(cue_index("cue", "before").hits("Recovery began at", 0, 17))
    assert [h.cue.id for h in hits] == ["recovering"]


def test_a_phrase_begins_with_a_letter():
    with pytest.raises(ValueError, match="does not start with a letter"):
        CueIndex([Cue("x", "start", "both", "near", ("24 hours",), "", 70)])


def test_over():
    text = f"[2024-07-03T10:05:00Z] {load_times()['over']['example']}"
    assert find_blocks(text, Meta())[0].status == "over"


def test_a_cue_that_needs_another():
    needy = "By 11:40 UTC on 4 May 2024 {}."
    roles = [
        find_times(needy.format(rest), (), Meta())[0].data["role"]
        for rest in ("all uploads were restored", "the load had doubled")
    ]
    assert roles == ["end", "none"]
