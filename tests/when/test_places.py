"""The zone by a place: the table, the place right behind a clock, and who may speak of places in local time."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.components.places import RULES, place_at, place_behind, zone_of_place
from pipeline.terms import Precision

with (RULES / "places.toml").open("rb") as opened:
    DATA = tomllib.load(opened)
PLACES = [(word, name) for name, words in DATA["zones"].items() for word in words]


def test_no_place_stands_twice():
    words = [word for word, _ in PLACES] + DATA["several"]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", DATA["zones"])
def test_every_zone_is_one(name):
    word = DATA["zones"][name][0]
    place = place_at(f"{word} was dark", 0)
    assert place is not None
    assert (place.end, place.zone) == (len(word), ZoneInfo(name))


@pytest.mark.parametrize("word", DATA["several"])
def test_a_country_of_several_zones_settles_nothing(word):
    place = place_at(f"{word} was dark", 0)
    assert place is not None
    assert place.zone is None


def test_the_longest_name_counts():
    assert zone_of_place("New South Wales lost its trams.", (0, 31)) == ZoneInfo("Australia/Sydney")
    assert place_at("New things", 0) is None


def test_a_region_of_a_cloud_is_no_place():
    assert place_behind("at 9:15 in Tokyo region", 7) is None
    assert place_behind("at 9:15 in Tokyo", 7) is not None


def test_places_of_two_zones_settle_nothing():
    text = "Trains stood still in Spain and in Portugal."
    assert zone_of_place(text, (0, len(text))) is None


@pytest.mark.parametrize("kind", ["status", "postmortem"])
def test_a_vendor_is_not_read_by_its_places(read, kind):
    window = read("Users in Japan met errors from 9:15 on 9 July 2024.", kind=kind)
    assert window.started_precision is Precision.DAY


def test_a_story_is(read):
    window = read("Users in Japan met errors from 9:15 on 9 July 2024.", kind="news")
    assert window.started_at == datetime(2024, 7, 9, 0, 15, tzinfo=UTC)


def test_a_zone_that_is_written_counts_for_the_whole_story(read):
    window = read("Users in Japan met errors from 9:15 on 9 July 2024; at 11:00 UTC they were gone.", kind="news")
    assert window.started_at == datetime(2024, 7, 9, 9, 15, tzinfo=UTC)
