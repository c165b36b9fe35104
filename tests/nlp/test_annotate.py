"""The contract of `annotate`: one line out for each line in, whatever stands in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.errors import ExtractError
from pipeline.extract import annotate_lines
from pipeline.nlp import MOST_CHARACTERS, annotate, read_record

KEYS = [
    "id",
    "is_outage",
    "relevance",
    "services",
    "service_names",
    "provider",
    "components",
    "regions",
    "started_at",
    "started_precision",
    "ended_at",
    "ended_precision",
    "duration_minutes",
    "cause",
    "causes",
    "cause_text",
    "cause_hedged",
    "status",
    "kind",
    "severity",
    "symptoms",
    "mentions",
]


def answers(*lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in annotate_lines(lines)]


def test_keys_stand_in_the_order_of_the_contract_and_the_rest_is_passed_on() -> None:
    record = {
        "id": "a",
        "title": "GitHub is down",
        "published": "2024-05-02T10:00:00Z",
        "source": "wire",
        "kind": "news",
    }
    [said] = answers(json.dumps(record))
    assert list(said)[: len(KEYS)] == KEYS
    assert (said["published"], said["source"], said["source_kind"]) == ("2024-05-02T10:00:00Z", "wire", "news")
    assert said["title"] == "GitHub is down"


BAD = [
    ("no json", None),
    ("[1, 2]", None),
    ("null", None),
    ('"text"', None),
    ("", None),
    ("[" * 100_000, None),
    ('{"title": "no id"}', None),
    ('{"id": true, "title": "x"}', None),
    ('{"id": {"a": 1}, "title": "x"}', None),
    ('{"id": "b1"}', "b1"),
    ('{"id": "b2", "title": "", "text": " "}', "b2"),
    ('{"id": "b3", "text": 7}', "b3"),
    ('{"id": "b4", "title": ["x"]}', "b4"),
    ('{"id": "b5", "title": "x", "published": "last Tuesday"}', "b5"),
    ('{"id": "b6", "title": "x", "kind": "gossip"}', "b6"),
    ('{"id": "b7", "title": "x", "published": "2024-05-02T10:00:00", "timezone": "Mars/Olympus"}', "b7"),
]


@pytest.mark.parametrize(("line", "identity"), BAD)
def test_bad_line_is_answered_and_the_run_goes_on(line: str, identity: str | None) -> None:
    bad, good = answers(line, '{"id": "z", "title": "GitHub is down"}')
    assert bad["id"] == identity
    assert bad["error"]
    assert good["services"] == ["github"]


@pytest.mark.parametrize(
    "text",
    [
        "\ud800 half a pair",
        "a NUL \x00 inside",
        "مرحبا GitHub is down",
        "🔥🔥 GitHub is down 🔥",
        "İİİ GitHub is down",
        "\u202e GitHub",
    ],
)
def test_no_character_ends_the_run(text: str) -> None:
    [said] = answers(json.dumps({"id": "u", "text": text}))
    assert "error" not in said
    json.dumps(said, ensure_ascii=False)


def test_offsets_count_characters_of_title_and_text_whatever_they_are() -> None:
    title, text = "🔥 İstanbul \ud83d", "It is said that GitHub is down."
    [said] = answers(json.dumps({"id": "o", "title": title, "text": text}))
    [mention] = [m for m in said["mentions"] if m["field"] == "service"]
    assert f"{title}\n\n{text}"[mention["start"] : mention["end"]] == "GitHub"


def test_long_text_is_cut_and_said_so() -> None:
    [said] = answers(json.dumps({"id": "l", "text": "GitHub is down. " + "x " * MOST_CHARACTERS}))
    assert said["services"] == ["github"]
    assert [issue["code"] for issue in said["issues"]] == ["text_too_long"]


def test_published_without_zone_is_a_day_and_an_issue() -> None:
    reading = read_record({"id": "p", "title": "x", "published": "2024-05-02T10:00:00"})
    assert [issue.code for issue in reading.issues] == ["published_without_zone"]
    assert reading.meta.published is not None
    assert reading.meta.published.isoformat() == "2024-05-02T23:59:00+00:00"


@pytest.mark.parametrize("published", ["9999-12-31T23:00:00Z", "9999-12-31", "0001-01-01T00:00:00+14:00", "0001-01-01"])
def test_published_in_a_year_that_cannot_be_meant_is_refused_in_words(published: str) -> None:
    with pytest.raises(ExtractError, match="published cannot be read"):
        read_record({"id": "p", "title": "x", "published": published})


def test_published_takes_the_zone_of_the_record() -> None:
    reading = read_record({"id": "p", "title": "x", "published": "2024-05-02T10:00:00", "timezone": "Europe/Berlin"})
    assert reading.meta.published is not None
    assert reading.meta.published.isoformat() == "2024-05-02T08:00:00+00:00"
    assert reading.issues == ()


def test_two_workers_answer_as_one_does_in_the_same_order() -> None:
    lines = [json.dumps({"id": str(n), "title": f"GitHub is down, day {n}"}) for n in range(450)]
    assert list(annotate_lines(lines, workers=2)) == list(annotate_lines(lines))


@given(title=st.text(max_size=60), text=st.text(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_and_every_span_holds(language: Language, title: str, text: str) -> None:
    record = {"id": "h", "title": title, "text": "GitHub is down at 10:00 UTC. " + text, "published": "2024-05-02"}
    whole = read_record(record).text
    for mention in annotate(language, record).mentions:
        assert whole[mention.start : mention.end] == mention.text
