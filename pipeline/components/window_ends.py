"""The ends of the window: which time of the text is the start, and which the end.

A `Pick` is one end with the mention that proves it, if any does. `told_ends` takes what the words say; what stands in
where they say nothing is in `stand_ins`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.annotation import Mention
from pipeline.components.finds import Find
from pipeline.components.likely_ends import like_a_start, likely_end, likely_start, roles
from pipeline.model import iso
from pipeline.terms import Precision

FINE = (Precision.EXACT, Precision.MINUTE, Precision.HOUR)
LONGEST_WINDOW = timedelta(days=45)
RANK = {
    Precision.EXACT: 5,
    Precision.MINUTE: 5,
    Precision.HOUR: 4,
    Precision.PART_OF_DAY: 3,
    Precision.DAY: 2,
    Precision.MONTH: 1,
}
# The end of most of it, that of the papers, and the time at which somebody said so: they yield to any other.
WEAK = frozenset({"mostly", "closed", "said_over"})
# "Incident began at ... and ended at ...": the window that the report itself gives, before a wider one of its prose.
OF_A_FIELD = frozenset({"summary", "incident_start"})
STRONG = frozenset({"incident_start", "incident_end"})
DRAGS = frozenset({"until", "through", "rest"})
TOP = 1500
SHORT_GAP = timedelta(hours=1)
TOUCHING = timedelta(minutes=2)
NEAR = 120
ONE_DAY = timedelta(days=1)
SURE_START = 0.7
BY_THEN = 0.5


@dataclass(frozen=True, slots=True)
class Pick:
    """One end of the window: the time, the mention that proves it, the rule it comes from.

    A day that is only that of the publication has no words to prove it, and no mention.
    """

    at: datetime
    precision: Precision
    mention: Mention | None
    rule: str

    @property
    def fine(self) -> bool:
        """Whether it is known well enough to measure a length from."""
        return self.precision in FINE

    @property
    def told(self) -> bool:
        """Whether the words of the text say it, and not a posting time."""
        return not self.rule.startswith("when.posted_")


def find_windows(usable: Iterable[Find]) -> list[Find]:
    """The ranges, a report's own field first, then the widest.

    Those of one sentence that lie close together are one window of impact.
    """
    merged: dict[tuple[int, bool], list[Find]] = {}
    for find in usable:
        if find.field != "range" or find.data["to"] is None:
            continue
        group = merged.setdefault((find.data["sentence"], find.data["precision"] in FINE), [])
        last = merged.get((find.data["sentence"] - 1, find.data["precision"] in FINE))
        if last and not group and abs(find.data["at"] - last[-1].data["to"]) <= TOUCHING:
            group.append(_merged(last.pop(), find))
            continue
        for i, before in enumerate(group):
            if _close(before, find):
                group[i] = _merged(before, find)
                break
        else:
            group.append(find)
    found = (find for group in merged.values() for find in group)
    return sorted(found, key=lambda f: (f.data["cue"] in OF_A_FIELD, *_width(f)), reverse=True)


def _close(before: Find, find: Find) -> bool:
    one, two = before.data, find.data
    gap: timedelta = max(one["at"], two["at"]) - min(one["to"], two["to"])
    narrow: timedelta = 2 * min(one["to"] - one["at"], two["to"] - two["at"])
    return gap <= min(SHORT_GAP, narrow)


def _merged(before: Find, find: Find) -> Find:
    one, two = before.data, find.data
    first, last = min(one["at"], two["at"]), max(one["to"], two["to"])
    return replace(before, data={**one, "at": first, "to": last, "minutes": None})


def _width(find: Find) -> tuple[bool, timedelta]:
    width = find.data["to"] - find.data["at"]
    return find.data["precision"] in FINE and width <= LONGEST_WINDOW, width


def told_ends(usable: list[Find], windows: list[Find], *, timeline: bool) -> tuple[Pick | None, Pick | None]:
    """Start and end by the words of the text. In a `timeline` a mere day without a cue says less than its posts."""
    single = [f for f in usable if f.field == "time"]
    role = roles(single)
    start = max((f for f in single if role[id(f)] == "start"), key=_start_order, default=None)
    end = max((f for f in single if role[id(f)] == "end"), key=_end_order, default=None)
    if windows and not (start and start.data["cue"] in STRONG):
        return _of_window(windows[0], start, end)
    if start is not None and start.data["precision"] not in FINE:
        start = _finer(start, single, end)
    start = start or likely_start(single, end)
    if end is None or end.data["precision"] not in FINE or end.data["cue"] in WEAK:
        end = likely_end(single, start) or end
    if start is None:
        bare = [
            f for f in usable if f.data["role"] == "none" and f.start < TOP and (end is None or f.start != end.start)
        ]
        bare = [f for f in bare if (f.data["precision"] in FINE or not timeline) and not _only_by_then(f)]
        fine = [f for f in bare if f.data["precision"] in FINE]
        earliest = min((f.data["at"] for f in fine), default=None)
        start = max(fine or bare, key=lambda f: (like_a_start(f, earliest), _start_order(f)), default=None)
        end = end or likely_end(single, start)
    if start is None and end is not None and end.data["precision"] not in FINE and end.data["behind"]:
        # "On 4 May the shop is back up": one day is told, and it is the day of the outage.
        return pick(end, "started_at"), None
    return pick(start, "started_at") if start else None, pick(end, "ended_at") if end else None


def _only_by_then(find: Find) -> bool:
    """Whether a clock behind "by" tells how far something had come: "by four o'clock complaints had doubled"."""
    return bool(find.data["cue"] == "by" and find.data["likely"].get("other", 1) >= BY_THEN)


def _finer(start: Find, single: list[Find], end: Find | None) -> Find:
    """The clock for a start known to the day: one that follows it without a role, or that is likely the start."""
    day: datetime = start.data["at"]
    same = [f for f in single if f.data["precision"] in FINE and ONE_DAY > f.data["at"] - day > -ONE_DAY / 2]
    near = (f for f in same if f.data["role"] == "none" and 0 <= f.start - start.end <= NEAR)
    return next(near, None) or likely_start(same, end, least=SURE_START) or start


def _of_window(window: Find, start: Find | None, end: Find | None) -> tuple[Pick, Pick]:
    """The ends of the widest window, moved by a start or an end that is told of the whole."""
    data = window.data
    first, last = pick(window, "started_at"), pick(window, "ended_at", "to")
    if start is not None and start.data["cue"] in ("starting", "since") and _earlier(start.data, data["at"]):
        first = pick(start, "started_at")
    if end is not None and (_of_the_whole(end) or _drags_on(end, window)) and _later(end.data, data["to"]):
        last = pick(end, "ended_at")
    return first, last


def _earlier(data: Mapping[str, Any], at: datetime) -> bool:
    return data["precision"] in FINE and at - LONGEST_WINDOW <= data["at"] < at


def _later(data: Mapping[str, Any], at: datetime) -> bool:
    return data["precision"] in FINE and at < data["at"] <= at + LONGEST_WINDOW


def _of_the_whole(end: Find) -> bool:
    """A timeline that says "resolved as of" speaks of the whole, its windows of phases."""
    return end.data["cue"] in STRONG or (end.data["cue"] == "as_of" and end.data["block"] is not None)


def _drags_on(end: Find, window: Find) -> bool:
    """Whether a window goes on to a later end right behind it: "from 10:00 to 10:40, and for some until 11:25"."""
    near = 0 <= end.data["sentence"] - window.data["sentence"] <= 1
    return end.data["cue"] in DRAGS and near and end.start > window.end


def _start_order(find: Find) -> tuple[bool, int, int, float]:
    """The best start: a field of the report, then the finest, then the clearest cue, then the earliest."""
    data = find.data
    plain = data["role"] == "start" and data["cue"] != "maintenance_began"
    clear = 2 if data["cue"] in ("starting", "since") else 1 if plain else 0
    return data["cue"] in STRONG, RANK[data["precision"]], clear, -data["at"].timestamp()


def _end_order(find: Find) -> tuple[bool, bool, int, int, datetime]:
    """The best end: of the whole, a field of the report, the finest, that of the last post, the latest."""
    data = find.data
    post = -1 if data["block"] is None else data["block"]
    return data["cue"] not in WEAK, data["cue"] in STRONG, RANK[data["precision"]], post, data["at"]


def pick(find: Find, field: str, side: str = "at") -> Pick:
    """The end of the window that a find tells, with its mention."""
    at, precision = find.data[side], find.data["precision" if side == "at" else "to_precision"]
    return Pick(at, precision, find.as_mention(field, iso(at)), find.rule)


def over_midnight(start: Pick | None, end: Pick | None, usable: list[Find], limit: datetime | None) -> Pick | None:
    """The end, a day later where its date was taken from a time before it and midnight lies between."""
    if start is None or end is None or end.mention is None or not end.fine or end.at >= start.at:
        return end
    halves = {(f.start, f.end) for f in usable if f.data["half"]}
    noon = end.at + timedelta(hours=12)
    if (end.mention.start, end.mention.end) in halves and noon >= start.at:
        # Such as "Around noon ... normal again at a quarter to two".
        return replace(end, at=noon, mention=replace(end.mention, value=iso(noon) or ""))
    borrowed = {(f.start, f.end): f.data["next"] for f in usable if f.data["borrowed"]}
    later = borrowed.get((end.mention.start, end.mention.end))
    if later is None or later < start.at:
        return end
    if limit is not None and later > limit:
        return end
    return replace(end, at=later, mention=replace(end.mention, value=iso(later) or ""))
