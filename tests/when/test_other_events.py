"""What is told beside the event: other starts, other lengths, ends in the words of a start, dates to come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.components.finds import Meta
from pipeline.components.when import find_times
from pipeline.model import iso
from pipeline.terms import Precision

STARTS = [
    "Release 7.2 started at 09:02 UTC. Uploads failed between 09:10 and 10:00 UTC.",
    "The rollout of the new tables began at 09:02 UTC. Uploads failed between 09:10 and 10:00 UTC.",
    "At 09:02 UTC the migration started. Uploads failed between 09:10 and 10:00 UTC.",
    "Maintenance started at 09:02 UTC. Uploads failed between 09:10 and 10:00 UTC.",
]


@pytest.mark.parametrize("text", STARTS)
def test_the_start_of_something_else_is_no_onset(read, text):
    window = read(text)
    assert (iso(window.started_at), window.duration_minutes) == ("2024-07-11T09:10:00Z", 50)


def test_what_failed_may_be_an_upgrade(read):
    window = read("The upgrade of the proxies failed, and errors started at 09:02 UTC.")
    assert iso(window.started_at) == "2024-07-11T09:02:00Z"


def test_a_maintenance_that_is_all_there_is_gives_the_start(read):
    assert iso(read("Maintenance started at 09:02 UTC.").started_at) == "2024-07-11T09:02:00Z"


NO_LENGTH = [
    "Uploads have been stable for two hours.",
    "Uploads have been working again for two hours.",
    "Uploads have been stable for the past two hours.",
    "The evening ended with guests who acted out the last ten minutes.",
    "A receipt took ten minutes to print, and the till was down.",
    "The two-hour maintenance window has passed.",
    "The maintenance lasts two hours.",
]


@pytest.mark.parametrize("text", NO_LENGTH)
def test_a_length_of_something_else(read, text):
    window = read(text, kind="news")
    assert window.duration_minutes is None
    assert window.started_precision in (None, Precision.DAY)


@pytest.mark.parametrize("words", ["for the last", "for the past", "for at least the last"])
def test_what_has_lasted_until_now(read, words):
    assert read(f"The till has not worked {words} 45 minutes.", kind="news").duration_minutes == 45


@pytest.mark.parametrize(
    "words", ["working again", "working normally", "available again", "back to normal", "fully operational"]
)
def test_what_works_since_then_ended_then(read, words):
    window = read(f"Payments have been {words} since 10:14 UTC.", kind="status")
    assert iso(window.ended_at) == "2024-07-11T10:14:00Z"
    assert iso(window.started_at) == "2024-07-11T00:00:00Z"


def test_what_does_not_work_since_then_began_then(read):
    window = read("Payments have not been working normally since 10:14 UTC.", kind="status")
    assert (iso(window.started_at), window.ended_at) == ("2024-07-11T10:14:00Z", None)


def test_a_start_never_lies_behind_the_publication(read):
    published = datetime(2024, 7, 11, 3, 10, tzinfo=UTC)
    text = "It was down from about 11:40 pm IST until after half past one on Thursday morning."
    assert iso(read(text, published, kind="news").started_at) == "2024-07-10T18:10:00Z"
    weekday = "It went down at 11:40 pm IST on Thursday."
    assert iso(read(weekday, published, kind="news").started_at) == "2024-07-04T18:10:00Z"


def test_the_words_of_a_length_are_kept_beside_the_ends(read):
    window = read("Uploads failed from 09:24 to 11:15 UTC on 1 July 2024. The outage lasted 111 minutes.")
    (stated,) = [m for m in window.mentions if m.field == "duration_minutes"]
    assert (stated.text, stated.value, stated.rule) == ("111 minutes", "111", "when.stated.lasted")


def test_a_length_that_only_follows_has_no_words(read):
    window = read("Uploads failed from 09:24 to 11:15 UTC on 1 July 2024.")
    assert window.duration_minutes == 111
    assert "duration_minutes" not in {m.field for m in window.mentions}


def test_a_length_between_clocks_without_a_zone_is_told_apart(read):
    window = read("Uploads failed from 09:24 to 11:15.")
    assert window.duration_minutes == 111
    assert [m.rule for m in window.mentions if m.field == "duration_minutes"] == ["when.clocks"]


def test_every_mention_has_words():
    found = find_times("The till is down.", (), Meta(kind="news", published=datetime(2024, 7, 11, tzinfo=UTC)))
    assert all(f.text for f in found)
