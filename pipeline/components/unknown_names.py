"""Names outside of the catalogue, told by their surroundings alone: "Quillmail is down", "users of Quillmail".

Such a name is written with a question mark: ``?Quillmail``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from pipeline.components.finds import Find
from pipeline.components.lexicon import SIGN
from pipeline.components.likely_names import asked_names, introduced_names, salient_names, speaking_names
from pipeline.components.no_names import (
    breaks,
    is_camel,
    is_in_place,
    is_no_service,
    is_place,
    is_place_elsewhere,
    is_plain,
    person,
    places,
    words,
)
from pipeline.components.plain_words import LONGEST_TITLE, SHORT
from pipeline.components.ruleset import tables
from pipeline.components.subjects import Part, parts

READ = 700
NAME = r"(?:St\. [A-Z][\w’'-]+|[A-Z][\w+&'’-]*|[a-z]{1,3}[A-Z][\w-]+)"
NAMES = re.compile(rf"(?<![\w/#@.-]){NAME}(?:(?:[ .-]| [&] ){NAME}){{0,9}}")
WORD = re.compile(r"[^ ]+")
MOST_WORDS = 4
HOST = re.compile(
    r"(?<![\w@/.-])(?:[A-Za-z0-9-]+\.)+"
    r"(?:com|org|net|io|sh|dev|app|ai|rs|co|tv|gg|me|cloud|page|xyz|so|us|in|uk|de|fr|es)(?![\w-])"
)
OWNED = re.compile(r"(?<=\w\w)['’]\w{0,3}$")
BETWEEN = re.compile(r" (?:\w+ ){0,3}")
AT_IT = frozenset(
    ("subjects.is-down", "subjects.suffers", "subjects.users-cannot", "subjects.refuses", "subjects.fails-alone",
     "subjects.outage-noun", "subjects.apposition", "subjects.other-tongues-before")
)  # fmt: skip
FIRST_WORD = frozenset(
    ("subjects.is-down", "subjects.suffers", "subjects.users-cannot", "subjects.refuses", "subjects.apposition")
)
TAGGED = re.compile(r"(?<![\w/.])[#@]([A-Za-z][A-Za-z0-9]{2,30})(?!\w)")


@cache
def houses() -> re.Pattern[str]:
    """Names with "of" in them."""
    return re.compile(tables("unknown")["houses"])


@cache
def house_words() -> re.Pattern[str]:
    """Words that end the name of a house."""
    return re.compile(tables("unknown")["house_words"])


@cache
def kind_of_house() -> re.Pattern[str]:
    """What kind of house a name is of, in one word before it: "Zahlungsdienstleister Quillpay"."""
    return re.compile(tables("unknown")["kind_of_house"])


def is_house(name: str) -> bool:
    """Whether a name is one of a house by its words: "Quill Bank", "Sparkasse Quillau", "University of Quillton"."""
    low = name.lower()
    return bool(house_words().search(low) or house_first().match(low) or houses().fullmatch(name))


def is_house_next(run: str, end: int) -> bool:
    """Whether the word behind a possessive is that of a house: "St. Quill's Hospital"."""
    following = WORD.match(run, end + 1)
    return bool(following and house_words().fullmatch(following[0].lower()))


@cache
def house_first() -> re.Pattern[str]:
    """Words that begin the name of a house."""
    return re.compile(tables("unknown")["house_first"])


def split_names(run: str) -> list[tuple[str, int]]:
    """The names in a run of words with capitals, each with its place: words that only begin, end or join are left out.

    "Massive Quillmail Outage Hits Inkpot" holds two.
    """
    names: list[tuple[str, int]] = []
    start = end = count = 0
    for match in [*WORD.finditer(run), None]:
        word = match.group() if match else ""
        bare = OWNED.sub("", word)
        kind = not count and (bare.lower() in words("kinds") or bool(kind_of_house().fullmatch(bare.lower())))
        if match and not kind and bare.lower() not in breaks() and word.lower() not in breaks():
            start = start if count else match.start()
            count += 1
            end = match.start() + len(bare)
            if bare == word or is_house_next(run, match.end()):
                continue
        if count:
            names.append((run[start:end], start))
            count = 0
    return [(name, at) for name, at in names if name.count(" ") < MOST_WORDS]


def name_spans(text: str, title_end: int, read: int = READ) -> list[tuple[int, int]]:
    """Where names may stand in the beginning of a text: words with capitals, hosts, and tags of a short post."""
    head = text[: min(title_end, LONGEST_TITLE) + read]
    spans = [(m.start(), m.end()) for m in HOST.finditer(head)]
    if len(text) <= SHORT:
        spans += [match.span(1) for match in TAGGED.finditer(text)]
    of = [match.span() for match in houses().finditer(head)]
    spans += of
    for match in NAMES.finditer(head):
        if any(first < match.end() and match.start() < last for first, last in of):
            continue
        spans += [(match.start() + at, match.start() + at + len(name)) for name, at in split_names(match.group())]
    return list(split_places(text, spans))


def split_places(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans without the places they begin with, but for a house's: "Mexico City Inkquill" is Inkquill."""
    known = places()
    for start, end in spans:
        named = text[start:end].split(" ")
        lead = next((n for n in (2, 1) if len(named) > n and " ".join(named[:n]).lower() in known), 0)
        if lead and not house_words().search(text[start:end].lower()):
            yield start + len(" ".join(named[:lead])) + 1, end
        else:
            yield start, end


