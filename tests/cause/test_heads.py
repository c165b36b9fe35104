"""The short cut over the words of a text finds what the patterns alone would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.components.causal_rules import Alternation, cause_rules, flatten, widened
from pipeline.components.heads import heads
from pipeline.components.ruleset import tables

TABLES = {
    "phrase": cause_rules()["phrase"],
    "cue": cause_rules()["cue"],
    "context": tables("contexts")["context"],
}
EXAMPLES = [rule["example"] for rules in TABLES.values() for rule in rules]


@pytest.mark.parametrize(
    ("pattern", "begun"),
    [
        ("(?:re)?start|halt", {"re", "start", "halt"}),
        (r"\b(?:a|an) cat", {"a", "an"}),
        ("(?<!root )cause", {"cause"}),
        ("ab?c", {"a"}),
        (r"(?:x{0,2}|yes)", None),  # an empty beginning cannot be told
        (r"\w+ing", None),
        ("[ab]c", None),
    ],
)
def test_the_letters_a_pattern_begins_with(pattern, begun) -> None:
    assert heads(pattern) == (begun and frozenset(begun))


@pytest.mark.parametrize("kind", TABLES)
def test_every_rule_says_how_it_begins(kind) -> None:
    assert [rule["id"] for rule in TABLES[kind] if heads(rule["pattern"]) is None] == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([w for e in EXAMPLES for w in re.findall(r"\S+", e)]), max_size=40).map(" ".join))
def test_the_short_cut_changes_nothing(text) -> None:
    flat = flatten(text)
    for name in TABLES:
        quick = MADE[name]
        slow = [(m.start(), m.end()) for m in PLAIN[name].finditer(flat)]
        assert [(start, end) for _, start, end in quick.find(flat, 0, len(flat))] == slow


MADE = {name: Alternation(rules) for name, rules in TABLES.items()}
PLAIN = {
    name: re.compile(rf"(?<!\w)(?:{'|'.join(widened(rule['pattern']) for rule in rules)})")
    for name, rules in TABLES.items()
}
