"""Lengths of time: "four hours and 11 minutes", "hour-long", "half an hour", "1h 30m", "20 to 25 minutes".

Every expression is anchored at a number or a number word; a length is a sum of parts with falling units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.components.time_rules import numbers, vague

MINUTES = {"second": 1 / 60, "minute": 1.0, "hour": 60.0, "day": 1440.0, "week": 10080.0, "fortnight": 20160.0}
UNIT = (
    r"(?P<unit>hours?|hrs?|minutes?|mins?|seconds?|secs?|days?|weeks?|fortnights?)"
    r"(?:[-\s]?(?P<long>long|plus\b))?(?![a-z])"
)
# "and a half", "and three quarters": a share of the unit, before or behind it; "and a half of the users" is none.
SHARE = r"[\s-](?:and|&)[\s-](?:(?:an?[\s-])?(?:half|quarter)|three[\s-]quarters?)(?!\sof\s(?:the|our|all|its|users))"
SHARES = (("three", 0.75), ("quarter", 0.25), ("half", 0.5))
# "an hour and twenty", "one hour forty": minutes without their unit, at the end of a clause.
REST = r"(?:\sand)?\s(?P<rest>ten|fifteen|twenty(?:[\s-]five)?|thirty|forty(?:[\s-]five)?|fifty)(?=\s?(?:[.,;)]|$))"
WORDS = "|".join(sorted((w for w in numbers() if len(w) > 2), key=len, reverse=True))
AMOUNT = (
    rf"(?:(?P<figure>\d{{1,4}}(?:[.,]\d{{1,3}})?)(?P<fraction>½|¼|¾|\s?1/2|\s?½)?|(?P<word>{WORDS})(?:[\s-](?P<word2>one|two|three|four|five|six|seven|eight|nine)(?=[\s-]))?"
    r"|(?P<half>half[\s-](?:of\s)?(?:an?[\s-])?)|(?P<one>an?(?=\s)))"
)
FIRST = re.compile(
    rf"{AMOUNT}(?:\+|\s?plus|-plus)?(?P<half2>{SHARE})?[\s-]{{0,2}}(?:full\s|straight\s|solid\s|whole\s|entire\s|consecutive\s|additional\s)?{UNIT}"
    rf"(?:(?P<half3>{SHARE})|{REST})?",
    re.IGNORECASE,
)
NEXT = re.compile(
    rf"(?:,?\s(?:(?:and|&)\s)?|\s?,\s?|(?=\d)){AMOUNT}[\s-]{{0,2}}{UNIT}",
    re.IGNORECASE,
)
SPREAD = re.compile(
    rf"(?P<low>\d{{1,3}}|{WORDS})\s?(?:-|–|—|to|or|and)\s?(?P<high>\d{{1,3}}|{WORDS})[\s-](?P<unit>hours?|hrs?|minutes?|mins?|days?|seconds?)"
    r"(?:[-\s]?(?P<long>long))?(?![a-z])",
    re.IGNORECASE,
)
COMPACT = re.compile(
    r"(?:(\d{1,3})\s?d\s?)?(?:(\d{1,3})\s?h)\s?(?:(\d{1,3})\s?m(?:in)?)?\s?(?:(\d{1,2})\s?s)?(?![a-z\d])", re.IGNORECASE
)
COMPACT_MINUTES = re.compile(r"(\d{1,3})\s?m\s(\d{1,2})\s?s(?![a-z\d])", re.IGNORECASE)
QUARTERS = re.compile(
    r"(?P<three>three[\s-])?quarters?\s(?:of\s)?an?\shour(?![a-z])|(?:a\s)quarter\s(?:of\san\s)?hour", re.IGNORECASE
)
LONE = re.compile(r"(?P<unit>hour|day|week|minute)(?:[-\s]?long)(?![a-z])", re.IGNORECASE)
COUPLE = re.compile(
    r"(?:(?:an?\s)?couple\s(?:of\s)?(?:more\s)?(?P<unit>hours|minutes|mins|days|weeks)"
    r"|(?P<vague>an?\s(?:good\s)?few|several|some|many)\s(?:more\s)?(?P<many>hours|minutes|mins|days|weeks))(?![a-z])",
    re.IGNORECASE,
)
# "lasted 02:14:00", "Duration: 3:12 hours": a clock face that is a length.
FACE = re.compile(
    r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?!\s?(?:[ap]\.?m\b|[A-Z]{2,4}\b))(?:\s?(?:hours|hrs|h)\b)?",
    re.IGNORECASE,
)
FACE_LEAD = re.compile(
    r"\b(?:last(?:ed|ing|s)|duration(?:\sof|\swas)?|downtime(?:\sof|\swas)?|outage\stime)"
    r"(?:\s?\([hm:s]{2,8}\))?\s?[:|=]?\s{0,2}(?:about\s|~)?$",
    re.IGNORECASE,
)
# "down for 1:05 hours"; "at 1:05 hours" is a time of day.
FACE_FOR = re.compile(r"\b(?:for|of|took)\s(?:about\s|around\s|some\s)?$", re.IGNORECASE)
FACE_UNIT = re.compile(r"\s(?:hours|hrs)\b(?!\s(?:UTC|GMT|[A-Z]{2,4}T\b))")
# "Total downtime: 47m"; elsewhere the letter stands for millions and metres.
LONE_MINUTES = re.compile(r"(\d{1,3})\s?m(?![\w/])")
LONE_LEAD = re.compile(
    r"\b(?:duration|downtime|lasted|lasting|outage\stime|total|for)\s?[:|=(]?\s?[~(]?$|\bPT$", re.IGNORECASE
)
# "the past hour" is an hour, "the better part of a day" no number at all.
PAST = re.compile(r"\b(?:last|past)\s$", re.IGNORECASE)
PART_OF = re.compile(r"\bpart\sof\s$", re.IGNORECASE)
PAST_UNIT = re.compile(r"(?P<unit>hour|day|minute)(?![a-z-])", re.IGNORECASE)
# What has to follow a figure for it to be a length: most figures are none, and this asks once instead of seven times.
UNIT_AHEAD = re.compile(
    r"[\d.,]{1,9}\s?(?:½|¼|¾|1/2)?\+?[\s-]{0,2}(?:[hmsdw]|to\b|or\b|and\b|plus\b|full\b|straight|solid|whole|entire"
    r"|consec|addit|[–—\d-])",
    re.IGNORECASE,
)
UNIT_WORDS = (
    "half",
    "quarter",
    "quarters",
    "hour",
    "day",
    "hourlong",
    "daylong",
    "week",
    "several",
    "couple",
    "some",
    "many",
    "minute",
)
DENIED = re.compile(r"\s?(?:%|percent\b|x\b)")
# "a second change" is the next one.
ORDINAL = re.compile(
    r"an?\ssecond\s(?!(?:or|and|after|before|later|ago|per|each|every|to|longer|at|on|in)\b)[a-z]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time as written, in minutes; `vague` where the words give no number ("several hours")."""

    start: int
    end: int
    minutes: float
    unit: str
    vague: bool = False
    long: bool = False


