"""Finds how far an outage has come: investigating, identified, monitoring, resolved, retracted.

Example: "A fix is deployed. The issue has been resolved." ends in `resolved`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotation import Mention
from pipeline.components.finds import Block, Find, Meta, add, whole
from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import compile_pattern, load_rules
from pipeline.terms import Kind, SourceKind, Status

HEAD, TAIL = 1_500, 1_000
BEFORE = 60
# A line that begins the furniture below a story: what stands there tells of other stories.
FURNITURE = re.compile(
    r"\n\W*(?:trending|most (?:read|popular|viewed)|related|read (?:more|next|also)|more (?:from|stories|on)"
    r"|filed under|subscribe|recommended|you may also|don't miss|also on|tags?:|in other news)\b[^\n]{0,80}(?:\n|$)"
)
WORDS = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "verifying": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "completed": Status.RESOLVED,
    "postmortem": Status.RESOLVED,
    "scheduled": Status.IDENTIFIED,
    "in progress": Status.IDENTIFIED,
    "retracted": Status.RETRACTED,
}


@Language.factory("outagewire_state", assigns=["doc._.finds"])
class State:
    """Adds one find a phrase, with the rule's weight; reads the beginning and the end of a long text."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name
        self.rules = []
        for rule in load_rules("state"):
            unless = rule.data.get("not_before")
            self.rules.append((rule, compile_pattern(unless) if unless else None))

    def __call__(self, doc: Doc) -> Doc:
        """Add the finds."""
        text, title_end = whole(doc), doc._.meta.title_end
        windows = (
            [(0, text[:HEAD])] if len(text) <= HEAD + TAIL else [(0, text[:HEAD]), (len(text) - TAIL, text[-TAIL:])]
        )
        found: list[Find] = []
        news = doc._.meta.kind == SourceKind.NEWS
        for offset, window in windows:
            flat = flatten(window)
            if news and (below := FURNITURE.search(flat, len(flat) // 2)):
                flat = flat[: below.start()]
            for rule, unless in self.rules:
                if not rule.possible(flat):
                    continue
                for match in rule.pattern.finditer(flat):
                    start, end = match.span()
                    if unless and unless.search(flat[max(0, start - BEFORE) : start]):
                        continue
                    if rule.data.get("title_only") and offset + start >= title_end:
                        continue
                    span = (offset + start, offset + end, window[start:end])
                    found.append(Find("status", *span, rule.value, rule.id, 0.8, data=rule.data))
        add(doc, found)
        return doc


def choose_state(found: Sequence[Find], blocks: Sequence[Block], meta: Meta) -> tuple[Status, tuple[Mention, ...]]:
    """The state: of a timeline its last entry's, of prose the weightiest phrase, later ones before earlier. Pure."""
    held = [f for f in found if not f.context & {"negated", "historical"}]
    if blocks:
        last = max(blocks, key=lambda b: (b.posted_at.timestamp() if b.posted_at else 0.0, b.start))
        known = WORDS.get((last.status or "").strip().lower())
        taken_back = [f for f in held if last.start <= f.start < last.end and f.value == Status.RETRACTED]
        if taken_back:
            return Status.RETRACTED, (taken_back[0].as_mention(),)
        if known:
            inside = [f for f in held if last.start <= f.start < last.end and f.value == known]
            return known, tuple(f.as_mention() for f in inside[:1])
        inside = [f for f in held if last.start <= f.start < last.end]
        title = [f for f in held if f.start < meta.title_end and f.value == Status.RESOLVED]
        held = title or inside or held
    if not held:
        return Status.UNKNOWN, ()
    sums: dict[str, float] = {}
    for find in held:
        bonus = 1.5 if find.start < meta.title_end else 1.0
        sums[find.value] = max(sums.get(find.value, 0.0), find.data["weight"] * bonus)
    best = max(sums, key=lambda value: sums[value])
    chosen = next(f for f in held if f.value == best)
    return Status(best), (chosen.as_mention(),)


def over(status: Status, kind: Kind, meta: Meta, started_at: datetime | None, ended_at: datetime | None) -> Status:
    """The state where the text itself gives the end: what has a start and an end before the publication is resolved.

    A status page's own word is kept unless it says none. Where no publication is known, an end is taken to be past
    unless the text announces maintenance.
    """
    if started_at is None or ended_at is None or ended_at < started_at or kind == Kind.MAINTENANCE:
        return status
    if meta.published is not None and ended_at > meta.published:
        return status
    open_states = {Status.UNKNOWN}
    if meta.kind != "status" and meta.published is not None:
        open_states |= {Status.SUSPECTED, Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING}
    return Status.RESOLVED if status in open_states else status
