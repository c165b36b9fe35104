"""What is chosen: chains with the root first, denials, hedges, fixes, rumours, vague words, nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.terms import Cause

CHAINS = [
    ("A configuration change overloaded the gateways.", ["config_change", "capacity_overload"]),
    (
        "The outage was caused by a memory leak that was introduced by a recent deployment.",
        ["software_deploy", "software_bug"],
    ),
    ("A lightning strike caused a power failure, which took the exchange offline.", ["natural_disaster", "power"]),
    ("The disruption was due to a power cut that led to a cooling failure.", ["power", "cooling"]),
    ("Root cause: a fibre cut resulted in a loss of connectivity.", ["physical_damage", "network"]),
    ("The incident was triggered by a misconfigured router.", ["config_change"]),
]

STATED = [
    ("The bank blamed the crash on a DDoS attack.", Cause.SECURITY_ATTACK),
    ("Calls failed because an expired certificate was not renewed.", Cause.CERTIFICATE_EXPIRY),
    ("Fibre cut leaves the islands without internet", Cause.PHYSICAL_DAMAGE),
    ("The messenger was cut off after it was blocked by the government.", Cause.GOVERNMENT_ORDER),
    ("The shop was down for maintenance.", Cause.MAINTENANCE),
    ("Engineers traced the timeouts to a corrupted index.", Cause.DATABASE_STORAGE),
    ("It failed due to an outage at our upstream provider.", Cause.THIRD_PARTY),
    ("The outage was the result of human error.", Cause.HUMAN_ERROR),
    ("We traced the outage to BGP misconfiguration.", Cause.CONFIG_CHANGE),
    ("The crash was not a cyber attack but was caused by a software bug.", Cause.SOFTWARE_BUG),
    ("Power outage at the data centre takes ticket shop offline", Cause.POWER),
]

SILENT = [
    "We are investigating the root cause of the problem.",
    "The network is down and nobody can reach the database.",
    "Customers experienced connectivity issues in two regions.",
    "The company said the outage was caused by a technical issue.",
    "An internal issue affected logins this morning.",
    "There is no evidence of a cyberattack.",
    "It was not a cyberattack, the operator said.",
    "This isn't a hack, the company insists.",
    "A cyberattack was ruled out.",
    "The bank denied that it had been hacked by criminals.",
    "The operator looked into a possible cyberattack and said it was not a cyberattack.",
    "The cause of the outage is unknown; some suspect a faulty update.",
    "Engineers restarted the servers and service returned.",
    "DNS resolution is slow for some users.",
    "We apologise for the inconvenience caused.",
    "We have identified the root cause of the DNS issues.",
    "All systems run normally.",
    "",
]

HEDGED = [
    ("Initial reports suggest that the outage was related to a network failure.", Cause.NETWORK),
    ("The crash may have been caused by a faulty update.", Cause.SOFTWARE_DEPLOY),
    ("The failure appears to be the result of a fibre cut.", Cause.PHYSICAL_DAMAGE),
    ("A faulty update is the likely cause of the outage.", Cause.SOFTWARE_DEPLOY),
    ("The operator is investigating whether the outage was caused by a cyber attack.", Cause.SECURITY_ATTACK),
    ("The outage was possibly related to a database failure.", Cause.DATABASE_STORAGE),
]


@pytest.mark.parametrize(("text", "causes"), CHAINS)
def test_a_chain_is_told_root_first(why, text, causes) -> None:
    choice = why(text)
    assert list(choice.causes) == causes
    assert choice.cause == causes[0]
    assert choice.text
    assert choice.text in text


@pytest.mark.parametrize(("text", "cause"), STATED)
def test_a_stated_cause_is_taken(why, text, cause) -> None:
    choice = why(text)
    assert (choice.cause, choice.hedged) == (cause, False)


@pytest.mark.parametrize("text", SILENT)
def test_nothing_is_taken_where_nothing_is_stated(why, text) -> None:
    choice = why(text)
    assert (choice.cause, choice.causes, choice.text, choice.hedged) == (Cause.UNKNOWN, (), None, False)


@pytest.mark.parametrize(("text", "cause"), HEDGED)
def test_a_hedged_cause_is_taken_with_its_flag(why, text, cause) -> None:
    choice = why(text)
    assert (choice.cause, choice.hedged) == (cause, True)


def test_a_hedge_on_the_symptoms_is_none_on_the_cause(why) -> None:
    choice = why("Users may have been unable to log in due to a power failure.")
    assert (choice.cause, choice.hedged) == (Cause.POWER, False)


def test_a_fix_is_evidence_where_nothing_else_is_said(why) -> None:
    assert why("We rolled back the deployment and errors stopped.").cause == Cause.SOFTWARE_DEPLOY


def test_a_fix_never_stands_over_a_stated_cause(why) -> None:
    text = "We rolled back the deployment first. The outage was caused by a power failure."
    assert why(text).causes == (Cause.POWER,)


def test_a_past_cause_is_not_this_one(why) -> None:
    assert why("Mail is down. A similar outage last year was caused by a power failure.").cause == Cause.UNKNOWN


def test_a_date_before_the_publication_makes_the_past(why) -> None:
    text = "Mail is down. In May 2021 it failed because of a power failure."
    assert why(text, published=datetime(2024, 8, 3, tzinfo=UTC)).cause == Cause.UNKNOWN
    assert why(text, published=datetime(2021, 5, 3, tzinfo=UTC)).cause == Cause.POWER
    assert why(text).cause == Cause.POWER


def test_another_houses_service_is_a_third_party(why) -> None:
    services = {"Snapchat": "snapchat", "AWS": "amazon-web-services"}
    assert why("Snapchat is down due to an AWS outage.", services=services).cause == Cause.THIRD_PARTY
    assert why("AWS outage takes down Snapchat", services=services).cause == Cause.THIRD_PARTY
    assert why("We are down due to an AWS outage.", services={"AWS": "amazon-web-services"}).cause == Cause.UNKNOWN


def test_a_service_of_the_same_house_is_no_third_party(why) -> None:
    services = {"EC2": "amazon-ec2", "AWS": "amazon-web-services"}
    assert why("EC2 was slow due to an AWS issue.", services=services).cause == Cause.UNKNOWN


def test_the_mentions_keep_what_was_denied(why) -> None:
    choice = why("The outage was caused by a software bug. It was not a cyber attack.")
    assert choice.cause == Cause.SOFTWARE_BUG
    assert [(m.value, m.context) for m in choice.mentions if "negated" in m.context] == [
        ("security_attack", ("negated",))
    ]
    assert all(m.field == "cause" for m in choice.mentions)
