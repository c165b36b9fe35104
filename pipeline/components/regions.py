"""Finds where it happened: regions of providers, countries, states, cities, or the whole world.

Example: "users in Germany and in the us-east-1 region" gives `Germany` and `us-east-1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.finds import Find, Meta, add
from pipeline.components.lexicon import Lexicon, flatten
from pipeline.components.ruleset import load_rules, tables
from pipeline.model import Mention

READ = 4_000
ZONE = re.compile(r"(?<=\d)-?[a-f]$")
INSIDE = re.compile(
    r"\b(?:in|across|throughout|around|over|within|from|for|to|of|and|at|affecting|impacting|hit|hits|parts? of|"
    r"region|regions?:|locations?:|[,/(\[])"
    r"\s*(?:the\s+|all\s+|much of\s+|some\s+|several\s+|parts of\s+)*(?:\w+ern\s+)?[\"(\[]?$"
)
PART = re.compile(
    r"(?:'s)?[\w\s-]{0,12}\b(?:users|customers|regions?|outage|data ?cent(?:er|re)s?|servers|PoPs?|subscribers)\b"
)
MOST = 12
PLACES = ("countries", "continents", "states", "cities")


@Language.factory("outagewire_regions", assigns=["doc._.finds"])
class Regions:
    """Adds one find a place; `data["where"]` tells whether the words around it make it a place of the outage."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name
        data = tables("regions")
        places = [(place, ("place", place)) for kind in PLACES for place in data[kind]]
        places += [(place, ("region", place)) for place in data["provider_regions"]]
        places += [(alias, ("place", place)) for alias, place in data["aliases"].items()]
        self.lexicon: Lexicon[tuple[str, str]] = Lexicon(places)
        self.rules = load_rules("regions")

    def __call__(self, doc: Doc) -> Doc:
        """Add the finds, in order of their place."""
        text = doc.text[:READ]
        flat = flatten(text)
        codes = list(self.by_rule(text, flat))
        taken = [(find.start, find.end) for find in codes]
        found = [f for f in self.by_name(text, flat) if not any(s < f.end and f.start < e for s, e in taken)]
        add(doc, sorted([*codes, *found], key=lambda find: find.start))
        return doc

    def by_rule(self, text: str, flat: str) -> Iterator[Find]:
        """Codes of regions, and words for the whole world."""
        for rule in self.rules:
            if rule.possible(flat):
                for match in rule.pattern.finditer(flat):
                    start, end = match.span()
                    value = ZONE.sub("", match.group()) if rule.value == "code" else rule.value
                    yield Find("region", start, end, text[start:end], value, rule.id, 0.9, data={"where": True})

    def by_name(self, text: str, flat: str) -> Iterator[Find]:
        """Places by name, as they are written: "US" is one and "us" is not."""
        for start, end, (kind, place) in self.lexicon.scan(flat):
            if not text[start].isupper() or (end - start <= 3 and not text[start:end].isupper()):
                continue
            before, after = text[max(0, start - 40) : start], text[end : end + 30]
            where = kind == "region" or bool(INSIDE.search(before) or PART.match(after))
            yield Find("region", start, end, text[start:end], place, f"regions.{kind}", 0.8, data={"where": where})


def choose_regions(found: Sequence[Find], meta: Meta) -> tuple[tuple[str, ...], tuple[Mention, ...]]:
    """The regions in order of their place, each once; a code stands for the place it is in. Pure.

    Of prose only the title and its first 900 characters are taken: further on a place is mostly another story's.
    """
    reach = meta.title_end + (6_000 if meta.kind == "status" else 900)
    first: dict[str, Find] = {}
    for find in found:
        if find.start < reach and find.data["where"] and not find.context & {"negated", "historical"}:
            first.setdefault(find.value, find)
    if "global" in first and first["global"].start < meta.title_end + 300:
        return ("global",), (first["global"].as_mention(),)
    first.pop("global", None)
    kept = dict(list(first.items())[:MOST])
    return tuple(kept), tuple(find.as_mention() for find in kept.values())
