"""Names that are words as well, in posts and in slang; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation

ReadText = Callable[..., Annotation]

NAMES = [
    ("anyone elses slack acting up or just me", "slack"),
    ("omg signal wont send anything, messages stuck on one tick", "signal"),
    ("box is being so slow today, uploads keep timing out", "box"),
    ("linear app throwing 500s on every issue i open", "linear"),
    ("my ring doorbell has been offline since 6am", "ring"),
    ("cant get into my ring account, keeps spinning", "ring"),
    ("is x down or is it my wifi", "x"),
    ("notion wont load, all my notes are in there help", "notion"),
    ("ugh teams keeps kicking me out of meetings, third time today", "microsoft-teams"),
    ("steam is dead again lol", "steam"),
    ("aaand slack is back after a quiet morning", "slack"),
    ("fb and insta both down rn", "instagram"),
    ("gh actions stuck in queued forever today", "github-actions"),
    ("who else has no signal on verizon? SOS only since this morning", "verizon"),
    ("Square terminals at the fair just stopped taking cards", "square"),
    ("anybody else's Signal messages just sitting there?", "signal"),
    ("linear's down so i guess no roadmap", "linear"),
    ("can't post anything on x, something went wrong", "x"),
    ("stripe dashboard 502ing", "stripe"),
    ("@Box is your api down? all our uploads fail", "box"),
]
WORDS = [
    "put the tape in the box before it goes down to the basement",
    "cut me some slack, i was down with the flu",
    "that box is broken, get another one",
    "my ring is broken, need a jeweller",
    "traffic signal is down at the bridge, police direct the cars",
    "x is down by three points, y is up",
    "both teams went down to ten men before the break",
    "steam came out of the kettle, then it stopped",
    "the box office is down a fifth this weekend",
    "solve for x: the linear term is zero",
    "wow that was a good meal, the waiter was slow though",
]


@pytest.mark.parametrize(("text", "slug"), NAMES)
def test_name_where_it_stands_and_fails_like_one(read_text: ReadText, text: str, slug: str) -> None:
    assert slug in read_text(text, kind="social").services


@pytest.mark.parametrize("text", WORDS)
def test_word_is_no_name(read_text: ReadText, text: str) -> None:
    assert read_text(text, kind="social").services == ()


def test_longer_name_is_not_the_service_it_begins_with(read_text: ReadText) -> None:
    said = read_text(
        "Outage at Meridian Orchards", "Growers of Meridian Orchards could not sell for a day.", kind="news"
    )
    assert said.services[:1] == ("?Meridian Orchards",)


def test_place_of_talk_is_not_the_patient(read_text: ReadText) -> None:
    assert read_text("everyone complaining on X about discord being down", kind="social").services == ("discord",)
    assert read_text("saw on twitter that instagram is down, can confirm", kind="social").services == ("instagram",)


def test_patient_goes_before_the_cause(read_text: ReadText) -> None:
    said = read_text("Heroku is down because AWS is down", kind="social")
    assert said.services[0] == "heroku"
    said = read_text("Snapchat and Venmo down as AWS suffers outage", kind="news")
    assert said.services[0] == "snapchat"
    said = read_text("Peloton rides did not load because of the trouble at Amazon Web Services", kind="social")
    assert said.services[0] == "peloton"


def test_list_is_told_in_its_order(read_text: ReadText) -> None:
    said = read_text("Facebook, Instagram and Messenger stop working", kind="news")
    assert said.services[:3] == ("facebook", "instagram", "messenger")


def test_rival_that_works_is_left_out(read_text: ReadText) -> None:
    said = read_text(
        "Chirrup is down", "Chirrup, which competes with WhatsApp, was unavailable for two hours.", kind="news"
    )
    assert said.services == ("?Chirrup",)
