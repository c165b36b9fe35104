"""Component `outagewire_when`: points, ranges and lengths of time as finds.

    "Between 9:24 and 11:15 UTC on 1 July 2020 uploads failed for up to two hours."

gives a `range` (2020-07-01T09:24:00Z/2020-07-01T11:15:00Z) and a `duration`. The data of a `time` or `range`:
`at`, `precision`, for a range `to`, `to_precision` and `minutes` (by its clocks alone); `role`, `cue`, `distance`
(characters to the cue) and `behind` (the cue follows); `sentence`, `block`, `stamp` (it is the stamp of a post);
`likely` (what was learned of its role), `lost` (a zone that is not known, "" where a clock has none), `borrowed`
(the date is not its own), `conflict` (the weekday is not the date's), `half` (its half of the day is open), `next`
(a borrowed end a day later).
Of a `duration`: `minutes`, `unit`, `role`, `cue`, `distance`, `sentence`, `block`, `vague` ("several hours"), `long`,
`rough` ("nearly three hours").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.catalogue import load_catalogue
from pipeline.components.choose_services import choose_services
from pipeline.components.finds import Block, Find, Meta, add, finds, whole
from pipeline.components.home_zones import Home, home_zones, no_home, same_clock
from pipeline.components.length_roles import length_role
from pipeline.components.lengths import Length
from pipeline.components.moments import read_times
from pipeline.components.offsets import offset_times, with_ends
from pipeline.components.points import Point
from pipeline.components.sentence_breaks import Sentences
from pipeline.components.settling import settle_times
from pipeline.components.slots import Settled, block_at
from pipeline.model import iso

CONTEXTS = {"history": "historical", "promise": "scheduled", "scheduled": "scheduled"}
ROUGH = re.compile(
    r"(?:\b(?:over|than|least|nearly|almost|about|around|roughly|approximately|under|to|some|close\sto|shy\sof)|~)\s?$",
    re.IGNORECASE,
)
CERTAIN = 0.95
LIKELY = 0.8
BARE = 0.5
ASSUMED = 0.6


@Language.factory("outagewire_when", requires=["doc._.blocks"], assigns=["doc._.finds"])
class When:
    """Adds the finds of the fields `time`, `range` and `duration`."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Add the finds."""
        add(doc, find_times(whole(doc), doc._.blocks, doc._.meta, lambda: service_home(doc)))
        return doc


def service_home(doc: Doc) -> tzinfo | None:
    """The zone of the service that the text tells of first of all; None where it has none or another's is different."""
    named = finds(doc, "service")
    if doc._.meta.service is None and not any(slug in home_zones() for f in named for slug in f.value.split("|")):
        return None
    chosen = choose_services(whole(doc), named, doc._.meta, load_catalogue(), finds(doc, "region"))
    homes = [home_zones().get(slug) for slug in chosen.services]
    alike = all(home is None or homes[0] is None or same_clock(homes[0], home) for home in homes)
    return homes[0] if homes and alike else None


def find_times(text: str, blocks: Sequence[Block], meta: Meta, home: Home = no_home) -> list[Find]:
    """The times of a text: pure, so that it can be used and tested without a `Doc`. `home` gives its service's zone."""
    reading = read_times(text)
    if not reading.points and not reading.lengths:
        return []
    sentences = Sentences(text)
    found = [_time(text, s) for s in settle_times(text, reading, blocks, meta, sentences, home)]
    found.extend(_length(text, length, sentences, blocks) for length in reading.lengths)
    kept = [f for f in found if f is not None]
    offsets = offset_times(text, kept, reading.lengths, sentences)
    return [*with_ends(kept, offsets), *offsets]


def _time(text: str, settled: Settled) -> Find | None:
    first, last = settled.first, settled.last
    if first is None and last is None and not settled.lost:
        return None
    role = settled.role
    value = "/".join(iso(m.at) or "" for m in (first, last) if m is not None)
    data = {
        "at": first.at if first else None,
        "precision": first.precision if first else None,
        "to": last.at if last else None,
        "to_precision": last.precision if last else None,
        "role": role.name,
        "cue": role.cue,
        "distance": role.distance,
        "behind": role.behind,
        "likely": role.likely,
        "sentence": settled.slot.sentence,
        "block": settled.slot.block,
        "stamp": settled.slot.stamp,
        "lost": settled.lost,
        "borrowed": settled.borrowed,
        "minutes": settled.minutes,
        "conflict": settled.conflict,
        "half": _open_half(settled.slot.point),
        "next": settled.following.at if settled.following else None,
    }
    origin = settled.slot.origin
    sure = BARE if role.name == "none" and not settled.ranged else CERTAIN if role.distance <= 3 else LIKELY
    context = {CONTEXTS[role.name]} if role.name in CONTEXTS else set()
    return Find(
        "range" if settled.ranged else "time",
        settled.start,
        settled.end,
        text[settled.start : settled.end],
        value,
        f"when.{role.cue}.{origin}" if origin in ("home_zone", "place") else f"when.{role.cue}",
        min(sure, ASSUMED) if origin else sure,
        context,
        data,
    )


def _open_half(point: Point) -> bool:
    """Whether a clock told in words leaves open which half of the day it is in: "a quarter to two"."""
    clock = point.clock
    return clock is not None and point.part is None and not clock.meridiem and clock.worded


def _length(text: str, length: Length, sentences: Sentences, blocks: Sequence[Block]) -> Find:
    role = length_role(text, length, sentences.around(length.start))
    minutes = round(length.minutes)
    data = {
        "minutes": minutes,
        "role": role.name,
        "cue": role.cue,
        "distance": role.distance,
        "sentence": sentences.index(length.start),
        "block": block_at(length.start, blocks),
        "vague": length.vague,
        "unit": length.unit,
        "long": length.long,
        "rough": ROUGH.search(text, max(0, length.start - 20), length.start) is not None,
    }
    confidence = CERTAIN if role.name == "outage" else BARE
    span = (length.start, length.end)
    return Find("duration", *span, text[slice(*span)], str(minutes), f"when.length.{role.cue}", confidence, set(), data)
