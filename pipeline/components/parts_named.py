"""The parts of a service that a text names: "Pull Requests" in a text on GitHub, "API" in one on OpenAI."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from pipeline.catalogue import Service
from pipeline.components.finds import Find
from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import compile_pattern, tables
from pipeline.components.unknown_names import unknown_names

READ = 2_000
MOST = 12
MOST_TITLED = 4
MOST_WORDS = 7


@cache
def pattern(components: tuple[str, ...]) -> re.Pattern[str]:
    """The names of the parts as they are written, the longest first."""
    names = "|".join(re.escape(name) for name in sorted(components, key=len, reverse=True))
    return re.compile(rf"(?<![\w.-])(?:{names})(?![\w-])")


@cache
def said(kind: str) -> re.Pattern[str]:
    """One pattern of `rules/titles.toml`; ``{trouble}`` and ``{fails}`` in it stand for those lists."""
    data = tables("titles")
    words = {name: data[name] for name in ("trouble", "fails")}
    return compile_pattern(re.sub(r"\{(trouble|fails)\}", lambda match: words[match[1]], data[kind]))


def parts_named(text: str, services: Sequence[Service]) -> list[Find]:
    """One find a part, the first of each; a part that is a chosen service by name is left out."""
    known = {name for service in services for name in service.aliases}
    names = tuple(part for service in services for part in service.components if part not in known)
    if not names:
        return []
    first: dict[str, Find] = {}
    for match in pattern(names).finditer(text, 0, READ):
        name = match.group()
        first.setdefault(name, Find("component", match.start(), match.end(), name, name, "services.component", 0.8))
    return list(first.values())[:MOST]


def titled_parts(title: str, taken: Sequence[tuple[int, int]]) -> list[Find]:
    """What the title of a report on a service's own page says is failing, where no list of parts has it."""

    def known(start: int, end: int) -> bool:
        return any(first < end and start < last for first, last in taken)

    flat = flatten(title)
    subject = [match.span(1) for match in said("subject").finditer(flat)]
    subject = subject or [match.span(1) for match in said("object").finditer(flat)]
    spans = [span for whole in subject for span in listed(title, *whole)][:MOST_TITLED]
    found = [Find("component", s, e, title[s:e], title[s:e], "services.titled", 0.5) for s, e in spans]
    if found:
        return found
    return [
        Find("component", find.start, find.end, find.text, find.text, "services.titled", 0.5)
        for find in unknown_names(title, flat, len(title), known)[:3]
    ]


def listed(title: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a stretch of a title: "Image builds and Volumes" holds two; words that only lead in are cut."""
    at = start
    for piece in said("list").split(title[start:end]):
        first = title.index(piece, at)
        at = first + len(piece)
        lead = said("lead").match(piece.lower())
        cut = lead.end() if lead else 0
        name = piece[cut:].strip(" .,:;-–")
        if name and name.count(" ") < MOST_WORDS and not said("plain").fullmatch(name.lower()):
            place = title.index(name, first)
            yield place, place + len(name)
