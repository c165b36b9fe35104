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

from pipeline.components.causal_links import (
    EFFECT,
    LEAD,
    SECTION_END,
    alone,
    depths,
    enough,
    follows,
    link,
    reach,
    tells_why,
)
from pipeline.components.causal_rules import Alternation, Match, cause_rules, flatten, sentence_bounds
from pipeline.components.failed_service import failed_services
from pipeline.components.finds import Find, add, whole
from pipeline.terms import Cause

TOLD_INSIDE = 0.8  # weight of a phrase inside of another
NEEDED_WITHIN = 300  # characters between a phrase and the word that it needs before it


class CauseFinder:
    """The component: cues over the whole text, phrases only in the sentences that hold one.

    `data` of a find: `sentence` (its offsets), `cue`, `depth` (0 for a root), `enough` (the confidence that a
    find of this text needs), `follows` (whether its sentence tells what came of the one before) and `role`:
    ``trigger``; ``mechanism``, a cause that follows from another; ``effect``, which is only said to follow;
    ``alone``, without a cue; ``fix``; ``unstated``.
    """

    def __init__(self) -> None:
        rules = cause_rules()
        self.signs = Alternation(rules["cue"], [*rules["fix"], *rules["unstated"]])
        self.phrases = Alternation(rules["phrase"])
        self.within = {r["id"] for r in rules["phrase"] if r.get("within")}

    def __call__(self, doc: Doc) -> Doc:
        """Add a find of field ``cause`` for every phrase; context marks it and choosing comes later."""
        text = whole(doc)
        flat, bounds = flatten(text), sentence_bounds(doc, text)
        starts = [b[0] for b in bounds]
        signs = list(self.signs.find(flat, 0, len(flat)))
        gated = gate([m for m in signs if "side" in m[0]], flat, starts, doc._.meta.kind)
        fixes = [m for m in signs if "role" in m[0]]
        found = [as_find(text, m, m[0]["weight"], role=m[0]["role"], sentence=None) for m in fixes]
        failed = failed_services(doc, flat)
        lead = min(len(flat), LEAD)
        opening = [m for m in self.phrases.find(flat, 0, lead) if grounded(m, flat)]
        plain = [m for m in (*failed, *opening) if m[0].get("alone")]
        for place, cues in gated.items():
            start, end = window(cues, bounds[place])
            phrases = [
                *(m for m in opening if start <= m[1] and m[2] <= end),
                *(m for m in self.phrases.find(flat, max(lead, start), end) if grounded(m, flat)),
                *(m for m in failed if start <= m[1] < end),
            ]
            outside = [m for m in plain if bounds[place][0] <= m[1] < bounds[place][1] and free_of(m, phrases)]
            free = [p for p in (*phrases, *outside) if free_of(p, fixes)]
            found += explain(text, flat, cues, sorted(free, key=lambda p: p[1]), bounds[place])
        for phrase in plain:
            if not any(phrase[1] < f.end and f.start < phrase[2] for f in found):
                sentence = bounds[sentence_of(starts, phrase[1])]
                found.append(as_find(text, phrase, alone(phrase), role="alone", cue=None, sentence=sentence))
        needed = enough(len(text), doc._.meta.kind)
        going_on: dict[tuple[int, int], bool] = {}
        for find in found:
            sentence = find.data["sentence"]
            if sentence is not None and sentence not in going_on:
                going_on[sentence] = follows(flat, *sentence)
            find.data = {**find.data, "enough": needed, "follows": sentence is not None and going_on[sentence]}
            find.confidence *= tells_why(flat[find.start : find.end], find.value, doc._.meta.kind)
        found += [inner for find in found if find.rule in self.within for inner in self._inside(find, flat, text)]
        add(doc, found)
        return doc

    def _inside(self, find: Find, flat: str, text: str) -> list[Find]:
        """What a phrase holds of another cause: it followed from the phrase."""
        data = {**find.data, "role": "effect", "depth": find.data.get("depth", 0) + 1}
        told: list[Find] = []
        at = find.start + 1
        while (m := next(self.phrases.find(flat, at, find.end), None)) is not None:
            same = m[0]["cause"] == find.value
            at = m[1] + 1 if same else m[2]
            if not same and m[0]["weight"] >= TOLD_INSIDE and grounded(m, flat):
                told.append(as_find(text, m, find.confidence * m[0]["weight"], **data))
        return told


def gate(cues: Sequence[Match], flat: str, starts: Sequence[int], kind: str | None) -> dict[int, list[Match]]:
    """The cues of each sentence that holds one; a heading's cue stands for all of its section."""
    gated: dict[int, list[Match]] = defaultdict(list)
    for rule, start, end in cues:
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


def free_of(phrase: Match, others: Sequence[Match]) -> bool:
    """Whether the phrase shares no character with any of the others."""
    return not any(phrase[1] < last and first < phrase[2] for _, first, last in others)


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
        sure, cue = max((link(cue, phrase, flat, phrases), str(cue[0]["id"])) for cue in cues)
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