def read_length(text: str, at: int) -> Length | None:
    """The length of time that begins at this place, or None."""
    if text[at].isdigit():
        if not UNIT_AHEAD.match(text, at):
            return None
    elif ORDINAL.match(text, at):
        return None
    elif PAST.search(text, max(0, at - 5), at):
        found = PAST_UNIT.match(text, at)
        if found is not None:
            return Length(at, found.end(), MINUTES[found["unit"].lower()], found["unit"].lower())
    for expression, read in (
        (SPREAD, _spread),
        (FIRST, _sum),
        (COMPACT, _compact),
        (COMPACT_MINUTES, _compact_minutes),
        (QUARTERS, _quarters),
        (COUPLE, _couple),
        (LONE, _lone),
    ):
        found = expression.match(text, at)
        if found is not None and not DENIED.match(text, found.end()):
            length = read(found, text)
            if length is not None:
                return length
    return None


def read_face(text: str, at: int) -> Length | None:
    """The length that a clock face shows: "lasted 02:14:00", "Duration: 3:12 hours"."""
    found = FACE.match(text, at)
    if found is None:
        return _lone_minutes(text, at)
    counted = FACE_UNIT.match(text, found.end(2)) is not None and FACE_FOR.search(text, max(0, at - 14), at) is not None
    if not counted and not FACE_LEAD.search(text, max(0, at - 36), at):
        return None
    hours, minutes, seconds = (int(g or 0) for g in found.groups())
    return Length(at, found.end(), hours * 60 + minutes + seconds / 60, "minute")


