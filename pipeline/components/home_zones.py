"""The zone of a clock that names none, by whom and where the text tells of (rules/home_zones.toml, rules/places.toml).

    "Safaricom customers could not send money from 6.40am"        the clocks of Kenya: all its customers live by them
    "Lufthansa passengers in Chicago could not check in at 9:15"  nothing: the service and the place go by two clocks

The service counts in every kind of text, the places in stories and posts alone: a vendor tells all of its regions
in one zone. Where service and places disagree, no zone is taken, and the clock is known to the day only. What is
taken so is named in the rule of the mention (`when.*.home_zone`, `when.*.place`) and has low confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from pipeline.components.places import zones_between, zones_of
from pipeline.components.ruleset import tables
from pipeline.components.zones import named_zone
from pipeline.errors import CatalogueError

SEASONS = (datetime(2024, 1, 15), datetime(2024, 7, 15))  # noqa: DTZ001 - the clock on the wall

Home = Callable[[], tzinfo | None]
"""Gives the zone of the service that a text tells of; asked only where a clock needs it."""


class Assumed(NamedTuple):
    """A zone that the text does not write, and what it is taken from: "home_zone", "place", or "conflict" for none."""

    zone: tzinfo | None
    origin: str


@cache
def home_zones() -> Mapping[str, tzinfo]:
    """The zone of each service that has one, by slug. Raises `CatalogueError` for a zone that does not exist."""
    table: dict[str, tzinfo] = {}
    for name, slugs in tables("home_zones")["zones"].items():
        zone = named_zone(name)
        if zone is None:
            raise CatalogueError(f"rules/home_zones.toml: no such zone: {name}")
        table.update(dict.fromkeys(slugs, zone))
    return MappingProxyType(table)


def no_home() -> tzinfo | None:
    """The home of a text whose service is not known."""
    return None


def assumed_zone(text: str, sentence: tuple[int, int], home: tzinfo | None, *, by_place: bool) -> Assumed | None:
    """The zone for a clock of this sentence; None where nothing speaks of one, no zone where two things disagree."""
    near = zones_between(text, *sentence)
    far = near or zones_of(text)
    if home is not None:
        # Far from the clock a country of several zones ("an American rival") says nothing against it.
        against = near or {zone for zone in far if zone is not None}
        fits = not against or any(zone is not None and same_clock(zone, home) for zone in against)
        return Assumed(home, "home_zone") if fits else Assumed(None, "conflict")
    if not by_place or not far:
        return None
    one, *others = far
    agreed = one is not None and all(zone is not None and same_clock(one, zone) for zone in others)
    return Assumed(one, "place") if agreed else None


@cache
def same_clock(one: tzinfo, other: tzinfo) -> bool:
    """Whether two zones show the same time, in winter and in summer."""
    return all(one.utcoffset(day) == other.utcoffset(day) for day in SEASONS)
