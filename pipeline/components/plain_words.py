"""Whether a word that is also the name of a service stands for the service: "box is down again", "that box is broken".

A name in lower case has to stand where a name may stand ("is slack down", not "some slack"), and something has to be
said of it that is said of services. A name with a capital is a word where the rest of a longer name follows
("Signal Hill"). All words are data (`rules/plain_words.toml`).
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.components.ruleset import compile_pattern, tables

SHORT = 400
LEAST_WORDS = 3
# No headline is longer; what is given as a title may be a whole text, and is looked at for each name in it.
LONGEST_TITLE = 1_000
READ = 900
STRETCHED = re.compile(r"(.)\1{1,}")
LAST_WORD = re.compile(r"([\w'-]+)[\s\"“(]*$")
NEXT_WORD = re.compile(r"(?:'s)?\s+([\w'-]+)")
NEAR = re.compile(r"(?:\s[a-z][\w'-]*){1,2}")
STOP = re.compile(r"[.!?,:;\n()…—–-]\s*$")
BIGGER = re.compile(r"\s(?:[A-Z][a-z]{2,}|of\s[A-Z][a-z]{2,})")


@cache
def listed(kind: str) -> frozenset[str]:
    """One list of words."""
    return frozenset(tables("plain_words")[kind])


@cache
def said(kind: str) -> re.Pattern[str]:
    """One pattern of what is said."""
    return compile_pattern(tables("plain_words")[kind])


@cache
def other_sense(word: str) -> re.Pattern[str] | None:
    """What follows the word where it is no name; None where nothing is known of it."""
    pattern = tables("plain_words")["senses"].get(word)
    return compile_pattern(pattern) if pattern else None


@cache
def other_sense_behind(word: str) -> re.Pattern[str] | None:
    """What stands before the word in lower case where it is no name; None where nothing is known of it."""
    pattern = tables("plain_words")["senses_before"].get(word)
    return compile_pattern(pattern) if pattern else None


def is_word(text: str, flat: str, start: int, end: int) -> bool:
    """Whether what stands around shows that the name is a word, or the beginning of another name."""
    sense = other_sense(flat[start:end])
    if sense and sense.match(flat, end):
        return True
    before = other_sense_behind(flat[start:end]) if text[start : start + 1].islower() else None
    return bool(before and before.search(flat, max(0, start - 20), start))


@cache
def lands() -> frozenset[str]:
    """The countries and their states and provinces, as a house has a branch in each: "Vodafone Portugal"."""
    regions = tables("regions")
    return frozenset(name.lower() for kind in ("countries", "states") for name in regions[kind])


def begins_a_name(text: str, start: int, end: int, title_end: int) -> bool:
    """Whether a word with a capital goes on as a longer name that is no heading: "Meridian Health cannot book"."""
    if not text[start : start + 1].isupper() or not BIGGER.match(text, end):
        return False
    if end - start > 1 and text[start:end].isupper() and not text.isupper():
        return False
    following = NEXT_WORD.match(text, end)
    if following and following[1].lower() in listed("things") | frozenset(tables("unknown")["tail"]) | lands():
        return False
    return not (start < title_end and is_headed(text[:title_end]))


def is_headed(title: str) -> bool:
    """Whether a title has a capital at most of its longer words, so that capitals tell nothing."""
    words = [word for word in title[:LONGEST_TITLE].split() if len(word) > 3 and word[0].isalpha()]
    return len(words) > LEAST_WORDS and sum(word[0].isupper() for word in words) > 0.7 * len(words)


def may_be_name(flat: str, start: int, end: int) -> bool:
    """Whether a name in lower case stands where the name of a service may stand."""
    before = flat[max(0, start - 40) : start]
    last = LAST_WORD.search(before)
    if last is None or STOP.search(before):
        return True
    word = last[1]
    if word in listed("owned"):
        return goes_with_thing(flat, end)
    return word in listed("may_precede") or not word.isascii() or STRETCHED.sub(r"\1", word) in listed("may_precede")


def goes_with_thing(flat: str, end: int) -> bool:
    """Whether something of a service follows the name: "Signal messages", "Square's terminals"."""
    following = NEXT_WORD.match(flat, end)
    return bool(following) and following[1] in listed("things")  # type: ignore[index]


def has_thing_near(flat: str, end: int) -> bool:
    """Whether one of the next two words is something of a service: "wave payroll page"."""
    near = NEAR.match(flat, end)
    return bool(near) and not listed("things").isdisjoint(near[0].split())  # type: ignore[index]


def may_go_on(flat: str, end: int) -> bool:
    """Whether a name in lower case goes on like one: "slack keeps", "box?", "steam friends"; not "square peg"."""
    return bool(said("may_follow").match(flat, end)) or goes_with_thing(flat, end)


def has_failing_part(flat: str, end: int) -> bool:
    """Whether a part of what the name stands for fails, right behind it: "zoom audio choppy", "box preview broken"."""
    return bool(said("fails_behind").match(flat, end))


def is_troubled_abroad(flat: str) -> bool:
    """Whether the beginning of a text tells in another language than English that something fails."""
    return bool(said("foreign_trouble").search(flat, 0, READ))


def is_troubled(flat: str) -> bool:
    """Whether the beginning of a text tells that something fails, in words that need not stand beside the name."""
    return bool(said("troubled").search(flat, 0, READ) or said("complaint").search(flat, 0, READ))


def is_complained_of(flat: str) -> bool:
    """Whether a short text speaks of the use of a service and of what is wrong with it."""
    return len(flat) < SHORT and is_digital(flat) and bool(said("complaint").search(flat))


def is_digital(flat: str) -> bool:
    """Whether a text speaks of the use of a service."""
    return bool(said("digital").search(flat))
