"""Mark every cause with who says it: the provider, users, or others such as analysts and authorities.

Worked sentence: in "Users blamed an attack, but the company said that a certificate had expired" the attack is
``by users`` and the certificate ``by provider``. Where the sentence names nobody, a status page and a post-mortem
speak for their provider and a post for its author; a story that names nobody says it itself, and has no mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.catalogue import load_catalogue
from pipeline.components.causal_rules import flatten, sentence_bounds
from pipeline.components.finds import Find, finds, whole
from pipeline.components.ruleset import tables
from pipeline.terms import Cause, SourceKind, Speaker

MARKS: Final = {speaker: f"by {speaker}" for speaker in Speaker}
HOUSE_KINDS = frozenset({SourceKind.STATUS, SourceKind.POSTMORTEM})
NAME_REACH = 60
"""Characters behind the name of a service within which it is said to say something: "Slack's chief of ... said"."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Words of a sentence by which somebody speaks, and who."""

    start: int
    end: int
    speaker: Speaker


@cache
def voices() -> tuple[tuple[re.Pattern[str], Speaker, bool], ...]:
    """The patterns, with who speaks by them and whether only in a text of the provider's own."""
    rules = tables("speakers")
    words = {"{says}": rules["says"], "{thinks}": rules["thinks"]}
    read = []
    for rule in rules["rule"]:
        pattern = rule["pattern"]
        for name, verbs in words.items():
            pattern = pattern.replace(name, verbs)
        read.append((re.compile(rf"(?<!\w)(?:{pattern})"), Speaker(rule["value"]), rule.get("first_person", False)))
    return tuple(read)


@cache
def says() -> re.Pattern[str]:
    """What follows the name of somebody who says something."""
    verbs = tables("speakers")["says"]
    return re.compile(rf"(?:’s(?: [\w’-]+){{1,5}}?)?,? (?:(?:has|have|had|also|later|since)\s+){{0,2}}(?:{verbs})\b")


class SpeakerMarker:
    """The component: adds one of `MARKS` to the `context` of a cause, or none."""

    def __call__(self, doc: Doc) -> Doc:
        """Mark the causes; no find is added or taken away."""
        causes = [find for find in finds(doc, "cause") if find.value != Cause.UNKNOWN]
        if not causes:
            return doc
        text = whole(doc)
        flat, bounds = flatten(text), sentence_bounds(doc, text)
        named = finds(doc, "service")
        houses = providers({f.value for f in named})
        own = doc._.meta.kind in HOUSE_KINDS
        official = any(f.text.lower().startswith("we ") for f in finds(doc, "official"))
        for start, end in bounds:
            inside = between(causes, start, end)
            if not inside:
                continue
            heard = heard_in(flat, start, end, outside=True)
            if heard or not own:  # a page of the provider's own speaks for it where nobody else does
                ends = [f.end for f in between(named, start, end)]
                ends += [m.end() for house in houses for m in house.finditer(flat, start, end)]
                heard += heard_in(flat, start, end, outside=False, first_person=own or official)
                heard = in_order([*heard, *speaking(flat, end, ends)])
            for find in inside:
                speaker = nearest(find, heard) or silent(doc._.meta.kind, official=official)
                if speaker is not None:
                    find.context.add(MARKS[speaker])
        return doc


def between(found: Sequence[Find], start: int, end: int) -> Sequence[Find]:
    """The finds that begin between two offsets, of some in order of their place."""
    return found[bisect_left(found, start, key=lambda f: f.start) : bisect_left(found, end, key=lambda f: f.start)]


@cache
def house_pattern(name: str) -> re.Pattern[str]:
    """The first word of a provider's name, by which it goes in the press: "Amazon" of Amazon Web Services."""
    return re.compile(rf"(?<!\w){re.escape(flatten(name).split()[0])}\b")


def providers(slugs: Iterable[str]) -> list[re.Pattern[str]]:
    """What finds the names of the providers of these services."""
    catalogue = load_catalogue()
    names = {service.provider_name for slug in slugs if (service := catalogue.get(slug))}
    return [house_pattern(name) for name in sorted(names)]


def heard_in(flat: str, start: int, end: int, *, outside: bool, first_person: bool = False) -> list[Voice]:
    """The voices in a sentence: those from outside, users and others, or the provider's."""
    return [
        Voice(m.start(), m.end(), speaker)
        for pattern, speaker, own in voices()
        if outside is (speaker is not Speaker.PROVIDER) and (first_person or not own)
        for m in pattern.finditer(flat, start, end)
    ]


def speaking(flat: str, end: int, names: Iterable[int]) -> list[Voice]:
    """Services and providers that say something, and so speak for themselves. `names`: where their names end."""
    said = ((name, says().match(flat, name, min(end, name + NAME_REACH))) for name in names)
    return [Voice(name, m.end(), Speaker.PROVIDER) for name, m in said if m]


def in_order(heard: Sequence[Voice]) -> list[Voice]:
    """One voice an end, in order: "analysts at X said" stands over "X said", which ends with it."""
    widest = {voice.end: voice for voice in sorted(heard, key=lambda voice: -voice.start)}
    return [widest[at] for at in sorted(widest)]


def nearest(find: Find, heard: Sequence[Voice]) -> Speaker | None:
    """Whose words a find stands in: the last voice before it, else the first behind it ("..., a spokesman said")."""
    before = [voice for voice in heard if voice.end <= find.end]
    if before:
        return before[-1].speaker
    return heard[0].speaker if heard else None


def silent(kind: str | None, *, official: bool) -> Speaker | None:
    """Who says what a sentence states that names nobody."""
    if kind in HOUSE_KINDS:
        return Speaker.PROVIDER
    if kind == SourceKind.SOCIAL:
        return Speaker.PROVIDER if official else Speaker.USERS
    return None


@Language.factory("outagewire_speakers", assigns=["doc._.finds"], requires=["doc._.finds"])
def make_speakers(nlp: Language, name: str) -> SpeakerMarker:  # noqa: ARG001  (spaCy passes both)
    """The factory of the component."""
    return SpeakerMarker()
