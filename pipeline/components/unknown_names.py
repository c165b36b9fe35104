"""Names outside of the catalogue, told by their surroundings alone: "Quillmail is down", "users of Quillmail".

Such a name is written with a question mark: ``?Quillmail``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.components.finds import Find
from pipeline.components.ruleset import tables
from pipeline.components.subjects import parts

READ = 700
NAME = r"(?:[A-Z][\w+&'’-]*|[a-z]{1,3}[A-Z][\w-]+)"
NAMES = re.compile(rf"(?<![\w/#@.-]){NAME}(?:(?:[ .-]| [&] ){NAME}){{0,3}}")
HOST = re.compile(r"(?<![\w@/.-])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|sh|dev|app|ai|rs|co|tv|gg|me|cloud)(?![\w-])")


FIRST_WORD = frozenset(("subjects.is-down", "subjects.suffers", "subjects.users-cannot"))


def words(kind: str) -> frozenset[str]:
    """The words of one list in `rules/unknown.toml`."""
    return frozenset(tables("unknown")[kind])


def trim(name: str) -> tuple[str, int]:
    """The name without words that only begin or end a sentence, and how much was cut in front."""
    cut = 0
    pieces = name.split(" ")
    while pieces and pieces[0].lower().rstrip("'s’") in words("lead"):
        cut += len(pieces.pop(0)) + 1
    while pieces and pieces[-1].lower() in words("tail"):
        pieces.pop()
    return re.sub(r"['’]s$", "", " ".join(pieces)), cut


def unknown_names(text: str, flat: str, title_end: int, known: Callable[[int, int], bool]) -> list[Find]:
    """The names around which something fails, the strongest first; `known` tells of a span that is taken."""
    found: list[tuple[float, Find]] = []
    head = text[: max(READ, title_end + READ)]
    spans = [(m.start(), m.end(), 0) for m in HOST.finditer(head)]
    for match in NAMES.finditer(head):
        name, cut = trim(match.group())
        if name:
            spans.append((match.start() + cut, match.start() + cut + len(name), cut))
    for start, end, _ in spans:
        name = text[start:end]
        if len(name) < 2 or known(start, end) or name.lower() in words("never"):
            continue
        around = parts(text, flat, start, end)
        told = [part for part in around if part.value in {"failed", "users"} and part.strong]
        merely = [part for part in around if part.value == "mere"]
        first = start > title_end and text[max(0, start - 2) : start].strip(" ") in {"", ".", "!", "?", "\n", '"'}
        if first and " " not in name and not any(part.rule in FIRST_WORD for part in told):
            continue
        if told and not merely:
            weight = (3.0 if start < title_end else 1.0) + 0.5 * len(told) - start / 10_000
            found.append((weight, Find("service", start, end, name, "?" + name, "services.unknown", 0.5)))
    return [find for _, find in sorted(found, key=lambda pair: -pair[0])]
