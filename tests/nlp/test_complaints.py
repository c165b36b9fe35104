"""Posts that complain of a service whose name is a word, by the turn they take; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation
from pipeline.components.lexicon import flatten
from pipeline.components.plain_words import is_troubled_abroad, may_go_on

ReadText = Callable[..., Annotation]

ENGLISH = [
    ("steam servers?", "steam"),
    ("rip slack, it was a quiet morning anyway", "slack"),
    ("slack: trying to connect, for ten minutes now", "slack"),
    ("signal calls drop after two seconds", "signal"),
    ("the square terminal says offline and the queue is out the door", "square"),
    ("linear throws 500s at the whole team", "linear"),
    ("box says something went wrong on every upload", "box"),
    ("zoom kicked us all out of the lecture", "zoom"),
    ("notion ate my page, every doc is blank", "notion"),
    ("x timeline stuck since an hour", "x"),
    ("logged out of x and cant get back in", "x"),
    ("who broke slack", "slack"),
    ("my signal msgs wont deliver, one check only", "signal"),
    ("no calls no data, ee network gone in the whole valley", "ee"),
    ("@render your deploys are stuck for an hour", "render"),
    ("@mondaydotcom nothing loads here", "monday-com"),
    ("dockerhub pulls time out for all of us", "docker-hub"),
    ("league servers crashed in the middle of a game", "league-of-legends"),
    ("tried to share a folder on box and got a 500", "box"),
    ("zoom audio choppy for everyone in the office", "zoom"),
    ("box preview broken for every pdf", "box"),
    ("ring floodlight cam unreachable since the app update", "ring"),
    ("steam guard codes not arriving", "steam"),
    ("x login loop, keeps asking me for a code", "x"),
    ("loom recordings stuck processing", "loom"),
    ("miro says reconnecting every minute", "miro"),
    ("sos box wont sync and i have a deadline", "box"),
    ("none of my signal chats load", "signal"),
    ("Frontier technicians found a cut cable, the street was without internet", "frontier"),
    ("so apparently it is X, Wise admits; transfers were not paid", "wise"),
]
ABROAD = [
    ("orange plus de réseau depuis ce matin", "orange"),
    ("notion geht grad gar nicht", "notion"),
    ("signal spinnt, nachrichten gehen nicht raus", "signal"),
    ("claro sin señal en todo el barrio", "claro"),
    ("vivo sem sinal aqui no centro", "vivo"),
    ("tim non prende da stamattina", "tim"),
    ("o zap parou de novo", "whatsapp"),
    ("X重くない?", "x"),
    ("x çöktü mü", "x"),
    ("gopay gangguan ya", "gopay"),
    ("steam ne s'ouvre plus", "steam"),
    ("wise überweisung hängt seit gestern", "wise"),
    ("o teams não abre aqui na empresa", "microsoft-teams"),
    ("signal ligt plat?", "signal"),
]
WORDS = [
    "square peg, round hole, my login flow is broken",
    "max load on our server reached, it crashed",
    "delta between the two logs is broken",
    "steam is coming out of my laptop, it crashed",
    "line at the bank is down to the street",
    "both teams crashed out of the cup",
    "free parking app idea: nothing works here",
    "i target mobile, my site won't load",
    "my ring got stuck on my finger",
    "an orange line train is offline",
    "signal to noise on this forum is broken",
    "front door lock is broken, app offline",
    "railway crossing barriers stuck down near the school",
    "toast stuck in the toaster, smoke alarm dead",
    "peacock feathers missing, parcel delayed",
    "visible light camera is offline",
    "bird flew into our window, camera offline",
    "three of my servers are down",
    "loom in the weaving class is broken",
    "the box in the hallway is stuck, cant open it",
]


@pytest.mark.parametrize(("text", "slug"), ENGLISH + ABROAD)
def test_complaint_is_of_the_service(read_text: ReadText, text: str, slug: str) -> None:
    assert read_text("", text, kind="social").services[:1] == (slug,)


@pytest.mark.parametrize("text", WORDS)
def test_word_is_no_service(read_text: ReadText, text: str) -> None:
    assert read_text("", text, kind="social").services == ()


@pytest.mark.parametrize("text", ["box keeps", "box?", "box app", "box 503", "box’s down", "box is", "box geht nicht"])
def test_name_goes_on(text: str) -> None:
    assert may_go_on(flatten(text), len("box"))


@pytest.mark.parametrize("text", ["box cutter", "box peg, round", "box between us"])
def test_thing_goes_on(text: str) -> None:
    assert not may_go_on(flatten(text), len("box"))


def test_trouble_in_another_tongue_is_no_english_word() -> None:
    assert is_troubled_abroad(flatten("geht bei mir nicht"))
    assert not is_troubled_abroad(flatten("a new feature went live today, have fun"))


def test_others_are_quoted_on_a_channel_alone(read_text: ReadText) -> None:
    assert read_text("", "every notion page says something went wrong", kind="social").services == ("notion",)
    said = read_text("", "saw a reddit post, discord is down", kind="social")
    assert said.services[:1] == ("discord",)
