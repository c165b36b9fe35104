"""Where sentences end: at line breaks, and at a full stop before a new beginning.

Example: "Mail is slow. We look into it." is two sentences, "at 5 p.m. ET on Dec. 3" is part of one.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from spacy.attrs import IDX, SENT_START
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.finds import whole

BREAK = re.compile(r"""\n\s*\n\s*|\n\s*(?![a-z\s])|[.!?]["'”’)\]]*\s+(?=["'“‘(\[]?[A-Z0-9])""")
ABBREVIATION = re.compile(
    r"(?:^|[^A-Za-z])(?:[A-Za-z]|[ap]\.m|U\.S|Mr|Mrs|Ms|Dr|Jr|Sr|St|No|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Inc|Ltd|Corp)$"
)


def starts(text: str) -> list[int]:
    """The offsets at which a sentence begins."""
    found = [0]
    for match in BREAK.finditer(text):
        broken = text[match.start()] == "\n"
        if broken or not ABBREVIATION.search(text, max(0, match.start() - 8), match.start()):
            found.append(match.end())
    return found


@Language.factory("outagewire_sentences", assigns=["token.is_sent_start", "doc.sents"])
class Sentences:
    """Marks the first token of each sentence."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Set `is_sent_start` on every token."""
        if not len(doc):
            return doc
        offsets = doc.to_array([IDX])
        marks = np.full(len(doc), -1, dtype=np.int64)
        places = np.searchsorted(offsets, np.array(starts(whole(doc)), dtype=offsets.dtype))
        marks[places[places < len(doc)]] = 1
        marks[0] = 1
        column: Any = marks.astype(np.uint64).reshape(-1, 1)
        doc.from_array([SENT_START], column)
        return doc
