from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals import BIN, FLOOR, bin_of, count, is_hot, measure, tail
from pipeline.terms import SourceKind


def posts(claim, per_bin, start=9.0, service="parley"):
    """One post of a new author for each count, in bins from the hour on."""
    return [
        claim(
            f"p{service}{n}-{k}",
            service,
            told=start + n / 4 + k / 600,
            source_kind=SourceKind.SOCIAL,
            author_hash=f"{n}-{k}",
        )
        for n, count in enumerate(per_bin)
        for k in range(count)
    ]


def test_distinct_authors_are_counted_not_posts(claim, later):
    loud = [claim(f"p{n}", told=9.01, source_kind=SourceKind.SOCIAL, author_hash="one") for n in range(40)]
    found = measure(loud, as_of=later)
    assert [(b.posts, b.authors, b.expected) for b in found.bins] == [(40, 1, FLOOR)]
    assert found.spikes == ()


def test_two_hot_bins_of_three_are_a_spike(claim, later):
    (spike,) = measure(posts(claim, [1, 8, 1, 9, 1]), as_of=later).spikes
    assert spike.authors == 9
    assert spike.started_at == bin_of(posts(claim, [0, 1])[0].published_at)
    assert spike.peak_at - spike.started_at == timedelta(minutes=30)
    assert spike.ended_at == spike.peak_at + timedelta(minutes=15)


@pytest.mark.parametrize("per_bin", [[30], [8, 0, 0, 8], [6, 6, 6, 6]])
def test_one_hot_bin_two_far_apart_or_a_steady_few_are_none(claim, later, per_bin):
    assert measure(posts(claim, per_bin), as_of=later).spikes == ()


def test_a_spike_that_may_go_on_is_open(claim):
    told = posts(claim, [9, 9])
    (spike,) = measure(told, as_of=told[-1].published_at + timedelta(minutes=5)).spikes
    assert spike.ended_at is None


def test_a_service_that_always_has_posts_needs_more():
    start = datetime(2026, 3, 2, tzinfo=UTC)
    month = {start + n * BIN: [str(author) for author in range(8)] for n in range(4 * 24 * 28)}
    after = start + 28 * timedelta(days=1)
    bins = count("parley", month | {after: list("abcdefghijkl"), after + BIN: [str(n) for n in range(40)]})
    assert bins[-1].expected > 7
    assert [is_hot(b) for b in bins[-3:]] == [False, False, True]


def test_an_outage_does_not_teach_us_to_expect_outages():
    start = datetime(2026, 3, 2, tzinfo=UTC)
    day = {start + n * BIN: [str(author) for author in range(500)] for n in range(96)}
    assert count("parley", day)[-1].expected < 1


def test_only_public_posts_up_to_now_count(claim):
    told = posts(claim, [9, 9])
    now = told[0].published_at
    assert measure(told, as_of=now).bins[0].posts == 1
    assert measure([claim("n", told=9)], as_of=now).bins == ()


def test_order_does_not_matter(claim, later):
    told = [*posts(claim, [3, 9, 9]), *posts(claim, [9, 1, 9], service="bazaar")]
    shuffled = random.Random(7).sample(told, len(told))
    assert measure(shuffled, as_of=later) == measure(told, as_of=later)


@given(k=st.integers(0, 60), mean=st.floats(0.01, 40))
def test_the_tail_is_one_minus_the_lower_sum(k, mean):
    lower = math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(k))
    assert tail(k, mean) == pytest.approx(1 - lower, abs=1e-9)
    assert tail(k + 1, mean) <= tail(k, mean)
