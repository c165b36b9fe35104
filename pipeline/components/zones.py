"""Time zones by abbreviation, by name and by offset (rules/zones.toml).

"10:15 PST" said in July means what Californian clocks showed: names follow the wall clock of their place.
An abbreviation with several readings is settled by the words around it, or not at all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.components.time_rules import RULES

# Abbreviations that are English words or HTTP verbs: taken as zones in capitals only.
WORDY = frozenset(
    {"at", "met", "cat", "eat", "west", "art", "act", "get", "ect", "pet", "cot", "mt", "et", "pt", "ct", "wet", "z"}
)
LARGEST_OFFSET = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Reading:
    """One zone that an abbreviation or a name may mean."""

    zone: tzinfo
    country: str | None
    context: tuple[str, ...]
    usual: bool
    example: str


@dataclass(frozen=True, slots=True)
class ZoneWord:
    """A zone as written: `text` verbatim, `key` its normal form, offsets in the text.

    `zone` is set where the writing alone settles it; an ambiguous or unknown one has None.
    """

    text: str
    key: str
    start: int
    end: int
    zone: tzinfo | None


@cache
def readings() -> dict[str, tuple[Reading, ...]]:
    """Every abbreviation and name, lower case, with its readings in the order of the file."""
    with (RULES / "zones.toml").open("rb") as file:
        rows = tomllib.load(file)["zone"]
    table: dict[str, list[Reading]] = {}
    for row in rows:
        zone: tzinfo = ZoneInfo(row["name"]) if "name" in row else timezone(timedelta(minutes=row["offset"]))
        context = tuple(row.get("context", ()))
        reading = Reading(zone, row.get("country"), context, row.get("usual", False), row["example"])
        for word in row["words"]:
            table.setdefault(word.lower(), []).append(reading)
    return {word: tuple(group) for word, group in table.items()}


@cache
def named_zone(name: str) -> tzinfo | None:
    """The IANA zone of that name, or None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_zone(text: str) -> tzinfo | None:
    """The zone of ``+02:00``, ``-0330`` or ``+2``; None for an offset that no place has."""
    found = re.fullmatch(r"([+\-−])(\d{1,2}):?(\d{2})?", text)
    if found is None:
        return None
    shift = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if shift > LARGEST_OFFSET:
        return None
    return timezone(shift if found[1] == "+" else -shift)


@cache
def pattern() -> re.Pattern[str]:
    """The expression of a zone right after a time; groups ``offset``, ``iana``, ``name``, ``odd``."""
    names = "|".join(re.escape(w) for w in sorted(readings(), key=len, reverse=True) if w != "z")
    return re.compile(
        r"[\s*]{0,3}[(,\[]?[\s*]{0,3}(?:all\s)?(?:times?\s(?:is\s|are\s|in\s){0,2})?(?:the\s)?(?:U\.?S\.?\s(?=[A-Z]))?"
        r"(?:(?:UTC|GMT)?\s?(?P<offset>(?<=UTC)[+\-−]\d{1,2}:?\d{0,2}|(?<=GMT)[+\-−]\d{1,2}:?\d{0,2}"
        r"|(?<=UTC )[+\-−]\d{1,2}:?\d{0,2}|(?<=GMT )[+\-−]\d{1,2}:?\d{0,2}"
        r"|(?<=\d)\+\d{2}:?\d{2}|(?<=\d )\+\d{2}:?\d{2}"
        # A minus is an offset after seconds only: "10:00-11:00" is a range.
        r"|(?<=:\d\d:\d\d)-\d{2}:?\d{2}|(?<=:\d\d:\d\d )-\d{2}:?\d{2}|(?<=\.\d{3})-\d{2}:?\d{2})(?!\d)"
        r"|(?P<iana>[A-Z][A-Za-z]{1,12}/[A-Z][A-Za-z_]{1,20}(?:/[A-Z][A-Za-z_]{1,20})?)"
        r"|(?P<local>local\stime)"
        rf"|(?P<name>(?i:{names}))(?![\w&+]|-\w)(?!\sregion|\speople|\susers|/\w)"
        r"|(?P<slash>(?i:[PMCE][SD]?T))(?=/[\dPMCE])"
        r"|(?P<zulu>(?<=\d)Z|(?<=\d\s)Z)(?!\w)"
        r"|(?P<odd>[A-Z]{1,3}[SD]T|(?<=\()[A-Z]{3,4}(?=\)))(?![\w&-]))\)?"
    )


def read_zone(text: str, at: int) -> ZoneWord | None:
    """The zone that is written at this place, right after a time or a date, or None."""
    found = pattern().match(text, at)
    if found is None:
        return None
    kind = found.lastgroup or "odd"
    word, span = found[kind], found.span(kind)
    key = {"zulu": "utc", "local": "local"}.get(kind, word.lower())
    if kind == "name" and key in WORDY and not word.isupper():
        return None
    if kind == "offset":
        zone = offset_zone(word)
    elif kind == "iana" and key not in readings():
        zone = named_zone(word)
    else:
        known = readings().get(key, ())
        only = known[0] if len(known) == 1 and not known[0].context else None
        return ZoneWord(word, key, *span, only.zone if only else None)
    return None if zone is None else ZoneWord(word, key, *span, zone)


def settle(word: ZoneWord, low: str, countries: Iterable[str]) -> tzinfo | None:
    """The zone of an ambiguous writing by the words of the text (`low`, lower case), or None.

    `countries` are those of the zones that the text writes without doubt.
    """
    if word.zone is not None:
        return word.zone
    near = set(countries)
    known = readings().get(word.key, ())
    spoken = [r for r in known if r.country in near or any(_has(low, c) for c in r.context)]
    if spoken:
        return spoken[0].zone if len({str(r.zone) for r in spoken}) == 1 else None
    return next((r.zone for r in known if r.usual), None)


def country(word: ZoneWord) -> str | None:
    """The country of an unambiguous writing."""
    known = readings().get(word.key, ())
    return known[0].country if len(known) == 1 else None


def _has(low: str, word: str) -> bool:
    at = low.find(word)
    while at >= 0:
        before, after = low[at - 1 : at], low[at + len(word) : at + len(word) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = low.find(word, at + 1)
    return False
