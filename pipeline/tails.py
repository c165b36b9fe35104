"""How improbable a count is: the upper tail of the Poisson and of the negative binomial distribution."""

from __future__ import annotations

import math

# Terms beyond this share of the sum change no digit that is looked at.
NEGLIGIBLE = 1e-12
# A dispersion this near to one is Poisson: the size of the negative binomial would leave its range.
POISSON = 1.001
# Below this logarithm floats lose their digits, and a product with a number under one may stay what it was.
SMALLEST = -690.0


def tail(k: int, mean: float, dispersion: float = 1.0) -> float:
    """The probability of `k` or more where `mean` are expected and the variance is `dispersion` times the mean.

    Negative binomial with size ``mean / (dispersion - 1)``, Poisson where the dispersion is one. Summed
    upwards from `k`, since one minus the lower sum loses all digits of a small tail; below the mean
    the lower sum is taken, which is the shorter one there.
    """
    if k <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if k <= mean:
        return max(0.0, 1.0 - _sum(0, k, mean, dispersion))
    return min(1.0, _sum(k, None, mean, dispersion))


def _sum(first: int, stop: int | None, mean: float, dispersion: float) -> float:
    """The probabilities from `first` on, up to but without `stop`."""
    poisson = dispersion < POISSON
    size = 0.0 if poisson else mean / (dispersion - 1)
    share = 0.0 if poisson else 1 - 1 / dispersion
    log = _log_of_one(first, mean, size, share)
    if log < SMALLEST and stop is None:
        return 0.0
    term = math.exp(log)
    total, n = 0.0, first
    while stop is None or n < stop:
        total += term
        n += 1
        term *= mean / n if poisson else (n - 1 + size) / n * share
        if stop is None and term <= total * NEGLIGIBLE:
            break
    return total


def _log_of_one(n: int, mean: float, size: float, share: float) -> float:
    """The logarithm of the probability of exactly `n`."""
    if share == 0.0:
        return n * math.log(mean) - mean - math.lgamma(n + 1)
    chosen = math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1)
    return chosen + size * math.log1p(-share) + n * math.log(share)
