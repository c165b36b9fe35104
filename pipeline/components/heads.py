"""With which letters a pattern can begin, so that most words of a text need no pattern tried on them.

Example: "(?:re)?start|halt" can begin with "re", "start" and "halt".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LETTERS = 6
PLAIN = re.compile(rf"(?:[a-z0-9](?![?*+{{])){{0,{LETTERS}}}")
OPTIONAL = re.compile(r"[?*]|\{0,")
QUANTIFIER = re.compile(r"(?:[?*+]|\{\d+(?:,\d*)?\})\??")


def alternatives(pattern: str) -> Iterator[str]:
    """The pattern split at its outermost bars."""
    begin = 0
    for at, depth in structure(pattern):
        if pattern[at] == "|" and not depth:
            yield pattern[begin:at]
            begin = at + 1
    yield pattern[begin:]


def structure(pattern: str) -> Iterator[tuple[int, int]]:
    """Each place outside of classes and escapes, with how many groups are open behind it."""
    depth, classed, at = 0, False, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif classed:
            classed = sign != "]"
        else:
            classed = sign == "["
            depth += (sign == "(") - (sign == ")")
            yield at, depth
        at += 1


def heads(pattern: str) -> frozenset[str] | None:
    """Letters, at most `LETTERS`, with one of which every match begins; None where that cannot be told."""
    found: set[str] = set()
    for part in alternatives(pattern):
        begun = part_heads(part)
        if begun is None:
            return None
        found |= begun
    return frozenset(found)


def part_heads(part: str) -> frozenset[str] | None:
    """The same for a pattern without outer bars."""
    rest = part
    while rest.startswith((r"\b", "(?=", "(?!", "(?<")):
        rest = rest[close_of(rest) + 1 :] if rest[0] == "(" else rest[2:]
    if not rest.startswith("(?:"):
        plain = PLAIN.match(rest)
        return frozenset((plain[0],)) if plain and plain[0] else None
    end = close_of(rest)
    inner, rest = heads(rest[3:end]), rest[end + 1 :]
    if inner is None or not OPTIONAL.match(rest):
        return inner
    quantifier = QUANTIFIER.match(rest)
    outer = part_heads(rest[quantifier.end() if quantifier else 0 :])
    return None if outer is None else inner | outer


def close_of(pattern: str) -> int:
    """Where the group that the pattern begins with ends."""
    return next(at for at, depth in structure(pattern) if not depth)


def tree(begun: Iterable[str]) -> str:
    """A pattern for any of these beginnings that decides letter by letter, as a bare alternation does not."""
    branches: dict[str, set[str]] = {}
    for head in begun:
        branches.setdefault(head[0], set()).add(head[1:])
    parts = [letter if "" in rest else letter + tree(rest) for letter, rest in sorted(branches.items())]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
