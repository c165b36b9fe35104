"""Sentences that look like something they are not: numbers, bystanders, launches, boats, false alarms; all our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation
from pipeline.terms import Kind, Severity, Status, Symptom

ReadText = Callable[..., Annotation]
OWN = {"kind": "status", "service": "github"}
LATER = {"published": "2024-05-02T10:00:00Z", "kind": "news"}


@pytest.mark.parametrize(
    "text", ["About 110,000 customers of Telstra were cut off.", "It refunds $1,000 or 000.5 points."]
)
def test_number_is_no_name_within_another(read_text: ReadText, text: str) -> None:
    assert "triple-zero" not in read_text("Telstra outage", text).services


@pytest.mark.parametrize(
    ("title", "slug"),
    [("People could not call 000 after a network failure", "triple-zero"), ("911 is down in two counties", "911")],
)
def test_number_that_is_called_is_a_name(read_text: ReadText, title: str, slug: str) -> None:
    assert slug in read_text(title).services


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("It has more than 500,000 business customers.", False),
        ("It has 500 customers in the valley.", False),
        ("Requests return 503.", True),
        ("All we see are 500 errors.", True),
        ("Nothing is failing today.", False),
    ],
)
def test_errors(read_text: ReadText, text: str, errors: bool) -> None:
    assert (Symptom.ERRORS in read_text("A note", text).symptoms) is errors


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Compressed uploads are now on for everyone", "We are happy to announce it: a slow link saves a 90 ms delay."),
        ("Lawmakers want web hosts to report faster", "A draft law: hosts would have to report serious disruptions."),
        (
            "Harbour boat out of service again",
            "The third outage of the boat this year: a spare part comes from Norway.",
        ),
        ("GitHub was up and running all week, no outage", ""),
        ("Remembering the 2011 Spotify outage", ""),
        ("Is Spotify down?", ""),
    ],
)
def test_no_outage_of_now(read_text: ReadText, title: str, text: str) -> None:
    said = read_text(title, text)
    assert not said.is_outage, said.relevance


@pytest.mark.parametrize(
    "title",
    [
        "Faulty antivirus update crashes office computers worldwide, grounding flights",
        "Is Spotify down? Thousands of users report problems",
        "Slack and Zoom recover",
    ],
)
def test_outage_all_the_same(read_text: ReadText, title: str) -> None:
    said = read_text(title)
    assert said.is_outage, said.relevance


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("Slack, Zoom and Dropbox were unreachable", {"slack", "zoom", "dropbox"}),
        ("Microsoft 365 and Teams are back online", {"microsoft-365", "microsoft-teams"}),
        ("AWS outage in us-east-1 began with errors of Amazon S3", {"amazon-web-services", "amazon-s3"}),
    ],
)
def test_all_that_fail_are_named(read_text: ReadText, title: str, slugs: set[str]) -> None:
    assert set(read_text(title).services) == slugs


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("Ann Reed, who owns a shop in Ohio, could not sell a thing.", ()),
        ("The Berlin-based firm is sorry. Tim Hall from Texas was cut off.", ()),
        ("The firm, based in Stockholm, said that users in Germany were affected.", ("Germany",)),
        ("Customers in Germany lost service. The company in Berlin is sorry.", ("Germany",)),
        ("Customers across Germany and in Berlin lost service.", ("Germany", "Berlin")),
        ("Users in Chile, Peru and Brazil cannot log in.", ("Chile", "Peru", "Brazil")),
    ],
)
def test_only_places_of_the_failure_count(read_text: ReadText, text: str, regions: tuple[str, ...]) -> None:
    assert read_text("Spotify outage", text).regions == regions


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("It is down. In the post-mortem of the last one it had promised more.", Status.INVESTIGATING),
        ("Customers of the fixed line are cut off; engineers are investigating.", Status.INVESTIGATING),
        ("Resolved: this was a false alarm.", Status.RETRACTED),
        ("We are withdrawing this report.", Status.RETRACTED),
        ("On a closer look there was no incident.", Status.RETRACTED),
        ("It is down. A meeting lasting about two hours began.", Status.INVESTIGATING),
    ],
)
def test_status_words_of_something_else(read_text: ReadText, text: str, status: Status) -> None:
    assert read_text("Spotify", text).status == status


def test_false_alarm_outdoes_the_word_resolved_of_a_timeline(read_text: ReadText) -> None:
    text = "[2024-05-02T10:00:00Z] Investigating: Slow.\n\n[2024-05-02T11:00:00Z] Resolved: This was a false alarm."
    assert read_text("Slow pages", text, **OWN).status == Status.RETRACTED


def test_window_in_the_past_is_resolved(read_text: ReadText) -> None:
    said = read_text("Slack outage", "Slack was unavailable from 10:00 to 12:00 UTC on 30 April 2024.", **LATER)
    assert (said.status, str(said.ended_at)[:16]) == (Status.RESOLVED, "2024-04-30 12:00")


@pytest.mark.parametrize("text", ["The issue is resolved for all users.", "All services have been back since noon."])
def test_words_of_recovery_are_no_severity(read_text: ReadText, text: str) -> None:
    assert read_text("A note", text).severity == Severity.UNKNOWN


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Push messages arriving late", Kind.DEGRADATION),
        ("Backlog of letters", Kind.DEGRADATION),
        ("Logins failing", Kind.OUTAGE),
        ("Webhooks unavailable", Kind.OUTAGE),
    ],
)
def test_kind_of_a_title(read_text: ReadText, title: str, kind: Kind) -> None:
    assert read_text(title, "We are investigating.", **OWN).kind == kind
