"""What is no name of a service though it is written like one: words of the trade, places and people.

Words and patterns are data (`rules/unknown.toml`, `rules/regions.toml`, the things of `rules/plain_words.toml`).
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.components.ruleset import compile_pattern, tables
from pipeline.components.standings import count_of, standings

CAMEL = re.compile(r"[A-Z][a-z]+[A-Z][a-z]\w*")
# "Would-be", "Chicago-based".
HYPHENED = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)+")
# Storms, numbers of networks, paths, error codes, offsets of zones, and racks.
NO_HOUSE = re.compile(
    r"(?:storm|hurricane|typhoon|cyclone|tropical storm)\b.*|as ?\d{2,6}|[a-z]{2,4}-[a-z]{2,4}"
    r"|[a-z]{2,6}-\d{2,6}|(?:gmt|utc)[+-]\d+|[a-z]{3}\d{1,2}"
)
WORDS_READ = 2_000
LOCATED = re.compile(
    r"\b(?:in|across|near|around|between|throughout|outside|residents of|people of|islands of)\s(?:\w+ and )?$"
)
PLACED = re.compile(
    r"\b(?:in|im|à|en|em|across|near|around|throughout|outside|downtown|region of|city of|county of|on"
    r"|(?:north|south|east|west) of)\s"
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
def places() -> frozenset[str]:
    """The places that are known by name and those who live there, in lower case: of the regions, and the others."""
    regions = tables("regions")
    kinds = ("countries", "states", "cities", "continents")
    return words("places") | {place.lower() for kind in kinds for place in regions[kind]}


@cache
def no_service() -> frozenset[str]:
    """What is never a name, whatever stands around it: words, terms, things and places, in lower case."""
    things = frozenset(form for thing in tables("plain_words")["things"] for form in (thing, thing + "s"))
    return words("never") | words("terms") | places() | things


def is_no_service(name: str) -> bool:
    """Whether a name is none of a service whatever stands around it: "Uhr MESZ" is made of such words alone."""
    low = name.lower()
    none = no_service()
    if low in none or HYPHENED.fullmatch(name) or NO_HOUSE.fullmatch(low):
        return True
    return " " in low and all(word in none for word in low.split())


def is_plain(text: str, name: str) -> bool:
    """Whether the first word of a sentence stands in the text without its capital as well: "Radar glitch", "radars"."""
    return (
        name.istitle()
        and " " not in name
        and any(count_of(text, form, WORDS_READ) for form in (name.lower(), f"{name.lower()}s"))
    )


def is_place(flat: str, start: int) -> bool:
    """Whether the words before a name make it a place: "in downtown Quillton"."""
    return bool(PLACED.search(flat, max(0, start - 30), start))


def is_place_around(flat: str, name: str, start: int, end: int) -> bool:
    """Whether anything around a name, here or where it stands again, makes it a place."""
    return is_place(flat, start) or is_in_place(flat, end) or is_place_elsewhere(flat, name)


def is_in_place(flat: str, end: int) -> bool:
    """Whether the word behind a name makes it a place: "the Quill valley"."""
    return bool(geography().match(flat, end))


def is_place_elsewhere(flat: str, name: str) -> bool:
    """Whether a name is a place where it stands again: "leaves Quillay offline" and "the cable to Quillay"."""
    return any(LOCATED.search(flat, max(0, at - 30), at) for at in standings(flat, name.lower(), WORDS_READ))


def is_camel(name: str) -> bool:
    """Whether the last word of a name has a capital inside, as no person's and no place's has: "PixelQuill"."""
    return bool(CAMEL.fullmatch(name.rpartition(" ")[2]))


def is_person(flat: str, start: int, end: int) -> bool:
    """Whether a name is a person's: behind an office, or it speaks and has two words."""
    return bool(
        person().search(flat, max(0, start - 40), start) or (" " in flat[start:end] and says().match(flat, end))
    )


@cache
def geography() -> re.Pattern[str]:
    """What stands behind the name of a place."""
    return compile_pattern(tables("unknown")["geography"])


@cache
def person() -> re.Pattern[str]:
    """The offices and forms of address before a person's name."""
    return compile_pattern(tables("unknown")["person"])


@cache
def says() -> re.Pattern[str]:
    """What a person does behind the name."""
    return compile_pattern(tables("unknown")["says"])
