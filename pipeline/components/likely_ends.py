"""Start and end by what was learned of the times whose role no rule tells (`learned_role`).

What two times say of each other counts as well: once a start is told, a later time needs less to be the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.components.finds import Find
from pipeline.terms import Precision

FINE = (Precision.EXACT, Precision.MINUTE, Precision.HOUR)
SURE, WITH_START, ALONE = 0.8, 0.5, 0.9
AGAINST = 0.8
# What an end needs once a start is sure: behind "since", and behind a cue that speaks of a start.
EITHER_ENDS, SAID_ENDS = 0.4, 0.7
# Cues that stand before a start and an end alike: "from 10:25 on all was well".
EITHER = frozenset({"since", "as_of"})
# A cue this close before a time yields to no less than any other does.
CLOSE = 3
CERTAIN = frozenset({"incident_start", "incident_end", "summary"})
FIRST = 0.5
MOST_SURE = 0.6
AS_START = 0.3
# How much likelier another end has to be for one of the rules to yield to it.
TWICE, LEAST_END, DOUBTED = 2, 0.3, 0.65
LONGEST = timedelta(days=2)
DAY = timedelta(days=1)
OVER_NIGHT = timedelta(hours=14)
# How many sentences may lie between the two.
SENTENCES = 6


def roles(single: Sequence[Find]) -> dict[int, str]:
    """The role of each time, by `id`: that of the rules, but for a cue which all other words around speak against.

    A start turns into an end only behind another start, an end into a start only before another end, and an end into
    something else only where another end is told: "from 10:25 on all was well", "we kept watching until noon".
    """
    told = {id(f): str(f.data["role"]) for f in single}
    fine = sorted((f for f in single if f.data["precision"] in FINE), key=lambda f: f.data["at"])
    for find in fine:
        likely, role = find.data["likely"], find.data["role"]
        if likely and role in ("start", "end") and find.data["block"] is None and find.data["cue"] not in CERTAIN:
            before = [f for f in fine if f.data["at"] < find.data["at"]]
            behind = [f for f in fine if f.data["at"] > find.data["at"]]
            started = any(told[id(f)] == "start" for f in before)
            told[id(find)] = (
                _start_or(find, before, behind) if role == "start" else _end_or(find, before, behind, started=started)
            )
    return told


def _start_or(find: Find, before: Sequence[Find], behind: Sequence[Find]) -> str:
    """What a start of the rules is by the words around it and by the other times."""
    likely, either = find.data["likely"], find.data["cue"] in EITHER
    started = any(_surely_starts(f) for f in before)
    close = find.data["distance"] <= CLOSE and not find.data["behind"]
    least = (EITHER_ENDS if started else WITH_START) if either else (SAID_ENDS if started and not close else AGAINST)
    if likely["end"] >= max(least, likely["start"]) and any(_starts(f) for f in before):
        return "end"
    if either and likely["start"] < WITH_START and any(_open(f) and f.data["likely"]["start"] >= SURE for f in before):
        return "other"
    if find.data["cue"] == "maintenance_began" and likely["other"] >= WITH_START and any(map(_felt, behind)):
        # The works went on for a while before anything failed.
        return "other"
    instead = (f for f in (*before, *behind) if f.data["role"] in ("start", "none", "end"))
    if likely["other"] >= AGAINST and any(f.data["likely"].get("start", 0) >= AGAINST for f in instead):
        return "other"
    return "start"


def _end_or(find: Find, before: Sequence[Find], behind: Sequence[Find], *, started: bool) -> str:
    """What an end of the rules is by the words around it and by the other times."""
    likely = find.data["likely"]
    if likely["start"] >= AGAINST and any(f.data["role"] == "end" for f in behind):
        return "end" if started else "start"
    surer = max(TWICE * likely["end"], LEAST_END)
    against = likely["other"] + likely["posted"]
    if against >= AGAINST and any(_ends(f, surer) for f in (*before, *behind)):
        return "other"
    if against >= DOUBTED and any(_open(f) and f.data["likely"]["end"] >= ALONE for f in behind):
        # "The coasts by noon, and the last in Florida at 2.50": a later time tells the end without a doubt.
        return "other"
    return "end"


def _starts(find: Find) -> bool:
    role, likely = find.data["role"], find.data["likely"]
    return bool(role == "start" or (role == "none" and likely.get("start", 0) >= AS_START))


def _surely_starts(find: Find) -> bool:
    return bool(find.data["role"] in ("start", "none") and find.data["likely"].get("start", 0) >= SURE)


def _felt(find: Find) -> bool:
    """Whether a time without a role is rather when the trouble began or was seen than anything else."""
    likely = find.data["likely"]
    return _open(find) and likely["start"] + likely["detect"] >= WITH_START


def _ends(find: Find, least: float) -> bool:
    said = find.data["role"] == "end" or (
        find.data["cue"] in EITHER and find.data["likely"].get("end", 0) >= WITH_START
    )
    return bool(said and find.data["likely"].get("end", 0) >= least)


def likely_end(single: Sequence[Find], start: Find | None) -> Find | None:
    """The last of the times that are likely the end, and lie behind the start."""
    told = start is not None and start.data["precision"] in FINE
    least = WITH_START if told else ALONE
    found = [f for f in single if _open(f) and f.data["likely"]["end"] >= least]
    if start is not None:
        first = start.data["at"]
        near = (f for f in found if abs(f.data["sentence"] - start.data["sentence"]) <= SENTENCES)
        found = [f for f in near if first < (_later(f, first) if told else f.data["at"] + DAY) <= first + LONGEST]
    best = max(found, key=lambda f: (f.data["likely"]["end"] >= SURE, f.data["at"]), default=None)
    return _learned(best, "end") if best is not None else None


def likely_start(single: Sequence[Find], end: Find | None, least: float = AS_START) -> Find | None:
    """The first of the times that are likely the start, and lie before the end."""
    found = [f for f in single if _open(f) and f.data["likely"]["start"] >= max(least, f.data["likely"]["end"])]
    if end is not None and end.data["precision"] in FINE:
        found = [f for f in found if f.data["at"] < _later(end, f.data["at"])]
    best = min(found, key=lambda f: f.data["at"], default=None)
    return _learned(best, "start") if best is not None else None


def like_a_start(find: Find, earliest: datetime | None) -> float:
    """How much a time without a role looks like the start: by its words, and by being the first of all."""
    likely = find.data["likely"]
    return float(likely.get("start", 0) - likely.get("posted", 0) + (FIRST if find.data["at"] == earliest else 0))


def _open(find: Find) -> bool:
    return bool(find.data["role"] == "none" and find.data["likely"] and find.data["precision"] in FINE)


def _learned(find: Find, role: str) -> Find:
    """The find with a rule that says that its role was learned, and how sure that is."""
    rule = find.rule.replace("when.none", "when.learned", 1)
    return replace(find, rule=rule, confidence=min(MOST_SURE, find.data["likely"][role]))


def _later(find: Find, first: datetime) -> datetime:
    """The time, or the same clock a day later where its date is borrowed and it would lie before the first."""
    at: datetime = find.data["at"]
    following: datetime | None = find.data["next"]
    return following if at <= first and following is not None and following <= first + OVER_NIGHT else at
