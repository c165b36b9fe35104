"""How much of a text tells of something digital that fails: its title, its lead, and the share of its sentences.

Worked text: of "The bank moves to Leeds. It hires 40 people. In spring its app was down for a day." the title and the
lead are silent and one sentence of three tells, so that it is no story of an outage for all that it names one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default

from pipeline.components.choose_services import ServiceChoice
from pipeline.components.concepts import row, walk
from pipeline.components.finds import Find, Meta
from pipeline.terms import SourceKind

READ = 1_500
MOST_TITLE, MOST_TEXT = 40, 110
HEAD = 220
"""Characters at the beginning of a text without a title that are read as if they were one."""
LEAD = 2
"""Sentences behind the title that a story begins with."""
LEAST_SENTENCES = 4
"""A text of fewer sentences has no shares: what stands in it, stands in its lead."""
SENTENCE_END = re.compile(r"""[.!?]["'”’)]*\s+|\n+""")
FAILING = frozenset({"DOWN", "OUTAGE", "BLACKOUT", "ERROR", "TROUBLE", "FAILS"})
DIGITAL = frozenset({"SERVICE", "PART", "MAYBE", "CROWD"})
OTHER = frozenset({"PAST", "IF", "THING", "PLAY"})
SILENT, FAILS, TELLS = 0, 1, 2
WORDS = ("silent", "fails", "tells")


@dataclass(frozen=True, slots=True)
class Told:
    """The concepts of title and text, the shares of sentences by concept, and facts on where a failure is told."""

    title: Sequence[str]
    text: Sequence[str] = ()
    shares: Mapping[str, float] = with_default(default_factory=dict)
    facts: Sequence[str] = ()
    loudest: int = SILENT


def tell(text: str, meta: Meta, service: ServiceChoice, names: Sequence[Find]) -> Told:
    """What a text tells; `names` are all names of services that were found, chosen or not. Pure."""
    named = [(m.start, m.end) for m in service.mentions if m.field == "service" and not m.value.startswith("?")]
    chosen = {start for start, _ in named}
    maybes = [(find.start, find.end) for find in names if find.start not in chosen]
    head = beginning(meta)
    title = row(text[:head], named, MOST_TITLE, maybes)
    first = loudness(set(title))
    if len(text) <= head:
        return Told(title, facts=[f"title {WORDS[first]}"], loudest=first)
    rest, perhaps = ([(start - head, end - head) for start, end in spans if start >= head] for spans in (named, maybes))
    piece = text[head : head + READ]
    told = list(walk(piece, rest, perhaps))
    ends = [match.end() for match in SENTENCE_END.finditer(piece)]
    sentences: dict[int, set[str]] = {}
    for at, concept in told:
        sentences.setdefault(bisect_right(ends, at), set()).add(concept)
    loud = [loudness(inside) for inside in sentences.values()]
    lead = max(loud[:LEAD], default=SILENT)
    telling = min(3, loud.count(TELLS))
    facts = [
        f"title {WORDS[first]}",
        f"lead {WORDS[lead]}",
        f"title {WORDS[first]} lead {WORDS[lead]}",
        f"title {WORDS[first]} lead {WORDS[lead]} telling {telling}",
        f"telling {telling}",
    ]
    return Told(
        title, [c for _, c in told[:MOST_TEXT]], shares(list(sentences.values()), loud), facts, max([first, *loud])
    )


def beginning(meta: Meta) -> int:
    """Where the part ends that is read as a title. A post is one voice: its title and first words are read as one."""
    return max(meta.title_end, HEAD) if meta.kind == SourceKind.SOCIAL else meta.title_end or HEAD


def loudness(some: set[str]) -> int:
    """Whether a sentence with these concepts tells of something digital that fails now, of a failure, or of none."""
    if not (some & FAILING or {"NOT", "WORKS"} <= some):
        return SILENT
    return TELLS if some & DIGITAL and not some & OTHER else FAILS


def shares(sentences: Sequence[set[str]], loud: Sequence[int]) -> dict[str, float]:
    """For each concept the share of sentences in which it stands, and the share that tells."""
    many = len(sentences)
    if many < LEAST_SENTENCES:
        return {}
    counts = Counter(concept for inside in sentences for concept in inside if concept.isupper())
    return {concept: count / many for concept, count in counts.items()} | {"tells": loud.count(TELLS) / many}
