"""Where the sentences of a text end, as the reading of time needs them: with the rows of tables and the lines of lists.

"| Started | 09:10 UTC |" and "10:05 - errors rise" are stretches of their own; a line wrapped in prose is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

# Each branch begins with its character, so that a search need not look behind at every place.
BREAK = re.compile(
    r"[.!?;](?<![ap]\.m\.)(?<!\bU\.S\.)(?<!\bapprox\.)[”\")\]*]{0,2}[ \t]+(?=[“\"(\[*]?[A-Z]|\d{1,2}:\d\d)|;[ \t]|\n"
    r"|[ \t\n][|•]\s|\.(?<=[ap]\.m\.)\s+(?=(?:The|We|At|By|It|This|A|All|Our|Service)\b)"
)
# The left cell of a table whose right one is its value.
FIELD = re.compile(
    r"\b(?:start|started|began|begin|end|ended|resolved|mitigated|restored|recovered|detected|posted|updated)\b(?:\s[a-z]+){0,2}"
    r"(?:\s\([A-Z]{2,4}\))?$",
    re.IGNORECASE,
)
ENTRY = re.compile(r"\d:\d\d(?::\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?\(?(?:Z|[A-Z]{3,4})\)?)?$")
# What goes on longer without an end is a list or noise. Each sentence is read in steps of its words times its words.
LONGEST = 1_500
# A line shorter than this is a heading or a field, not a line of wrapped prose.
SHORT_LINE = 40


class Sentences:
    """The breaks of a text, for looking up the stretch that a place lies in."""

    def __init__(self, text: str) -> None:
        found, line = [0], 0
        for match in BREAK.finditer(text):
            if match.group().strip(" \t") == "|" and _opens_row(text, found[-1], match.start()):
                continue
            if match.group() != "\n":
                found.append(match.end())
                continue
            if _line_ends(text, line, match.start()):
                found.append(match.end())
            line = match.end()
        self.breaks = with_cuts(text, [*found, len(text)])

    def index(self, at: int) -> int:
        """The number of the sentence."""
        return bisect_right(self.breaks, at) - 1

    def around(self, at: int) -> tuple[int, int]:
        """Begin and end of the sentence."""
        number = min(self.index(at), len(self.breaks) - 2)
        return self.breaks[number], self.breaks[number + 1]


def with_cuts(text: str, edges: Sequence[int]) -> list[int]:
    """The edges of sentences, first to last, with more of them where one is too long, best behind a space."""
    cut = list(edges[:1])
    for edge in edges[1:]:
        while edge - cut[-1] > LONGEST:
            last = cut[-1] + LONGEST
            cut.append(text.rfind(" ", cut[-1] + LONGEST // 2, last) + 1 or last)
        cut.append(edge)
    return cut


def _opens_row(text: str, left: int, at: int) -> bool:
    """Whether the cell before the bar at `at` is a field's name or the clock of an entry: the next one goes with it."""
    left = max(left, at - 30)
    return FIELD.search(text, left, at) is not None or ENTRY.search(text, left, at) is not None


def _line_ends(text: str, line: int, at: int) -> bool:
    """Whether the newline at `at` ends a sentence: prose of the press is wrapped in its middle."""
    return at - line < SHORT_LINE or text[at - 1] in ".!?:;|" or text[at + 1 : at + 2] in "\n-*•#[|"
