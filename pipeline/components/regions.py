"""Finds where it happened: regions of providers, countries, states, cities, or the whole world.

Example: "users in Germany and in the us-east-1 region" gives `Germany` and `us-east-1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotation import Mention
from pipeline.components.finds import Find, Meta, add, finds, whole
from pipeline.components.lexicon import Lexicon, flatten
from pipeline.components.ruleset import compile_pattern, load_rules, tables

READ = 4_000
ZONE = re.compile(r"(?<=\d)-?[a-f]$")
LISTED = re.compile(
    r"\s*(?:,|/|;|&|\band\b|\bor\b|, and|, or|as well as|and also|and parts of)\s*(?:the |parts of |in |across )*"
)
END = re.compile(r"[.!?]\s|\n")
BEFORE, BEHIND, SENTENCE = 70, 40, 160
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
        self.inside, self.behind, self.bystander, self.failure = (
            compile_pattern(data[key]) for key in ("inside", "behind", "bystander", "failure")
        )

    def __call__(self, doc: Doc) -> Doc:
        """Add the finds, in order of their place."""
        text = whole(doc)[:READ]
        flat = flatten(text)
        codes = list(self.by_rule(text, flat))
        taken = [(find.start, find.end) for find in codes]
        named = [(find.start, find.end) for find in finds(doc, "service")]
        found = [f for f in self.by_name(text, flat, named) if not any(s < f.end and f.start < e for s, e in taken)]
        add(doc, sorted([*codes, *found], key=lambda find: find.start))
        return doc

    def by_rule(self, text: str, flat: str) -> Iterator[Find]:
        """Codes of regions, and words for the whole world."""
        for rule in self.rules:
            if rule.possible(flat):
                for match in rule.pattern.finditer(flat):
                    start, end = match.span()
                    value = ZONE.sub("", match.group()) if rule.value == "code" else rule.value
                    yield Find(
                        "region", start, end, text[start:end], value, rule.id, 0.9, data={"where": True, "stated": True}
                    )

    def by_name(self, text: str, flat: str, named: Sequence[tuple[int, int]]) -> Iterator[Find]:
        """Places by name, as they are written: "US" is one, "us" is not, nor is what a name of a service ends in."""
        last: tuple[int, bool, bool] = (-1, False, False)
        for start, end, (kind, place) in self.lexicon.scan(flat):
            first = start + len("the ") * flat.startswith("the ", start, end)
            if not text[first].isupper() or (end - start <= 3 and not text[start:end].isupper()):
                continue
            if kind == "place" and any(s <= start and end < e for s, e in named):
                continue
            if kind == "region":
                where = stated = True
            elif 0 <= last[0] <= start <= last[0] + 24 and LISTED.fullmatch(flat, last[0], start):
                where, stated = last[1:]
            else:
                where, stated = self.where(flat, start, end)
            last = (end, where, stated)
            data = {"where": where, "stated": stated}
            yield Find("region", start, end, text[start:end], place, f"regions.{kind}", 0.8, data=data)

    def where(self, flat: str, start: int, end: int) -> tuple[bool, bool]:
        """Whether the failure may be at this place, and whether the sentence says so beside."""
        before = flat[max(0, start - BEFORE) : start]
        if flat.startswith("-based", end) or self.bystander.search(before):
            return False, False
        if self.behind.match(flat, end, end + BEHIND):
            return True, True
        if not self.inside.search(before):
            return False, False
        first, final = max(0, start - SENTENCE), end + SENTENCE
        for edge in END.finditer(flat, first, start):
            first = edge.end()
        if stop := END.search(flat, end, final):
            final = stop.start()
        return True, bool(self.failure.search(flat, first, start) or self.failure.search(flat, end, final))


def choose_regions(found: Sequence[Find], meta: Meta) -> tuple[tuple[str, ...], tuple[Mention, ...]]:
    """The regions in order of their place, each once; a code stands for the place it is in. Pure.

    Of prose only the title and its first 900 characters are taken: further on a place is mostly another story's.
    """
    reach = meta.title_end + (6_000 if meta.kind == "status" else 900)
    first: dict[str, Find] = {}
    for find in found:
        if find.start < reach and find.data["where"] and not find.context & {"negated", "historical"}:
            known = first.setdefault(find.value, find)
            if find.data["stated"] and not known.data["stated"]:
                first[find.value] = find
    if "global" in first and first["global"].start < meta.title_end + 300:
        return ("global",), (first["global"].as_mention(),)
    first.pop("global", None)
    if any(find.data["stated"] for find in first.values()):
        first = {place: find for place, find in first.items() if find.data["stated"]}
    kept = dict(list(first.items())[:MOST])
    return tuple(kept), tuple(find.as_mention() for find in kept.values())
