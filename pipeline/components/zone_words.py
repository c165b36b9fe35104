"""The zone that is written right behind a time: "(UTC)", "US/Pacific", "+02:00", "Eastern time", "Cairo time".

The words are looked up, longest first, and not searched by an expression of all of them: that costs the same
for two zones or two hundred. "<City> time" is looked up among the IANA zones, which are named after cities.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from pipeline.components.places import place_behind
from pipeline.components.zones import ZoneWord, named_zone, offset_zone, readings

# Abbreviations that are English words or HTTP verbs: taken as zones in capitals only.
WORDY = frozenset(
    {"at", "met", "cat", "eat", "west", "art", "act", "get", "ect", "pet", "cot", "mt", "et", "pt", "ct", "wet", "z"}
    | {"bot", "wit", "wita", "nut", "east", "ast", "wast", "sst"}
)
# "9am (UK)"; and those that are taken in small letters too right behind "a.m." and "p.m.".
BRACKETED = frozenset({"uk"})
SMALL = frozenset({"et", "pt", "ct", "mt"})
LEAD = re.compile(
    r"(?:\s(?:ce\s(?:matin|soir)|cet\saprès-midi|heute\s(?:früh|morgen)|esta\s(?:mañana|tarde|noche)))?"
    r"(?:\s-\s(?=(?:[PMCE][SD]?T|UTC|GMT)\b))?[\s*,)]{0,3}[(,\[（]?[\s*]{0,3}(?:all\s)?(?:times?\s(?:is\s|are\s|in\s){0,2})?(?:the\s)?(?:U\.?S\.?\s(?=[A-Z]))?"
)
OFFSET = re.compile(
    r"(?:(?:UTC|GMT)\s?(?P<named>(?:[+\-−]|\+\s|plus\s|minus\s)\d{1,2}(?::?\d{2})?)"
    r"|(?P<plus>(?:(?<=\d)|(?<=\d )|(?<=\d \())\+\d{2}:?\d{2})"
    # A minus is an offset after seconds or the T of a stamp only: "10:00-11:00" is a range.
    r"|(?P<minus>(?:(?<=:\d\d:\d\d)|(?<=:\d\d:\d\d )|(?<=\.\d{3})|(?<=T\d\d:\d\d))[-−]\d{2}:?\d{2}))"
    # "10:00 UTC -11:30 UTC" is a range too.
    r"(?!\d|\s?(?:UTC|GMT|[APap]\.?[Mm]))"
)
IANA = re.compile(r"[A-Z][A-Za-z]{1,12}/[A-Z][A-Za-z_-]{1,20}(?:/[A-Z][A-Za-z_]{1,20})?")
WORDS = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]\.)?(?:[\s/-][^\W\d_]+){0,4}")
DOTTED = re.compile(r"[A-Z]\.(?:[A-Z]\.){1,3}")
LAST_WORD = re.compile(r"[\s/-][^\W\d_]+$")
CITY_TIME = re.compile(r"((?:[A-Z][^\W\d_]{1,14}\s|of\s|es\s){1,3})time\b")
ODD = re.compile(r"[A-Z]{1,3}[SD]T|(?<=\()[A-Z]{3,4}(?=\))")
# "10:15 Central people": the word belongs to what follows.
ATTACHED = re.compile(
    r"[\w&+]|-\w|/[^\W\d]|\s(?:region|people|users|US|bank|banks|system|time\szone|Australian?|European?|Africa|Indonesian?)\b"
)
ODD_ATTACHED = re.compile(r"[\w&-]")
RESTATED = re.compile(r"\s?[(,/=]\s?(?=(?:UTC|GMT)\s?[+\-−]\d)")
BEFORE = re.compile(r"(?:^|[\s(])((?:(?:[A-Z][\w.]{1,12}\s){1,3}[Tt]ime|UTC|GMT|[A-Z]{2,4}T))[:,)]?\s$")
LONGEST_BEFORE = 36
CLOSEST = 3
AREAS = ("Europe", "Asia", "America", "Africa", "Australia", "Pacific", "Atlantic", "Indian")
FEWEST = 2


def read_zone(text: str, at: int) -> ZoneWord | None:
    """The zone that is written at this place, right after a time or a date, or None."""
    place = place_behind(text, at)
    if place is not None:
        return ZoneWord(text[at : place.end].strip(), "place", at, place.end, place.zone)
    lead = LEAD.match(text, at)
    start = lead.end() if lead is not None else at
    first = text[start : start + 1]
    if not first.isalpha() and first not in "+-−":
        return None
    word = _offset(text, start) or _zulu(text, start) or _iana(text, start) or _named(text, start) or _city(text, start)
    word = word or _odd(text, start)
    if word is None:
        return None
    again = RESTATED.match(text, word.end)
    if again is not None:
        # "10:15 CST (UTC+8)": the figure settles what the letters leave open.
        return _offset(text, again.end()) or word
    if word.zone is None and text[word.end : word.end + 2] == " (":
        name = _named(text, word.end + 2)
        return word if name is None or name.zone is None else name
    return word


def read_zone_before(text: str, start: int, at: int) -> ZoneWord | None:
    """The zone that stands right before a clock: "UTC 14:30", "Israel time 14:30"; none before `start`."""
    found = BEFORE.search(text, max(start, at - LONGEST_BEFORE), at)
    if found is None:
        return None
    word = read_zone(text, found.start(1))
    return word if word is not None and word.zone is not None and at - word.end <= CLOSEST else None


def _offset(text: str, at: int) -> ZoneWord | None:
    found = OFFSET.match(text, at)
    if found is None:
        return None
    kind = found.lastgroup or "named"
    zone = offset_zone(found[kind].replace("plus", "+").replace("minus", "-").replace(" ", ""))
    return None if zone is None else _word(text, *found.span(kind), zone)


def _zulu(text: str, at: int) -> ZoneWord | None:
    if text[at : at + 1] != "Z" or text[at + 1 : at + 2].isalnum() or not text[max(0, at - 2) : at].strip().isdigit():
        return None
    return ZoneWord("Z", "utc", at, _closed(text, at + 1), offset_zone("+0"))


def _iana(text: str, at: int) -> ZoneWord | None:
    found = IANA.match(text, at)
    if found is None or found.group().lower() in readings():
        return None
    zone = named_zone(found.group())
    return None if zone is None else _word(text, at, found.end(), zone)


def _named(text: str, at: int) -> ZoneWord | None:
    """The longest run of words that is a zone of the rules."""
    dotted = DOTTED.match(text, at)
    if dotted is not None:
        known = readings().get(dotted.group().replace(".", "").lower(), ())
        zone = known[0].zone if len(known) == 1 and not known[0].context else None
        return None if zone is None else _word(text, at, dotted.end(), zone)
    run = WORDS.match(text, at)
    if run is None:
        return None
    said, end = run.group(), run.end()
    while True:
        key = said.lower()
        if key in readings() and not ATTACHED.match(text, end):
            break
        if key in readings() and text[end : end + 1] == "/":
            # "HKT/SGT": two names of one zone.
            other = _named(text, end + 1)
            if other is not None:
                end = other.end
                break
        shorter = LAST_WORD.search(said)
        if shorter is None:
            return None
        said, end = said[: shorter.start()], at + shorter.start()
    if key in WORDY and not said.isupper() and not (key in SMALL and _half_day(text, at)):
        return None
    if key in BRACKETED and text[at - 1 : at] != "(":
        return None
    known = readings()[key]
    only = known[0] if len(known) == 1 and not known[0].context else None
    return ZoneWord(said, key, at, _closed(text, end), only.zone if only else None)


def _half_day(text: str, at: int) -> bool:
    """Whether "a.m." or "p.m." stands right before."""
    return text[max(0, at - 5) : at].rstrip().rstrip(".").lower().endswith("m")


def _city(text: str, at: int) -> ZoneWord | None:
    found = CITY_TIME.match(text, at)
    if found is None:
        return None
    name = found[1].strip().replace(" ", "_")
    zone = next((z for z in (named_zone(f"{area}/{name}") for area in AREAS) if z is not None), None)
    return None if zone is None else _word(text, at, found.end(), zone)


def _odd(text: str, at: int) -> ZoneWord | None:
    """Letters in the shape of a zone that no rule knows: an issue, and not a zone."""
    if text.startswith("local time", at):
        place = place_behind(text, at - 1)
        if place is not None:
            return ZoneWord(text[at : place.end], "place", at, place.end, place.zone)
        return ZoneWord("local time", "local", at, _closed(text, at + len("local time")), None)
    found = ODD.match(text, at)
    if found is None or ODD_ATTACHED.match(text, found.end()):
        return None
    word = found.group()
    known = readings().get(word.lower(), ())
    only = known[0] if len(known) == 1 and not known[0].context else None
    return ZoneWord(word, word.lower(), at, _closed(text, found.end()), only.zone if only else None)


def _word(text: str, start: int, end: int, zone: tzinfo) -> ZoneWord:
    said = text[start:end]
    return ZoneWord(said, said.lower(), start, _closed(text, end), zone)


def _closed(text: str, end: int) -> int:
    return end + 1 if text[end : end + 1] == ")" else end
