"""Finds what speaks for and against an outage of a digital service, and scores it.

Example: "Mail is down for thousands" speaks for one, "Power cut leaves homes dark" against.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.finds import Find, Meta, add, whole
from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import load_rules, tables
from pipeline.terms import Kind

READ = 1_500
THRESHOLD = 0.5


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


def score_relevance(found: Sequence[Find], meta: Meta, kind: Kind, *, size: int, service: str) -> float:
    """The probability that the text tells of an outage. Pure.

    `service` tells how well a service was recognised: ``title``, ``strong``, ``weak`` or ``none``.
    A status page's own text is taken to tell of one unless it announces maintenance or advises.
    """
    weights = tables("relevance")["weights"]
    total = weights["bias"] + sum(find.data["weight"] for find in found)
    total += {
        "title": weights["strong_in_title"] + weights["strong_service"],
        "strong": weights["strong_service"],
        "weak": weights["weak_service"],
        "none": 0.0,
    }[service]
    if size <= meta.title_end:
        total += weights["title_alone"]
    if meta.kind == "status":
        total += -1.0 if kind in {Kind.MAINTENANCE, Kind.ADVISORY} else weights["status_page"]
    return 1 / (1 + math.exp(-total))
