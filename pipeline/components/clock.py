"""Times of day as texts write them: "10 a.m.", "14:05", "1430 GMT", "11.30am", "9 to 11 p.m.", "seven o'clock".

Every reader is anchored at a place of the text and answers the points that begin there, one or none.
"""

from __future__ import annotations

import re

from pipeline.components.dates import PART_WORD, early_of
from pipeline.components.points import Clock, Day, Point
from pipeline.components.time_rules import numbers
from pipeline.components.zone_words import read_zone
from pipeline.terms import Precision

CLOCK_12 = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2}))?[\s-]{0,2}([ap])(?:\.\s?m\b\.?|\s?m\b(?:\.(?=\s?[a-z(]))?)", re.IGNORECASE
)
CLOCK_24 = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?!\d|:\d)(?:-?ish\b|\s?(?:hrs|hours|h|Uhr|uur)\b)?"
)
# Such as "3:01p".
CLOCK_AP = re.compile(r"(\d{1,2})(?::(\d{2}))([ap])(?![\w.])", re.IGNORECASE)
CLOCK_H = re.compile(r"(\d{1,2})h(\d{2})\b")
DOTTED = re.compile(r"(\d{1,2})\.(\d{2})(?![\d%]|\.\d)(?:\s?(?:hrs|hours|Uhr|uur)\b)?")
DOTTED_PAIR = re.compile(
    r"\s{0,2}(?:-|–|to|and|until|till|bis|und|y|a|e|et|tot|en|sampai|hingga|до|do)\s{0,2}\d{1,2}\.\d{2}(?![\d.%])(?:\s(?:Uhr|uur)\b)?"
)
MILITARY_PAIR = re.compile(r"\s{0,2}(?:-|–|to|and|until|till|through)\s{0,2}(?:[01]\d|2[0-3])[0-5]\d(?!\d)")
MILITARY = re.compile(r"([01]\d|2[0-3])([0-5]\d)(?:\s?(hrs|hours|h)\b)?(?!\d)")
O_CLOCK = re.compile(r"(\d{1,2}|[a-z]+)\so['’]\s?clock\b", re.IGNORECASE)
BARE_RANGE = re.compile(
    r"(\d{1,2})(?=\s{0,2}(?:-|–|—|to|and|until|till)\s{0,2}(?:about\s|around\s|approximately\s)?"
    r"\d{1,2}(?:[:.]\d{2})?\s?[ap]\.?\s?m\b)"
)
BARE_FROM = re.compile(
    r"(\d{1,2})(?=\s(?:to|and|until|till)\s(?:about\s|around\s)?(?:\d{1,2}:\d{2}(?!\d)"
    r"|\d{1,2}\s(?:this|last\snight|in\sthe|on\s[A-Z]\w{2,8}day)\b))"
)
FROM = re.compile(r"\b(?:from|between)\s(?:about\s|around\s)?$", re.IGNORECASE)
BEFORE = re.compile(r"\b(?:before|until|till?|by)\s(?:about\s|around\s)?$", re.IGNORECASE)
# A clock told by its distance to an hour: "half past nine", "a quarter to six", "twenty past four".
NEAR_HOUR = re.compile(
    r"(?:(?P<half>half)|(?:a\s)?(?P<quarter>quarter)|(?P<minutes>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty(?:[\s-]five)?)(?P<said>\sminutes?)?)"
    r"[\s-](?:(?P<side>past|after|to|before|till|of)[\s-])?(?P<hour>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)\b"
    r"(?!\s(?:hours|minutes|days|weeks|people|users|times|percent|million|thousand))(?::\d)?"
    r"(?:\so['’]\s?clock)?(?:\s?(?P<meridiem>[ap])\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
AT = re.compile(r"\b(?:at|around|about)\s$", re.IGNORECASE)
EARLIER_MILITARY = re.compile(r"\b(?:[01]\d|2[0-3])[0-5]\d\s?(?:hrs|hours|UTC|GMT|[A-Z]{2,4}T)\b")
CLOCK_LEAD = re.compile(r"\b(?:at|by|until|till|around|about|before|after)\s$", re.IGNORECASE)
EARLIER_DOTTED = re.compile(
    r"\b(?:at|from|since|around|about)\s\d{1,2}\.\d{2}\s?(?:[ap]\.?m\b|on\s[A-Z]|this\s|in\sthe\s|today|yesterday|[A-Z]{2,4}\b|[A-Z]\w+\stime\b)"
)
YEAR_LIKE = re.compile(r"(?:19|20[0-3])")
OF_THE_DAY = re.compile(
    r"\s(?:in\sthe\s(?:morning|afternoon|evening)|at\snight|last\snight|this\s|on\s[A-Z]|o['’]\s?clock)", re.IGNORECASE
)
BARE_HOUR = re.compile(r"(\d{1,2})(?=\s(?:this|in\sthe|on\s[A-Z]\w{2,8}day|last\snight|yesterday|tonight|at\snight)\b)")
LEAD = re.compile(
    r"(?:\bbetween\s\d{1,2}\sand|\bat|\baround|\babout|\bby|\bsince|\buntil|\bfrom|\bto|\bbefore|\bafter|~)\s?(?:about|around|roughly)?\s?$",
    re.IGNORECASE,
)
WORD_CLOCK = re.compile(
    r"([a-z]{3,8})(?:[\s-]([a-z]{3,8}))?"
    r"(?:\s([ap])\.?\s?m\b\.?|(?=\s(?:in\sthe\s(?:morning|afternoon|evening)|at\snight)\b))",
    re.IGNORECASE,
)
HOUR = re.compile(r"(\d{1,2})(?:-?ish)?(?!\d)")
# "the night before last".
BEFORE_LAST = re.compile(r"\sbefore\slast\b", re.IGNORECASE)
SHORT_ZONE = 5


def read_clock(text: str, at: int) -> tuple[Point, ...]:
    """The time of day that begins with the number at this place."""
    found = CLOCK_12.match(text, at)
    if found is not None:
        return _point(at, found.end(), found[1], found[2], found[3], found[4])
    found = CLOCK_AP.match(text, at)
    if found is not None:
        return _point(at, found.end(), found[1], found[2], None, found[3])
    found = CLOCK_24.match(text, at)
    if found is not None:
        # "10:00.1" and "v/10:00" are parts of something longer.
        inside = text[at - 1 : at] == "." or re.match(r"\.\d", text[found.end() : found.end() + 2])
        return () if inside else _point(at, found.end(), found[1], found[2], found[3])
    return _rarer_clock(text, at)


def _rarer_clock(text: str, at: int) -> tuple[Point, ...]:
    found = CLOCK_H.match(text, at)
    if found is None:
        dotted = DOTTED.match(text, at)
        if dotted is not None and (
            dotted.group()[-1] in "sr"
            or _of_the_day(text, dotted.end())
            or _zone_ahead(text, dotted.end())
            or _to_uhr(text, dotted.end())
            or _dotted_again(text, at)
        ):
            found = dotted
    if found is None:
        military = MILITARY.match(text, at)
        if military is not None and (
            military[3]
            or _plain_zone(text, military.end())
            or _military_pair(text, military)
            or _military_again(text, at)
        ):
            found = military
    if found is not None:
        return _point(at, found.end(), found[1], found[2])
    found = O_CLOCK.match(text, at) or BARE_RANGE.match(text, at)
    if found is None and FROM.search(text, max(0, at - 15), at):
        found = BARE_FROM.match(text, at)
    return () if found is None else _point(at, found.end(), found[1])


def _of_the_day(text: str, at: int) -> bool:
    """Whether "in the morning" or the like follows, also behind a range: "from 8.30 to 9.45 last night"."""
    pair = DOTTED_PAIR.match(text, at)
    return OF_THE_DAY.match(text, pair.end() if pair else at) is not None


def _to_uhr(text: str, at: int) -> bool:
    """Whether "bis 21.00 Uhr" follows."""
    pair = DOTTED_PAIR.match(text, at)
    return pair is not None and pair.group().endswith(("Uhr", "uur"))


def _zone_ahead(text: str, at: int) -> bool:
    """Whether a zone follows, or another dotted time with one, so that "10.15" is a time and no version."""
    pair = DOTTED_PAIR.match(text, at)
    return read_zone(text, pair.end() if pair else at) is not None


def _dotted_again(text: str, at: int) -> bool:
    """Whether such a time was told just before, by words that make it one: "at 13.30 on Tuesday, and at 14.45"."""
    if not CLOCK_LEAD.search(text, max(0, at - 16), at):
        return False
    return EARLIER_DOTTED.search(text, max(0, at - 120), at) is not None


def _military_again(text: str, at: int) -> bool:
    """Whether such a time with its zone was told just before: "at 1500 BST and was back by 1545"."""
    if YEAR_LIKE.match(text, at) or not LEAD.search(text, max(0, at - 24), at):
        return False
    return EARLIER_MILITARY.search(text, max(0, at - 120), at) is not None


def _military_pair(text: str, first: re.Match[str]) -> bool:
    """Whether another such time with a zone follows: "between 1000 and 1130 UTC"."""
    pair = MILITARY_PAIR.match(text, first.end())
    return pair is not None and (text.startswith((" hours", " hrs"), pair.end()) or _plain_zone(text, pair.end()))


def _plain_zone(text: str, at: int) -> bool:
    """Whether an abbreviation of a zone follows, so that "1430" is a time and no year or count."""
    zone = read_zone(text, at)
    return zone is not None and zone.text.isupper() and len(zone.text) <= SHORT_ZONE


def _named_time(text: str, at: int) -> bool:
    """Whether "London time" follows, also behind a comma."""
    zone = read_zone(text, at)
    return zone is not None and zone.zone is not None and zone.text.lower().endswith(" time")


def read_bare_hour(text: str, at: int) -> tuple[Point, ...]:
    """An hour alone, as in "at 9 this morning" and "since 10 UTC"."""
    if not LEAD.search(text, max(0, at - 24), at):
        return ()
    found = BARE_HOUR.match(text, at)
    if found is None:
        found = HOUR.match(text, at)
        if found is None or not (_plain_zone(text, found.end()) or _named_time(text, found.end())):
            return ()
    return _point(at, found.end(), found[1])


def read_near_hour(text: str, at: int) -> tuple[Point, ...]:
    """Read "half past nine", "a quarter to six p.m.", "ten to seven in the evening"."""
    found = NEAR_HOUR.match(text, at)
    if found is None:
        return ()
    if found["side"] is None and not (found["half"] and (found["meridiem"] or OF_THE_DAY.match(text, found.end()))):
        return ()
    # "half nine" is half past nine where English is spoken.
    side = (found["side"] or "past").lower()
    past = side in ("past", "after")
    # "ten to seven" and "five of six" are counts unless minutes, a half of the day or a part of it is named.
    sure = found["quarter"] or found["said"] or found["meridiem"] or OF_THE_DAY.match(text, found.end())
    at_it = AT.search(text, max(0, at - 8), at) is not None
    if not (sure or side == "past" or (at_it and found["minutes"] and found["minutes"].isalpha())):
        return ()
    counted = not (found["half"] or found["quarter"] or found["said"])
    if not past and counted and not at_it and (found["minutes"].isdigit() or FROM.search(text, max(0, at - 15), at)):
        # "from 11 to 1 p.m." is a range.
        return ()
    hour = {"noon": 12, "midnight": 24}.get(found["hour"].lower()) or _number(found["hour"])
    minutes = 30 if found["half"] else 15 if found["quarter"] else _number(found["minutes"])
    if not 1 <= hour <= 24 or not 0 < minutes < 60 or (found["half"] and not past):
        return ()
    if found["meridiem"]:
        hour = hour % 12 + (12 if found["meridiem"].lower() == "p" else 0)
    whole = (hour * 60 + (minutes if past else -minutes)) % 1440
    if not past and hour == 1 and not found["meridiem"]:
        whole += 720
    settled = found["meridiem"] is not None or found["hour"].lower() in ("noon", "midnight")
    return (
        Point(at, found.end(), clock=Clock(whole // 60, whole % 60, 0, Precision.MINUTE, settled, worded=not settled)),
    )


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    return sum(numbers().get(part, 0) for part in re.split(r"[\s-]", word.lower()))


def read_word_clock(text: str, at: int) -> tuple[Point, ...]:
    """A time of day in words: "seven o'clock", "nine-thirty a.m.", "nine in the morning"."""
    found = O_CLOCK.match(text, at) or WORD_CLOCK.match(text, at)
    hour = numbers().get(found[1].lower()) if found is not None else None
    if found is None or hour is None or not 1 <= hour <= 12:
        return ()
    if found.re is O_CLOCK:
        return _point(at, found.end(), str(hour))
    minute = numbers().get(found[2].lower()) if found[2] else None
    if found[2] and minute is None:
        return ()
    return _point(at, found.end(), str(hour), str(minute) if minute else None, None, found[3])


def read_part(text: str, at: int) -> tuple[Point, ...]:
    """A part of the day; noon and midnight are times."""
    found = PART_WORD.match(text, at)
    if found is None:
        return ()
    before = BEFORE_LAST.match(text, found.end())
    if before is not None:
        return (Point(at, before.end(), day=Day(shift=-2), part=found.group().lower()),)
    word = found.group().lower()
    if word in ("noon", "midnight", "midday"):
        # "just before midnight on Tuesday" is the end of that day, "at midnight" its beginning.
        late = word == "midnight" and BEFORE.search(text, max(0, at - 16), at)
        hour = 24 if late else 0 if word == "midnight" else 12
        return (Point(at, found.end(), clock=Clock(hour, 0, 0, Precision.HOUR, meridiem=True)),)
    return (Point(at, found.end(), part=word, early=early_of(text, at)),)


def _point(
    at: int, end: int, hour: str, minute: str | None = None, second: str | None = None, meridiem: str | None = None
) -> tuple[Point, ...]:
    whole = int(hour)
    if minute is not None and meridiem is not None and (whole == 0 or 12 < whole < 24):
        # "00:56AM" and "17:15 PM" are of a clock of 24 hours.
        return (Point(at, end, clock=Clock(whole, int(minute), int(second or 0), Precision.MINUTE, meridiem=True)),)
    if meridiem is not None:
        if not 1 <= whole <= 12:
            return ()
        whole = whole % 12 + (12 if meridiem.lower() == "p" else 0)
    minutes, seconds = int(minute or 0), int(second or 0)
    if whole > 24 or minutes > 59 or seconds > 60 or (whole == 24 and minutes):
        return ()
    precision = Precision.EXACT if second else Precision.MINUTE if minute else Precision.HOUR
    return (Point(at, end, clock=Clock(whole, minutes, min(seconds, 59), precision, meridiem is not None)),)
