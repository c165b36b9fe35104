"""What stands in for a start or an end that no words tell: posts, stated lengths, the publication.

    "Back at 12:15 UTC after a two-hour outage."    gives a start at 10:15

Each stand-in has a rule of its own and low confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.annotation import Mention
from pipeline.components.anchors import anchor_of
from pipeline.components.finds import Block, Find, Meta
from pipeline.components.window_ends import ONE_DAY, RANK, Pick
from pipeline.model import iso
from pipeline.terms import Precision

OVER = frozenset({"resolved", "completed", "over"})
SAME_EVENT = timedelta(days=7)
WELL_SO_FAR = frozenset({"monitoring", "postmortem"})
OF_THE_DAY = frozenset({"news", "social", "status"})
DAY_MINUTES = 1440
HALF_HOUR = 30
POSTED = 0.4
SO_FAR = 0.6
STAMP_REACH = 80


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


def told_too_early(end: Pick | None, blocks: Sequence[Block]) -> bool:
    """Whether an end was told while the outage was still on: a later post works on it, and a last one says over."""
    if end is None or end.mention is None:
        return False
    posted = [(b, b.posted_at) for b in blocks if b.start > end.mention.start and b.posted_at is not None]
    behind = [b for b, at in posted if end.at < at <= end.at + SAME_EVENT]
    still = [b for b in behind if b.status not in OVER and b.status not in WELL_SO_FAR]
    return bool(still) and behind[-1].status in OVER


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


def computed_start(end: Pick | None, told: list[Find], start: Pick | None = None) -> Pick | None:
    """The start as end and stated length give it: "back at 12:15 after a two-hour outage".

    A `start` that is told stands, but where it is coarse and the day of the one that is computed. Days of an outage
    give the day of its start.
    """
    lasted = next((f for f in told if f.data["role"] == "outage"), None)
    if end is None or lasted is None or (start is not None and start.fine):
        return start
    days = lasted.data["unit"] in ("day", "week", "fortnight")
    if RANK[end.precision] < RANK[Precision.DAY if days else Precision.MINUTE]:
        return start
    at = end.at - timedelta(minutes=lasted.data["minutes"])
    if start is not None and (days or not start.at - ONE_DAY / 2 <= at < start.at + ONE_DAY):
        return start
    if days:
        at = at.replace(hour=0, minute=0, second=0, microsecond=0)
    rule = "when.end_and_duration"
    mention = replace(lasted.as_mention("started_at", iso(at)), rule=rule, confidence=SO_FAR)
    minute = lasted.data["unit"] == "minute" or lasted.data["minutes"] % HALF_HOUR
    precision = Precision.DAY if days else Precision.MINUTE if minute else Precision.HOUR
    return Pick(at, precision, mention, rule)


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
    """The end as start and stated length give it; only for an outage told as over, from a start with a clock."""
    if start is None or stated is None or stated.field != "duration" or stated.data["role"] != "outage":
        return None
    at = start.at + timedelta(minutes=stated.data["minutes"])
    # A length of days from "4 a.m." may as well be how long it has gone on.
    known = start.precision is not Precision.HOUR or stated.data["unit"] in ("minute", "hour")
    if not (start.fine and known) or (limit is not None and at > limit):
        return None
    rule = "when.start_and_duration"
    mention = replace(stated.as_mention("ended_at", iso(at)), rule=rule, confidence=SO_FAR)
    return Pick(at, Precision.HOUR if start.precision is Precision.HOUR else Precision.MINUTE, mention, rule)
