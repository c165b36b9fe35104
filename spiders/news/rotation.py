"""Searches by query: the words for an outage in a language, and the names of services in rotation.

Asking a search for every service each night would be thousands of requests, so each night asks for some names at a
time in a few queries, and the next night goes on from there; after some weeks it begins anew.
"""

from __future__ import annotations

from functools import cache

from pipeline.catalogue import load_catalogue
from pipeline.model import Source, digest
from spiders.platforms import Occasion

WORDS = {
    "en": '("outage" OR "is down")',
    "de": '("Störung" OR "Ausfall")',
    "fr": '("en panne" OR "panne")',
    "es": '("se ha caído" OR "caída")',
    "pt": '("fora do ar" OR "instabilidade")',
    "it": '("disservizio" OR "down")',
    "nl": '("storing")',
    "pl": '("awaria")',
    "ja": '("システム障害" OR "通信障害")',
    "ko": '("접속 장애" OR "서비스 장애")',
    "hi": '("सर्वर डाउन")',
}
"""What is asked for, by language; a source of another language asks in English."""
NAMES = 8
LEAST_NAME = 4
"""Characters: shorter names are words of everything else, and searches refuse them."""


@cache
def name_slices() -> tuple[tuple[str, ...], ...]:
    """The names of the catalogue's services, `NAMES` in each query, in an order that stays."""
    services = sorted(load_catalogue().services.values(), key=lambda service: service.slug)
    names = list(dict.fromkeys(s.name for s in services if len(s.name) >= LEAST_NAME and '"' not in s.name))
    return tuple(tuple(names[at : at + NAMES]) for at in range(0, len(names), NAMES))


def queries(source: Source, occasion: Occasion | None, most: int) -> list[str]:
    """What is asked for on one occasion: the words alone, then with the names whose turn it is, `most` queries in all.

    Without an occasion it is the words alone. Sources of one turn ask for different names.
    """
    words = WORDS.get(source.language, WORDS["en"])
    if occasion is None:
        return [words]
    slices = name_slices()
    begin = int(digest(source.name), 16) % len(slices) + occasion.turn * (most - 1)
    turns = [slices[(begin + at) % len(slices)] for at in range(min(most - 1, len(slices)))]
    return [words, *(f"({' OR '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}) {words}" for names in turns)]
