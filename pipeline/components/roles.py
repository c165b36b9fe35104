"""What a time is the time of: start, end, detection, posting, a promise, history, or something else.

The words of the same sentence decide (rules/times.toml): a cue with sentence scope ("will provide") over any
other, then the closest cue before the time, then the closest behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from pipeline.components.recovery import extent, fails_again, goes_back, runs_well
from pipeline.components.time_rules import CueHit, cue_index, doings

LOOK_BACK = 160
NEARER = 1.5
OWN_TIME = 26
# A verb behind "and" tells of the next time, not of this one.
JOINED = re.compile(r"\b(?:and|but|then|et|y|und)\b")
# The cues of a start that name no failure: what started is told before them.
BEGAN = frozenset({"starting", "began_after"})
# "on 9 July starting at 8:21": the cue stands inside the time.
STARTING = re.compile(r"\b(?:starting|beginning)\b", re.IGNORECASE)
BEGUN = re.compile(r"\b(?:began|started|since|failed|failing)\s(?:(?:at|on|around|about)\s){0,2}$", re.IGNORECASE)
CLAUSE = re.compile(r",|\band\b")
SUBJECT_REACH = 60
# "not working normally since 10:14" is no end; "working normally since 10:14" is one.
DENIAL = re.compile(r"\b(?:not|never|no|hardly|barely|un(?:able|available))\b|n[’']t\b", re.IGNORECASE)
DENIAL_REACH = 24
DENIED = re.compile(
    r"(?:\b(?:not|never|no\slonger)|n[’']t)\s(?:yet\s|fully\s)?(?:be\s|being\s|been\s)?$", re.IGNORECASE
)
DENIED_REACH = 16
UPDATE_SAYS = re.compile(r"\s?[\])]?\s?[:–—-]\s(?:we\b|it\b|everything|all\b|service)", re.IGNORECASE)
UPDATE_REACH = 30
SAID = frozenset({"ended", "again"})
THAT = re.compile(r"[^.;\n]{0,14}?\s(?:that|it|they|all|everything|everyone|the|its)\b", re.IGNORECASE)
NOT_YET = re.compile(
    r"\b(?:would|will|should|might|may|could|hope[sd]?|expect(?:s|ed)?|until|to\sbe|working\sto|not|never)\b|n[’']t\b",
    re.IGNORECASE,
)
# What may stand between a verb and the "between" of its range.
BETWEEN_GAP = re.compile(r"\s(?:(?:gradually|slowly|again|back|in\sstages|progressively)\s)?", re.IGNORECASE)
# "..., and at 7:40 they hummed": the clause that the time opens tells of it.
OPENS = re.compile(r",\s(?:and|but)\s(?:at|by|around|about)\s")
AND_AGAIN = re.compile(r"(?:\band|\bthen|\bonce|,)\s$")
DONE = frozenset({"ended", "again", "action", "recovering"})


@dataclass(frozen=True, slots=True)
class Role:
    """The role of a time, the cue that says so (its id), how many characters away it stands, and on which side.

    `likely` tells what was learned of it, where no cue says it clearly (`learned_role`).
    """

    name: str
    cue: str
    distance: int
    behind: bool = False
    likely: Mapping[str, float] = field(default_factory=dict)


def role_of(
    text: str,
    span: tuple[int, int],
    bounds: tuple[int, int],
    neighbours: tuple[int, int],
    *,
    spoken: bool = False,
    ranged: bool = False,
) -> Role:
    """The role of the time at `span` in the sentence at `bounds`.

    `neighbours` are the end of the time before and the start of the time behind it: their cues are theirs. A day
    that is `spoken` ("on Tuesday") is no history where the words of history have a time of their own. A range of what
    was done or came back ("restored between 10:45 and 11:30") has the role of that, and is no window.
    """
    start, end = span
    left = max(bounds[0], start - LOOK_BACK)
    before = list(cue_index("cue", "before").hits(text, left, start))
    for hit in before:
        if hit.cue.scope == "sentence" and not (hit.end < neighbours[0] and _apart(text, hit, start, spoken=spoken)):
            return Role(hit.cue.role, hit.cue.id, start - hit.end)
    after = list(cue_index("cue", "after").hits(text, end, min(bounds[1], end + LOOK_BACK)))
    for hit in after:
        if hit.cue.scope == "sentence":
            return Role(hit.cue.role, hit.cue.id, hit.start - end)
    inside = STARTING.search(text, start, end)
    if inside is not None:
        return Role("start", "starting", 0)
    nearest = _nearest(text, left, (before, after), span, neighbours)
    if nearest is None:
        return Role("none", "none", LOOK_BACK)
    nearest = _governor(text, before, _failed_again(text, before, nearest), ranged=ranged)
    nearest = _told_in_update(text, nearest, after, (end, bounds[1]), neighbours[1]) or nearest
    if _said_over(text, nearest, after, (end, bounds[1]), neighbours[1]):
        return Role("end", "said_over", start - nearest.end)
    distance = start - nearest.end if nearest.end <= start else nearest.start - end
    name, cue = _meaning(text, bounds[0], nearest, (before, after), ahead=nearest.end <= start, ranged=ranged)
    return Role(name, cue, distance, behind=nearest.start >= end)


def _meaning(
    text: str, left: int, hit: CueHit, hits: tuple[Sequence[CueHit], Sequence[CueHit]], *, ahead: bool, ranged: bool
) -> tuple[str, str]:
    """The role and cue of a hit `ahead` of its time or behind it, by the words around the hit itself."""
    before, after = hits
    name, cue = hit.cue.role, hit.cue.id
    if name == "end":
        name, cue = _end(text, left, hit, before if ahead else after)
    elif cue == "action" and DENIED.search(text, max(left, hit.start - DENIED_REACH), hit.start):
        # "tickets were not created": what is not done is the failure.
        name, cue = "start", "went_down"
    elif cue in BEGAN or (cue == "since" and not ranged and ahead):
        name, cue = _began(text, left, hit)
    if hit.cue.needs is not None and not any(
        h.cue.role == hit.cue.needs and not (h.cue.id == "again" and fails_again(text, h.start))
        for h in (*before, *after)
        if h is not hit
    ):
        name = hit.cue.otherwise
    return name, cue


@cache
def _subject() -> re.Pattern[str]:
    """What started, right before the verb: "release 8.31", "the migration of all tables", "maintenance"."""
    other, works = (
        "|".join(re.escape(w) for w in sorted(doings()[kind], key=len, reverse=True))
        for kind in ("words", "maintenance")
    )
    return re.compile(
        rf"\b(?:(?P<other>{other})|(?P<works>{works}))(?:\s[vV]?\d[\w.]{{0,12}})?"
        r"(?:\s(?:of|to|for|in|on)\s[\w.’'-]{1,20}(?:\s[\w.’'-]{1,20}){0,2}?)?\s(?:(?:was|had|were|then|itself)\s){0,2}$",
        re.IGNORECASE,
    )


def _began(text: str, left: int, hit: CueHit) -> tuple[str, str]:
    """The role and cue of a start, by what it is that started; "running smoothly since" tells of an end."""
    if hit.cue.id not in BEGAN:
        return ("end", "ended") if runs_well(text, left, hit.start) else (hit.cue.role, hit.cue.id)
    subject = _subject().search(text, max(left, hit.start - SUBJECT_REACH), hit.start)
    if subject is None:
        return hit.cue.role, hit.cue.id
    return ("other", "action") if subject["other"] else ("start", "maintenance_began")


def _apart(text: str, hit: CueHit, start: int, *, spoken: bool) -> bool:
    """Whether a cue of the sentence, which has a time of its own, leaves this one alone.

    History does so for a day of these ("on Tuesday"), a plan or promise for what "began".
    """
    if hit.cue.role == "history":
        return spoken
    return BEGUN.search(text, max(0, start - OWN_TIME), start) is not None


def _end(text: str, left: int, hit: CueHit, hits: Sequence[CueHit]) -> tuple[str, str]:
    """The role and cue of an end: how much came back, and whether "again" and "since" tell of an end at all."""
    if hit.cue.id == "again" and fails_again(text, hit.start):
        return "start", "went_down"
    if goes_back(text, hit):
        return ("none", "up") if hit.cue.id == "up" else ("other", "action")
    if text.endswith("since", hit.start, hit.end):
        denied = DENIAL.search(text, max(left, hit.start - DENIAL_REACH), hit.start)
        return ("start" if denied else "end"), hit.cue.id
    if DENIED.search(text, max(left, hit.start - DENIED_REACH), hit.start):
        # "did not come back at 02:25": an end it is not; at the latest then the trouble was on.
        return "start", "went_down"
    part = extent(text, left, hit, hits)
    return ("other", "partly") if part == "some" else ("end", "mostly" if part == "most" else hit.cue.id)


def _governor(text: str, before: Sequence[CueHit], nearest: CueHit, *, ranged: bool) -> CueHit:
    """The verb of what came back or was done right before "between" and "from", where there is one."""
    if not ranged or nearest.cue.id != "since":
        return nearest
    verb = next((h for h in reversed(before) if h.end <= nearest.start), None)
    if verb is not None and verb.cue.id == "again" and AND_AGAIN.search(text, max(0, verb.start - 6), verb.start):
        # What is told once more here is the failure: "between 9:00 and 9:20 and again between 10:30 and 11:45".
        return nearest
    if verb is None or verb.cue.id not in DONE or not BETWEEN_GAP.fullmatch(text, verb.end, nearest.start):
        return nearest
    return verb


def _told_in_update(
    text: str, nearest: CueHit, after: Sequence[CueHit], rest: tuple[int, int], following: int
) -> CueHit | None:
    """The end in "Update 18:14: we are back online", where the update has no other time for it."""
    if nearest.cue.id != "posted" or not text.startswith(("Update", "UPDATE"), nearest.start) or following < rest[1]:
        return None
    said = UPDATE_SAYS.match(text, rest[0])
    if said is None:
        return None
    return next((h for h in after if h.cue.id == "ended" and h.start - said.end() <= UPDATE_REACH), None)


def _said_over(text: str, nearest: CueHit, after: Sequence[CueHit], rest: tuple[int, int], following: int) -> bool:
    """Whether what was said at a time is that all is well: "said at 9:40 p.m. that it was fixed"."""
    if nearest.cue.id != "posted" or nearest.end > rest[0] or following < rest[1]:
        return False
    over = next((h for h in after if h.cue.role in ("start", "end")), None)
    if over is None or over.cue.id not in SAID or NOT_YET.search(text, rest[0], over.start):
        return False
    return _end(text, rest[0], over, after)[0] == "end" and THAT.match(text, rest[0]) is not None


def _failed_again(text: str, before: Sequence[CueHit], nearest: CueHit) -> CueHit:
    """The verb before "again": "selling again by 8:15" is an end, "failed again at 8:15" none."""
    if not text.startswith("again", nearest.start) or nearest.cue.id == "again":
        return nearest
    verb = next((h for h in before if 0 <= nearest.start - h.end <= 1), None)
    return verb if verb is not None else nearest


def _nearest(
    text: str,
    left: int,
    hits: tuple[Sequence[CueHit], Sequence[CueHit]],
    span: tuple[int, int],
    neighbours: tuple[int, int],
) -> CueHit | None:
    """The last cue before the time, else the first behind it, within the reach of each."""
    (before, after), (start, end) = hits, span
    ahead = [h for h in before if h.start >= neighbours[0] and start - h.end <= h.cue.reach]
    if ahead and (
        (neighbours[0] > left and text[ahead[-1].end : start] == ", ") or OPENS.fullmatch(text, ahead[-1].end, start)
    ):
        # "09:47 errors start, 09:58 status post": what stands before the comma is the first time's.
        ahead = []
    behind = [h for h in after if h.end <= neighbours[1] and h.start - end <= h.cue.reach]
    if behind and behind[0].cue.role == "detect" and JOINED.search(text, end, behind[0].start):
        # "Cables were cut on Saturday, and users noticed": who noticed is told of that time, not when.
        behind = behind[1:]
    if not ahead and behind and JOINED.search(text, end, behind[0].start):
        # "Phones died at 4:05 and came back at 1pm": the second verb has a time of its own.
        behind = behind if neighbours[1] - behind[0].end > OWN_TIME else []
    if not ahead or not behind:
        return ahead[-1] if ahead else behind[0] if behind else None
    # "Errors rose, and at 14:05 the site recovered": a verb close behind beats one farther ahead.
    one, two = ahead[-1], behind[0]
    apart = JOINED.search(text, end, two.start) is not None or (
        # "..., which failed at 6:15 pm, came back": behind the comma another clause begins.
        text[end : end + 1] == "," and not CLAUSE.search(text, one.end, start)
    )
    farther = one.cue.side == "both" and not apart and (two.start - end) * NEARER < start - one.end
    return two if farther else one
