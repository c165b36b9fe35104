"""What the words around a name tell of its part: it failed, its users speak, or it is only mentioned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.components.ruleset import Rule, compile_pattern, load_rules

REACH = 90
EDGE = re.compile(r"[.!?]\s+(?=[A-Z“\"])|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the surroundings tell of a name."""

    rule: str
    value: str
    strong: bool


@cache
def rules(side: str) -> tuple[tuple[Rule, re.Pattern[str] | None], ...]:
    """The rules of one side of a name, with what must hold beside the pattern."""
    found = []
    for rule in load_rules("subjects"):
        if rule.data["side"] == side:
            needs = rule.data.get("needs") or rule.data.get("needs_after")
            found.append((rule, compile_pattern(needs) if needs else None))
    return tuple(found)


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause of a name begins and ends, at most 90 characters to each side."""
    first, last = max(0, start - REACH), end + REACH
    if edge := EDGE.search(text, end, last):
        last = edge.end()
    for edge in EDGE.finditer(text, first, start):
        first = edge.end()
    return first, last


def parts(text: str, flat: str, start: int, end: int) -> list[Part]:
    """The parts that the name at these offsets plays, by the rules of `rules/subjects.toml`."""
    first, last = clause(text, start, end)
    before, after = flat[first:start], flat[end:last]
    found = [
        Part(rule.id, rule.value, bool(rule.data.get("strong")))
        for rule, _ in rules("after")
        if rule.pattern.match(text[end:last] if rule.cased else after)
    ]
    for rule, needs in rules("before"):
        if not rule.pattern.search(before, max(0, len(before) - int(rule.data.get("reach", REACH)))):
            continue
        if needs is not None:
            near = needs.match(after) if "needs_after" in rule.data else needs.search(before + " " + after[:40])
            if not near:
                continue
        found.append(Part(rule.id, rule.value, bool(rule.data.get("strong"))))
    return found
