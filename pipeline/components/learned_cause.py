"""Hear the root of a text where no rule finds it: learned from sentences and from the passages in which they stand.

Worked text: of "Nobody could work. The filler line ate our uplink for lunch." the second sentence is heard as the root,
and the words of it that speak most for its cause become the find. It counts beside what the rules find
(`choose_cause`), and not at all where they heard that the cause is not known. A sentence that leaves the cause open
becomes a find too. A long text that is no story is left to the rules: most of its sentences are on something else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.finds import Find, add, finds, whole
from pipeline.components.judged_sentences import Judged, judge_sentences, telling_words
from pipeline.components.sentence_parts import LATER as LATER_LINK
from pipeline.components.sentence_parts import OPEN, ROOT
from pipeline.components.sentences import starts
from pipeline.terms import Cause

MOST_CHARACTERS, MOST_OF_STORY = 600, 2500
"""Length of a text that is read whole, of any kind and of those that tell a story."""
STORIES: Final = frozenset({"news", "social", "postmortem", None})
LATER: Final = frozenset(
    {
        Cause.CAPACITY_OVERLOAD,
        Cause.COOLING,
        Cause.DATABASE_STORAGE,
        Cause.DNS,
        Cause.HARDWARE,
        Cause.NETWORK,
        Cause.POWER,
    }
)
"""What fails because of something else at least as often as by itself."""
LEADING_UP = 250
"""Characters before the sentence of such a cause in which what led up to it may stand."""
SHORTEST, LONGEST = 15, 400
HEARD, HEARD_BEFORE = 0.6, 0.52
"""How plainly (`Judged.plainness`) a sentence has to tell the root for it to be heard, in most texts and before a later
link."""
HEARD_ON: Final = {"status": 0.8, "postmortem": 0.6}
"""The same in texts that tell of much beside the root."""
LEFT_OPEN = 0.95
"""Probability from which a sentence counts as leaving the cause open."""
ENDS = (".", "!", "?", '"', "\u201d", "\u00bb")


def short_enough(doc: Doc, text: str) -> bool:
    """Whether a text is read: it is short, or a story."""
    return len(text) <= (MOST_OF_STORY if doc._.meta.kind in STORIES else MOST_CHARACTERS)


def needed(kind: str | None, links: Sequence[int], judged: Judged) -> float:
    """How plainly a sentence has to tell a cause for it to be heard; more than it can where it tells none.

    Less is asked where a later link, by the rules, follows. `links`: where the sentences of such links begin.
    """
    if judged.cause is Cause.UNKNOWN or not SHORTEST <= judged.end - judged.start <= LONGEST:
        return 2.0
    if judged.cause not in LATER and any(0 <= link - judged.start <= LEADING_UP for link in links):
        return HEARD_BEFORE
    return HEARD_ON.get(str(kind), HEARD)


class LearnedCause:
    """The component: adds finds of field ``cause`` with the roles ``learned`` and ``open``.

    To the `data` of the rules' finds it adds, as ``told``, how likely their sentence tells the root or a later link.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Judge the sentences of the text together, since each is seen in what stands around it."""
        text = whole(doc)
        bounds = sentences_of(text) if short_enough(doc, text) else []
        if not bounds:
            return doc
        judged = judge_sentences(text, bounds)
        causes = finds(doc, "cause")
        for find in causes:
            one = judged[max(0, bisect_right(bounds, find.start, key=lambda bound: bound[0]) - 1)]
            find.data = {**find.data, "told": float(one.parts[ROOT] + one.parts[LATER_LINK])}
        heard = [as_open(text, one) for one in judged if one.parts[OPEN] >= LEFT_OPEN]
        if not any(find.data["role"] == "unstated" for find in causes):
            links = [f.data["sentence"][0] for f in causes if f.value in LATER and f.data["sentence"]]
            heard += [as_root(text, one) for one in judged if one.plainness >= needed(doc._.meta.kind, links, one)]
        add(doc, heard)
        return doc


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand; of a long one the links and notices around the story are none."""
    bounds = [(start, end) for start, end in pairwise([*starts(text), len(text)]) if text[start:end].strip()]
    if len(text) > MOST_CHARACTERS:
        bounds = [(start, end) for start, end in bounds if not start or text[start:end].rstrip().endswith(ENDS)]
    return bounds


def as_open(text: str, judged: Judged) -> Find:
    """The find of a sentence which says that the cause is not known."""
    data = {"role": "open", "sentence": (judged.start, judged.end), "cue": None, "depth": 0, "enough": 0.0}
    said = text[judged.start : judged.end]
    start, end = judged.start + len(said) - len(said.lstrip()), judged.start + len(said.rstrip())
    sure = float(judged.parts[OPEN])
    return Find("cause", start, end, text[start:end], Cause.UNKNOWN, "learned.open", sure, data=data)


def as_root(text: str, judged: Judged) -> Find:
    """The find of a sentence that tells the root: the words of it that speak most for the cause."""
    start, end = judged.start, judged.end
    first, last = (start + place for place in telling_words(text[start:end], judged.cause))
    data = {"role": "learned", "sentence": (start, end), "cue": None, "depth": 0, "enough": 0.0}
    return Find("cause", first, last, text[first:last], judged.cause, "learned.cause", judged.plainness, data=data)


@Language.factory("outagewire_learned_cause", assigns=["doc._.finds"], requires=["doc._.finds"])
def make_learned_cause(nlp: Language, name: str) -> LearnedCause:  # noqa: ARG001  (spaCy passes both)
    """The factory of the component."""
    return LearnedCause()
