"""The window of an outage out of the times of its text: start, end, duration, and what was wrong with them.

The widest window of impact wins, be it written as one range or as a start here and an end there; a stated
length stands where the ends are coarse or missing, and is proved by a mention of a rule `when.stated.*`; a length
that only follows from the ends has no mention, one between two clocks of no known date the rule `when.clocks`.
What no words of the text say is taken last: the posting times of a timeline (`when.posted_first`,
`when.posted_last`), with low confidence, and, for news and posts, the day of publication, without a mention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipeline.annotation import Mention
from pipeline.components.anchors import LATE_POST, anchor_of
from pipeline.components.finds import Block, Find, Meta
from pipeline.components.stand_ins import (
    computed_end,
    computed_start,
    lasting_start,
    posted_ends,
    published_start,
    told_too_early,
)
from pipeline.components.window_ends import FINE, Pick, find_windows, over_midnight, pick, told_ends
from pipeline.model import Issue, iso
from pipeline.terms import Precision, Stage

TOLERANCE = timedelta(days=1)
OLD = timedelta(days=45)
RETROSPECT = 600
# Minutes by which a length told in words may differ from the ends and still say the same.
ROUNDING = 5
CLOSE = 12
# Characters between a length and its start in "for 20 minutes from about 09:00".
PAIRED = 18
# The cues that tell how long; a "day without", a "window" and the like say it less surely.
LASTED = frozenset({"lasted", "total"})
# How far a length told exactly may lie from one told as "nearly" or "over", as shares of it.
ROUGHLY = (0.75, 1.6)
NEWS = frozenset({"news", "social"})
NOT_THE_WINDOW = frozenset({"promise", "history", "scheduled", "posted", "other", "detect"})


@dataclass(frozen=True, slots=True)
class Window:
    """When an outage was, by one text. `mentions` has the chosen ones first, then the other windows."""

    started_at: datetime | None = None
    started_precision: Precision | None = None
    ended_at: datetime | None = None
    ended_precision: Precision | None = None
    duration_minutes: int | None = None
    mentions: tuple[Mention, ...] = ()
    issues: tuple[Issue, ...] = ()


def choose_when(finds: list[Find], blocks: Sequence[Block], meta: Meta) -> Window:
    """The window that the finds `time`, `range` and `duration` of one text tell."""
    issues: list[Issue] = []
    limit = _latest(blocks, meta)
    spoken = _Spoken(blocks, meta)
    times = [f for f in finds if f.field in ("time", "range")]
    possible = [f for f in times if _usable(f, spoken.limit(f, limit), meta, issues)]
    usable = _of_the_event(possible, blocks, meta)
    kept = {id(f) for f in usable}
    old = {f.data["sentence"] for f in possible if id(f) not in kept} - {f.data["sentence"] for f in usable}
    windows = find_windows(usable)
    start, end = told_ends(usable, windows, timeline=bool(blocks))
    end = over_midnight(start, end, usable, limit)
    end = None if told_too_early(end, blocks) else end
    if start and end and end.at < start.at and (start.fine or end.at.date() < start.at.date()):
        issues.append(_issue("end_before_start", f"{iso(end.at)} before {iso(start.at)}", meta))
        end = None
    old |= _other_days(times, start)
    told = [
        f
        for f in finds
        if f.field == "duration"
        and f.data["role"] in ("outage", "so_far")
        and not f.data["vague"]
        and f.data["minutes"]  # "down for 20 seconds" is no minute, and no outage lasted none
        and "historical" not in f.context
        and f.data["sentence"] not in old
    ]
    pair = _longest_pair(told, usable) if not windows else None
    if pair is not None:
        start, told = pick(pair[1], "started_at"), [pair[0]]
    stamps = [f for f in times if f.data["stamp"]]
    start, end = posted_ends(start, end, blocks, stamps, lasted=any(f.data["role"] == "outage" for f in told))
    start = computed_start(end, told, start) or lasting_start(told, meta) or published_start(meta, end)
    minutes, stated = _minutes(told, start, end)
    if minutes is None:
        minutes, stated = _clocked(windows or [f for f in times if f.field == "range" and f.data["role"] == "start"])
    end = end or computed_end(start, stated, limit)
    ranges = [f for f in usable if f.field == "range" and f.data["to"] is not None]
    return _window(start, end, minutes, stated, [*windows, *ranges], issues)


def _latest(blocks: Sequence[Block], meta: Meta) -> datetime | None:
    """The last moment that the text can speak of as past: a day after the publication, or after a later post."""
    known = [b.posted_at for b in blocks if b.posted_at is not None]
    if meta.published is not None:
        known.append(meta.published.astimezone(UTC))
    return max(known) + TOLERANCE if known else None


def _other_days(times: Sequence[Find], start: Pick | None) -> set[int]:
    """The sentences all of whose own days lie before the day of the start: the lengths in them are of other outages."""
    if start is None or start.mention is None:
        return set()
    dated: dict[int, list[bool]] = {}
    for find in times:
        at = find.data["to"] or find.data["at"]
        if at is not None and not find.data["borrowed"]:
            dated.setdefault(find.data["sentence"], []).append(at < start.at - TOLERANCE - TOLERANCE)
    return {sentence for sentence, before in dated.items() if all(before)}


def _longest_pair(told: Sequence[Find], usable: Sequence[Find]) -> tuple[Find, Find] | None:
    """The longest of two lengths or more that each stand right before their start: "for an hour from 14:00 UTC"."""
    starts = [f for f in usable if f.field == "time" and f.data["cue"] in ("since", "starting")]
    pairs = [(d, t) for d in told for t in starts if 0 < t.start - d.end <= PAIRED and d.data["role"] == "outage"]
    return max(pairs, key=lambda p: p[0].data["minutes"]) if len(pairs) > 1 else None


class _Spoken:
    """When each time of a text was spoken of, at the latest: its post, or the publication where its minute is known."""

    def __init__(self, blocks: Sequence[Block], meta: Meta) -> None:
        self.posts = [b.posted_at for b in blocks]
        anchor = anchor_of(meta.published)
        self.published = None if anchor is None or anchor.date_only or blocks else anchor.at

    def limit(self, find: Find, widest: datetime | None) -> datetime | None:
        """The latest that a time may be. Only a clock that begins something is held to the minute: stories grow."""
        data = find.data
        at = self.posts[data["block"]] if data["block"] is not None else self.published
        if at is None or data["role"] not in ("start", "none") or data["precision"] not in FINE:
            return widest
        return at + LATE_POST if widest is None else min(at + LATE_POST, widest)


def _usable(find: Find, limit: datetime | None, meta: Meta, issues: list[Issue]) -> bool:
    """Whether a time may bound the window; what is wrong with one that may not is an issue."""
    data = find.data
    if data["role"] in NOT_THE_WINDOW or data["stamp"] or "historical" in find.context:
        return False
    if data["lost"] is not None and (data["lost"] or data["role"] in ("start", "end")):
        issues.append(_issue("unknown_zone", find.text, meta))
    if data["at"] is None:
        return False
    if data["conflict"]:
        issues.append(_issue("weekday_conflict", find.text, meta))
    if data["to"] is not None and data["to"] < data["at"]:
        issues.append(_issue("end_before_start", find.text, meta))
        return False
    if limit is not None and data["at"] > limit:
        if data["role"] in ("start", "end"):
            issues.append(_issue("after_publication", find.text, meta))
        return False
    return True


def _of_the_event(usable: list[Find], blocks: Sequence[Block], meta: Meta) -> list[Find]:
    """The times without history: in a timeline no window long before its posts, in news no time long ago.

    A news text that tells nothing recent is a retrospect, and what it tells near its top is its event.
    """
    posts = [b.posted_at for b in blocks if b.posted_at is not None]
    if posts:
        return [f for f in usable if f.data["to"] is None or f.data["to"] >= min(posts) - OLD]
    if meta.kind not in NEWS or meta.published is None:
        return usable
    since = meta.published - OLD
    recent = [f for f in usable if f.data["at"] >= since]
    return recent or [f for f in usable if f.start < RETROSPECT and f.data["role"] in ("start", "none", "end")]


def _minutes(told: list[Find], start: Pick | None, end: Pick | None) -> tuple[int | None, Find | None]:
    """The length, between fine ends that the text states, else stated, else between posts; and the words for it."""
    span = None
    if start and end and start.fine and end.fine:
        # Start and end in one moment are one time that is known, and no length of nothing.
        span = round((end.at - start.at).total_seconds() / 60) or None
        if span is not None and start.told and end.told:
            # An outage was no shorter than what it is told to have lasted in all: the ends are of a part.
            whole = next((f for f in told if f.data["cue"] == "total" and f.data["distance"] <= CLOSE), None)
            if whole is not None and whole.data["minutes"] > max(span * 1.1, span + ROUNDING):
                return whole.data["minutes"], whole
            shorter = next((f for f in told if f.data["role"] == "outage" and f.data["minutes"] < span), None)
            if end.rule.startswith("when.by") and shorter is not None:
                # "Out for an hour ... by 13:40 users said that it was back": the latest that it can have ended.
                return shorter.data["minutes"], shorter
            return span, next((f for f in told if abs(f.data["minutes"] - span) <= max(ROUNDING, span / 10)), None)
    if told:
        best = _longest(told)
        return best.data["minutes"], best
    return span, None


def _longest(told: list[Find]) -> Find:
    """The outage's length: the first that is told, or a longer one of its sentence; a precise one before a rough.

    "Out for 40 minutes for most, for some as long as three hours" was out for three; "down for over an hour" is said
    more exactly by "an hour and ten minutes".
    """
    first = max(told, key=lambda f: (f.data["role"] == "outage", f.data["cue"] != "time_to", -f.start))
    own = [f for f in told if f.data["role"] == first.data["role"]]
    if first.data["cue"] not in LASTED:
        surer = (f for f in own if f.data["sentence"] == first.data["sentence"] and f.data["cue"] in LASTED)
        first = next(surer, first)
    same = [f for f in own if f.data["sentence"] == first.data["sentence"] and f.data["cue"] == first.data["cue"]]
    best = max(same, key=lambda f: f.data["minutes"])
    if best.data["rough"]:
        low, high = ROUGHLY[0] * best.data["minutes"], ROUGHLY[1] * best.data["minutes"]
        best = next((f for f in own if not f.data["rough"] and low <= f.data["minutes"] <= high), best)
    return best


def _clocked(ranges: list[Find]) -> tuple[int | None, Find | None]:
    """The length between the clocks of a range whose zone or date cannot be used: a length needs neither."""
    if ranges and ranges[0].data["minutes"]:
        return ranges[0].data["minutes"], ranges[0]
    return None, None


def _window(
    start: Pick | None,
    end: Pick | None,
    minutes: int | None,
    stated: Find | None,
    windows: Sequence[Find],
    issues: list[Issue],
) -> Window:
    mentions = [p.mention for p in (start, end) if p is not None and p.mention is not None]
    if stated is not None:
        rule = f"when.stated.{stated.data['cue']}" if stated.field == "duration" else "when.clocks"
        mentions.append(replace(stated.as_mention("duration_minutes", str(stated.data["minutes"])), rule=rule))
    chosen = {(m.field, m.value) for m in mentions}
    for find in windows:
        for field, side in (("started_at", "at"), ("ended_at", "to")):
            mention = find.as_mention(field, iso(find.data[side]))
            if (field, mention.value) not in chosen:
                chosen.add((field, mention.value))
                mentions.append(replace(mention, confidence=find.confidence / 2))
    return Window(
        start.at if start else None,
        start.precision if start else None,
        end.at if end else None,
        end.precision if end else None,
        minutes,
        tuple(mentions),
        tuple(dict.fromkeys(issues)),
    )


def _issue(code: str, detail: str, meta: Meta) -> Issue:
    return Issue(Stage.EXTRACT, code, detail, meta.source, meta.id or None)
