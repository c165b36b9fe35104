"""Each rule is shown by its own example sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pipeline.components.causal_rules import Alternation, cause_rules, flatten
from pipeline.components.finds import Find, finds
from pipeline.components.ruleset import tables
from pipeline.terms import Cause

CAUSES, CONTEXTS = cause_rules(), tables("contexts")
KINDS = [(kind, rule) for kind in ("phrase", "cue", "fix", "unstated") for rule in CAUSES[kind]]
MARKS = [("context", rule) for rule in CONTEXTS["context"]]


def named(pairs: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    return [pytest.param(rule, id=rule["id"]) for _, rule in pairs]


def test_ids_are_unique() -> None:
    ids = [rule["id"] for _, rule in [*KINDS, *MARKS]]
    assert len(ids) == len(set(ids))


def test_the_tables_hold_no_other_kind() -> None:
    assert set(CAUSES) == {"phrase", "fate", "cue", "fix", "unstated"}
    assert set(CONTEXTS) == {"context", "terminator", "turn"}


def test_phrases_cover_the_taxonomy() -> None:
    assert {rule["cause"] for rule in CAUSES["phrase"]} == {c.value for c in Cause}


@pytest.mark.parametrize("rule", named([p for p in KINDS if p[0] in ("phrase", "fix", "unstated")]))
def test_a_phrase_finds_its_example(read_cause, rule) -> None:
    found = [f for f in finds(read_cause(rule["example"]), "cause") if f.rule == rule["id"]]
    assert [f.value for f in found[:1]] == [rule["cause"]]
    assert found[0].text == rule["example"][found[0].start : found[0].end]


@pytest.mark.parametrize("rule", named([p for p in KINDS if p[0] == "cue" and p[1]["side"] != "effect"]))
def test_a_cue_links_its_example(read_cause, rule) -> None:
    cues = {f.data.get("cue") for f in finds(read_cause(rule["example"]), "cause")}
    assert rule["id"] in cues


def test_a_cue_that_explains_nothing_leaves_nothing_to_choose(why) -> None:
    for rule in CAUSES["cue"]:
        if rule["side"] == "effect":
            assert [r["id"] for r, _, _ in Alternation(CAUSES["cue"]).find(flatten(rule["example"]), 0, 99)] == [
                rule["id"]
            ]
            assert why(rule["example"]).cause == "unknown"


@pytest.mark.parametrize("rule", named(MARKS))
def test_a_context_marks_its_example(read_cause, now, rule) -> None:
    marked = [f for f in finds(read_cause(rule["example"], published=now), "cause") if rule["mark"] in f.context]
    assert marked, rule["example"]


def test_no_group_with_a_wide_word_inside_repeats_without_bound() -> None:
    for _, rule in [*KINDS, *MARKS]:
        assert not re.search(r"\\w[+*][^()]*\)[*+]", rule["pattern"]), rule["id"]


def test_a_find_reports_its_words_where_they_stand(read_cause) -> None:
    text = "Logins broke.\n\nIt was caused by an EXPIRED\ncertificate, we’re sorry. İstanbul too."
    (find,) = [f for f in finds(read_cause(text), "cause") if f.value == "certificate_expiry"]
    assert isinstance(find, Find)
    assert text[find.start : find.end] == find.text == "EXPIRED\ncertificate"
