"""Times told by their distance to another time: "nine minutes later", "T+47", "five minutes after it failed".

    "The gateway failed at 14:05 UTC. Nine minutes later it was back."    a time at 14:14 UTC
    "We were alerted at 14:10 UTC, five minutes after it failed."         a time at 14:05 UTC, a start

Each is a find of field `time` with the rule `when.offset.*` and low confidence, made of the last fine time before it in
the same or the previous sentence; those of a timeline that counts from its start ("T+6", "+18m"), of its first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.components.finds import Find
from pipeline.components.learned_role import likely_roles
from pipeline.components.lengths import Length
from pipeline.components.roles import Role, role_of
from pipeline.components.sentence_breaks import Sentences
from pipeline.components.time_rules import cue_index
from pipeline.model import iso
from pipeline.terms import Precision

FINE = (Precision.EXACT, Precision.MINUTE, Precision.HOUR)
LATER = re.compile(r"\s(?:later|after\s(?:that|this|which)|afterwards?|thereafter)\b|\son(?=[,;.])", re.IGNORECASE)
AFTER = re.compile(r"\s(?:after|into)\s", re.IGNORECASE)
# "a quarter of an hour before", with nothing behind it that it would stand before.
EARLIER = re.compile(r"\s(?:before|earlier|before\s(?:that|then))(?=\s?(?:[.,;:)]|$))", re.IGNORECASE)
TROUBLE = re.compile(r"into\s(?:the|this|our|an?)\s(?:[\w-]+\s)?(?:failure|outage|incident|disruption|trouble|event)\b")
HAD = re.compile(r"after\s(?:it|they|things|service)\s(?:had|first)\s\w+")
COUNTED = re.compile(
    r"(?:\bT\s?\+\s?|^\s{0,4}[-*•]?\s?\+\s?)(?P<number>\d{1,4})\s?(?P<unit>h(?:ours?)?|m(?:in(?:utes?|s)?)?|s(?:ec(?:onds?)?)?)?\b",
    re.MULTILINE,
)
UNITS = {"h": 60.0, "m": 1.0, "s": 1 / 60}
LOOK_AHEAD = 60
NO_BASE = frozenset({"history", "scheduled", "promise"})
LONGEST = timedelta(days=3)
SURE = 0.6
ENOUGH = 0.5


class Offset(NamedTuple):
    """A distance in the text: its span, and minutes from its base; `start` where it leads back to the start."""

    start: int
    end: int
    minutes: float
    to_start: bool = False
    counted: bool = False


def offset_times(text: str, found: Sequence[Find], lengths: Sequence[Length], sentences: Sentences) -> list[Find]:
    """The times that distances tell. `found` are the finds of `time`, `range` and `duration` so far."""
    outage = {f.start for f in found if f.field == "duration" and f.data["role"] in ("outage", "so_far")}
    offsets = [*_spoken(text, lengths, outage, sentences), *_counted(text)]
    if not offsets:
        return []
    times = sorted((f for f in found if f.field == "time" and _may_be_base(f)), key=lambda f: f.start)
    out: list[Find] = []
    for offset in sorted(offsets):
        base = _base(offset, times, out, sentences)
        if base is not None:
            behind = min((o.start for o in offsets if o.start > offset.start), default=len(text))
            out.append(_find(text, offset, base, behind, sentences))
    return out


def with_ends(found: Sequence[Find], offsets: Sequence[Find]) -> list[Find]:
    """The times with those as ends that a distance leads back from: "at 6 p.m., eleven hours after they went dark"."""
    back = {f.data["base"]: f for f in offsets if f.data.get("base") is not None}
    out = []
    for find in found:
        offset = back.get(find.start) if find.field == "time" else None
        # Its cue is a word of the clause that tells of the start.
        borrowed = offset is not None and find.data["behind"] and find.end + find.data["distance"] >= offset.end
        if borrowed and find.data["role"] == "start":
            find = replace(find, data={**find.data, "role": "end", "cue": "offset"})  # noqa: PLW2901 - as an end
        out.append(find)
    return out


def _spoken(text: str, lengths: Sequence[Length], outage: set[int], sentences: Sentences) -> Iterator[Offset]:
    for length in lengths:
        # "a few minutes" is near enough, "several hours" is not.
        if length.start in outage or (length.vague and length.unit != "minute"):
            continue
        later = LATER.match(text, length.end)
        if later is not None:
            yield Offset(length.start, later.end(), length.minutes)
            continue
        earlier = EARLIER.match(text, length.end)
        if earlier is not None:
            yield Offset(length.start, earlier.end(), -length.minutes)
            continue
        after = AFTER.match(text, length.end)
        if after is None:
            continue
        end = min(sentences.around(length.start)[1], after.end() + LOOK_AHEAD)
        hits = cue_index("cue", "after").hits(text, after.end(), end)
        failed = next((h.cue.role for h in hits if h.cue.role in ("start", "end")), None) == "start"
        had = HAD.match(text, length.end + 1) is not None
        if TROUBLE.match(text, length.end + 1) or ((failed or had) and text[after.start() + 1] in "aA"):
            yield Offset(length.start, after.end(), -length.minutes, to_start=True)


def _counted(text: str) -> list[Offset]:
    found = []
    for match in COUNTED.finditer(text):
        minutes = int(match["number"]) * UNITS[(match["unit"] or "m")[0]]
        found.append(Offset(*match.span(), minutes, counted=True))
    # One may be anything; a timeline has several.
    return found if len(found) > 1 else []


def _may_be_base(find: Find) -> bool:
    data = find.data
    return data["at"] is not None and data["precision"] in FINE and not data["stamp"] and data["role"] not in NO_BASE


def _base(offset: Offset, times: Sequence[Find], out: Sequence[Find], sentences: Sentences) -> Find | None:
    if offset.counted:
        return times[0] if times and times[0].start < offset.end else None
    before = [f for f in (*times, *out) if f.end <= offset.start]
    base = max(before, key=lambda f: f.start, default=None)
    number = sentences.index(offset.start)
    return base if base is not None and number - base.data["sentence"] <= (0 if offset.to_start else 1) else None


def _find(text: str, offset: Offset, base: Find, behind: int, sentences: Sentences) -> Find:
    span = offset.start, offset.end
    at: datetime = base.data["at"] + max(-LONGEST, min(LONGEST, timedelta(minutes=offset.minutes)))
    bounds = sentences.around(offset.start)[0], sentences.around(offset.end - 1)[1]
    neighbours = max(base.end, bounds[0]) if base.end <= offset.start else bounds[0], min(behind, bounds[1])
    role = Role("start", "after", 1) if offset.to_start else role_of(text, span, bounds, neighbours)
    beside = neighbours[0], behind
    likely = {} if offset.to_start else likely_roles(text, [(span, bounds, beside, False)])[0]
    name = role.name
    if name == "none" and max(likely.values(), default=0) >= ENOUGH:
        told = max(likely, key=lambda key: likely[key])
        # Start and end are left to the choice among all times.
        name = name if told in ("start", "end") else told
    precision = Precision.MINUTE if base.data["precision"] is not Precision.HOUR else Precision.HOUR
    data = {
        **base.data, "at": at, "precision": precision, "role": name, "cue": "offset", "distance": role.distance,
        "behind": role.behind, "likely": likely if name == "none" else {},
        "sentence": sentences.index(offset.start), "borrowed": False, "next": None, "half": False, "conflict": False,
        "base": base.start if offset.to_start else None,
    }  # fmt: skip
    rule = f"when.offset.{role.cue}"
    return Find("time", *span, text[slice(*span)], iso(at) or "", rule, SURE, set(), data)
