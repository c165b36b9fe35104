"""Guesses the name outside of the catalogue that a text is on which tells of an outage: what stands out of its names.

Example: of "An alert fired at noon, and by one ClinicQuill accepted events again" it is ``?ClinicQuill``, and of the
post "quillpay wont load, anyone?" it is ``?quillpay``. Who asks knows that something fails and that no name is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import islice

from spacy.lang.en.stop_words import STOP_WORDS

from pipeline.components.concepts import concepts
from pipeline.components.finds import Find
from pipeline.components.lexicon import SIGN
from pipeline.components.likely_names import is_german
from pipeline.components.no_names import breaks, is_camel, is_no_service, is_person, is_place_around, is_plain, words
from pipeline.components.plain_words import SHORT, goes_with_thing, is_headed, listed, may_be_name, may_go_on
from pipeline.components.ruleset import compile_pattern, tables
from pipeline.components.standings import count_of
from pipeline.components.subjects import Part, parts
from pipeline.components.unknown_names import house_words, is_house, name_spans

READ = 2_000
LEAST, LEAST_LENGTH = 0.5, 3
OPENS = 0.5
LATE, LATE_COST = 600, 1.0
TOLD = {"users": 2.0, "named": 1.5, "speaker": 1.0, "cause": -1.0, "mere": -3.0}
FAILED, SEEMS_TO, SURE = 1.0, 0.5, 2.0
TOKEN = re.compile(r"[a-z][\w.-]*")
MOST_TOKENS = 3
LONGEST_ACRONYM = 5
KEPT = 4_096
"""Words of texts that are remembered: there is no end of them."""
CHANNELS = frozenset(("subjects.channel", "subjects.posts", "subjects.elsewhere"))

Known = Callable[[int, int], bool]


@cache
def endings() -> re.Pattern[str]:
    """Endings of words that are no name."""
    return compile_pattern(tables("unknown")["endings"])


def guessed_name(text: str, flat: str, title_end: int, known: Known, *, small: bool) -> tuple[float, Find] | None:
    """The name that stands out and how far it does; `known` tells of a span that is taken."""
    weights: dict[str, tuple[float, int]] = {}
    german = is_german(flat)
    for start, end in sorted(set(name_spans(text, title_end, READ))):
        name = text[start:end]
        if len(name) < LEAST_LENGTH or name in weights or known(start, end) or is_none(flat, name, start, end):
            continue
        if " " not in name and (name.isupper() or standing(text, start, title_end) == 0) and is_common(text, name):
            continue
        weights[name] = weigh(text, flat, (start, end), title_end, german=german), start
    name, (weight, start) = max(weights.items(), key=lambda item: (item[1][0], -item[1][1]), default=("", (0.0, 0)))
    posted = posted_name(text, flat, known) if small and len(text) <= SHORT and weight < SURE else None
    if posted is None and weight >= LEAST:
        return weight, Find("service", start, start + len(name), name, "?" + name, "services.guessed", 0.3)
    return posted


def is_none(flat: str, name: str, start: int, end: int) -> bool:
    """Whether a name is none of a service: a term, a person, a place or what is in one."""
    if is_no_service(name) or SIGN.search(name) or name.lower() in concepts():
        return True
    if is_house(name) or is_camel(name):
        return False
    if is_person(flat, start, end):
        return True
    # What one does on a thing in a text on a failure, one does on a service: "the lists on Quillora".
    return not flat.endswith(" on ", 0, start) and is_place_around(flat, name, start, end)


def is_common(text: str, name: str) -> bool:
    """Whether the word that begins a sentence is one of the language: it stands there in lower case, or is known."""
    low = name.lower()
    emphasis = name.isupper() and len(name) > LONGEST_ACRONYM
    return emphasis or is_plain(text, name) or low in words("common") | breaks() | STOP_WORDS


def standing(text: str, start: int, title_end: int) -> float:
    """Whether a name stands inside of a sentence, where its capital tells something."""
    before = text[max(0, start - 2) : start].rstrip(" “\"'(")
    return 1.0 if start not in {0, title_end} and (before[-1:].isalnum() or before[-1:] in {",", ";", ":"}) else 0.0


def weigh(text: str, flat: str, span: tuple[int, int], title_end: int, *, german: bool) -> float:
    """How far a name stands out, by how it is written, where it stands and what is said around it."""
    start, end = span
    name = text[start:end]
    inside = 0.0 if german else standing(text, start, title_end)
    again = min(count_of(text, name, READ) - 1, 2)
    titled = 0 < start < title_end and not german and not is_headed(text[:title_end])
    owns = flat.startswith(("'s ", "' "), end)
    thing = goes_with_thing(flat, end)
    house = is_house(name)
    written = 1.5 * bool(is_camel(name)) + 1.5 * house + 0.5 * (" " in name and not german)
    opens = OPENS if start in {0, title_end + 2} else 0.0
    many = 1.0 if not inside and " " not in name and name.endswith("s") and not owns else 0.0
    late = min(max(start - title_end, 0), LATE) / LATE
    acronym = name.isupper() and len(name) <= LONGEST_ACRONYM
    return (
        opens
        - many
        - 1.5 * late
        - acronym
        + inside
        + again
        + titled
        + owns
        + thing
        + written
        + tell(parts(text, flat, start, end))
    )


def tell(around: list[Part]) -> float:
    """What is said around a name, for it or against it; "said Quillmail" makes no channel of it."""
    around = [part for part in around if part.rule not in CHANNELS]
    failed = [part.strong for part in around if part.value == "failed"]
    against = min((TOLD[part.value] for part in around if TOLD.get(part.value, 0) < 0), default=0.0)
    speaks = max((TOLD[part.value] for part in around if TOLD.get(part.value, 0) > 0), default=0.0)
    return max(FAILED if any(failed) else SEEMS_TO * bool(failed), speaks) + against


def posted_name(text: str, flat: str, known: Known) -> tuple[float, Find] | None:
    """The name in lower case among the first words of a post behind which something fails: "quillpay wont load"."""
    tokens = list(islice(TOKEN.finditer(flat), 2 * MOST_TOKENS))
    for number, token in enumerate(tokens):
        if is_ordinary(token[0]) or known(*token.span()) or not text[token.start()].islower():
            continue
        if not may_be_name(flat, *token.span()) or (number and tokens[number - 1][0] in listed("owned")):
            continue
        end = named_until(tokens[number : number + MOST_TOKENS])
        told = parts(flat, flat, token.start(), end)
        fails = any(part.value in {"failed", "users"} for part in told)
        if fails or may_go_on(flat, end):
            name = flat[token.start() : end]
            return LEAST, Find("service", token.start(), end, name, "?" + name, "services.posted", 0.3)
    return None


def named_until(tokens: Sequence[re.Match[str]]) -> int:
    """Where a name in lower case ends that begins with the first of these words: with its word, or that of a house."""
    joined = 1
    while joined < len(tokens) and tokens[joined].start() == tokens[joined - 1].end() + 1:
        joined += 1
    house = [n for n in range(1, joined) if house_words().search(" " + tokens[n][0])]
    return tokens[house[-1] if house else 0].end()


@lru_cache(maxsize=KEPT)
def is_ordinary(word: str) -> bool:
    """Whether a word in lower case is one of the language or of the trade."""
    if len(word) <= LEAST_LENGTH or word in concepts() or word in words("common") | words("lead") | words("tail"):
        return True
    return is_no_service(word) or word in words("kinds") | STOP_WORDS or bool(endings().search(word))
