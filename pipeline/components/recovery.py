"""How far a recovery went: whole, of most, of some; and whether "again" tells of one or of another failure.

    "Some hosts were back at 10:45, and bookings worked again at 11:30"

has a partial recovery, which is no end, and a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.components.time_rules import CueHit

# What is told to be back, before the verb: a part of it is no end, most of it one that yields to any other.
SOME = re.compile(
    r"\b(?:some|half|a\sfew|a\shandful|several|many|part|parts|partial(?:ly)?|a\sthird|two[\s-]thirds|a\squarter"
    r"|[1-7]?\d(?:\.\d+)?\s?(?:%|per\s?cent)|the\sfirst)\b",
    re.IGNORECASE,
)
MOST = re.compile(
    r"\b(?:most(?!\srecent)|majority|nearly\sall|almost\sall|[89]\d(?:\.\d+)?\s?(?:%|per\s?cent))", re.IGNORECASE
)
TO_SOME = re.compile(
    r"\s(?:(?:for|to|in)\s)?(?:only\s)?(?:some|half|a\sfew|several|many|part)\b(?!\s(?:an\s)?(?:hours?|minutes?|days|weeks)\b)",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,;:.](?!\d)|\b(?:and|but|while|when|which|who|that|after|before)\b", re.IGNORECASE)
CLAUSE_REACH = 60
WHOLE = frozenset({"ended", "again", "by", "as_of"})
FAILED_AGAIN = re.compile(
    r"\b(?:slow|fail|fell|fall|crash|struggl|problem|trouble|spik|rose|risen|rising|hit|down|went\sout|complain|report"
    r"|broke|lost|losing|stop|drop|error|unavail|happen|occur|start|beg[aiu]n|degrad|stall|hung|froze|dead|dark"
    r"|offline|not|never|cannot|unable|refus|\w+n[’']t)\w*\b[^,;.]{0,20}$",
    re.IGNORECASE,
)
AGAIN_REACH = 36
# "able to log in from", "running smoothly since": what stands right before tells of a service that works.
WELL = re.compile(
    r"\b(?:able\sto\s\w+(?:\s\w+){0,2}|smoothly|fine|well|normally|normal|healthy|stable|operational|available"
    r"|as\susual|without\s(?:any\s)?(?:errors|problems|trouble|issues))\s$",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:not|never|no\slonger|hardly|barely|isn[’']t|aren[’']t|\w+n[’']t)\b", re.IGNORECASE)
WELL_REACH = 40
# "stepped back by a second", "rolled back at": what goes back here is no service.
WENT_BACK = re.compile(
    r"\b(?:step|turn|set|push|cut|scal|dial|fall|fell|call|hold|held|roll|draw|date|go|went|switch)\w*\s$",
    re.IGNORECASE,
)


# "gave up at", "piled up by": no service is up here.
NOT_UP = re.compile(
    r"\b(?:g[ai]v(?:e|es|en|ing)|h[eo]ld|held|back(?:ed|ing)?|pil(?:ed|ing)|blew|blown|show(?:ed|n)?|turn(?:ed)?|wound|wrapp?ed|speed"
    r"|sped|queu(?:ed|ing)|lined|fill(?:ed|ing)?|hung|lock(?:ed|ing)?|fr[eo]ez?e|seiz(?:ed|ing)|woke|clogg(?:ed|ing)|tied|messed|screwed)\s$",
    re.IGNORECASE,
)


def fails_again(text: str, at: int) -> bool:
    """Whether what stands before the "again" at this place is a failure and no recovery."""
    return FAILED_AGAIN.search(text, max(0, at - AGAIN_REACH), at) is not None


def runs_well(text: str, left: int, at: int) -> bool:
    """Whether the words up to the "since" or "from" at this place tell of a service that works."""
    found = WELL.search(text, max(left, at - WELL_REACH), at)
    return found is not None and DENIED.search(text, max(left, found.start() - 24), found.start()) is None


def goes_back(text: str, hit: CueHit) -> bool:
    """Whether "back by" and "up at" belong to a verb that tells of no return: "our clocks stepped back by a second"."""
    if text.startswith("up", hit.start):
        return NOT_UP.search(text, max(0, hit.start - 12), hit.start) is not None
    if not text.startswith("back", hit.start):
        return False
    return WENT_BACK.search(text, max(0, hit.start - 12), hit.start) is not None


def extent(text: str, left: int, hit: CueHit, hits: Sequence[CueHit]) -> str:
    """``whole``, ``most`` or ``some``: what has come back by the verb of a recovery (`hit`), from its own clause.

    "some users saw errors that were resolved" tells of a whole recovery: the part is of the failure.
    """
    if hit.cue.id not in WHOLE:
        return "whole"
    first = max(left, hit.start - CLAUSE_REACH)
    for mark in CLAUSE.finditer(text, first, hit.start):
        first = mark.end()
    failed = max((h.end for h in hits if h.cue.role == "start" and h.end <= hit.start), default=first)
    first = max(first, failed)
    if TO_SOME.match(text, hit.end):
        return "some"
    if MOST.search(text, first, hit.start):
        return "most"
    return "some" if SOME.search(text, first, hit.start) else "whole"
