"""Who says what a text gives as the cause: the provider, users or others; nobody where the text says it itself."""

from __future__ import annotations

import re

import pytest

from pipeline.components.ruleset import tables
from pipeline.extract import pipeline
from pipeline.nlp import annotate
from pipeline.terms import Cause, Speaker


def speakers(text: str, kind: str | None = "news") -> dict[str, str | None]:
    """Each category that is found in a text, with who says it."""
    said = annotate(pipeline(), {"id": "1", "text": text, "kind": kind})
    return {
        m.value: next((mark.removeprefix("by ") for mark in m.context if mark.startswith("by ")), None)
        for m in said.mentions
        if m.field == "cause" and not m.rule.startswith("learned")
    }


@pytest.mark.parametrize(
    ("text", "cause", "speaker"),
    [
        ("Zoom said that an expired certificate had locked customers out.", Cause.CERTIFICATE_EXPIRY, "provider"),
        ("Zoom was unreachable after a fibre cut near Lyon, a spokeswoman said.", Cause.PHYSICAL_DAMAGE, "provider"),
        ("The bank later blamed the outage on a power failure.", Cause.POWER, "provider"),
        ("Amazon said a configuration change had taken AWS down.", Cause.CONFIG_CHANGE, "provider"),
        ("Customers on forums suspect that a DDoS attack took Zoom down.", Cause.SECURITY_ATTACK, "users"),
        ("Analysts at Kentik said that a BGP leak made Zoom unreachable.", Cause.NETWORK, "others"),
        ("Zoom was unreachable after a BGP leak, researchers at Cloudflare said.", Cause.NETWORK, "others"),
        ("Initial reports suggest a power failure took Zoom down.", Cause.POWER, "others"),
        ("Zoom went down after a power failure.", Cause.POWER, None),
    ],
)
def test_a_story_tells_who_says_it(text: str, cause: Cause, speaker: str | None) -> None:
    assert speakers(text)[cause] == speaker


def test_each_cause_of_a_sentence_has_its_own_speaker() -> None:
    text = "Users blamed a DDoS attack, but the company said that a certificate had expired on Zoom."
    assert speakers(text) == {Cause.SECURITY_ATTACK: "users", Cause.CERTIFICATE_EXPIRY: "provider"}


@pytest.mark.parametrize(("kind", "speaker"), [("status", "provider"), ("postmortem", "provider"), ("social", "users")])
def test_where_nobody_is_named_the_place_tells_who_speaks(kind: str, speaker: str) -> None:
    assert speakers("Zoom was down after a power failure.", kind)[Cause.POWER] == speaker


def test_a_post_of_the_provider_speaks_for_it() -> None:
    text = "We are aware that Zoom meetings fail. A power failure took our servers down."
    assert speakers(text, "social")[Cause.POWER] == "provider"


def test_the_example_of_each_rule_is_heard_by_that_rule() -> None:
    rules = tables("speakers")
    for rule in rules["rule"]:
        pattern = rule["pattern"].replace("{says}", rules["says"]).replace("{thinks}", rules["thinks"])
        assert re.search(rf"(?<!\w)(?:{pattern})", rule["example"].lower()), rule["id"]
        assert Speaker(rule["value"])
