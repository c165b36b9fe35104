"""What a sentence of a short text states as the cause, learned from sentences, where no rule finds one.

Worked sentence: no rule knows "the filler line ate our uplink for lunch", yet its words lie nearer to
sentences on networks than to any others. A word counts as itself, by its stem and by what it stands for
(`cause_words`). The find is the few words that speak most for the cause, and counts where the rules are silent
(`choose_cause`), not even saying that no cause is known; or where they have heard only a later link of a
chain, such as a full disk, and the words before tell what filled it. A long text that is no story is left to
the rules: most of its sentences are on something else. The weights come from `python -m pipeline.train_cause`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from spacy.language import Language
from spacy.strings import hash_string  # type: ignore[attr-defined]
from spacy.tokens import Doc
from thinc.api import Model

from pipeline.components.cause_words import concept
from pipeline.components.finds import Find, add, finds, whole
from pipeline.components.judge import FOLDER, Features, batch, read_weights
from pipeline.components.lexicon import flatten
from pipeline.components.sentences import starts
from pipeline.terms import Cause

WEIGHTS = FOLDER / "cause.bin"
CLASSES: Final = tuple(sorted(Cause))
STATED: Final = frozenset({"trigger", "mechanism", "alone"})
"""Roles of what the rules find stated; after such a find nothing is left to learn."""
NONE = CLASSES.index(Cause.UNKNOWN)
LENGTH = 2**16
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+")
MOST_CHARACTERS, MOST_OF_STORY = 600, 2500
"""Length of a text that is read whole, of any kind and of those that tell a story."""
STORIES: Final = frozenset({"news", "social", None})
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
STATES, STATES_ON_PAGE, STATES_IN_STORY, STATES_BEFORE = 0.85, 0.9, 0.9, 0.8
"""Probability that a sentence states a cause at all, from which it is heard: in a short text, on a status page, which
tells of symptoms, in a long story, most sentences of which are on something else, and before a later link."""
SHARE = 0.4
"""Share of the likeliest cause among all causes, from which it is named."""
QUOTED_WORDS = 6
ENDS = (".", "!", "?", '"', "\u201d", "\u00bb")
STEM, SHORT_STEM = 6, 5
NEAR = 6
"""Words within which two concepts are seen as a pair."""


@cache
def model() -> Model[Any, Any]:
    """The model with the weights of the package."""
    return read_weights(WEIGHTS, len(CLASSES), LENGTH)


def sentence_features(sentence: str) -> Features:
    """Keys and counts of one sentence: its words, their stems, what they stand for, and pairs of stems side by side."""
    return joined(word_keys([m.group() for m in WORD.finditer(flatten(sentence))]))


def word_keys(words: Sequence[str]) -> list[list[int]]:
    """For each word the keys of the features that begin with it."""
    plain = ["0" if word.isdigit() else word for word in words]
    stems = [word[:STEM] for word in plain]
    standing = [concept(word) for word in plain]
    keys = []
    for at, word in enumerate(plain):
        told = [f"word {word}", f"stem {word[:SHORT_STEM]}"]
        told += [f"pair {stems[at]} {stem}" for stem in stems[at + 1 : at + 2]]
        if standing[at] is not None:
            told.append(f"is {standing[at]}")
            after = next((name for name in standing[at + 1 : at + NEAR] if name is not None), None)
            told += [f"then {standing[at]} {after}"] if after else []
        keys.append([hash_string(feature) for feature in told])
    return keys


def joined(keys: Sequence[Sequence[int]]) -> Features:
    """The features of some words as the model takes them, each once."""
    found = np.unique(np.array([key for word in keys for key in word], dtype="uint64"))
    return found, np.ones(len(found), dtype="float32")


def judge_sentence(sentence: str) -> tuple[Cause, float]:
    """The likeliest cause of a sentence, and how likely it states one; `unknown` where no cause stands out."""
    return judge_sentences([sentence])[0]


def judge_sentences(sentences: Sequence[str]) -> list[tuple[Cause, float]]:
    """The same of many sentences, read together."""
    scores = model().predict(batch([sentence_features(sentence) for sentence in sentences]))
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    states = 1 - likely[:, NONE]
    likely[:, NONE] = 0
    best = likely.argmax(axis=1)
    stands_out = likely.max(axis=1) >= SHARE * states
    return [
        (CLASSES[at] if plain else Cause.UNKNOWN, float(sure))
        for at, plain, sure in zip(best, stands_out, states, strict=True)
    ]


def telling_words(sentence: str, cause: Cause) -> tuple[int, int]:
    """Where in a sentence the few words stand that speak most for a cause."""
    places = [m.span() for m in WORD.finditer(flatten(sentence))]
    words = word_keys([m.group() for m in WORD.finditer(flatten(sentence))])
    scores = model().predict(batch([joined([keys]) for keys in words]))
    speaks = scores[:, CLASSES.index(cause)] - scores[:, NONE]
    size = min(QUOTED_WORDS, len(places))
    sums = [float(speaks[at : at + size].sum()) for at in range(len(places) - size + 1)]
    first = int(np.argmax(sums))
    return places[first][0], places[first + size - 1][1]


def to_read(doc: Doc, text: str) -> bool:
    """Whether a text is read: it is short, or a story, and the rules have not heard that the cause is not known."""
    most = MOST_OF_STORY if doc._.meta.kind in STORIES else MOST_CHARACTERS
    return len(text) <= most and not any(find.data["role"] == "unstated" for find in finds(doc, "cause"))


def needed(text: str, kind: str | None, links: Sequence[int], start: int, cause: Cause) -> float:
    """How likely the sentence at `start` has to state a cause for it to be heard; 1 where nothing is likely enough.

    Less is asked where a later link, by the rules, follows. `links`: where the sentences of such links begin.
    """
    if cause is Cause.UNKNOWN:
        return 1.0
    if cause not in LATER and any(0 <= link - start <= LEADING_UP for link in links):
        return STATES_BEFORE
    return STATES_IN_STORY if len(text) > MOST_CHARACTERS else STATES_ON_PAGE if kind == "status" else STATES


class LearnedCause:
    """The component: adds finds of field ``cause``, with the role ``learned``, of the sentences that state one."""

    def __call__(self, doc: Doc) -> Doc:
        """Add a find for each sentence that most likely states a cause."""
        text = whole(doc)
        if not to_read(doc, text):
            return doc
        bounds = starts(text)
        sentences = [
            (start, end)
            for start, end in zip(bounds, [*bounds[1:], len(text)], strict=True)
            if SHORTEST <= len(text[start:end].strip()) <= LONGEST
        ]
        if len(text) > MOST_CHARACTERS:  # the links and notices around a story are no sentences
            sentences = [s for s in sentences if text[slice(*s)].rstrip().endswith(ENDS)]
        if sentences:
            links = [f.data["sentence"][0] for f in finds(doc, "cause") if f.value in LATER and f.data["sentence"]]
            judged = judge_sentences([text[start:end] for start, end in sentences])
            add(
                doc,
                [
                    as_find(text, sentence, cause, states)
                    for sentence, (cause, states) in zip(sentences, judged, strict=True)
                    if states >= needed(text, doc._.meta.kind, links, sentence[0], cause)
                ],
            )
        return doc


def as_find(text: str, sentence: tuple[int, int], cause: Cause, states: float) -> Find:
    """The find of one sentence: the words of it that speak most for the cause."""
    start, end = sentence
    first, last = (start + place for place in telling_words(text[start:end], cause))
    data = {"role": "learned", "sentence": sentence, "cue": None, "depth": 0, "enough": STATES}
    return Find("cause", first, last, text[first:last], cause, "learned.cause", states, data=data)


@Language.factory("outagewire_learned_cause", assigns=["doc._.finds"], requires=["doc._.finds"])
def make_learned_cause(nlp: Language, name: str) -> LearnedCause:  # noqa: ARG001  (spaCy passes both)
    """The factory of the component."""
    return LearnedCause()
