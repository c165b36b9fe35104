"""Which times of a text are asked of what was learned (`learned_role`): clocks whose role is open to doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.components.datelines import NEXT_LINE, is_log_line
from pipeline.components.learned_role import Place, likely_roles
from pipeline.components.moments import Range
from pipeline.components.points import Point
from pipeline.components.roles import Role
from pipeline.components.sentence_breaks import Sentences
from pipeline.components.slots import Slot, ends

# Roles that what was learned may add to, or speak against.
OPEN = frozenset({"none", "start", "end"})
# A longer text tells of more than one outage, and is left to the rules.
MOST_CHARACTERS = 4_000
# Times on either side among which the next clock is looked for.
BESIDE = 4
LONGEST_ENTRY = 160
FEWEST = 3

Bounds = Callable[[tuple[int, int], int | None], tuple[int, int]]
"""Cuts a sentence to the post that it stands in."""


def with_likely(
    text: str,
    units: Sequence[Point | Range],
    slots: Sequence[Slot],
    roles: list[Role],
    sentences: Sentences,
    bounded: Bounds,
) -> list[Role]:
    """The roles, one for each slot, with what was learned of those that are open."""
    if len(text) > MOST_CHARACTERS:
        return roles
    places: dict[int, Place] = {}
    backwards = _run_backwards(text, units)
    at = 0
    for i, unit in enumerate(units):
        slot = slots[at]
        if roles[at].name in OPEN and isinstance(unit, Point) and unit.clock is not None and not slot.stamp:
            sentence = sentences.around(unit.start)[0], _said_of(text, unit, sentences)
            beside = _clocks_beside(units, i, len(text))
            places[at] = ((unit.start, unit.end), bounded(sentence, slot.block), beside, backwards)
        at += len(ends(unit))
    out = list(roles)
    for number, likely in zip(places, likely_roles(text, list(places.values())), strict=True):
        out[number] = replace(out[number], likely=likely)
    return out


def _run_backwards(text: str, units: Sequence[Point | Range]) -> bool:
    """Whether the entries of a timeline stand the newest first, as live pages have them."""
    clocks = [
        u.clock
        for u in units
        if isinstance(u, Point) and u.clock is not None and NEXT_LINE.search(text, max(0, u.start - 16), u.start)
    ]
    minutes = [clock.hour * 60 + clock.minute for clock in clocks]
    return len(minutes) >= FEWEST and all(one > other for one, other in pairwise(minutes))


def _said_of(text: str, unit: Point, sentences: Sentences) -> int:
    """Where the words on a time end: with its sentence, or, for an entry of a timeline, with its line."""
    end = sentences.around(unit.end - 1)[1]
    if not is_log_line(text, unit):
        return end
    line = text.find("\n", unit.end, unit.end + LONGEST_ENTRY)
    return max(end, line if line >= 0 else min(len(text), unit.end + LONGEST_ENTRY))


def _clocks_beside(units: Sequence[Point | Range], i: int, length: int) -> tuple[int, int]:
    """The end of the clock before and the start of the next: a mere day has no words of its own."""
    before = (u.end for u in reversed(units[max(0, i - BESIDE) : i]) if _clocked(u))
    behind = (u.start for u in units[i + 1 : i + 1 + BESIDE] if _clocked(u))
    return next(before, 0), next(behind, length)


def _clocked(unit: Point | Range) -> bool:
    return isinstance(unit, Range) or unit.clock is not None
