"""What is no name of a service though it is written like one: words of the trade, places and people.

Words and patterns are data (`rules/unknown.toml`, `rules/regions.toml`, the things of `rules/plain_words.toml`).
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.components.ruleset import compile_pattern, tables

NETWORK = re.compile(r"as ?\d{2,6}|[a-z]{2,4}-[a-z]{2,4}|[a-z]{3}\d{1,2}")
WORDS_READ = 2_000
LOCATED = r"(?:\b(?:in|across|near|around|between|throughout|outside|residents of|people of|islands of)\s(?:\w+ and )?)"
PLACED = re.compile(
    r"\b(?:in|im|à|en|em|across|near|around|throughout|outside|downtown|region of|city of|county of|on)\s"
    r"(?:(?:the|ganz|todo|toda|tutta|tutto|tout|todos|heel|hele)\s)*"
    r"(?:(?:downtown|central|north|south|east|west|northern|southern|eastern|western|greater|upper|lower|parts of)\s)*$"
)


@cache
def words(kind: str) -> frozenset[str]:
    """The words of one list in `rules/unknown.toml`."""
    return frozenset(tables("unknown")[kind])


@cache
def breaks() -> frozenset[str]:
    """The words that are no part of a name."""
    return words("lead") | words("tail")


@cache
def no_service() -> frozenset[str]:
    """What is never a name, whatever stands around it: words, terms, things and places, in lower case."""
    regions = tables("regions")
    places = {place.lower() for kind in ("countries", "states", "cities", "continents") for place in regions[kind]}
    things = frozenset(form for thing in tables("plain_words")["things"] for form in (thing, thing + "s"))
    return words("never") | words("terms") | words("places") | places | things


def is_no_service(name: str) -> bool:
    """Whether a name is none of a service whatever stands around it: "Uhr MESZ" is made of such words alone."""
    low = name.lower()
    none = no_service()
    return low in none or bool(NETWORK.fullmatch(low)) or (" " in low and all(word in none for word in low.split()))


def is_plain(text: str, name: str) -> bool:
    """Whether the first word of a sentence stands in the text without its capital as well: "Radar glitch", "radars"."""
    return (
        name.istitle() and " " not in name and bool(re.search(rf"\b{re.escape(name.lower())}s?\b", text[:WORDS_READ]))
    )


def is_place(flat: str, start: int) -> bool:
    """Whether the words before a name make it a place: "in downtown Quillton"."""
    return bool(PLACED.search(flat, max(0, start - 30), start))


def is_place_elsewhere(flat: str, name: str) -> bool:
    """Whether a name is a place where it stands again: "leaves Quillay offline" and "the cable to Quillay"."""
    return bool(re.search(LOCATED + re.escape(name.lower()) + r"\b", flat[:WORDS_READ]))


def is_person(flat: str, start: int, end: int) -> bool:
    """Whether a name is a person's: behind an office, or it speaks and has two words."""
    return bool(
        person().search(flat, max(0, start - 40), start) or (" " in flat[start:end] and says().match(flat, end))
    )


@cache
def person() -> re.Pattern[str]:
    """The offices and forms of address before a person's name."""
    return compile_pattern(tables("unknown")["person"])


@cache
def says() -> re.Pattern[str]:
    """What a person does behind the name."""
    return compile_pattern(tables("unknown")["says"])
