"""Zones: every writing, daylight saving, ambiguous ones by context only, and never UTC by default."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.components.zone_words import BRACKETED, read_zone
from pipeline.components.zones import offset_zone, readings
from pipeline.model import iso

WORDS = sorted({(word, reading.example) for word, group in readings().items() for reading in group})
UNAMBIGUOUS = sorted(
    word for word, group in readings().items() if len(group) == 1 and not group[0].context and word != "z"
)


@pytest.mark.parametrize("word", UNAMBIGUOUS)
def test_every_writing_after_a_time(read, word):
    zone = readings()[word][0].zone
    written = word.upper() if len(word) <= 5 else word
    written = f"({written})" if word in BRACKETED else written
    window = read(f"Uploads failed from 14:05 {written} on 3 July 2024.")
    expected = datetime(2024, 7, 3, 14, 5, tzinfo=zone).astimezone(UTC)
    assert window.started_at == expected


@pytest.mark.parametrize(("word", "example"), WORDS, ids=[f"{w}-{e[:12]}" for w, e in WORDS])
def test_the_example_of_every_reading(read, word, example):
    if word in example.lower().replace(".", " ").split():
        window = read(example)
        offsets = {
            datetime.combine(window.started_at.date(), datetime.min.time(), tzinfo=r.zone).utcoffset()
            for r in readings()[word]
            if r.example == example and window.started_at
        } or {
            datetime.combine(window.ended_at.date(), datetime.min.time(), tzinfo=r.zone).utcoffset()
            for r in readings()[word]
            if r.example == example and window.ended_at
        }
        assert len(offsets) == 1
        assert not window.issues


CONTEXT = [
    ("Texas lost service at 4 p.m. CST on Monday.", "2024-07-08T21:00:00Z"),
    ("Shoppers in Shanghai met errors from 16:00 CST on Monday.", "2024-07-08T08:00:00Z"),
    ("It began at 4 p.m. CST on Monday, and at 5 p.m. ET phones rang.", "2024-07-08T21:00:00Z"),
    ("Dublin lost its trams at 16:00 IST on Monday.", "2024-07-08T15:00:00Z"),
    ("Tel Aviv lost its trams at 16:00 IST on Monday.", "2024-07-08T13:00:00Z"),
    ("It failed at 16:00 IST on Monday.", "2024-07-08T10:30:00Z"),
    ("Dhaka lost its trams at 16:00 BST on Monday.", "2024-07-08T10:00:00Z"),
    ("It failed at 16:00 BST on Monday.", "2024-07-08T15:00:00Z"),
    ("Manaus lost its phones at 16:00 AMT on Monday.", "2024-07-08T20:00:00Z"),
    ("Yerevan lost its phones at 16:00 AMT on Monday.", "2024-07-08T12:00:00Z"),
]


@pytest.mark.parametrize(("text", "start"), CONTEXT)
def test_ambiguous_by_context(read, text, start):
    assert iso(read(text).started_at) == start


@pytest.mark.parametrize(
    "text",
    [
        "The store broke at 16:00 CST on Monday.",
        "Chicago and Beijing broke at 16:00 CST on Monday.",
        "The store broke at 16:00 AMST on Monday.",
        "The store broke at 16:00 XYST on Monday.",
        "The store broke at 16:00 (QQX) on Monday.",
        "The store broke at 4:15 p.m. local time on Monday.",
        "The store broke at 4:15 p.m. on Monday.",
    ],
)
def test_unknown_zone_is_a_day_and_an_issue(read, text):
    window = read(text)
    assert (iso(window.started_at), window.started_precision) == ("2024-07-08T00:00:00Z", "day")
    assert [i.code for i in window.issues] == ["unknown_zone"]


def test_the_source_may_know_its_zone(read):
    text = "The store broke at 4:15 p.m. on Monday."
    assert iso(read(text, timezone="Europe/Berlin").started_at) == "2024-07-08T14:15:00Z"
    text = "The store broke at 4:15 p.m. local time on Monday."
    assert iso(read(text, timezone="Europe/Berlin").started_at) == "2024-07-08T14:15:00Z"


def test_a_neighbour_lends_its_zone(read):
    window = read("Logins failed at 9:40 on 9 July. By 11:05 CEST they were restored.")
    assert (iso(window.started_at), iso(window.ended_at)) == ("2024-07-09T07:40:00Z", "2024-07-09T09:05:00Z")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        # An American abbreviation follows the wall clock of its place, whatever season it names.
        ("It failed at 3 p.m. PST on July 9, 2024.", "2024-07-09T22:00:00Z"),
        ("It failed at 3 p.m. PDT on January 9, 2024.", "2024-01-09T23:00:00Z"),
        ("It failed at 3 p.m. CET on 9 July 2024.", "2024-07-09T13:00:00Z"),
        # Around the change of the clocks.
        ("It failed at 01:30 ET on 10 March 2024.", "2024-03-10T06:30:00Z"),
        ("It failed at 03:30 ET on 10 March 2024.", "2024-03-10T07:30:00Z"),
        ("It failed at 1:30 AM EDT on 3 November 2024.", "2024-11-03T05:30:00Z"),
        ("It failed at 1:30 AM EST on 3 November 2024.", "2024-11-03T06:30:00Z"),
        ("It failed at 00:30 Europe/Berlin on 31 March 2024.", "2024-03-30T23:30:00Z"),
        ("It failed at 03:30 Europe/Berlin on 31 March 2024.", "2024-03-31T01:30:00Z"),
        ("It failed at 12:00 Australia/Lord_Howe on 9 July 2024.", "2024-07-09T01:30:00Z"),
    ],
)
def test_daylight_saving(read, text, start):
    assert iso(read(text, datetime(2024, 12, 1, tzinfo=UTC)).started_at) == start


def test_a_range_over_the_change_of_the_clocks(read):
    window = read(
        "Jobs failed from 23:00 on 2 November to 04:00 Eastern on 3 November 2024.", datetime(2024, 11, 5, tzinfo=UTC)
    )
    assert (iso(window.started_at), iso(window.ended_at)) == ("2024-11-03T03:00:00Z", "2024-11-03T09:00:00Z")
    assert window.duration_minutes == 360


def test_offsets():
    assert str(offset_zone("+05:30")) == "UTC+05:30"
    assert str(offset_zone("−3")) == "UTC-03:00"
    assert offset_zone("+19:00") is None
    assert offset_zone("5") is None


def test_a_range_is_no_offset():
    assert read_zone("10:00-11:00", 5) is None
