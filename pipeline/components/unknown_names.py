"""Names outside of the catalogue, told by their surroundings alone: "Quillmail is down", "users of Quillmail".

Such a name is written with a question mark: ``?Quillmail``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from pipeline.components.finds import Find
from pipeline.components.lexicon import SIGN
from pipeline.components.plain_words import is_headed, is_troubled, is_troubled_abroad
from pipeline.components.ruleset import compile_pattern, tables
from pipeline.components.subjects import Part, parts

READ = 700
NAME = r"(?:[A-Z][\w+&'’-]*|[a-z]{1,3}[A-Z][\w-]+)"
NAMES = re.compile(rf"(?<![\w/#@.-]){NAME}(?:(?:[ .-]| [&] ){NAME}){{0,9}}")
WORD = re.compile(r"[^ ]+")
MOST_WORDS = 4
HOST = re.compile(
    r"(?<![\w@/.-])(?:[A-Za-z0-9-]+\.)+"
    r"(?:com|org|net|io|sh|dev|app|ai|rs|co|tv|gg|me|cloud|page|xyz|so|us|in|uk|de|fr|es)(?![\w-])"
)
OWNED = re.compile(r"['’]s?$")
BETWEEN = re.compile(r" (?:\w+ ){0,3}")
AT_IT = frozenset(
    ("subjects.is-down", "subjects.suffers", "subjects.users-cannot", "subjects.refuses", "subjects.fails-alone",
     "subjects.outage-noun", "subjects.apposition", "subjects.other-tongues-before")
)  # fmt: skip
PLACED = re.compile(
    r"\b(?:in|im|à|en|em|across|near|around|throughout|outside|downtown|region of|city of|county of|on)\s"
    r"(?:(?:the|ganz|todo|toda|tutta|tutto|tout|todos|heel|hele)\s)*"
    r"(?:(?:downtown|central|north|south|east|west|northern|southern|eastern|western|greater|upper|lower|parts of)\s)*$"
)
FIRST_WORD = frozenset(
    ("subjects.is-down", "subjects.suffers", "subjects.users-cannot", "subjects.refuses", "subjects.apposition")
)
SHORT_POST = 400
SALIENT = 2.0
TAGGED = re.compile(r"(?<![\w/.])[#@]([A-Za-z][A-Za-z0-9]{2,30})(?!\w)")
LONG_READ = 2_000


@cache
def words(kind: str) -> frozenset[str]:
    """The words of one list in `rules/unknown.toml`."""
    return frozenset(tables("unknown")[kind])


@cache
def no_service() -> frozenset[str]:
    """What is never a name, whatever stands around it: words, terms, things and places, in lower case."""
    regions = tables("regions")
    places = {place.lower() for kind in ("countries", "states", "cities", "continents") for place in regions[kind]}
    things = frozenset(form for thing in tables("plain_words")["things"] for form in (thing, thing + "s"))
    return words("never") | words("terms") | words("places") | places | things


@cache
def houses() -> re.Pattern[str]:
    """Names with "of" in them."""
    return re.compile(tables("unknown")["houses"])


@cache
def breaks() -> frozenset[str]:
    """The words that are no part of a name."""
    return words("lead") | words("tail")


@cache
def asked() -> re.Pattern[str]:
    """How a short post asks for a service by a name in lower case, which is its first or second group."""
    return compile_pattern(tables("unknown")["asked"])


def split_names(run: str) -> list[tuple[str, int]]:
    """The names in a run of words with capitals, each with its place: words that only begin, end or join are left out.

    "Massive Quillmail Outage Hits Inkpot" holds two.
    """
    names: list[tuple[str, int]] = []
    start = end = count = 0
    for match in [*WORD.finditer(run), None]:
        word = match.group() if match else ""
        bare = OWNED.sub("", word)
        kind = not count and bare.lower() in words("kinds")
        if match and not kind and bare.lower() not in breaks() and word.lower() not in breaks():
            start = start if count else match.start()
            count += 1
            end = match.start() + len(bare)
            if bare == word:
                continue
        if count:
            names.append((run[start:end], start))
            count = 0
    return [(name, at) for name, at in names if name.count(" ") < MOST_WORDS]


def unknown_names(text: str, flat: str, title_end: int, known: Callable[[int, int], bool]) -> list[Find]:
    """The names around which something fails, the strongest first; `known` tells of a span that is taken."""
    head = text[: max(READ, title_end + READ)]
    spans = [(m.start(), m.end()) for m in HOST.finditer(head)]
    if len(text) <= SHORT_POST:
        spans += [match.span(1) for match in TAGGED.finditer(text)]
    of = [match.span() for match in houses().finditer(head)]
    spans += of
    for match in NAMES.finditer(head):
        if any(first < match.end() and match.start() < last for first, last in of):
            continue
        spans += [(match.start() + at, match.start() + at + len(name)) for name, at in split_names(match.group())]
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
        if len(name) < 2 or known(start, end) or name.lower() in no_service() or SIGN.search(name):
            continue
        if person().search(flat, max(0, start - 40), start):
            continue
        around = parts(text, flat, start, end)
        told = [part for part in around if part.value in {"failed", "users"} and part.strong]
        merely = [part for part in around if part.value == "mere"]
        first = start > title_end and text[max(0, start - 2) : start].strip(" ") in {"", ".", "!", "?", "\n", '"'}
        foreign = any(part.rule == "subjects.other-tongues" for part in told)
        if start == 0 and " " not in name and not foreign and is_doubtful(text, flat, end, title_end):
            continue
        if first and " " not in name and not any(part.rule in FIRST_WORD for part in told):
            continue
        if not told or merely or (is_place(flat, start) and not any(part.rule in AT_IT for part in told)):
            continue
        if last and not (
            BETWEEN.fullmatch(text, last[1], start) and {p.rule for p in last[2]} & {p.rule for p in told}
        ):
            yield last
        last = (start, end, told)
    if last:
        yield last


def is_doubtful(text: str, flat: str, end: int, title_end: int) -> bool:
    """Whether the first word of a title may be any word ("Card payments fail"): nothing of a name follows or recurs."""
    following = re.match(r"(?:'s)?\s([\w'-]+)|\W*$", flat[end : max(end, title_end)])
    if following is None or following[1] is None or following[1] in words("tail"):
        return False
    return not re.search(rf"[a-z,] {re.escape(text[:end])}\b", text[end:READ])


def is_place(flat: str, start: int) -> bool:
    """Whether the words before a name make it a place: "in downtown Quillton"."""
    return bool(PLACED.search(flat, max(0, start - 30), start))


def introduced_names(
    text: str, flat: str, spans: list[tuple[int, int]], known: Callable[[int, int], bool]
) -> list[Find]:
    """Where something fails and no name is said to: the one said to be a service, "the booking platform Quillmail"."""
    if not (is_troubled(flat) or is_troubled_abroad(flat)):
        return []
    for start, end in sorted(spans):
        name = text[start:end]
        if len(name) < 3 or known(start, end) or name.lower() in no_service() or SIGN.search(name):
            continue
        opens = not text[max(0, start - 2) : start].strip(" \n") or text[start - 2] in ".!?"
        owns = text.startswith(("'s", "’s", ",", " ("), end)
        if opens and " " not in name and not owns and text.count(name) == 1:
            continue
        around = {part.value for part in parts(text, flat, start, end)}
        if "named" in around and "mere" not in around:
            return [Find("service", start, end, name, "?" + name, "services.introduced", 0.5)]
    return []


def speaking_names(
    text: str, flat: str, title_end: int, spans: list[tuple[int, int]], known: Callable[[int, int], bool]
) -> list[Find]:
    """The name that speaks in a title or comes again, where none is said to fail: "Quill & Sons blamed a supplier"."""
    heard: list[tuple[int, Find]] = []
    for start, end in spans:
        name = text[start:end]
        if len(name) < 3 or known(start, end) or name.lower() in no_service() or is_place(flat, start):
            continue
        count = len(re.findall(rf"\b{re.escape(name)}(?!\w)", text[:LONG_READ]))
        if (count > 1 or start < title_end) and speaks().match(flat, end):
            heard.append((count, Find("service", start, end, name, "?" + name, "services.speaks", 0.4)))
    return [find for _, find in sorted(heard, key=lambda pair: -pair[0])[:1]]


def salient_names(
    text: str, flat: str, title_end: int, spans: list[tuple[int, int]], known: Callable[[int, int], bool]
) -> list[Find]:
    """The name that stands out most where something fails and nothing is said of any: a guess that is no strong one.

    It stands in the title, comes again, owns something, or is no word: "Ovens stay cold after Quillo patch".
    """
    if not (is_troubled(flat) or is_troubled_abroad(flat)):
        return []
    heard: dict[str, tuple[float, int]] = {}
    for start, end in sorted(spans):
        name = text[start:end]
        if len(name) < 3 or known(start, end) or name.lower() in no_service() or SIGN.search(name):
            continue
        if is_place(flat, start) or is_person(flat, start, end) or name in heard:
            continue
        inside = text[max(0, start - 2) : start].strip(" ")[-1:].isalpha()
        odd = any(char.isupper() for char in name.split()[0][1:]) and not name.isupper()
        count = len(re.findall(rf"\b{re.escape(name)}(?!\w)", text[:LONG_READ]))
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


def is_person(flat: str, start: int, end: int) -> bool:
    """Whether a name is a person's: behind an office, or it speaks and has two words."""
    return bool(
        person().search(flat, max(0, start - 40), start) or (" " in flat[start:end] and says().match(flat, end))
    )


@cache
def person() -> re.Pattern[str]:
    """The offices and forms of address before a person's name."""
    return compile_pattern(tables("unknown")["person"])


@cache
def says() -> re.Pattern[str]:
    """What a person does behind the name."""
    return compile_pattern(tables("unknown")["says"])


@cache
def speaks() -> re.Pattern[str]:
    """What a company says of its own failure."""
    return compile_pattern(tables("unknown")["speaks"])


def asked_names(flat: str, known: Callable[[int, int], bool]) -> list[Find]:
    """A name in lower case that a short post asks for: "is quillmail down for anyone else"."""
    if len(flat) > SHORT_POST:
        return []
    for match in asked().finditer(flat):
        group = match.lastindex or 1
        name, (start, end) = match[group], match.span(group)
        if name not in words("never") | breaks() | words("common") and not known(start, end):
            return [Find("service", start, end, name, "?" + name, "services.asked", 0.4)]
    return []
