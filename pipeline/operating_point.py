"""The one place where it is set how unusual posts must be to be called a spike.

Chosen with `python -m tests.bench --only signals`, which prints what each setting finds and what it costs. The
budget is one false alarm for a service and month; over a recorded year of twelve services the chosen point
has 0.6 and finds nineteen in twenty of the stretches that stand out in hindsight, most at the end of their
first bin. A tail ten times as likely finds hardly more and comes near the budget; one a hundred times rarer
loses one in a hundred and halves the false alarms; what is lost is small.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What counts as a spike. Rates are authors an hour; probabilities are tails of the count model.

    `chance`: a window is hot where so many authors or more are this improbable. `spread`: the window must
    stay this improbable when its fullest bin is left out, so that one burst is no spike. `alone`: so
    improbable that one bin is enough, given `crowd` authors. `quorum` and `lift`: authors that a hot
    window has at least, and how many times the expected. `calm`: while a trailing hour is rarer than
    this, a spike goes on; after `quiet` minutes without it is over.

    `floor` is the rate of a service of which nothing is known, as strong as `prior_hours` of watching
    (the cold start), and `least` the rate below which no expectation falls. `half_life` is in days.
    `pull` is the number of counts an hour of the day or week needs to be believed half way against the
    general rhythm. `overdispersion` is the variance over the mean where nothing is known and `wildest` the
    most that is believed: beyond it, outages too small to be seen have been taught. What lasts longer
    than `longest` hours is no outage but the new ordinary, and so is what comes at the same hour on more than
    `habit` days in a row. In its first `warm` hours a service is taught by all that is seen.
    """

    chance: float = 1e-6
    spread: float = 1e-3
    alone: float = 1e-12
    crowd: int = 20
    quorum: int = 5
    lift: float = 3.0
    calm: float = 1e-2
    quiet: int = 60
    floor: float = 2.0
    least: float = 0.4
    prior_hours: float = 12.0
    half_life: float = 28.0
    pull: float = 30.0
    overdispersion: float = 1.5
    wildest: float = 2.0
    longest: int = 24
    warm: int = 48
    habit: int = 3


CHOSEN = OperatingPoint()
