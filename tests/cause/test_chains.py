"""Chains over several sentences: the root stands in the sentence that the next one goes on from."""

from __future__ import annotations

import pytest

from pipeline.components.causal_links import follows
from pipeline.terms import Cause


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("A line card burnt out in one core router. Half of the routes were lost because of that.", Cause.HARDWARE),
        (
            "A cache policy was changed at noon. As a consequence the origin ran out of connections.",
            Cause.CONFIG_CHANGE,
        ),
        ("We tightened a rate limit. This overloaded the gateways with repeated calls.", Cause.CONFIG_CHANGE),
        ("The mains failed for a second. The chillers stopped.", Cause.POWER),
        ("Storm Ylva brought down power lines. The site lost electricity.", Cause.NATURAL_DISASTER),
    ],
)
def test_the_root_is_in_the_sentence_before(why, text, root) -> None:
    chosen = why(text)
    assert chosen.cause == root
    assert chosen.causes[0] == root


def test_a_sentence_of_its_own_keeps_its_own_root(why) -> None:
    assert why("The gateways were overloaded. A hardware fault is a different matter.").cause == Cause.CAPACITY_OVERLOAD


@pytest.mark.parametrize(
    "text", ["This removed all routes.", "In turn the queue filled.", "It stopped because of that."]
)
def test_what_goes_on_is_told_by_its_words(text) -> None:
    assert follows(text.lower(), 0, len(text))


@pytest.mark.parametrize("text", ["This was an attack.", "The routers failed.", "Nobody could log in."])
def test_what_does_not_go_on_stands_alone(text) -> None:
    assert not follows(text.lower(), 0, len(text))


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("It was not a cyberattack but a faulty update, she said.", Cause.SOFTWARE_DEPLOY),
        ("Despite talk of sabotage, a wrong setting in a router was to blame.", Cause.CONFIG_CHANGE),
        (
            "Unlike last autumn's outage, which hackers had caused, this one followed a failed upgrade.",
            Cause.SOFTWARE_DEPLOY,
        ),
        ("An expired certificate can bring down a whole company, experts warn.", Cause.UNKNOWN),
        ("If a router fails because of a power cut, the second takes over.", Cause.UNKNOWN),
        ("The team failed over to the standby database and logins work again.", Cause.UNKNOWN),
    ],
)
def test_what_is_set_aside_or_only_possible_is_no_cause(why, text, root) -> None:
    assert why(text).cause == root