def _lone_minutes(text: str, at: int) -> Length | None:
    found = LONE_MINUTES.match(text, at)
    if found is None or not LONE_LEAD.search(text, max(0, at - 16), at):
        return None
    return Length(at, found.end(), float(found[1]), "minute")


def _sum(found: re.Match[str], text: str) -> Length:
    """The parts in order, each of a smaller unit than the one before."""
    unit = _unit(found["unit"])
    total = _amount(found) * MINUTES[unit]
    share = (found["half2"] or found["half3"] or "").lower()
    total += MINUTES[unit] * next((part for word, part in SHARES if word in share), 0.0)
    if found["rest"] and unit == "hour":
        total += sum(numbers()[word] for word in re.split(r"[\s-]", found["rest"].lower()))
    end, last = found.end(), unit
    for _ in range(3):
        more = NEXT.match(text, end)
        if more is None or MINUTES[_unit(more["unit"])] >= MINUTES[last]:
            break
        last = _unit(more["unit"])
        total += _amount(more) * MINUTES[last]
        end = more.end()
    return Length(found.start(), end, total, unit, vague=_unsaid(found, text), long=found["long"] is not None)


def _unsaid(found: re.Match[str], text: str) -> bool:
    """Whether "a day" is no number: "the better part of a day", "an hours-long outage"."""
    if found["one"] is None:
        return False
    return found["unit"][-1] in "sS" or PART_OF.search(text, max(0, found.start() - 8), found.start()) is not None


def _amount(found: re.Match[str]) -> float:
    if found["figure"]:
        figure = found["figure"]
        # "1,500 minutes" has a thousands comma, "1,5 hours" a decimal one.
        plain = figure.replace(",", "") if re.fullmatch(r"\d,\d{3}", figure) else figure.replace(",", ".")
        extra = {"½": 0.5, "¼": 0.25, "¾": 0.75, "1/2": 0.5}.get((found["fraction"] or "").strip(), 0.0)
        return float(plain) + extra
    if found["half"]:
        return 0.5
    if found["one"]:
        return 1.0
    return float(numbers()[found["word"].lower()] + (numbers()[found["word2"].lower()] if found["word2"] else 0))


def _spread(found: re.Match[str], _text: str) -> Length | None:
    """The upper end of "20 to 25 minutes": the outage was not over before it. None for "twenty-five"."""
    if _plain(found["low"]) >= _plain(found["high"]):
        return None
    unit = _unit(found["unit"])
    return Length(
        found.start(), found.end(), _plain(found["high"]) * MINUTES[unit], unit, long=found["long"] is not None
    )


def _plain(word: str) -> float:
    return float(word) if word.isdigit() else float(numbers()[word.lower()])


def _compact(found: re.Match[str], _text: str) -> Length | None:
    days, hours, minutes, seconds = (int(g or 0) for g in found.groups())
    if minutes > 59 and hours:
        return None
    return Length(
        found.start(), found.end(), days * 1440 + hours * 60 + minutes + seconds / 60, "minute" if found[3] else "hour"
    )


def _compact_minutes(found: re.Match[str], _text: str) -> Length:
    return Length(found.start(), found.end(), int(found[1]) + int(found[2]) / 60, "minute")


def _quarters(found: re.Match[str], _text: str) -> Length:
    return Length(found.start(), found.end(), 45.0 if found["three"] else 15.0, "minute")


def _couple(found: re.Match[str], _text: str) -> Length:
    if found["unit"]:
        unit = _unit(found["unit"])
        return Length(found.start(), found.end(), 2 * MINUTES[unit], unit)
    unit = _unit(found["many"])
    some = vague().get(found["vague"].split()[-1].lower(), 2)
    return Length(found.start(), found.end(), some * MINUTES[unit], unit, vague=True)


def _lone(found: re.Match[str], _text: str) -> Length:
    unit = _unit(found["unit"])
    return Length(found.start(), found.end(), MINUTES[unit], unit, long=True)


def _unit(word: str) -> str:
    return next(
        unit for unit in MINUTES if unit.startswith(word[:3].lower()) or (unit == "hour" and word[:2].lower() == "hr")
    )
