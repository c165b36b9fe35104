from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tails import tail


@given(k=st.integers(0, 60), mean=st.floats(0.01, 40))
def test_the_tail_is_one_minus_the_lower_sum(k, mean):
    lower = math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(k))
    assert tail(k, mean) == pytest.approx(1 - lower, abs=1e-9)
    assert tail(k + 1, mean) <= tail(k, mean) + 1e-12


@given(k=st.integers(0, 60), mean=st.floats(0.01, 20), dispersion=st.floats(1.01, 10))
def test_the_negative_binomial_disperses_more_and_still_sums_to_one(k, mean, dispersion):
    size, share = mean / (dispersion - 1), 1 - 1 / dispersion
    one = [
        math.exp(math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1) + size * math.log1p(-share)) * share**n
        for n in range(k)
    ]
    assert tail(k, mean, dispersion) == pytest.approx(1 - math.fsum(one), abs=1e-7)
    if k > 3 * mean + 5:
        assert tail(k, mean, dispersion) >= tail(k, mean)


def test_a_tail_beyond_the_smallest_float_ends():
    assert tail(3000, 0.01, 2.0) == 0.0
    assert tail(5, 0.0) == 0.0
    assert tail(0, 0.0) == 1.0


def test_the_variance_is_the_dispersion_times_the_mean():
    chance = random.Random(5)
    drawn = []
    for _ in range(20000):
        rate = chance.gammavariate(4 / 1.0, 1.0)  # mean 4, variance 4: dispersion 2 with the Poisson's own
        limit, product, count = math.exp(-rate), chance.random(), 0
        while product > limit:
            product, count = product * chance.random(), count + 1
        drawn.append(count)
    for k in (6, 9, 12):
        assert sum(n >= k for n in drawn) / len(drawn) == pytest.approx(tail(k, 4.0, 2.0), rel=0.1)