def unknown_names(text: str, flat: str, title_end: int, known: Callable[[int, int], bool]) -> list[Find]:
    """The names around which something fails, the strongest first; `known` tells of a span that is taken."""
    spans = name_spans(text, title_end)
    weights: dict[str, float] = {}
    found: dict[str, tuple[float, Find]] = {}
    for start, end, told in told_names(text, flat, title_end, sorted(set(spans)), known):
        name = text[start:end]
        weight = (3.0 if start < title_end else 1.0) + 0.5 * len(told) - start / 10_000
        weights[name] = max(weights.get(name, 0.0), weight) + 0.25
        find = Find("service", start, end, name, "?" + name, "services.unknown", 0.5)
        found.setdefault(name, (weight, find))
    ranked = [find for name, (_, find) in sorted(found.items(), key=lambda item: -weights[item[0]])]
    return (
        ranked
        or introduced_names(text, flat, spans, known)
        or asked_names(flat, known)
        or speaking_names(text, flat, title_end, spans, known)
        or salient_names(text, flat, title_end, spans, known)
    )


def told_names(
    text: str, flat: str, title_end: int, spans: list[tuple[int, int]], known: Callable[[int, int], bool]
) -> Iterator[tuple[int, int, list[Part]]]:
    """The names that fail by what is said around them; of two before one verb it is the closer ("site Quillmail")."""
    last: tuple[int, int, list[Part]] | None = None
    for start, end in spans:
        name = text[start:end]
        if len(name) < 2 or known(start, end) or is_no_service(name) or SIGN.search(name):
            continue
        if person().search(flat, max(0, start - 40), start) and not is_camel(name):
            continue
        told = told_of(text, flat, start, end)
        if not told or is_word_or_place(text, flat, (start, end), title_end, told):
            continue
        if last and not (
            BETWEEN.fullmatch(text, last[1], start) and {p.rule for p in last[2]} & {p.rule for p in told}
        ):
            yield last
        last = (start, end, told)
    if last:
        yield last


def told_of(text: str, flat: str, start: int, end: int) -> list[Part]:
    """What tells that the name fails; nothing where it is only mentioned."""
    around = parts(text, flat, start, end)
    if any(part.value == "mere" for part in around):
        return []
    return [part for part in around if part.value in {"failed", "users"} and part.strong]


def is_word_or_place(text: str, flat: str, span: tuple[int, int], title_end: int, told: list[Part]) -> bool:
    """Whether the name may be any word that begins a sentence or a title, or is where something failed."""
    (start, end), rules = span, {part.rule for part in told}
    name = text[start:end]
    first = start > title_end and text[max(0, start - 2) : start].strip(" ") in {"", ".", "!", "?", "\n", '"'}
    if " " not in name:
        foreign = "subjects.other-tongues" in rules
        if start == 0 and not foreign and is_doubtful(text, flat, end, title_end):
            return True
        if (first and not rules & FIRST_WORD) or ((first or start == 0) and is_plain(text, name)):
            return True
    if is_in_place(flat, end) or (start < title_end and is_place_elsewhere(flat, name)):
        return True
    return is_place(flat, start) and not rules & AT_IT


def is_doubtful(text: str, flat: str, end: int, title_end: int) -> bool:
    """Whether the first word of a title may be any word ("Card payments fail"): nothing of a name follows or recurs."""
    following = re.match(r"(?:'s)?\s([\w'-]+)|\W*$", flat[end : max(end, title_end)])
    if following is None or following[1] is None or following[1] in words("tail"):
        return False
    return not re.search(rf"[a-z,] {re.escape(text[:end])}\b", text[end:READ])
