"""What a text costs grows with its length, however it is written, and none is lost to a date or a blank."""

from __future__ import annotations

import json
import time

import pytest
from spacy.language import Language

from pipeline.components.causal_rules import pieces_of
from pipeline.components.sentence_breaks import LONGEST, with_cuts
from pipeline.nlp import annotate

LENGTH = 60_000
PUBLISHED = "2024-03-01T10:00:00Z"


def names(count: int) -> list[str]:
    """As many names that nobody knows."""
    letters = "bcdfghjklm"
    return ["Qu" + "".join(letters[int(figure)] for figure in f"{number:04d}") + "il" for number in range(count)]


def filled(unit: str) -> str:
    """A text of one phrase again and again, without the end of a sentence."""
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("A title", filled("flooded ")),
        ("A title", filled("a fire led to overload, which led to ")),
        ("A title", filled("free of ")),
        ("A title", filled("10 Uhr 15 ")),
        ("A title", filled("Monday's outage and Friday's outage ")),
        ("A title", filled("A power failure. A fibre cut. ")),
        (" said that ".join(names(4_000)), "The service failed."),
        (", ".join(names(5_000)), "The service failed."),
    ],
)
def test_no_text_costs_the_square_of_its_length(language: Language, title: str, text: str) -> None:
    record = {"id": "long", "title": title, "text": text, "kind": "news", "published": PUBLISHED}
    began = time.process_time()
    annotate(language, record)
    assert time.process_time() - began < 6


def test_a_sentence_without_an_end_is_cut_behind_a_space() -> None:
    text = "word " * 1_000
    cuts = with_cuts(text, [0, len(text)])
    assert cuts[0] == 0
    assert cuts[-1] == len(text)
    assert all(0 < two - one <= LONGEST for one, two in pieces_of(text, [0, len(text)]))
    assert all(text[cut - 1] == " " for cut in cuts[1:])


def test_what_has_no_space_is_cut_all_the_same() -> None:
    assert with_cuts("x" * 4_000, [0, 4_000]) == [0, LONGEST, 2 * LONGEST, 4_000]


def test_a_sentence_of_common_length_stays_whole() -> None:
    text = "word " * 200
    assert with_cuts(text, [0, len(text)]) == [0, len(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Orders failed since 0001-01-01.",
        "Orders failed at 9999-12-31T23:59:59Z. At midnight they were back.",
        "Orders failed from 9999-12-31T23:00:00Z to 00:30.",
        "Ended 9999-12-31 23:59 EST\nResolved - Orders are back.",
    ],
)
def test_a_date_that_stands_for_none_loses_no_text(language: Language, text: str) -> None:
    said = annotate(language, {"id": "odd", "text": text, "kind": "postmortem", "published": PUBLISHED})
    assert said.started_at is None or said.started_at.year == 2024
    assert said.ended_at is None or said.ended_at.year == 2024
    json.dumps(said.as_json())


def test_a_sentence_that_leaves_the_cause_open_is_quoted_where_it_stands(language: Language) -> None:
    text = (
        "\n\n  Quillmail was down for an hour.\n\n \t The cause is not known yet and we keep looking. \n\nMore later.\n"
    )
    said = annotate(language, {"id": "open", "title": "Quillmail is down", "text": text, "kind": "news"})
    whole = "Quillmail is down\n\n" + text
    assert any(mention.rule == "learned.open" for mention in said.mentions)
    assert all(whole[mention.start : mention.end] == mention.text for mention in said.mentions)


@pytest.mark.parametrize(
    "text",
    [
        "Quillmail was down for 20 seconds.",
        "Quillmail was down for 0 minutes.",
        "Back at 12:15 UTC after a 20-second outage.",
        "Quillmail failed at 10:00 UTC. The outage lasted 0 hours.",
    ],
)
def test_no_outage_lasts_no_minute(language: Language, text: str) -> None:
    said = annotate(language, {"id": "blip", "text": text, "kind": "news", "published": PUBLISHED})
    assert said.duration_minutes is None
    assert said.started_at is None or said.started_at != said.ended_at
