"""Mark every find with how it is meant: negated, asked, hedged, a rumour, historical, scheduled or quoted.

Worked sentence: in "There is no evidence of a cyberattack" the words "no evidence" mark the cause
"cyberattack" as negated. After ConText (Harkema and others, 2009): words, a side, a reach, terminators.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.causal_rules import Alternation, flatten, sentence_bounds
from pipeline.components.finds import Find, finds, whole
from pipeline.components.past_events import mark_past_events
from pipeline.components.ruleset import tables

QUOTED = re.compile(r'"[^"\n]{2,400}"')
YEAR = re.compile(r"(?:19|20)\d\d")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class ContextMarker:
    """The component: for each trigger the finds of its sentence that lie within its reach."""

    def __init__(self) -> None:
        rules = tables("contexts")
        marks = sorted({rule["mark"] for rule in rules["context"]})
        self.triggers = Alternation(*([r for r in rules["context"] if r["mark"] == mark] for mark in marks))
        self.terminators = Alternation(rules["terminator"], anywhere=True)
        self.turns = Alternation(rules["turn"])

    def __call__(self, doc: Doc) -> Doc:
        """Add to the `context` of each find; no find is added or taken away."""
        found = finds(doc)
        if not found:
            return doc
        text = whole(doc)
        flat = flatten(text)
        bounds = sentence_bounds(doc, text)
        starts = [f.start for f in found]
        sentences = list(
            dict.fromkeys(bounds[max(0, bisect_right(bounds, (f.start, len(flat) + 1)) - 1)] for f in found)
        )
        for start, end in sentences:
            inside = found[bisect_left(starts, start) : bisect_left(starts, end)]
            for rule, first, last in self.triggers.find(flat, start, end):
                if past(rule, flat[first:last], doc):
                    self._mark(flat, rule, (first, last), self._before_turn(flat, rule, last, inside))
        mark_past_events(found, sentences, flat, doc._.meta)
        for m in QUOTED.finditer(flat) if '"' in flat else ():
            for find in found[bisect_left(starts, m.start()) : bisect_left(starts, m.end())]:
                find.context.add("quoted")
        return doc

    def _before_turn(self, flat: str, rule: Mapping[str, Any], at: int, inside: Sequence[Find]) -> Sequence[Find]:
        """What a word on the past can mark: "unlike last year's outage, this one" is not past to its end."""
        if rule["side"] != "sentence" or rule["mark"] != "historical" or not inside:
            return inside
        turn = next((start for _, start, _ in self.turns.find(flat, at, inside[-1].start)), None)
        return inside if turn is None else [f for f in inside if f.start < turn]

    def _mark(self, flat: str, rule: Mapping[str, Any], at: tuple[int, int], inside: Sequence[Find]) -> None:
        """Mark the finds that one trigger reaches."""
        for find in inside:
            if find.field not in rule.get("fields", (find.field,)) or (
                rule["side"] != "sentence" and find.start < at[1] and at[0] < find.end
            ):
                continue
            if rule["side"] != "sentence":
                behind = rule["side"] == "after" or (rule["side"] == "both" and find.start >= at[1])
                gap = (at[1], find.start) if behind else (find.end, at[0])
                if not 0 <= gap[1] - gap[0] <= rule["reach"] or self.terminators.any(flat, *gap):
                    continue
                if any(sign in flat[slice(*gap)] for sign in rule.get("stop", ())):
                    continue
            find.context |= {rule["mark"], rule.get("also", rule["mark"])}


def past(rule: Mapping[str, Any], words: str, doc: Doc) -> bool:
    """Whether the rule applies: one on dates does so only where its date lies well before the publication."""
    if not rule.get("dated"):
        return True
    published = doc._.meta.published
    if published is None:
        return False
    year = YEAR.search(words)
    if year:  # a page of January or February may well tell of the December before
        return bool(int(year[0]) < published.year - (1 if published.month <= 2 else 0))
    month = next(i for i, name in enumerate(MONTHS, 1) if name in words)
    return bool(1 < (published.month - month) % 12 < 11)


@Language.factory("outagewire_context", assigns=["doc._.finds"], requires=["doc._.finds"])
def make_context(nlp: Language, name: str) -> ContextMarker:  # noqa: ARG001  (spaCy passes both)
    """The factory of the component."""
    return ContextMarker()
