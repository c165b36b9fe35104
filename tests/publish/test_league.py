"""The league of status pages: medians with intervals, and everything that cannot be judged counted once."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.league import FEWEST, League, middle, unjudged


def row(**more):
    told = {
        "provider": "quill", "phase": "over", "kind": "outage", "official_lag_minutes": None, "lead_minutes": None,
        "official_posted_at": None, "first_signal_at": None, "lead_unjudged": None,
    } | more  # fmt: skip
    return told | {
        "lead_unjudged": unjudged(told["first_signal_at"], told["official_posted_at"], told["kind"], ("maintenance",))
    }


@given(st.lists(st.integers(-500, 5000), min_size=1, max_size=300))
def test_the_median_lies_in_its_interval(values):
    found = middle(values)
    assert found.count == len(values)
    assert found.median == statistics.median(values)
    if len(values) < FEWEST:
        assert found.low is None
    else:
        assert min(values) <= found.low <= found.median <= found.high <= max(values)


@pytest.mark.parametrize("count", [6, 15, 60, 1200])
def test_the_interval_holds_the_true_median_often_enough(count):
    chance = random.Random(count)
    held = 0
    for _ in range(400):
        found = middle(chance.expovariate(1.0) for _ in range(count))
        held += found.low <= 0.6931 <= found.high
    assert held / 400 >= 0.93


def test_every_outage_is_judged_or_said_why_not():
    league = League()
    at = "2026-03-02T09:00:00Z"
    for told in (
        row(official_posted_at=at, first_signal_at=at, official_lag_minutes=12, lead_minutes=12),
        row(official_posted_at=at, first_signal_at=at, official_lag_minutes=0, lead_minutes=-4),
        row(official_posted_at=at, official_lag_minutes=30),
        row(official_posted_at=at),
        row(first_signal_at=at),
        row(kind="maintenance", official_posted_at=at),
        row(phase="retracted", official_posted_at=at),
        row(provider=None),
    ):
        league.add(told)
    (found,) = league.rows()
    assert found["outages"] == 5 == found["judged"] + found["never_posted"] + found["onset_unknown"]
    assert (found["judged"], found["never_posted"], found["onset_unknown"]) == (3, 1, 1)
    assert (found["lead_judged"], found["heard_first"], found["no_signal"]) == (2, 1, 2)
    assert found["lag_median_minutes"] == 12
    assert found["lag_low_minutes"] is None
