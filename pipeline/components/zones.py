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
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.components.time_rules import RULES

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


@lru_cache(maxsize=1024)
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


def settle(word: ZoneWord, low: str, countries: Iterable[str]) -> tzinfo | None:
    """The zone of an ambiguous writing by the words of the text (`low`, lower case), or None.

    `countries` are those of the zones that the text writes without doubt.
    """
    if word.zone is not None:
        return word.zone
    near = set(countries)
    known = readings().get(word.key, ())
    rare = [r for r in known if not r.usual and any(_has(low, c) for c in r.context)]
    spoken = rare if rare and any(r.usual for r in known) else [*rare, *(r for r in known if r.country in near)]
    usual = next((r.zone for r in known if r.usual), None)
    if spoken:
        return spoken[0].zone if len({str(r.zone) for r in spoken}) == 1 else usual
    return usual


def country(word: ZoneWord) -> str | None:
    """The country of a writing all of whose readings lie in one."""
    known = {r.country for r in readings().get(word.key, ())}
    return known.pop() if len(known) == 1 else None


def _has(low: str, word: str) -> bool:
    at = low.find(word)
    while at >= 0:
        before, after = low[at - 1 : at], low[at + len(word) : at + len(word) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = low.find(word, at + 1)
    return False
