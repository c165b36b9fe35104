"""Names outside of the catalogue that nothing is said to fail of: introduced, speaking, salient or asked for.

Example: in "Ovens stay cold after Quillo patch" the name that stands out is ``?Quillo``. They are looked for where no
name is told to fail (`pipeline.components.unknown_names`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from pipeline.components.finds import Find
from pipeline.components.lexicon import SIGN
from pipeline.components.no_names import breaks, is_in_place, is_no_service, is_person, is_place_around, words
from pipeline.components.plain_words import SHORT, is_headed, is_troubled, is_troubled_abroad
from pipeline.components.ruleset import compile_pattern, tables
from pipeline.components.standings import count_of
from pipeline.components.subjects import parts

SALIENT = 2.0
# German writes every noun with a capital.
GERMAN = re.compile(r"\b(?:der|die|das|und|nicht|ist|sind|von|dem|den|einen?|auf|seit)\b")
MANY = 4
LONG_READ = 2_000


def introduced_names(
    text: str, flat: str, spans: list[tuple[int, int]], known: Callable[[int, int], bool]
) -> list[Find]:
    """Where something fails and no name is said to: the one said to be a service, "the booking platform Quillmail"."""
    if not (is_troubled(flat) or is_troubled_abroad(flat)):
        return []
    for start, end in sorted(spans):
        name = text[start:end]
        if len(name) < 3 or known(start, end) or is_no_service(name) or SIGN.search(name):
            continue
        opens = not text[max(0, start - 2) : start].strip(" \n") or text[start - 2] in ".!?"
        owns = text.startswith(("'s", "’s", ",", " ("), end)
        if opens and " " not in name and not owns and text.count(name) == 1:
            continue
        if is_in_place(flat, end):
            continue
        around = {part.value for part in parts(text, flat, start, end)}
        if "named" in around and "mere" not in around:
            return [Find("service", start, end, name, "?" + name, "services.introduced", 0.5)]
    return []


def is_german(flat: str) -> bool:
    """Whether a text is in a language that writes every noun with a capital."""
    return len(GERMAN.findall(flat[:LONG_READ])) >= MANY


def speaking_names(
    text: str, flat: str, title_end: int, spans: list[tuple[int, int]], known: Callable[[int, int], bool]
) -> list[Find]:
    """The name that speaks in a title or comes again, where none is said to fail: "Quill & Sons blamed a supplier"."""
    heard: list[tuple[int, Find]] = []
    for start, end in spans:
        name = text[start:end]
        if len(name) < 3 or known(start, end) or is_no_service(name) or is_place_around(flat, name, start, end):
            continue
        count = count_of(text, name, LONG_READ)
        if (count > 1 or start < title_end) and speaks().match(flat, end):
            heard.append((count, Find("service", start, end, name, "?" + name, "services.speaks", 0.4)))
    return [find for _, find in sorted(heard, key=lambda pair: -pair[0])[:1]]


def salient_names(
    text: str,
    flat: str,
    title_end: int,
    spans: list[tuple[int, int]],
    known: Callable[[int, int], bool],
) -> list[Find]:
    """The name that stands out most where something fails and nothing is said of any: a guess that is no strong one.

    It stands in the title, comes again, owns something, or is no word: "Ovens stay cold after Quillo patch".
    """
    if not (is_troubled(flat) or is_troubled_abroad(flat)) or is_german(flat):
        return []
    heard: dict[str, tuple[float, int]] = {}
    for start, end in sorted(spans):
        name = text[start:end]
        if len(name) < 3 or known(start, end) or is_no_service(name) or SIGN.search(name):
            continue
        if is_place_around(flat, name, start, end) or is_person(flat, start, end) or name in heard:
            continue
        inside = text[max(0, start - 2) : start].strip(" ")[-1:].isalpha()
        odd = any(char.isupper() for char in name.split()[0][1:]) and not name.isupper()
        count = count_of(text, name, LONG_READ)
        titled = start < title_end and not is_headed(text[:title_end])
        heads = start == 0 and text.startswith((": ", " – ", " - "), end)
        owns = text.startswith(("'s ", "’s "), end)
        heard[name] = 2.0 * titled + min(count - 1, 2) + owns + inside + odd + 2.0 * heads - (start == 0), start
    if not heard:
        return []
    name, (weight, start) = max(heard.items(), key=lambda item: item[1][0])
    if weight < SALIENT:
        return []
    return [Find("service", start, start + len(name), name, "?" + name, "services.salient", 0.3)]


def asked_names(flat: str, known: Callable[[int, int], bool]) -> list[Find]:
    """A name in lower case that a short post asks for: "is quillmail down for anyone else"."""
    if len(flat) > SHORT:
        return []
    for match in asked().finditer(flat):
        group = match.lastindex or 1
        name, (start, end) = match[group], match.span(group)
        if name not in words("never") | breaks() | words("common") and not known(start, end):
            return [Find("service", start, end, name, "?" + name, "services.asked", 0.4)]
    return []


@cache
def asked() -> re.Pattern[str]:
    """How a short post asks for a service by a name in lower case, which is its first or second group."""
    return compile_pattern(tables("unknown")["asked"])


@cache
def speaks() -> re.Pattern[str]:
    """What a company says of its own failure."""
    return compile_pattern(tables("unknown")["speaks"])
