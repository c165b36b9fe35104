from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.echoes import keys_of
from pipeline.operating_point import CHOSEN
from pipeline.signals import CountSeries, bin_of, measure, measure_counts
from pipeline.terms import SourceKind
from tests.bench.signal_month import T0, judge, month
from tests.resolve.conftest import DAY, make_claim

STEP = timedelta(minutes=5)


def posts(per_bin, start=9.0, service="parley", **more):
    """So many posts of new authors in each five minutes from the hour on."""
    return [
        make_claim(
            f"p{service}{start}-{n}-{k}",
            service,
            told=start + n / 12 + k / 3600,
            source_kind=SourceKind.SOCIAL,
            author_hash=f"{service}{start}-{n}-{k}",
            **more,
        )
        for n, count in enumerate(per_bin)
        for k in range(count)
    ]


def at(hour):
    return DAY + timedelta(hours=hour)


def test_one_author_is_no_spike_however_much_is_posted(later):
    loud = [make_claim(f"p{n}", told=9 + n / 60, source_kind=SourceKind.SOCIAL, author_hash="one") for n in range(100)]
    found = measure(loud, as_of=at(12))
    assert found.spikes == ()
    assert {b.authors for b in found.bins} == {1}
    assert sum(b.posts for b in found.bins if b.bin_minutes == 60) == 100


def test_people_who_come_one_after_the_other_are_a_spike():
    (spike,) = measure(posts([1, 5, 9, 6, 4, 2]), as_of=at(20)).spikes
    assert spike.started_at in (at(9), at(9) + STEP)
    assert spike.peak_at == at(9) + 2 * STEP
    assert at(9) + 4 * STEP <= spike.ended_at <= at(9) + 6 * STEP
    assert spike.started_at < spike.detected_at <= spike.ended_at
    assert spike.authors >= 24


@pytest.mark.parametrize("per_bin", [[15], [1, 0, 1, 0, 1, 1], [4, *[0] * 40, 4]])
def test_one_burst_and_a_few_are_none(per_bin):
    assert measure(posts(per_bin), as_of=at(20)).spikes == ()


def test_a_burst_of_a_crowd_needs_no_second_bin():
    assert len(measure(posts([60]), as_of=at(20)).spikes) == 1


def test_a_spike_is_open_while_it_may_go_on():
    told = posts([5, 9, 9])
    assert measure(told, as_of=told[-1].published_at + STEP).spikes[0].ended_at is None
    assert measure(told, as_of=told[-1].published_at + timedelta(hours=3)).spikes[0].ended_at is not None


def test_copies_of_one_text_and_shares_of_one_page_are_one_voice():
    text = "What we learned of the day on which the whole of Parley went quiet"
    assert measure(posts([9, 9, 9], echoes=keys_of(text)), as_of=at(20)).spikes == ()
    told = enumerate(posts([9, 9, 9]))
    shared = [replace(p, echoes=keys_of(f"{n} so https://news.example/story?from={n}")) for n, p in told]
    assert measure(shared, as_of=at(20)).spikes == ()
    asked = posts([9, 9, 9], echoes=keys_of("is Parley down?"))
    assert len(measure(asked, as_of=at(20)).spikes) == 1


def test_only_public_posts_up_to_now_count():
    told = posts([9, 9])
    assert sum(b.posts for b in measure(told, as_of=told[0].published_at).bins if b.bin_minutes == 5) == 1
    assert measure([make_claim("n", told=9)], as_of=at(20)).bins == ()
    assert measure([replace(p, withdrawn=True) for p in told], as_of=at(20)).bins == ()


def test_order_and_repetition_do_not_matter(later):
    told = [*posts([3, 9, 9]), *posts([9, 1, 9], service="bazaar")]
    shuffled = random.Random(7).sample(told, len(told))
    assert measure(shuffled, as_of=later) == measure(told, as_of=later) == measure([*told, *told], as_of=later)


