"""Finds what speaks for and against an outage of a digital service, and scores it.

Example: "Mail is down for thousands" speaks for one, "Power cut leaves homes dark" against.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.choose_services import ServiceChoice
from pipeline.components.finds import Find, Meta, add, whole
from pipeline.components.judge import Features, features, judge
from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import load_rules, tables
from pipeline.components.told import SILENT, Told, tell
from pipeline.terms import Kind, SourceKind

READ = 1_500
THRESHOLD = 0.5
LEAD_SIZE = 400
LATE_SHARE = 0.5
TAKEN_BACK = "relevance.taken-back"
RULE_SHARE = 0.75
"""What the sum of the rules counts for: they were weighed to stand alone, and now share the word."""


@Language.factory("outagewire_relevance", assigns=["doc._.finds"])
class Relevance:
    """Adds one find a rule and part of the text (`data["part"]` is ``title`` or ``text``), with its weight."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name
        self.rules = load_rules("relevance")

    def __call__(self, doc: Doc) -> Doc:
        """Add the finds."""
        text, title_end = whole(doc), doc._.meta.title_end
        found = []
        for part, start, end in (("title", 0, title_end), ("text", title_end, title_end + READ)):
            piece = text[start:end].strip("\n") if part == "title" else text[start:end]
            flat = flatten(piece)
            for rule in self.rules:
                if rule.data[part] and rule.possible(flat) and (match := rule.pattern.search(flat)):
                    data = {"part": part, "weight": rule.data[part]}
                    at = start + match.start()
                    found.append(
                        Find(
                            "relevance",
                            at,
                            at + len(match.group()),
                            piece[match.start() : match.end()],
                            rule.id,
                            rule.id,
                            data=data,
                        )
                    )
        add(doc, found)
        return doc


def score_relevance(
    text: str, found: Sequence[Find], meta: Meta, kind: Kind, service: ServiceChoice, names: Sequence[Find]
) -> float:
    """The probability that the text tells of an outage; `names` are all names of services in it. Pure.

    Two halves are added: the weights of the rules that speak for and against, and what `judge` learned
    of the same facts and of the words around them.
    """
    told = tell(text, meta, service, names)
    by_rule = RULE_SHARE * sum_of_rules(found, meta, kind, told, size=len(text), service=standing(service, meta))
    return 1 / (1 + math.exp(-by_rule - judge(all_features(text, found, meta, kind, service, told))))


def all_features(
    text: str, found: Sequence[Find], meta: Meta, kind: Kind, service: ServiceChoice, told: Told
) -> Features:
    """What the trained half sees: what fired, how a service stands, the kinds, and what title and text tell.

    Of a post that takes itself back ("never mind, it was my router") nothing else counts.
    """
    if meta.kind == SourceKind.SOCIAL and any(find.rule == TAKEN_BACK for find in found):
        return features([TAKEN_BACK], [], [])
    facts = [f"{find.rule} {find.data['part']}{' late' * is_late(find, meta)}" for find in found]
    facts += [f"service {standing(service, meta)}", f"source {meta.kind}", f"kind {kind}", *told.facts]
    if len(text) <= meta.title_end:
        facts.append("title alone")
        alone = None
    else:
        alone = "post" if meta.kind == SourceKind.SOCIAL else None if meta.title_end else "passage"
    return features(facts, told.title, told.text, told.shares, alone=alone)


def is_late(find: Find, meta: Meta) -> bool:
    """Whether a find stands behind the lead of a text."""
    return find.start > meta.title_end + LEAD_SIZE


def standing(service: ServiceChoice, meta: Meta) -> str:
    """How well the main service was recognised: ``title``, ``strong``, ``weak`` or ``none``."""
    if not service.services:
        return "none"
    if not service.strong:
        return "weak"
    return "title" if any(m.field == "service" and m.start < meta.title_end for m in service.mentions) else "strong"


def sum_of_rules(found: Sequence[Find], meta: Meta, kind: Kind, told: Told, *, size: int, service: str) -> float:
    """What the rules say, in log odds.

    What speaks for an outage counts for less behind the lead, and a service only where something seems to fail.
    A status page and a review of an incident are taken to tell of one unless they announce maintenance or advise.
    """
    weights: Mapping[str, float] = tables("relevance")["weights"]
    late = LATE_SHARE if meta.title_end and told.facts[0] == "title silent" else 1.0
    total: float = weights["bias"]
    for find in found:
        weight = find.data["weight"]
        total += weight * late if weight > 0 and is_late(find, meta) else weight
    story = 0 < meta.title_end < size
    if story and told.loudest == SILENT and not any(find.data["weight"] > 0 for find in found):
        service = "none"
    total += {
        "title": weights["strong_in_title"] + weights["strong_service"],
        "strong": weights["strong_service"],
        "weak": weights["weak_service"],
        "none": 0.0,
    }[service]
    if size <= meta.title_end:
        total += weights["title_alone"]
    if meta.kind in {SourceKind.STATUS, SourceKind.POSTMORTEM}:
        announces = kind in {Kind.MAINTENANCE, Kind.ADVISORY}
        total += -1.0 if announces else weights[f"{meta.kind}_page"]
    return total
