"""The sentences of our own that the readers of causes learn from: single ones, and passages with the part of each.

`data/training/causes/*.txt` has a line a sentence with the category of the cause before it (`unknown` where it states
none), `data/training/parts/*.txt` a line a sentence with the part that it plays, after which a root and a later link
have their category; there an empty line ends a passage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.components.sentence_parts import CAUSES, PARTS
from pipeline.errors import UsageError
from pipeline.terms import Cause

FOLDER = Path(__file__).parent.parent / "data" / "training"
WITHOUT = 0.5
"""What a line without a cause counts that was written for relevance."""
EVERY = 4
"""One in so many of those lines is taken."""
RELEVANCE = (("posts", "+ "), ("forum", "+ "), ("headlines", "- "))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One labelled sentence that stands alone."""

    text: str
    cause: Cause
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a passage: its part, and what it states as a cause."""

    text: str
    part: int
    cause: Cause = Cause.UNKNOWN


Passage = tuple[Line, ...]


def read_sentences(folder: Path = FOLDER) -> list[Sentence]:
    """All single sentences. Raises `UsageError` for a line of another form."""
    found = []
    for place, line in _lines(folder / "causes"):
        name, _, text = line.partition(": ")
        if line.strip():
            if name not in set(Cause) or not text.strip():
                raise UsageError(f"{place}: a line is a cause, a colon and a sentence")
            found.append(Sentence(text, Cause(name)))
    for name, sign in RELEVANCE:
        lines = [line for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line[:2] == sign]
        found += [Sentence(line[2:], Cause.UNKNOWN, WITHOUT) for line in lines[::EVERY]]
    return found


def read_passages(folder: Path = FOLDER) -> list[Passage]:
    """All passages. Raises `UsageError` for a line of another form."""
    found: list[Passage] = []
    lines: list[Line] = []
    for place, line in _lines(folder / "parts"):
        if line.strip():
            lines.append(read_line(line, place))
        elif lines:
            found.append(tuple(lines))
            lines = []
    return found


def read_line(line: str, place: str) -> Line:
    """One labelled sentence of a passage. Raises `UsageError` where it is not of the form."""
    label, _, text = line.partition(": ")
    part, _, cause = label.partition(" ")
    if part not in PARTS or not text.strip():
        raise UsageError(f"{place}: a line is a part, a colon and a sentence")
    at = PARTS.index(part)
    if (at in CAUSES) != (cause in set(Cause) - {Cause.UNKNOWN}) or (cause and at not in CAUSES):
        raise UsageError(f"{place}: a root and a later link have a category, and no other part has one")
    return Line(text, at, Cause(cause) if cause else Cause.UNKNOWN)


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    """Each line of the files that is no remark, with where it stands; an empty one behind each file."""
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("#"):
                yield f"{path.name}, line {number}", line
        yield f"{path.name}, end", ""
