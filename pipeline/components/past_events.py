"""Sentences of a live story that tell of another, earlier event: what they say is history.

"The shop has been down since 17:30 UTC on Thursday. ... On Monday it failed because of a power cut."

The times before such a sentence tell when the event of the story was; a sentence all of whose own days lie
before that day, or that speaks of "earlier this month", tells of another. Only news and posts are read so:
a post-mortem and a status page tell of one event, whose causes may well be older than itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

from pipeline.components.finds import Find, Meta
from pipeline.terms import Precision

KINDS = frozenset({"news", "social", None})
FINE = frozenset({Precision.EXACT, Precision.MINUTE, Precision.HOUR, Precision.PART_OF_DAY, Precision.DAY})
TOLD = frozenset({"start", "none", "end", "history"})
MARKED = frozenset({"cause", "duration", "time", "range"})
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = re.compile(
    r"\b(?:in|since|back in) (?:early |late |mid-)?(january|february|march|april|may|june|july|august|september"
    r"|october|november|december)\b(?! \d)"
)
EARLIER = re.compile(
    r"\b(?:earlier (?:this|in the) (?:week|month|year)|(?:second|third|fourth|fifth) time (?:this|in))\b"
)


def mark_past_events(found: Sequence[Find], sentences: Sequence[tuple[int, int]], flat: str, meta: Meta) -> None:
    """Mark the causes, lengths and times of such sentences historical. `found` is in order of its place."""
    if meta.kind not in KINDS:
        return
    times = [f for f in found if f.field in ("time", "range") and f.data["at"] is not None and f.data["role"] in TOLD]
    event = next((f for f in times if f.data["role"] == "start" and f.data["precision"] in FINE), None)
    if event is None:
        return
    day = event.data["at"].date()
    told = {id(f) for f in times}
    starts = [f.start for f in found]
    for first, last in sentences:
        if first <= event.start:
            continue
        inside = found[bisect_left(starts, first) : bisect_left(starts, last)]
        dated = [f for f in inside if f.field in ("time", "range") and not f.data["borrowed"] and id(f) in told]
        if not (dated or EARLIER.search(flat, first, last) or _other_month(flat, first, last, day)):
            continue
        if all(_earlier(f, day) for f in dated):
            for find in inside:
                if find.field in MARKED:
                    find.context.add("historical")


def _other_month(flat: str, first: int, last: int, event: date) -> bool:
    """Whether the sentence names a month, without a day, that is not the event's."""
    named = MONTH.search(flat, first, last)
    return named is not None and MONTHS.index(named[1][:3]) + 1 != event.month


def _earlier(find: Find, event: date) -> bool:
    """Whether a time lies in an earlier month, or two days before: the day before may be the event's own, elsewhere."""
    at: date = (find.data["to"] or find.data["at"]).date()
    if find.data["precision"] is Precision.MONTH:
        return (at.year, at.month) < (event.year, event.month)
    return (event - at).days > 1
