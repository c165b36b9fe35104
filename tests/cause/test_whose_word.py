"""Who says it, whose service it befell, what is only asked, and what followed from what across sentences."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.components.causal_rules import Alternation, cause_rules, wrapped
from pipeline.errors import CatalogueError
from pipeline.nlp import annotate, load
from pipeline.terms import Cause


@pytest.fixture(scope="module")
def told():
    nlp = load()

    def tell(text: str, kind: str = "news", **more: Any) -> Any:
        return annotate(nlp, {"id": "t", "text": text, "kind": kind, "published": "2024-07-11T15:30:00Z", **more})

    return tell


def contexts(said: Any) -> set[str]:
    return {word for m in said.mentions if m.field == "cause" for word in m.context}


@pytest.mark.parametrize(
    "text",
    [
        "Players said that a power cut had stopped the game.",
        "A hacker group claimed responsibility for the outage.",
        "A power cut stopped the game, according to a post on a forum, users speculated.",
    ],
)
def test_who_only_claims_spreads_a_rumour(told, text) -> None:
    said = told(text)
    assert said.cause is not Cause.UNKNOWN
    assert said.cause_hedged
    assert "rumour" in contexts(said)


def test_the_operators_word_stands_over_a_rumour(told) -> None:
    said = told("Players blamed hackers, but the studio said that a faulty update was the cause.")
    assert (said.cause, said.cause_hedged) == (Cause.SOFTWARE_DEPLOY, False)


@pytest.mark.parametrize(
    "text",
    [
        "We do not know yet why the primary database crashed.",
        "We will add alerts to prevent a power failure from taking down the region.",
    ],
)
def test_what_is_asked_or_to_be_prevented_is_not_stated(told, text) -> None:
    said = told(text)
    assert said.cause is Cause.UNKNOWN
    assert "asked" in contexts(said)


def test_another_houses_cause_weighs_less(told) -> None:
    text = (
        "Dropbox was down on Tuesday, and Dropbox put it down to a network failure. "
        "Salesforce had trouble too: it had crashed because of an expired certificate."
    )
    said = told(text)
    assert said.services[0] == "dropbox"
    assert said.cause is Cause.NETWORK


def test_a_neighbour_in_trouble_on_ones_own_page_is_a_third_party(told) -> None:
    known = {"kind": "status", "title": "Cloudflare outage"}
    text = "Cloudflare is having an outage. Our pages load slowly."
    assert told(text, **known, service="github").cause is Cause.THIRD_PARTY
    assert told(text, **known, service="cloudflare").cause is Cause.UNKNOWN


def test_what_was_done_in_the_sentence_before_comes_first(told) -> None:
    text = "Shortly after noon we changed the retry settings. The gateways were soon overloaded."
    assert told(text).causes == (Cause.CONFIG_CHANGE, Cause.CAPACITY_OVERLOAD)


def test_what_a_phrase_holds_followed_from_it(told) -> None:
    assert told("It failed because our provider lost power.").causes == (Cause.THIRD_PARTY, Cause.POWER)


def test_a_fate_is_read_before_behind_and_joined() -> None:
    found = Alternation(cause_rules()["phrase"])
    for text in ("a failed line card", "a line card in the old router has failed", "a line card failure"):
        assert [rule["id"] for rule, _, _ in found.find(text, 0, len(text))] == ["hardware.part_fails"], text
    kept = "the line card has not failed"
    assert "hardware.part_fails" not in [rule["id"] for rule, _, _ in found.find(kept, 0, len(kept))]


def test_a_full_line_ends_no_sentence() -> None:
    line = "The outage of last night was caused by a failure of one of our"
    assert wrapped(f"{line}\nStorage controllers.", len(line) + 1)
    assert not wrapped(f"{line}.\nStorage is back.", len(line) + 2)
    assert not wrapped("Summary\nStorage is back.", 8)


def test_a_pattern_without_a_beginning_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"loose may begin with anything"):
        Alternation([{"id": "loose", "pattern": r"\w+ failed"}])
