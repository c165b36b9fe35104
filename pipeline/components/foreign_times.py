"""Days, lengths and ranges as other languages write them (rules/foreign_times.toml).

    "Am 4. Februar zwischen 8:05 und 9:20 Uhr MEZ", "entre las 11:30 y las 12:45", "2026年6月3日 10:00〜11:30"

gives the same points and ranges as the English sentence would.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from pipeline.components.lengths import Length
from pipeline.components.points import Clock, Day, Point
from pipeline.components.time_rules import RULES
from pipeline.terms import Precision

WORD = re.compile(r"[^\W\d_]+(?:-feira|['’]hui)?")
ABOUT = r"(?:(?:pukul|kl\.?|zum|las?|les|alle|às|as|etwa|gegen|ca\.?|vers|environ|circa|ongeveer|rond)\s)?"
# Between the two clocks of a range; a wave dash needs no word before the first, the others do.
LINK = re.compile(
    rf"[\s,)]{{0,3}}(?:(?P<wave>[〜～~至到]|から|부터)\s?|(?:bis|und|hasta|y|et|e|à|a|às|jusqu['’]à|até|fino|alle|tot|en"
    rf"|ile|ve|sampai|hingga|do|till|til|och|og|до|и|по)\s{ABOUT}{ABOUT})",
    re.IGNORECASE,
)
OPEN = re.compile(
    rf"\b(?:zwischen|von|ab|entre|de|des|dalle|das|van|tussen|desde|depuis|dal|da|seit|sinds|vanaf|saat|pukul|antara|dari|mellan|mellem|mellom|från|fra|od|между|с|со)\s{ABOUT}$",
    re.IGNORECASE,
)
KANJI_DATE = re.compile(r"(?:(\d{4})[年년]\s?)?(\d{1,2})[月월]\s?(\d{1,2})[日일号]")
HOUR = re.compile(
    r"(\d{1,2})(?:\s?(?:Uhr|uur)\b(?:\s(\d{2})\b)?|\s?h(?:oras?|eures?)?(?![\w.])(?:\s([0-5]\d)\b(?!\s?m))?)(?!\s?lang)",
    re.IGNORECASE,
)
HOUR_LEAD = re.compile(
    r"(?:\b(?:um|gegen|seit|ab|von|bis|und|zwischen|à|vers|dès|depuis|de|et|entre|às|das|as|até|desde|las|hasta|jusqu['’]à)\s)$",
    re.IGNORECASE,
)
UHR = re.compile(r"\s?(?:Uhr|uur)\b")
LENGTH = re.compile(r"(\d{1,4}(?:[.,]\d)?|[^\W\d_]{2,6})\s(\w{3,8})(?!\w)")


@cache
def words() -> Mapping[str, Mapping[str, int]]:
    """The tables of rules/foreign_times.toml."""
    with (RULES / "foreign_times.toml").open("rb") as file:
        return tomllib.load(file)


def month_names() -> Mapping[str, int]:
    """Months by their foreign names."""
    return words()["months"]


def read_foreign_day(text: str, at: int) -> tuple[Point, ...]:
    """Read "gestern", "viernes", "terça-feira"."""
    found = WORD.match(text, at)
    if found is None:
        return ()
    word = found.group().lower()
    if word in words()["days"]:
        return (Point(at, found.end(), day=Day(shift=words()["days"][word])),)
    number = words()["weekdays"].get(word)
    return () if number is None else (Point(at, found.end(), day=Day(weekday=number)),)


def read_kanji_date(text: str, at: int) -> tuple[Point, ...]:
    """Read "2026年6月3日"."""
    found = KANJI_DATE.match(text, at)
    if found is None or not (1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31):
        return ()
    year = int(found[1]) if found[1] else None
    return (Point(at, found.end(), day=Day(year, int(found[2]), int(found[3]))),)


def read_foreign_hour(text: str, at: int) -> tuple[Point, ...]:
    """Read "8 Uhr", and "à 9h" or "às 14h" behind a word that makes it a time and no length."""
    found = HOUR.match(text, at)
    if found is None or int(found[1]) > 24:
        return ()
    if not UHR.match(text, at + len(found[1])) and not HOUR_LEAD.search(text, max(0, at - 12), at):
        return ()
    minute = found[2] or found[3]
    precision = Precision.MINUTE if minute else Precision.HOUR
    return (Point(at, found.end(), clock=Clock(int(found[1]), int(minute or 0), 0, precision, meridiem=False)),)


def read_foreign_length(text: str, at: int) -> Length | None:
    """Read "drei Stunden", "150 minutos"."""
    found = LENGTH.match(text, at)
    if found is None:
        return None
    size = words()["units"].get(found[2].lower())
    said = found[1].lower()
    number = float(said.replace(",", ".")) if said[0].isdigit() else words()["numbers"].get(said)
    if size is None or number is None:
        return None
    unit = {1: "minute", 60: "hour"}.get(size, "day")
    return Length(at, found.end(), number * size, unit)


def links(text: str, first: Point, last: Point) -> bool:
    """Whether a foreign word makes one range of two clocks."""
    if first.clock is None or last.clock is None:
        return False
    found = LINK.fullmatch(text, first.end, last.start)
    return found is not None and (
        found["wave"] is not None or OPEN.search(text, max(0, first.start - 24), first.start) is not None
    )
