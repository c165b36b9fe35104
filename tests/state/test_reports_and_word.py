"""How many reports users filed, and what the provider itself says: mentions beside the fields."""

from __future__ import annotations

import pytest

from pipeline.components.impact import counted
from pipeline.nlp import annotate, load


@pytest.fixture(scope="module")
def told():
    nlp = load()

    def tell(text: str, field: str) -> list[str]:
        record = {"id": "t", "kind": "news", "published": "2024-07-11T15:30:00Z", "text": text}
        return [m.value for m in annotate(nlp, record).mentions if m.field == field]

    return tell


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Downdetector counted more than 20,000 reports by noon.", ["20000"]),
        ("Reports on Downdetector peaked at 12,345 around 3 p.m.", ["12345"]),
        ("There were 1,200 reports at nine and 9,400 reports at ten.", ["9400"]),
        ("About 7k user reports came in.", ["7000"]),
        ("It drew 1.5 million complaints.", ["1500000"]),
        ("Reports rose from around 8 p.m.", []),
        ("A similar outage last year drew 30,000 reports. This one drew 500 reports.", ["500"]),
        ("Thousands of reports came in.", []),
        ("User reports peaked at over 56k before eleven.", ["56000"]),
        ("Reports on the tracker rose to 3.500 within minutes.", ["3500"]),
        ("More than 180,000 customers complained.", ["180000"]),
        ("Nearly two thousand users reported issues.", ["2000"]),
        ("The site drew 40,000+ outage reports.", ["40000"]),
    ],
)
def test_the_highest_count_of_reports_is_told(told, text, count) -> None:
    assert told(text, "reports") == count


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The bank confirmed the outage on its status page.", ["acknowledged"]),
        ("We are aware of a problem with logins.", ["acknowledged"]),
        ("The operator denied any outage.", ["denied"]),
        ("The operator denies that its network is down.", ["denied"]),
        ("The operator said its network was running normally.", ["denied"]),
        ("Users cannot log in to the bank.", []),
    ],
)
def test_the_providers_own_word_is_told(told, text, word) -> None:
    assert told(text, "official") == word


def test_numbers_are_read_with_their_units() -> None:
    assert [counted(words) for words in ("20,000", "20k", "1.5 million", "at 3.200", "61000")] == [
        "20000", "20000", "1500000", "3200", "61000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Only about 1 % of requests fail.", "severity", "minor"),
        ("The dashboard is down, but traffic is not affected.", "severity", "minor"),
        ("Roughly half of all players could not log in.", "severity", "major"),
        ("Some customers lost files that they had uploaded.", "symptom", "data_loss"),
        ("Saving sometimes times out.", "symptom", "errors"),
        ("The mail service is not working in the UK.", "region", "United Kingdom"),
    ],
)
def test_how_bad_what_and_where(told, text, field, value) -> None:
    assert value in told(text, field)
