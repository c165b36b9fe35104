"""Whose cause it is: another event's, a rumour's, a fix's, one's own ground, or the provider's own change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.nlp import annotate, load
from pipeline.terms import Cause

PUBLISHED = "2024-07-11T15:30:00Z"  # a Thursday
LIVE = "The till went down at 09:10 UTC on Thursday. "


@pytest.fixture(scope="module")
def told():
    nlp = load()

    def tell(text: str, kind: str = "news", **more: Any) -> Any:
        return annotate(nlp, {"id": "t1", "text": text, "kind": kind, "published": PUBLISHED, **more})

    return tell


@pytest.mark.parametrize(
    "past",
    [
        "On Monday it was down for three hours because of a power failure.",
        "On 3 July a power failure kept it offline for three hours.",
        "Earlier this month it was down for three hours because of a power failure.",
        "Last time, a power failure kept it offline for three hours.",
        "In June it was down for three hours because of a power failure.",
    ],
)
def test_another_event_gives_neither_cause_nor_length(told, past) -> None:
    said = told(LIVE + past)
    assert (said.cause, said.duration_minutes, said.ended_at) == (Cause.UNKNOWN, None, None)
    assert said.started_at == datetime(2024, 7, 11, 9, 10, tzinfo=UTC)


def test_the_day_of_the_event_is_its_own(told) -> None:
    said = told(LIVE + "On Thursday it was down for three hours because of a power failure.")
    assert (said.cause, said.duration_minutes) == (Cause.POWER, 180)


def test_the_day_before_may_belong_to_the_event(told) -> None:
    assert told(LIVE + "The crash was caused by a faulty update on Wednesday.").cause is Cause.SOFTWARE_DEPLOY


def test_a_post_mortem_may_tell_of_an_older_cause(told) -> None:
    text = LIVE + "On 3 July a misconfigured router had caused the failure."
    assert told(text, "postmortem").cause is Cause.CONFIG_CHANGE


@pytest.mark.parametrize(
    "text",
    [
        "A power cut might be behind the failure.",
        "A power cut could be behind the failure.",
        "A power cut may be to blame for the failure.",
        "The outage is thought to be the result of a power cut.",
        "The outage is being blamed on a power cut.",
        "The till broke after a power cut, customers said.",
        "Former employees with no knowledge of the matter blamed the outage on a power cut.",
        "People familiar with the matter said a power cut caused the outage.",
    ],
)
def test_a_rumour_is_hedged(told, text) -> None:
    said = told(text)
    assert (said.cause, said.cause_hedged) == (Cause.POWER, True)


def test_a_likely_culprit_is_hedged(why) -> None:
    said = why("A power cut is likely to blame for the outage.")
    assert (said.cause, said.hedged) == (Cause.POWER, True)


def test_what_is_likely_to_last_is_not(why) -> None:
    assert not why("A power cut caused the outage, which is likely to last.").hedged


@pytest.mark.parametrize(
    "text",
    [
        "Sign-in fails at the moment. We are following their updates.",
        "The fix is being rolled out to all gateways.",
        "After the outage we are rolling out a fix.",
        "Demand for the new model broke records.",
        "It expired.",
        "We rolled out a configuration change to fix the problem.",
    ],
)
def test_no_cause_is_stated(why, text) -> None:
    assert why(text).cause is Cause.UNKNOWN


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("At 09:02 we rolled out a configuration change that was read in the wrong unit.", Cause.CONFIG_CHANGE),
        ("A schema migration locked the largest table.", Cause.DATABASE_STORAGE),
        ("Our gateways show a certificate. That of the house was ten years old. On Friday it expired.",
         Cause.CERTIFICATE_EXPIRY),
        ("The number of viewers overwhelmed the service.", Cause.CAPACITY_OVERLOAD),
    ],
)  # fmt: skip
def test_a_provider_tells_its_own_cause(why, text, cause) -> None:
    assert why(text).cause is cause


@pytest.mark.parametrize(
    "text",
    [
        "Our till runs in the AWS region eu-north-1, which has lost power.",
        "Sign-in depends on Auth0, which is failing at the moment.",
    ],
)
def test_what_one_stands_on_is_another_house(told, text) -> None:
    assert told(text, "status", service="github").cause is Cause.THIRD_PARTY


def test_ones_own_ground_is_ones_own(told) -> None:
    text = "Our queue runs in the AWS region eu-north-1, which has lost power."
    assert told(text, "status", service="amazon-web-services").cause is Cause.POWER
