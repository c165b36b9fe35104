"""Whom a text is on that tells of an outage and says of nobody in plain words that it fails; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.language import Language

from pipeline.annotation import Annotation
from pipeline.catalogue import load_catalogue
from pipeline.components.choose_services import ServiceChoice, choose_services
from pipeline.components.finds import finds
from pipeline.components.guessed_names import guessed_name, is_ordinary
from pipeline.components.guessed_service import guess_services
from pipeline.nlp import read_record

ReadText = Callable[..., Annotation]


@pytest.fixture
def choose(language: Language) -> Callable[[str, str], tuple[ServiceChoice, ServiceChoice]]:
    """The choice by evidence and the guess, whatever relevance thinks of the text."""

    def both(title: str, text: str) -> tuple[ServiceChoice, ServiceChoice]:
        reading = read_record({"id": "g1", "title": title, "text": text, "kind": "social"})
        doc = language.make_doc(reading.text)
        doc._.meta = reading.meta
        found = finds(language(doc), "service")
        catalogue = load_catalogue()
        return (
            choose_services(reading.text, found, reading.meta, catalogue),
            guess_services(reading.text, found, reading.meta, catalogue),
        )

    return both


@pytest.mark.parametrize(
    ("title", "text", "slug"),
    [
        ("", "Events that we sent to Sentry between nine and ten were turned down at the door.", "sentry"),
        ("", "A digger went through 40 metres of Spectrum's fibre and left the village without films.", "spectrum"),
        ("Sentry – yesterday evening", "What we sent came back to us until half past nine.", "sentry"),
        ("", "hey @Chime where did my wages go?? the balance is three little dashes", "chime"),
        ("", "my whole street's ring doorbells say live view failed since noon", "ring"),
        ("", "TIM a Bari: solo un triangolino grigio sul telefono da stamattina", "tim"),
    ],
)
def test_word_with_a_capital_is_the_likely_name(
    choose: Callable[[str, str], tuple[ServiceChoice, ServiceChoice]], title: str, text: str, slug: str
) -> None:
    chosen, guess = choose(title, text)
    first = guess if chosen.beside or not chosen.services else chosen
    assert first.services[:1] == (slug,)
    assert not first.strong


@pytest.mark.parametrize(
    ("title", "text", "name"),
    [
        ("", "An alert fired at noon; by one ClinicQuill accepted events again.", "?ClinicQuill"),
        ("", "No branch of Northquill Bank could reach the mainframe after the change.", "?Northquill Bank"),
        ("", "In Mexico City Inkquill was failing between two and three o'clock.", "?Inkquill"),
        ("", "A pump seized, said ClinicQuill; the racks were too warm within minutes.", "?ClinicQuill"),
        (
            "",
            "The numbers first: three hours and no byte.\n\n- Ilse and the team at Tallquill Hosting",
            "?Tallquill Hosting",
        ),
        ("", "quillpay wont load, payday of all days", "?quillpay"),
    ],
)
def test_name_outside_of_the_catalogue_that_stands_out(
    choose: Callable[[str, str], tuple[ServiceChoice, ServiceChoice]], title: str, text: str, name: str
) -> None:
    chosen, guess = choose(title, text)
    assert name in {*chosen.services[:1], *guess.services[:1]}


@pytest.mark.parametrize(
    "text",
    [
        "Robots stood still because robots need a network",
        "Kraków friends report the same thing, it is dark here",
        "the kettle is broken again",
        "Somebody pulled the wrong cable at 10:20 EEST",
    ],
)
def test_word_place_or_term_is_no_guess(text: str) -> None:
    guess = guessed_name(text, text.lower(), 0, lambda *_: False, small=True)
    assert guess is None or guess[0] < 1.0


def test_common_words_are_ordinary_and_made_up_ones_are_not() -> None:
    assert all(map(is_ordinary, ("nothing", "running", "router", "cannot", "the")))
    assert not is_ordinary("quillpay")


def test_guess_is_left_alone_where_nothing_tells_of_an_outage(read_text: ReadText) -> None:
    assert read_text("Events that we sent to Sentry last summer made a nice chart", kind="social").services == ()
    assert read_text("quillpay has a lovely blue logo", kind="social").services == ()


def test_service_that_is_fine_gives_way_to_the_one_that_the_text_is_on(
    choose: Callable[[str, str], tuple[ServiceChoice, ServiceChoice]],
) -> None:
    text = "The booking site TeeQuill shows a maintenance page since Friday. DigitalOcean's own service is fine."
    chosen, guess = choose("No tee time to be had", text)
    first = chosen if chosen.services and not chosen.beside else guess
    assert first.services[0] == "?TeeQuill"


@pytest.mark.parametrize(
    ("title", "text", "name"),
    [
        (
            "Lorries lost on the map",
            "Hauliers were blind: FleetQuill, which tracks them, had let a domain lapse. TomTom noticed nothing.",
            "?FleetQuill",
        ),
        (
            "Residents cannot pay or complain",
            "Quillgrove District Council has had no website since the weekend. The parking app RingGo works.",
            "?Quillgrove District Council",
        ),
        (
            "Surgeons wait",
            "St. Quillan's Hospital lost access to its records on Monday. Ambulances went elsewhere.",
            "?St. Quillan's Hospital",
        ),
        (
            "How a job ate our search",
            "Quillgrain is a job board. Every search was empty. We run on Heroku, and Heroku did nothing wrong.",
            "?Quillgrain",
        ),
    ],
)
def test_first_name_of_a_story_goes_before_those_it_mentions(
    read_text: ReadText, title: str, text: str, name: str
) -> None:
    assert read_text(title, text, kind="news").services[:1] == (name,)
