"""How much of a text tells of something that fails: where, and in what share of its sentences."""

from __future__ import annotations

import pytest

from pipeline.components.choose_services import ServiceChoice
from pipeline.components.finds import Meta
from pipeline.components.told import FAILS, SILENT, TELLS, Told, loudness, tell


def told(title: str, text: str = "") -> Told:
    return tell(f"{title}\n\n{text}" if text else title, Meta(id="t", title_end=len(title)), ServiceChoice(), [])


@pytest.mark.parametrize(
    ("some", "wanted"),
    [
        ({"the", "PART", "DOWN"}, TELLS),
        ({"NOT", "WORKS", "CROWD"}, TELLS),
        ({"NOT", "PART"}, SILENT),
        ({"OUTAGE", "PART", "PAST"}, FAILS),
        ({"THING", "DOWN", "CROWD"}, FAILS),
        ({"MONEY", "SERVICE"}, SILENT),
    ],
)
def test_a_sentence_is_silent_names_a_failure_or_tells_of_one(some, wanted) -> None:
    assert loudness(some) == wanted


def test_a_story_that_names_an_outage_in_passing_has_a_silent_title_and_lead() -> None:
    said = told(
        "The bank moves to Leeds",
        "It takes two floors by the canal. It hires 40 people. In spring its app was down for a day. Rents are lower.",
    )
    assert "title silent lead silent" in said.facts
    assert said.shares["tells"] == 0.25
    assert said.loudest == TELLS


def test_a_story_of_an_outage_says_so_in_title_or_lead() -> None:
    said = told("A long morning", "Nobody could pay. The app was down from eight to ten, the bank says.")
    assert "title silent lead tells" in said.facts
    assert not said.shares


def test_a_title_alone_and_an_empty_text_are_read_too() -> None:
    assert told("The app is down").facts == ["title tells"]
    assert tell("x " * 300, Meta(id="t", title_end=0), ServiceChoice(), []).loudest == SILENT
    assert tell("Down. " + "=" * 400, Meta(id="t", title_end=0), ServiceChoice(), []).loudest == FAILS
