"""The zone of a clock by the place that it is told of (rules/places.toml).

    "Ticket sales stopped at 9:15 a.m. in Berlin", "Trains in Japan stood still from 9:15 local time"

A place right behind the clock is as good as a zone. For "local time" the place of the sentence counts, then that of
the text; for a clock without any zone they count in news and posts alone, and only where no place speaks against it.
"""

from __future__ import annotations

import re
import tomllib
from datetime import tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

RULES = Path(__file__).parents[1] / "rules"
CAPITAL = re.compile(r"[A-ZÀ-Þ][\w.]*")
WORDS = re.compile(r"[A-ZÀ-Þ][\w.]*(?:\s[A-Za-zÀ-ÿ][\w.]*){0,3}")
BEHIND = re.compile(
    r"\s(?:local\stime\s)?(?:in|on)\s(?:the\s)?(?:U\.?S\.?\s(?=[EW]))?(?=[A-ZÀ-Þ])"
    # "à 9 h 40, heure de Paris", "a las 9:00 de la Ciudad de México", "às 9h, horário de Brasília".
    r"|[\s,(]{1,2}(?:(?:heure|hora|ora|horário)\s(?:local\s)?(?:de|di|do|da|del)|de\sla)\s(?:la\s)?(?=[A-ZÀ-Þ])"
)
# "in Tokyo region" and "in Virginia data centres" are parts of a cloud, which tells its times elsewhere.
A_REGION = re.compile(r"\s(?:region|zone|AZ|availability|data\s?cent|datacent|\()", re.IGNORECASE)
READ = 4_000
MOST_WORDS = 3
SHORT = 3


class Place(NamedTuple):
    """A place as written, from `start` to `end`, with its zone; None where its country has several."""

    start: int
    end: int
    zone: tzinfo | None


@cache
def _table() -> dict[str, tzinfo | None]:
    with (RULES / "places.toml").open("rb") as file:
        data = tomllib.load(file)
    table: dict[str, tzinfo | None] = dict.fromkeys(data["several"])
    for name, words in data["zones"].items():
        table.update(dict.fromkeys(words, ZoneInfo(name)))
    return table


def place_at(text: str, at: int) -> Place | None:
    """The longest name of a place that begins here."""
    run = WORDS.match(text, at)
    if run is None:
        return None
    said = run.group().split()[:MOST_WORDS]
    for number in range(len(said), 0, -1):
        words = " ".join(said[:number])
        name = words if words in _table() else words.rstrip(".").removesuffix("'s").removesuffix("’s")
        if len(name) > SHORT and name.isupper():
            # The dateline "LISBON, July 10".
            name = name.title()
        if name in _table():
            return Place(at, at + len(words), _table()[name])
    return None


def place_behind(text: str, at: int) -> Place | None:
    """The place in "9:15 a.m. in Berlin": right behind the clock that ends here."""
    lead = BEHIND.match(text, at)
    place = place_at(text, lead.end()) if lead is not None else None
    return None if place is None or place.zone is None or A_REGION.match(text, place.end) else place


def zones_between(text: str, start: int, end: int) -> frozenset[tzinfo | None]:
    """The zones of all places in a stretch of the text; None among them for a country of several."""
    found: set[tzinfo | None] = set()
    end = min(end, READ)
    done = start
    for word in CAPITAL.finditer(text, start, end):
        place = place_at(text, word.start()) if word.start() >= done else None
        if place is not None:
            done = place.end
            found.add(place.zone)
    return frozenset(found)


@lru_cache(maxsize=1)
def zones_of(text: str) -> frozenset[tzinfo | None]:
    """The zones of all places of a text, which are asked for again with each of its clocks."""
    return zones_between(text, 0, len(text))


def zone_of_place(text: str, sentence: tuple[int, int]) -> tzinfo | None:
    """The one zone of the places that a sentence names, or, where it names none, of those of the whole text."""
    found = zones_between(text, *sentence) or zones_of(text)
    return next(iter(found)) if len(found) == 1 else None
