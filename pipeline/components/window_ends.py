"""The ends of the window: which time of the text is the start, which the end, and what stands in for them.

A `Pick` is one end with the mention that proves it, if any does. `told_ends` takes what the words say, the other
functions what stands in where they say nothing; each stand-in has a rule of its own and low confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.components.anchors import anchor_of
from pipeline.components.finds import Block, Find, Meta
from pipeline.components.likely_ends import like_a_start, likely_end, likely_start, roles
from pipeline.model import Mention, iso
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
# The end of most of it, and the end of the papers: they yield to any other.
WEAK = frozenset({"mostly", "closed"})
STRONG = frozenset({"incident_start", "incident_end"})
OVER = frozenset({"resolved", "completed", "over"})
OF_THE_DAY = frozenset({"news", "social", "status"})
TOP = 1500
SHORT_GAP = timedelta(hours=1)
STAMP_REACH = 80
DAY_MINUTES = 1440
HALF_HOUR = 30
TOUCHING = timedelta(minutes=2)
NEAR = 120
ONE_DAY = timedelta(days=1)
POSTED = 0.4
SO_FAR = 0.6
SURE_START = 0.7


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
    """The ranges, widest first. Those of one sentence that lie close together are one window of impact."""
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
    return sorted(found, key=lambda f: (f.data["cue"] == "summary", *_width(f)), reverse=True)


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
    if end is None or end.data["precision"] not in FINE:
        end = likely_end(single, start) or end
    if start is None:
        bare = [
            f for f in usable if f.data["role"] == "none" and f.start < TOP and (end is None or f.start != end.start)
        ]
        bare = [f for f in bare if f.data["precision"] in FINE or not timeline]
        fine = [f for f in bare if f.data["precision"] in FINE]
        earliest = min((f.data["at"] for f in fine), default=None)
        start = max(fine or bare, key=lambda f: (like_a_start(f, earliest), _start_order(f)), default=None)
        end = end or likely_end(single, start)
    if start is None and end is not None and end.data["precision"] not in FINE and end.data["behind"]:
        # "On 4 May the shop is back up": one day is told, and it is the day of the outage.
        return pick(end, "started_at"), None
    return pick(start, "started_at") if start else None, pick(end, "ended_at") if end else None


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
    if end is not None and _of_the_whole(end) and _later(end.data, data["to"]):
        last = pick(end, "ended_at")
    return first, last


def _earlier(data: Mapping[str, Any], at: datetime) -> bool:
    return data["precision"] in FINE and at - LONGEST_WINDOW <= data["at"] < at


def _later(data: Mapping[str, Any], at: datetime) -> bool:
    return data["precision"] in FINE and at < data["at"] <= at + LONGEST_WINDOW


def _of_the_whole(end: Find) -> bool:
    """A timeline that says "resolved as of" speaks of the whole, its windows of phases."""
    return end.data["cue"] in STRONG or (end.data["cue"] == "as_of" and end.data["block"] is not None)


def _start_order(find: Find) -> tuple[bool, int, int, float]:
    """The best start: a field of the report, then the finest, then the clearest cue, then the earliest."""
    data = find.data
    clear = 2 if data["cue"] in ("starting", "since") else 1 if data["role"] == "start" else 0
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


def posted_ends(
    start: Pick | None, end: Pick | None, blocks: Sequence[Block], stamps: Sequence[Find], *, lasted: bool
) -> tuple[Pick | None, Pick | None]:
    """Where a timeline states no start or no end: the posting times of its first post, and of a last that says over."""
    times = sorted((b.posted_at, b.start, b) for b in blocks if b.posted_at is not None)
    over = [(at, b) for at, _, b in times if b.status in OVER]
    if start is None and end is None and lasted and len(times) == 1 and over:
        # "11:05 ET: we are back. Sorry for the 50 minutes": the one post is the end.
        return None, _from_block(*over[0], "ended_at", stamps)
    if start is None and times and (end is None or end.at > times[0][0]):
        start = _from_block(times[0][0], times[0][2], "started_at", stamps)
    if end is None and over and over[-1][0] > times[0][0] and (start is None or start.at <= over[-1][0]):
        end = _from_block(*over[-1], "ended_at", stamps)
    return start, end


def _from_block(at: datetime, block: Block, field: str, stamps: Sequence[Find]) -> Pick:
    rule = "when.posted_first" if field == "started_at" else "when.posted_last"
    before = [f for f in stamps if 0 <= block.start - f.end <= STAMP_REACH]
    behind = [f for f in stamps if 0 <= f.start - block.end <= STAMP_REACH]
    stamp = before[-1] if before else behind[0] if behind else None
    span = (stamp.text, stamp.start, stamp.end) if stamp else ("", block.start, block.start)
    mention = Mention(field, span[0], iso(at) or "", span[1], span[2], rule, POSTED)
    return Pick(at, Precision.MINUTE, mention, rule)


def lasting_start(told: list[Find], meta: Meta) -> Pick | None:
    """The start of what has lasted "for the past three hours", where the publication is known to the minute."""
    anchor = anchor_of(meta.published)
    lasting = next((f for f in told if f.data["role"] == "so_far"), None)
    if anchor is None or lasting is None:
        return None
    at, precision = anchor.at - timedelta(minutes=lasting.data["minutes"]), Precision.HOUR
    if lasting.data["unit"] in ("day", "week"):
        if lasting.data["cue"] != "has_been":
            return None
        at, precision = at.replace(hour=0, minute=0, second=0, microsecond=0), Precision.DAY
    elif anchor.date_only and lasting.data["minutes"] < DAY_MINUTES:
        return None
    elif anchor.date_only:
        at, precision = at.replace(hour=0, minute=0, second=0, microsecond=0), Precision.DAY
    rule = "when.published_minus_duration"
    mention = replace(lasting.as_mention("started_at", iso(at)), rule=rule, confidence=SO_FAR)
    return Pick(at, precision, mention, rule)


def computed_start(end: Pick | None, told: list[Find]) -> Pick | None:
    """The start as end and stated length give it: "back at 12:15 after a two-hour outage"."""
    lasted = next((f for f in told if f.data["role"] == "outage"), None)
    if end is None or RANK[end.precision] < RANK[Precision.MINUTE] or lasted is None:
        return None
    at = end.at - timedelta(minutes=lasted.data["minutes"])
    rule = "when.end_and_duration"
    mention = replace(lasted.as_mention("started_at", iso(at)), rule=rule, confidence=SO_FAR)
    minute = lasted.data["unit"] == "minute" or lasted.data["minutes"] % HALF_HOUR
    return Pick(at, Precision.MINUTE if minute else Precision.HOUR, mention, rule)


def published_start(meta: Meta, end: Pick | None) -> Pick | None:
    """The day of publication: news, posts and status notes tell of the outage of their day where they say no other."""
    if meta.published is None or meta.kind not in OF_THE_DAY:
        return None
    day = meta.published.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if end is not None and end.at < day:
        # "Mended by Thursday evening", in a story of Friday: the outage was of Thursday, so far as is told.
        coarse = end.mention is not None and not end.fine and end.at >= day - 2 * ONE_DAY
        return Pick(end.at.replace(hour=0, minute=0), Precision.DAY, None, "when.end_day") if coarse else None
    return Pick(day, Precision.DAY, None, "when.published_day")


def computed_end(start: Pick | None, stated: Find | None, limit: datetime | None) -> Pick | None:
    """The end as start and stated length give it; only for an outage told as over, from a start to the minute."""
    if start is None or stated is None or stated.field != "duration" or stated.data["role"] != "outage":
        return None
    at = start.at + timedelta(minutes=stated.data["minutes"])
    if RANK[start.precision] < RANK[Precision.MINUTE] or (limit is not None and at > limit):
        return None
    rule = "when.start_and_duration"
    mention = replace(stated.as_mention("ended_at", iso(at)), rule=rule, confidence=SO_FAR)
    return Pick(at, Precision.MINUTE, mention, rule)
