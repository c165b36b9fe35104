"""Context marks finds of every field, and never by words that a find is made of."""

from __future__ import annotations

import time

import pytest

from pipeline.components.causal_rules import Alternation, cause_rules, flatten
from pipeline.components.finds import Find, finds
from pipeline.components.ruleset import tables

RULES = {**cause_rules(), **tables("contexts")}
ALTERNATIONS = [Alternation(RULES[kind]) for kind in ("phrase", "cue", "fix", "unstated", "context")]
STOPS = Alternation(RULES["terminator"], anywhere=True)
HOSTILE = [
    "caused by " * 3000,
    "the cause of the " * 2000,
    "not a " * 4000,
    "no evidence of " * 2000,
    "a " * 8000 + "configuration",
    "failed " * 5000,
    "recent new latest faulty " * 1500,
    "issue with the the the the the " * 1000,
    "-" * 20000,
    "a" * 50000,
    "root cause: " * 2000,
    '"' * 5000,
    "was it " * 3000 + "?",
    " \n" * 10000,
]


def state(text: str, word: str) -> Find:
    at = text.index(word)
    return Find("state", at, at + len(word), word, "down", "test")


def test_a_denied_state_is_marked(read_cause) -> None:
    text = "Mail is not down. Chat is down."
    first, second = state(text, "down"), state(text[18:], "down")
    second.start, second.end = second.start + 18, second.end + 18
    read_cause(text, more=[first, second])
    assert (first.context, second.context) == ({"negated"}, set())


def test_a_trigger_inside_a_find_does_not_mark_it(read_cause) -> None:
    find = state("Mail is not working.", "not working")
    read_cause("Mail is not working.", more=[find])
    assert find.context == set()


def test_a_mark_for_causes_leaves_other_fields_alone(read_cause) -> None:
    text = "It may have been caused by a power failure, and mail is down."
    find = state(text, "down")
    doc = read_cause(text, more=[find])
    assert find.context == set()
    assert [f.context for f in finds(doc, "cause")] == [{"hedged"}]


def test_words_in_quotation_marks_are_quoted(read_cause) -> None:
    (find,) = finds(read_cause("They said: “It was caused by a power failure.” Mail is back."), "cause")
    assert find.context == {"quoted"}


def test_a_terminator_ends_the_reach(read_cause) -> None:
    doc = read_cause("No evidence of a DDoS attack; it was caused by a software bug.")
    assert {f.value: f.context for f in finds(doc, "cause")} == {
        "security_attack": {"negated"},
        "software_bug": set(),
    }


def test_a_text_without_finds_stays_without(read_cause) -> None:
    assert finds(read_cause("Good morning.")) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_makes_the_patterns_run_away(text) -> None:
    flat = flatten(text)
    began = time.process_time()
    for kind in ALTERNATIONS:
        assert all(end > start for _, start, end in kind.find(flat, 0, len(flat)))
    STOPS.any(flat, 0, len(flat))
    assert time.process_time() - began < 4  # quadratic time would take minutes


def test_flattening_keeps_every_offset() -> None:
    text = "İ’m “DOWN”\u00a0and\tß"
    assert len(flatten(text)) == len(text)
    assert flatten("It\u2019s\nDOWN") == flatten("it's down")