def steady(rate, days, seed=3, step=15, start=T0):
    """Counts of a service with a daily rhythm."""
    chance, counts = random.Random(seed), {}
    for n in range(days * 24 * 60 // step):
        moment = start + n * timedelta(minutes=step)
        mean = rate * (1.6 if 8 <= moment.hour < 20 else 0.4)
        counts[moment] = sum(chance.random() < mean / 40 for _ in range(40))
    return counts


def test_a_service_that_always_has_complaints_needs_more():
    counts, now = steady(8, 35), T0 + timedelta(days=35)
    known = measure_counts([CountSeries("s", 15, counts)], as_of=now)
    assert all(s.started_at < T0 + timedelta(days=7) for s in known)
    loud = counts | {T0 + timedelta(days=30, hours=12, minutes=15 * n): 45 for n in range(4)}
    (spike,) = set(measure_counts([CountSeries("s", 15, loud)], as_of=now)) - set(known)
    assert spike.started_at == T0 + timedelta(days=30, hours=12)


def test_the_quiet_hours_need_less_than_the_busy_ones():
    counts, now = steady(8, 35), T0 + timedelta(days=35)
    for hour, expected in ((3, 1), (13, 0)):
        some = {T0 + timedelta(days=32, hours=hour, minutes=15 * n): 16 for n in range(3)}
        found = measure_counts([CountSeries("s", 15, counts | some)], as_of=now)
        assert sum(s.started_at > T0 + timedelta(days=20) for s in found) == expected


def test_an_outage_does_not_teach_us_to_expect_outages():
    """The same outage at the same hour on every third day: the last is found as the first."""
    counts = steady(1, 30)
    for day in range(8, 28, 3):
        counts |= {T0 + timedelta(days=day, hours=10, minutes=15 * n): 60 for n in range(12)}
    found = measure_counts([CountSeries("s", 15, counts)], as_of=T0 + timedelta(days=30))
    assert [s.started_at.day for s in found] == [10, 13, 16, 19, 22, 25, 28]


def test_what_lasts_for_days_becomes_the_ordinary():
    counts = steady(1, 20) | steady(30, 20, start=T0 + timedelta(days=20))
    found = measure_counts([CountSeries("s", 15, counts)], as_of=T0 + timedelta(days=40))
    assert found
    assert all(s.ended_at is not None for s in found)
    assert all(s.started_at < T0 + timedelta(days=24) for s in found)


def test_what_was_not_watched_is_not_quiet():
    """Half a day was watched each month: a level of ten is ordinary from the second time on."""
    counts = {}
    for part in range(6):
        counts |= {T0 + timedelta(days=30 * part, minutes=15 * n): 10 for n in range(48)}
    found = measure_counts([CountSeries("s", 15, counts)], as_of=T0 + timedelta(days=200))
    assert all(s.started_at < T0 + timedelta(days=29) for s in found)


def test_series_of_different_steps_are_refused():
    with pytest.raises(ValueError, match="one step"):
        measure_counts([CountSeries("a", 15, {T0: 1}), CountSeries("b", 20, {T0: 1})], as_of=T0)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), st.sampled_from(["parley", "bazaar"])), max_size=120)
)
def test_laws_of_spikes(told):
    made = [
        make_claim(
            f"p{n}",
            service,
            told=9 + minute / 60,
            source_kind=SourceKind.SOCIAL,
            author_hash=f"{author}",
        )
        for n, (minute, author, service) in enumerate(told)
    ]
    found = measure(made, as_of=at(17))
    assert found == measure(made[::-1], as_of=at(17))
    for spike in found.spikes:
        inside = [p for p in made if p.services[0] == spike.service]
        assert spike.started_at <= spike.peak_at < (spike.ended_at or at(18))
        assert spike.started_at < spike.detected_at
        assert CHOSEN.quorum <= spike.authors <= len({p.author_hash for p in inside})
    for service in ("parley", "bazaar"):
        ordered = [s for s in found.spikes if s.service == service]
        assert all(a.ended_at and a.ended_at <= b.started_at for a, b in pairwise(ordered))


def test_a_small_made_up_month_holds_its_floors():
    made = month(seed=11, services=25, days=14, outages=16)
    outcome = judge(made, measure(made.claims, as_of=T0 + timedelta(days=14)))
    large = {size: outcome.found.get(size, 0) for size in (40, 150)}
    assert large == {size: outcome.planted[size] for size in (40, 150)}
    assert outcome.recall >= 0.6
    assert sorted(outcome.delays)[len(outcome.delays) // 2] <= 30
    # Under one false alarm for a service and month: of 25 services in half a month, a dozen.
    assert sum(outcome.false.values()) <= 6


def test_bins_begin_on_their_grid():
    assert bin_of(datetime(2026, 3, 2, 9, 14, 59, tzinfo=UTC), 15) == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
