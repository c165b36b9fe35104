"""When a source counts as silent, and which entries are worth a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.habits import LEAST, find_habit
from pipeline.model import Report, Source
from pipeline.terms import Cadence, SourceKind
from spiders.news.screen import WIDER, is_worth_a_page

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=h) for h in hours]


def test_a_pinned_entry_does_not_make_a_feed_patient() -> None:
    habit = find_habit(ago(*range(100, 120, 2), 9000), None, NOW)
    assert habit is not None
    assert (habit.hours, habit.basis, habit.silent(NOW)) == (48.0, "measured", True)


def test_who_was_never_heard_or_only_speaks_of_the_future_has_no_habit() -> None:
    assert find_habit([], Cadence.DAILY, NOW) is None
    assert find_habit(ago(-5, -6), Cadence.DAILY, NOW) is None


@pytest.mark.parametrize(
    ("cadence", "hours", "silent"),
    [
        (Cadence.DAILY, 97, True),
        (Cadence.DAILY, 95, False),
        (Cadence.WEEKLY, 600, False),
        (Cadence.RARE, 90_000, False),
    ],
)
def test_what_is_declared_serves_until_enough_was_heard(cadence: Cadence, hours: float, silent: bool) -> None:
    habit = find_habit(ago(hours, hours + 1), cadence, NOW)
    assert habit is not None
    assert habit.silent(NOW) is silent


def test_without_a_word_on_its_cadence_nobody_is_silent() -> None:
    habit = find_habit(ago(9000), None, NOW)
    assert habit is not None
    assert not habit.silent(NOW)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_order_and_repetition_do_not_matter_and_two_days_are_no_silence(hours: list[int]) -> None:
    habit = find_habit(ago(*hours), Cadence.DAILY, NOW)
    assert habit == find_habit(ago(*sorted(hours), *hours), Cadence.DAILY, NOW)
    assert habit is not None
    assert not habit.silent(habit.last_said_at + LEAST)


def worth(kind: SourceKind, title: str, summary: str | None = None) -> bool:
    source = Source("s", "feed", kind, "https://s.example/feed")
    return is_worth_a_page(source, Report("r", title, "https://s.example/r", summary=summary))


@pytest.mark.parametrize(
    ("title", "press", "operator"),
    [
        ("Brightbox suffers an outage of two hours", True, True),
        ("What happened on Tuesday", False, True),
        ("How one query slowed the whole shop and what we learned", False, True),
        ("10月3日の障害について", True, True),
        ("Ten new phones for the summer", False, False),
        ("Our office has a new garden", False, False),
    ],
)
def test_operators_are_screened_less_hard_than_the_press(title: str, press: bool, operator: bool) -> None:
    assert (worth(SourceKind.NEWS, title), worth(SourceKind.POSTMORTEM, title)) == (press, operator)


def test_a_word_inside_another_is_not_meant() -> None:
    assert WIDER.search("A debugger for everyone") is not None
    assert WIDER.search("The fairness of preview windows") is None
