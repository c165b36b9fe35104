"""Regions, state, impact and relevance on sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation
from pipeline.terms import Kind, Severity, Status, Symptom

ReadText = Callable[..., Annotation]


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("Requests to the store in eu-west-1a fail.", ("eu-west-1",)),
        ("Users in Germany and across Poland cannot log in.", ("Germany", "Poland")),
        ("The outage is worldwide.", ("global",)),
        ("Virtual machines in East US 2 are down.", ("East US 2",)),
        ("Mail is down in the UK.", ("United Kingdom",)),
        ("Subscribers in the Emirates cannot read mail.", ("United Arab Emirates",)),
        ("Mail is down in Raleigh.", ("Raleigh",)),
        ("Tell us what you see.", ()),
    ],
)
def test_regions(read_text: ReadText, text: str, regions: tuple[str, ...]) -> None:
    assert read_text("Mail", text).regions == regions


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("We are investigating reports of failing logins.", Status.INVESTIGATING),
        ("The cause was found: we have identified a broken switch.", Status.IDENTIFIED),
        ("A fix has been implemented and we are monitoring the results.", Status.MONITORING),
        ("We were investigating. The issue has been resolved.", Status.RESOLVED),
        ("The mail service is back up after an hour.", Status.RESOLVED),
        ("This incident was posted in error.", Status.RETRACTED),
        ("The mail service is back after forty minutes.", Status.RESOLVED),
        ("By noon the company declared the matter closed.", Status.RESOLVED),
        ("Die Störung der Mail ist behoben.", Status.RESOLVED),
        ("Letters cannot be sent. Engineers have traced it to a switch.", Status.IDENTIFIED),
        ("The problem is back after a quiet hour.", Status.UNKNOWN),
        ("Is it just me or is the mail slow?", Status.SUSPECTED),
        ("Mail is a fine thing.", Status.UNKNOWN),
        ("We will post more when the issue has been resolved. We are investigating.", Status.INVESTIGATING),
    ],
)
def test_status(read_text: ReadText, text: str, status: Status) -> None:
    assert read_text("Mail", text).status == status


def test_what_stands_below_a_story_is_another_s(read_text: ReadText) -> None:
    text = "Mail is down and its maker is investigating.\n\nTrending now\nThe payment glitch has been fixed\n"
    assert read_text("Mail", text, kind="news").status == Status.INVESTIGATING


def test_last_entry_of_a_timeline_decides(read_text: ReadText) -> None:
    text = (
        "[2024-05-02T10:00:00Z] Investigating: Mail is slow.\n\n"
        "[2024-05-02T11:00:00Z] Monitoring: A fix is out, the issue should be resolved."
    )
    assert read_text("Slow mail", text, kind="status").status == Status.MONITORING


@pytest.mark.parametrize(
    ("title", "kind", "severity", "symptom"),
    [
        ("Worldwide outage of the mail service", Kind.OUTAGE, Severity.CRITICAL, Symptom.UNAVAILABLE),
        ("Elevated error rates for some users", Kind.DEGRADATION, Severity.MINOR, Symptom.ERRORS),
        ("Delayed delivery of letters", Kind.DEGRADATION, Severity.MINOR, Symptom.DELAYED),
        ("People cannot sign in", Kind.UNKNOWN, Severity.UNKNOWN, Symptom.LOGIN),
    ],
)
def test_impact(read_text: ReadText, title: str, kind: Kind, severity: Severity, symptom: Symptom) -> None:
    said = read_text(title)
    assert (said.kind, said.severity, symptom in said.symptoms) == (kind, severity, True)


def test_nothing_said_is_unknown(read_text: ReadText) -> None:
    said = read_text("A note on letters")
    assert (said.kind, said.severity, said.symptoms) == (Kind.UNKNOWN, Severity.UNKNOWN, ())


@pytest.mark.parametrize(
    "title",
    [
        "Netflix is down for thousands of viewers",
        "WhatsApp back online after three-hour outage",
        "Bank's app fails: customers locked out of their accounts",
        "anyone else getting 503 errors from the npm registry?",
        "Cyberattack takes the university's systems offline",
        "Reddit crashes for the second time in a week",
    ],
)
def test_outages(read_text: ReadText, title: str) -> None:
    said = read_text(title)
    assert said.is_outage, said.relevance


@pytest.mark.parametrize(
    "title",
    [
        "Power outage leaves thousands of homes dark",
        "Shares are down 3 % after the quarterly report",
        "Show HN: a notes app that works offline",
        "Firm patches critical vulnerability in its router",
        "Outrage over the price of tickets",
        "How to fix a 502 error in your web server",
        "Netflix unveils its new season of comedies",
        "Hackers breach retailer and leak passwords",
        "The social contract is broken",
        "The firm will discontinue its reader for good",
    ],
)
def test_other_news(read_text: ReadText, title: str) -> None:
    said = read_text(title)
    assert not said.is_outage, said.relevance


def test_status_report_is_an_outage_and_planned_work_is_not(read_text: ReadText) -> None:
    more = {"kind": "status", "service": "github"}
    assert read_text("Incident with Webhooks", "We are investigating slow deliveries.", **more).is_outage
    planned = read_text("Scheduled maintenance", "Planned maintenance of the database on Sunday.", **more)
    assert (planned.is_outage, planned.kind) == (False, Kind.MAINTENANCE)
