"""Years, weekdays and days of speaking; and what is an issue and not a value."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipeline.components.anchors import Anchor, anchor_of, calendar_day
from pipeline.components.points import Day
from pipeline.model import iso

THURSDAY = Anchor(datetime(2024, 7, 11, 15, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (Day(month=7, day=11), date(2024, 7, 11)),
        (Day(month=7, day=12), date(2024, 7, 12)),  # a day's tolerance
        (Day(month=7, day=13), date(2023, 7, 13)),
        (Day(month=12, day=31), date(2023, 12, 31)),
        (Day(month=2, day=29), date(2024, 2, 29)),
        (Day(year=2023, month=2, day=29), None),
        (Day(weekday=3), date(2024, 7, 11)),
        (Day(weekday=3, last=True), date(2024, 7, 4)),
        (Day(weekday=4), date(2024, 7, 5)),
        (Day(shift=-1), date(2024, 7, 10)),
        (Day(day=31), date(2024, 5, 31)),
        (Day(day=3), date(2024, 7, 3)),
        (Day(year=2024, month=3, day=7, order="?"), date(2024, 7, 3)),  # 03/07/2024 in the week of publication
    ],
)
def test_calendar_day(day, expected):
    assert calendar_day(day, THURSDAY, UTC) == expected


@pytest.mark.parametrize("day", [Day(month=7, day=1), Day(weekday=3), Day(shift=0), Day(day=3)])
def test_nothing_without_an_anchor(day):
    assert calendar_day(day, None, UTC) is None


def test_a_publication_known_to_the_day():
    assert anchor_of(datetime(2024, 7, 11, tzinfo=UTC)).date_only
    assert anchor_of(datetime(2024, 7, 11, 23, 59, tzinfo=UTC)).date_only
    assert not anchor_of(datetime(2024, 7, 11, 15, 30, tzinfo=UTC)).date_only
    assert anchor_of(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "The shop went down yesterday.",
        "The shop went down on Tuesday at 10:00 UTC.",
        "The shop went down on July 3.",
        "The shop went down at 10:00 UTC.",
        "The shop went down two hours ago.",
        "The shop has been down for the past two hours.",
    ],
)
def test_no_date_is_invented(read, text):
    window = read(text, None)
    assert window.started_at is None
    assert window.ended_at is None


def test_the_year_of_the_text(read):
    window = read(
        "The outage of 3 July 2022 was long. It began on July 3 at 10:00 UTC and ended on July 4 at 09:00 UTC.", None
    )
    assert (iso(window.started_at), iso(window.ended_at)) == ("2022-07-03T10:00:00Z", "2022-07-04T09:00:00Z")


def test_the_byline_anchors_a_page_without_publication(read):
    window = read("Posted 11 July 2013\n\nOn Wednesday the mail of thousands was unavailable.", None)
    assert (iso(window.started_at), window.started_precision) == ("2013-07-10T00:00:00Z", "day")


def test_the_dateline_anchors_a_page_published_on_the_day_before(read):
    published = datetime(2024, 7, 11, 23, 59, tzinfo=UTC)
    text = "By A. Writer | Jul 12, 2024 2:29PM\n\nThe region lost its network on Friday."
    assert iso(read(text, published, kind="news").started_at) == "2024-07-12T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Outage from 2024-07-03 10:00 UTC to 2024-07-03 09:00 UTC.", "end_before_start"),
        ("It began at 10:00 UTC on 3 July 2024. It was resolved at 09:00 UTC on 3 July 2024.", "end_before_start"),
        ("The outage began on 20 August 2024 at 10:00 UTC.", "after_publication"),
    ],
)
def test_impossible_times_are_issues(read, text, code):
    window = read(text)
    assert code in {i.code for i in window.issues}
    assert window.ended_at is None
    assert window.duration_minutes is None


def test_news_without_its_history(read):
    text = "On 3 January the shop broke too. The checkout went down on Wednesday at 14:00 UTC."
    assert iso(read(text, kind="news").started_at) == "2024-07-10T14:00:00Z"


def test_a_retrospect_keeps_the_old_date(read):
    text = "On 8 July 2022 the whole network went down, and millions had no phone."
    assert iso(read(text, kind="news").started_at) == "2022-07-08T00:00:00Z"


def test_the_day_of_publication_stands_in_for_news_only(read):
    window = read("The shop is down and nobody knows why.", kind="news")
    assert (iso(window.started_at), window.started_precision) == ("2024-07-11T00:00:00Z", "day")
    assert window.mentions == ()  # no words say it
    assert read("The shop was down and nobody knows why.", kind="postmortem").started_at is None


def test_a_clock_without_a_date_goes_back_over_midnight(read):
    published = datetime(2024, 7, 11, 0, 58, tzinfo=UTC)
    assert iso(read("It broke at 23:10 UTC.", published).started_at) == "2024-07-10T23:10:00Z"
