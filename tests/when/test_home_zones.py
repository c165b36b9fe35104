"""The zone of a service's country: the table, what speaks against it, and what the mention says of it."""

from __future__ import annotations

import tomllib
from zoneinfo import ZoneInfo

import pytest

from pipeline import nlp
from pipeline.catalogue import load_catalogue
from pipeline.components.home_zones import assumed_zone, home_zones, same_clock
from pipeline.components.ruleset import RULES

BERLIN, PARIS = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris")
# Countries with several zones, and what stands for none.
NOWHERE = ("America/", "Australia/", "Asia/Jakarta", "Europe/Moscow", "UTC", "Etc/")


@pytest.fixture(scope="module")
def pipeline():
    return nlp.load()


def test_every_service_is_known_and_stands_once():
    with (RULES / "home_zones.toml").open("rb") as file:
        slugs = [slug for group in tomllib.load(file)["zones"].values() for slug in group]
    assert len(slugs) == len(set(slugs)) > 100
    assert set(slugs) <= set(load_catalogue().services)


def test_no_country_of_several_zones_and_never_utc():
    assert not [zone for zone in map(str, home_zones().values()) if zone.startswith(NOWHERE)]


@pytest.mark.parametrize(
    "slug", ["at-and-t", "rogers", "telstra", "sberbank", "nubank", "whatsapp", "vodafone", "revolut"]
)
def test_a_service_of_many_clocks_has_no_home(slug):
    assert slug in load_catalogue().services
    assert slug not in home_zones()


def test_a_place_of_another_clock_settles_nothing():
    text = "Passengers in Chicago waited."
    assert assumed_zone(text, (0, len(text)), BERLIN, by_place=True) == (None, "conflict")
    text = "Passengers in Paris waited."
    assert assumed_zone(text, (0, len(text)), BERLIN, by_place=True) == (BERLIN, "home_zone")


def test_a_country_of_several_zones_counts_near_the_clock_only():
    text = "An American rival laughed. Trains stood still from 9:15."
    assert assumed_zone(text, (27, len(text)), BERLIN, by_place=True) == (BERLIN, "home_zone")
    assert assumed_zone(text, (0, len(text)), BERLIN, by_place=True) == (None, "conflict")


def test_places_with_the_same_clocks_agree():
    assert same_clock(BERLIN, PARIS)
    assert not same_clock(PARIS, ZoneInfo("Europe/London"))
    text = "Trains stood still in Spain and in France."
    found = assumed_zone(text, (0, len(text)), None, by_place=True)
    assert found is not None
    assert found.origin == "place"
    assert assumed_zone(text, (0, len(text)), None, by_place=False) is None


def test_the_mention_says_where_the_zone_is_from(pipeline):
    text = "Trenitalia's ticket machines failed at 6:30 on Monday."
    record = {"id": "h", "text": text, "kind": "news", "published": "2024-07-11T15:30:00Z"}
    mention = next(m for m in nlp.annotate(pipeline, record).mentions if m.field == "started_at")
    assert mention.rule.endswith(".home_zone")
    assert mention.confidence <= 0.6
