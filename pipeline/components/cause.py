"""Find the phrases that name a cause, where a linking word or their own weight says so.

Worked sentence: in "The outage was caused by a configuration change that overloaded the gateways"
the cue "caused by" explains by what follows it: "configuration change" becomes a find with the value
``config_change`` and depth 0, "overloaded" one with ``capacity_overload`` and depth 1.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.causal_links import EFFECT, LEAD, SECTION_END, alone, depths, enough, link, reach
from pipeline.components.causal_rules import Alternation, Match, flatten, sentence_bounds
from pipeline.components.failed_service import failed_services
from pipeline.components.finds import Find, add, whole
from pipeline.components.ruleset import tables
from pipeline.terms import Cause

NEEDED_WITHIN = 300  # characters between a phrase and the word that it needs before it


class CauseFinder:
    """The component: cues over the whole text, phrases only in the sentences that hold one.

    `data` of a find: `sentence` (its offsets), `cue`, `depth` (0 for a root), `enough` (the confidence that a
    find of this text needs) and `role`: ``trigger``; ``mechanism``, a cause that follows from another;
    ``effect``, which is only said to follow; ``alone``, without a cue; ``fix``; ``unstated``.
    """

    def __init__(self) -> None:
        rules = tables("causes")
        self.cues = Alternation(rules["cue"])
        self.phrases = Alternation(rules["phrase"])
        self.alone = Alternation([r for r in rules["phrase"] if r.get("alone")])
        self.fixes = Alternation([*rules["fix"], *rules["unstated"]])

    def __call__(self, doc: Doc) -> Doc:
        """Add a find of field ``cause`` for every phrase; context marks it and choosing comes later."""
        text = whole(doc)
        flat, bounds = flatten(text), sentence_bounds(doc, len(text))
        starts = [b[0] for b in bounds]
        gated = self._gate(flat, starts, doc._.meta.kind)
        fixes = list(self.fixes.find(flat, 0, len(flat)))
        found = [as_find(text, m, m[0]["weight"], role=m[0]["role"], sentence=None) for m in fixes]
        failed = failed_services(doc, flat)
        for place, cues in gated.items():
            start, end = window(cues, bounds[place])
            phrases = [
                *(m for m in self.phrases.find(flat, start, end) if grounded(m, flat)),
                *(m for m in failed if start <= m[1] < end),
            ]
            free = [p for p in phrases if not any(p[1] < last and first < p[2] for _, first, last in fixes)]
            found += explain(text, flat, cues, sorted(free, key=lambda p: p[1]), bounds[place])
        told = [m for m in failed if m[0].get("alone")]
        for phrase in (*told, *self.alone.find(flat, 0, min(len(flat), LEAD))):
            if grounded(phrase, flat) and not any(phrase[1] < f.end and f.start < phrase[2] for f in found):
                sentence = bounds[sentence_of(starts, phrase[1])]
                found.append(as_find(text, phrase, alone(phrase), role="alone", cue=None, sentence=sentence))
        needed = enough(len(text), doc._.meta.kind)
        for find in found:
            find.data = {**find.data, "enough": needed}
        add(doc, found)
        return doc

    def _gate(self, flat: str, starts: Sequence[int], kind: str | None) -> dict[int, list[Match]]:
        """The cues of each sentence that holds one; a heading's cue stands for all of its section."""
        gated: dict[int, list[Match]] = defaultdict(list)
        for rule, start, end in self.cues.find(flat, 0, len(flat)):
            if kind is not None and kind not in rule.get("kinds", (kind,)):
                continue
            first = last = sentence_of(starts, start)
            if rule["side"] == "section":
                stop = SECTION_END.search(flat, end + 1, end + rule["reach"])
                first = sentence_of(starts, end)
                last = bisect_left(starts, stop.start() if stop else end + rule["reach"]) - 1
            for place in range(first, last + 1):
                gated[place].append((rule, start, end))
        return gated


def grounded(phrase: Match, flat: str) -> bool:
    """Whether what the phrase stands on was named shortly before: "it expired" is a cause after "certificate" alone."""
    needs = phrase[0].get("needs")
    return needs is None or needs in flat[max(0, phrase[1] - NEEDED_WITHIN) : phrase[1]]


def sentence_of(starts: Sequence[int], offset: int) -> int:
    """Which sentence the offset lies in."""
    return max(0, bisect_right(starts, offset) - 1)


def window(cues: Sequence[Match], sentence: tuple[int, int]) -> tuple[int, int]:
    """The part of a sentence that its cues reach, where phrases are looked for."""
    reaches = [reach(cue) if cue[0]["side"] != "section" else sentence for cue in cues]
    return max(sentence[0], min(r[0] for r in reaches)), min(sentence[1], max(r[1] for r in reaches))


def explain(
    text: str, flat: str, cues: Sequence[Match], phrases: Sequence[Match], sentence: tuple[int, int]
) -> list[Find]:
    """The finds of one sentence: each phrase with the cue that speaks most for it."""
    found = []
    for phrase, depth in zip(phrases, depths(cues, phrases), strict=True):
        sure, cue = max((link(cue, phrase, flat), str(cue[0]["id"])) for cue in cues)
        sure = max(sure, alone(phrase))
        role = "mechanism" if depth else "trigger"
        if depth and sure < EFFECT:
            role, sure = "effect", EFFECT * phrase[0]["weight"]
        if sure > 0:
            found.append(as_find(text, phrase, sure, role=role, cue=cue, depth=depth, sentence=sentence))
    return found


def as_find(text: str, match: Match, confidence: float, **data: Any) -> Find:
    """The find for one phrase."""
    rule, start, end = match
    value = Cause(rule["cause"]).value
    return Find("cause", start, end, text[start:end], value, rule["id"], min(1.0, confidence), set(), data)


@Language.factory("outagewire_cause", assigns=["doc._.finds"], requires=["doc.sents"])
def make_cause(nlp: Language, name: str) -> CauseFinder:  # noqa: ARG001  (spaCy passes both)
    """The factory of the component."""
    return CauseFinder()
