"""What a length of time is the length of: the outage, the outage so far, a plan, history, or something else.

The words of the same sentence decide (rules/times.toml, `[[length]]`): what is right behind it ("outage", "later"),
then the last words before it ("was down for").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.components.lengths import Length
from pipeline.components.recovery import fails_again
from pipeline.components.roles import LOOK_BACK, SUBJECT_REACH, Role
from pipeline.components.time_rules import CueHit, cue_index

LENGTH_BEFORE = 36
LENGTH_AFTER = 32
LOOK_AHEAD = 40
# "has been down for three hours" goes on, "had been down" is over.
ONGOING = re.compile(
    r"\b(?:(?:has|have|it['’]s|['’]ve|still|been)\s(?:now\s|also\s)?(?:been\s)?(?:[a-z]{1,14}\s)?[a-z]{0,14}\s?)$",
    re.IGNORECASE,
)
NOW = re.compile(r",?\s(?:now|already|and\scounting|so\sfar)\b|\s(?:in\sa\srow|running|on\send)\b", re.IGNORECASE)
STILL_REACH = 34
FOR_REACH = 14
STILL = re.compile(r"\b(?:now|and\scounting|still)\b", re.IGNORECASE)
# "It has been three hours since the mail died."
SINCE = re.compile(r"\s(?:now\s)?since\b", re.IGNORECASE)
BEEN = re.compile(
    r"\b(?:been|it['’]s|is)\s(?:now\s|like\s|about\s|over\s|almost\s|nearly\s|roughly\s|more\sthan\s){0,2}$",
    re.IGNORECASE,
)
# "two hours of downtime in the past twelve months" is the sum of many.
SUMMED = re.compile(
    r"[^.;\n]{0,40}?\s(?:in|over|during|for)\s(?:the\s)?(?:past|last|previous|whole|all)\s(?:of\s)?(?:[\w-]+\s){0,2}"
    r"(?:weeks|months|quarter|year|years)\b|\sof\sdowntime\s(?:so\sfar\s)?this\s(?:month|quarter|year)\b",
    re.IGNORECASE,
)
FOR = re.compile(r"\bfor\s(?:about\s|around\s|roughly\s|over\s|nearly\s|almost\s)?$", re.IGNORECASE)
# "It was eight hours until all was well."
IT_WAS = re.compile(r"\bit\s(?:was|took)\s(?:[a-z]+\s){0,2}$", re.IGNORECASE)
# What failed, behind "two hours after": "the first card was refused", "intruders encrypted the servers".
FAILURE = re.compile(
    r"\b(?:refus|fail|die|dying|dark|lost|losing|drop|stopp|went|broke|shut|crash|declin|reject|vanish|lock|gone|beg[au]n|start"
    r"|encrypt|collaps|froze|fell|cut|sever|struck|knock|silen|taken|blank|black|down)",
    re.IGNORECASE,
)
# "several updates a day" tells how often.
RATE = re.compile(r"\b(?!(?:lasts|takes|was|is|spans|needs|this|its)\b)(?:\w+s|once|twice)\s$", re.IGNORECASE)


def length_role(text: str, length: Length, bounds: tuple[int, int]) -> Role:
    """Whether a length of time is the outage's: ``outage``, ``so_far``, ``history``, ``other`` or ``none``."""
    left = max(bounds[0], length.start - LOOK_BACK)
    told = list(cue_index("cue", "before").hits(text, left, length.start))
    return _apart(text, length, bounds, told) or _told(text, length, bounds, told)


def _apart(text: str, length: Length, bounds: tuple[int, int], told: Sequence[CueHit]) -> Role | None:
    """The role of a length of history, of a plan, of many outages together, or of how often a thing is done."""
    for hit in told:
        if hit.cue.role == "history":
            return Role("history", hit.cue.id, length.start - hit.end)
        if hit.cue.role == "promise" and hit.cue.scope == "sentence":
            return Role("other", hit.cue.id, length.start - hit.end)
    if SUMMED.match(text, length.end):
        return Role("history", "summed", 1)
    if text.startswith("a ", length.start) and RATE.search(text, max(bounds[0], length.start - 16), length.start):
        return Role("other", "rate", 1)
    return None


def _told(text: str, length: Length, bounds: tuple[int, int], told: Sequence[CueHit]) -> Role:
    """The role of a length by the closest words on either side of it."""
    after = list(cue_index("length", "after").hits(text, length.end, min(bounds[1], length.end + LENGTH_AFTER)))
    if SINCE.match(text, length.end) and BEEN.search(text, max(bounds[0], length.start - STILL_REACH), length.start):
        return Role("so_far", "has_been", 1)
    close = next((h for h in after if h.start - length.end <= 2), None)
    if close is not None:
        role = Role(close.cue.role, close.cue.id, close.start - length.end)
        return _until_well(text, length, bounds, told, close) or role
    before = list(cue_index("length", "before").hits(text, max(bounds[0], length.start - LENGTH_BEFORE), length.start))
    if before and before[-1].cue.id == "well_again" and fails_again(text, before[-1].start):
        return Role("outage", "lasted", 1)
    if before:
        return _still_on(text, before[-1], length) or Role(
            before[-1].cue.role, before[-1].cue.id, length.start - before[-1].end
        )
    if length.long and after:
        return Role(after[0].cue.role, after[0].cue.id, after[0].start - length.end)
    return Role("none", "none", LENGTH_BEFORE)


def _until_well(
    text: str, length: Length, bounds: tuple[int, int], told: Sequence[CueHit], close: CueHit
) -> Role | None:
    """The outage's own length in "restored three hours later", "back 25 minutes after it failed"."""
    said = text[close.start : close.end].lower()
    well = any(h.cue.role == "end" and length.start - h.end <= SUBJECT_REACH for h in told)
    end = min(bounds[1], close.end + LOOK_AHEAD)
    behind = cue_index("cue", "after").hits(text, close.end, end)
    first = next((h.cue.role for h in behind if h.cue.role in ("start", "end")), None)
    if said in ("without", "with no") and STILL.search(text, close.end, end):
        return Role("so_far", "has_been", close.start - length.end)
    if (
        (said == "later" and well)
        or (said == "after" and well and (first == "start" or (first is None and FAILURE.search(text, close.end, end))))
        or (said == "before" and first == "end")
        or (said == "until" and IT_WAS.search(text, max(bounds[0], length.start - STILL_REACH), length.start))
        # "For an hour and ten minutes, until 16:40": both tell of the outage.
        or (said == "until" and FOR.search(text, max(bounds[0], length.start - FOR_REACH), length.start))
    ):
        return Role("outage", "until_well", close.start - length.end)
    return None


def _still_on(text: str, hit: CueHit, length: Length) -> Role | None:
    """So far only: "has been down for three hours"; nothing of it tells an end."""
    if hit.cue.role != "outage" or not text[hit.start : hit.end].lower().endswith("for"):
        return None
    if ONGOING.search(text, max(0, hit.start - STILL_REACH), hit.start) or NOW.match(text, length.end):
        return Role("so_far", "has_been", length.start - hit.end)
    return None
