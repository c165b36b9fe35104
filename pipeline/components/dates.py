"""Days as texts write them: "01 Jul 2020", "August 7th", "2020-11-05", "Tuesday", "yesterday", "early Monday".

Every reader is anchored at a place of the text and answers the points that begin there, mostly one or none.
"""

from __future__ import annotations

import re

from pipeline.components.foreign_times import month_names
from pipeline.components.points import Day, Point
from pipeline.components.time_rules import holidays, parts

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
# Behind the number of a day months count in other languages too.
ANY_MONTH = f"(?:{MONTH}|{'|'.join(sorted(month_names(), key=len, reverse=True))})"
ORDINAL = r"(?:st|nd|rd|th)?"
YEAR = r"((?:19|20)\d{2})(?![\d:]|\s?(?:UTC|GMT|hrs|hours))"


# "2024-Jul-09", "2024 July 9".
YEAR_FIRST = re.compile(rf"((?:19|20)\d{{2}})[-/\s]({MONTH})[-/\s](\d{{1,2}})(?![\d:])", re.IGNORECASE)
ISO_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?=$|[^\d\w/.-]|T\d|[.,]\s|[.,]$)")
DAY_MONTH = re.compile(
    rf"(\d{{1,2}}){ORDINAL}(?:\s?(-|–|—|/|&|to|and|through|bis|al?|au|und|y|et)\s?(\d{{1,2}}){ORDINAL})?\.?(?:\s{{1,3}}(?:of|de))?[\s/-]{{1,2}}"
    rf"({ANY_MONTH})\b\.?(?:,?[\s/-]{{1,2}}(?:del?\s)?{YEAR})?",
    re.IGNORECASE,
)
MONTH_DAY = re.compile(
    rf"({MONTH})\b\.?\s{{1,3}}(?:the\s)?(\d{{1,2}}){ORDINAL}(?![\d:%]|\.\d|\s?[ap]\.?m\b)(?:\s?(-|–|—|/|&|to|and|through)\s?(\d{{1,2}})"
    rf"{ORDINAL}(?![\d:%]|\.\d|\s?[ap]\.?m\b))?(?:,?\s{{1,2}}{YEAR})?",
    re.IGNORECASE,
)
MONTH_YEAR = re.compile(rf"({MONTH})\b\.?,?\s{{1,2}}(?:of\s)?{YEAR}", re.IGNORECASE)
NUMERIC_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|[.-]\d)")
SHORT_DATE = re.compile(
    r"(\d{1,2})/(\d{1,2})(?=,?\s(?:at|from|between|around|about|until|till|to)\b|\s\d{1,2}:\d\d|\s\([A-Z]{3,4}\))"
)
HOLIDAY = re.compile("|".join(re.escape(h) for h in sorted(holidays(), key=len, reverse=True)), re.IGNORECASE)
BY_NAME = re.compile(r"\b(?:on|since|until|early|late|of)\s(?:the\s)?$", re.IGNORECASE)
# "Tuesday last week", "last week on Tuesday", "next Tuesday"; "Black Friday" is no Friday of this week.
LAST_WEEK = re.compile(r",?\s(?:of\s)?last\sweek\b", re.IGNORECASE)
WEEK_BEFORE = re.compile(
    r"\b(?:(last\sweek,?\s(?:on\s)?)|(next\s(?:week\son\s)?)|(black|cyber|good|super|ash|palm|easter)\s)$",
    re.IGNORECASE,
)
# "13:05 UTC 7/9;", a date behind the zone of its clock.
LATE_DATE = re.compile(r"(\d{1,2})/(\d{1,2})(?=[;,.)\s]|$)(?!\.\d)")
BEHIND_ZONE = re.compile(r"(?:UTC|GMT|[A-Z]{2,4}T|\d[AaPp][Mm])\s$")
ON = re.compile(r"\b(?:on|since)\s$", re.IGNORECASE)
ORDINAL_DAY = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)(?:\sof\s(?P<which>last|this)\smonth\b)?(?=[,.;)]|\s(?:at|from|between|around|until|about)\b|\s(?:and|to|through)\s(?:the\s)?\d|$)"
)
THE_OR_WEEKDAY = re.compile(r"(?:\bthe|day)\s$", re.IGNORECASE)
DAY_BEFORE = re.compile(r"\bday\sbefore\s$", re.IGNORECASE)
# A day told from the one before it: "the next day", "the following morning", "the same evening", "the previous night".
NEXT_DAY = re.compile(
    r"(?P<which>next|following|same|previous)\s(?:day|(?P<part>morning|afternoon|evening|night))(?!\s(?:that|we|he|she|they)\b)",
    re.IGNORECASE,
)
AFTERS = {"next": 1, "following": 1, "same": 0, "previous": -1}
ALL_DAY = re.compile(
    r"all\s(?:of\s)?(?:this\s)?(?:(?P<part>morning|afternoon|evening|night)|day)(?:\slong)?\b", re.IGNORECASE
)
WEEKEND_LEAD = re.compile(
    r"\b(?:(?:over|during|at|since|all|this|of)\s(?:the\s|this\s)?|(?P<last>last|past)\s)(?:past\s)?$", re.IGNORECASE
)
DAY_AFTER = re.compile(
    r"(?:day|(?P<part>morning|afternoon|evening|night))\s(?P<side>before|after|prior)(?=\s?[.,;)]|\sat\b|$)",
    re.IGNORECASE,
)
LONG_PART = re.compile(r"(?:early|small|wee)\shours\b", re.IGNORECASE)
PART_WORD = re.compile("|".join(sorted(parts(), key=len, reverse=True)), re.IGNORECASE)
SHORT_DAY_NEXT = re.compile(rf"\.?,?\s(?:\d|{MONTH}\b|morning|afternoon|evening|night|at\s\d)", re.IGNORECASE)
LETTERS = re.compile(r"[A-Za-z]{1,20}")
THIS_PART = re.compile(
    r"(this|last|late|earlier|early|the\searly\shours|the\ssmall\shours)\s{1,3}(?:on\s)?(this\s)?(morning|afternoon|evening|night)\b",
    re.IGNORECASE,
)
OWNED = re.compile(
    r"['’]s\s(?!(?:[\w-]+\s){0,2}(?:outages?|incidents?|failures?|disruptions?|interruptions?|downtime|problems?|issues?|trouble"
    r"|crash|blackout|glitch|breakdown|meltdown|event|morning|afternoon|evening)\b)"
)
AFTER_IT = re.compile(r"\b(?:since|after|from)\s$", re.IGNORECASE)
EARLY = re.compile(r"\b(early|late|mid)[\s-](?:on\s|in\sthe\s|this\s|last\s)?$", re.IGNORECASE)


def read_iso_date(text: str, at: int) -> tuple[Point, ...]:
    """Read "2020-11-05", also with slashes or dots."""
    found = YEAR_FIRST.match(text, at)
    if found is not None:
        return _span_of_days(found, 3, 3, month_of(found[2]), (found[3], None), found[1])
    found = ISO_DATE.match(text, at)
    if found is None or not _real(int(found[3]), int(found[4])):
        return ()
    return (Point(at, found.end(), day=Day(int(found[1]), int(found[3]), int(found[4]))),)


def read_day_month(text: str, at: int) -> tuple[Point, ...]:
    """Read "01 Jul 2020", "4th of May", "27-28 October"."""
    found = DAY_MONTH.match(text, at)
    if found is None:
        return ()
    first, _, second, name, year = found.groups()
    if name == "may" and not year:
        # "some tenants in zone 2 may see errors"
        return ()
    return _span_of_days(found, 1, 3, month_of(name), (first, second), year)


def read_ordinal(text: str, at: int) -> tuple[Point, ...]:
    """Read "the 20th", a day of the month or year not said."""
    found = ORDINAL_DAY.match(text, at)
    if found is None or not _real(1, int(found[1])) or not THE_OR_WEEKDAY.search(text, max(0, at - 5), at):
        return ()
    last = found["which"] is not None and found["which"].lower() == "last"
    return (Point(at, found.end(), day=Day(day=int(found[1]), last=last)),)


def read_month_word(text: str, at: int) -> tuple[Point, ...]:
    """Read "August 7th", "Nov 27-28, 2020", "March 2023"."""
    found = MONTH_DAY.match(text, at)
    if found is not None:
        name, first, _, second, year = found.groups()
        return _span_of_days(found, 2, 4, month_of(name), (first, second), year)
    found = MONTH_YEAR.match(text, at)
    if found is not None:
        return (Point(at, found.end(), day=Day(int(found[2]), month_of(found[1]))),)
    return ()


def _span_of_days(
    found: re.Match[str], first: int, second: int, month: int, days: tuple[str, str | None], year: str | None
) -> tuple[Point, ...]:
    """One day, or the two ends of "27-28 October"."""
    whole = int(year) if year else None
    if not _real(month, int(days[0])):
        return ()
    if days[1] is None:
        return (Point(found.start(), found.end(), day=Day(whole, month, int(days[0]))),)
    if not _real(month, int(days[1])):
        return ()
    return (
        Point(found.start(), found.end(first), day=Day(whole, month, int(days[0]))),
        Point(found.start(second), found.end(), day=Day(whole, month, int(days[1]))),
    )


def read_numeric_date(text: str, at: int) -> tuple[Point, ...]:
    """Read "7/3/2024", "03.07.2024"."""
    found = NUMERIC_DATE.match(text, at)
    if found is None:
        return ()
    if found[2] == "-" and len(found[4]) == 2:
        return ()
    first, dot, second = int(found[1]), found[2] == ".", int(found[3])
    year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
    # A dot is European (day first), a slash American unless its first number can be no month.
    month, day = (second, first) if dot or first > 12 else (first, second)
    order = "dm" if dot or first > 12 else "md" if second > 12 or first == second else "?"
    if not _real(month, day) or (dot and len(found[4]) == 2):
        return ()
    return (Point(at, found.end(), day=Day(year, month, day, order=order)),)


def read_short_date(text: str, at: int) -> tuple[Point, ...]:
    """Read "on 7/9 at", a numeric date without a year, where a time follows."""
    found = SHORT_DATE.match(text, at)
    if found is None or not ON.search(text, max(0, at - 6), at):
        found = LATE_DATE.match(text, at) if BEHIND_ZONE.search(text, max(0, at - 6), at) else None
    if found is None:
        return ()
    first, second = int(found[1]), int(found[2])
    month, day = (second, first) if first > 12 else (first, second)
    if not _real(month, day):
        return ()
    return (Point(at, found.end(), day=Day(month=month, day=day, order="?" if first <= 12 and second <= 12 else None)),)


def read_holiday(text: str, at: int) -> tuple[Point, ...]:
    """Read "on Christmas Day", "on Black Friday"."""
    found = HOLIDAY.match(text, at)
    if found is None or not BY_NAME.search(text, max(0, at - 14), at):
        return ()
    said = holidays()[found.group().lower()]
    if said[0] == "+":
        return (Point(at, found.end(), day=Day(thanks=int(said))),)
    month, _, number = said.partition("-")
    return (Point(at, found.end(), day=Day(month=int(month), day=int(number))),)


def month_of(name: str) -> int:
    """The number of a month by its name or abbreviation."""
    return month_names().get(name.lower()) or MONTHS.index(name[:3].lower()) + 1


def _real(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def read_weekday(text: str, at: int) -> tuple[Point, ...]:
    """Read "Tuesday", "last Friday"; short names only where a date or a part of the day follows."""
    found = LETTERS.match(text, at)
    if found is None:
        return ()
    word, end = found.group(), found.end()
    if len(word) < 6 and not SHORT_DAY_NEXT.match(text, end):
        return ()
    number, weeks = WEEKDAYS.index(word[:3].lower()), None
    behind = LAST_WEEK.match(text, end)
    before = WEEK_BEFORE.search(text, max(0, at - 16), at)
    if before is not None and before[3]:
        return ()
    if behind is not None:
        weeks, end = 1, behind.end()
    elif before is not None:
        weeks = 1 if before[1] else -1
    last = text[max(0, at - 5) : at].lower() == "last "
    return (Point(at, end, day=Day(weekday=number, weeks=weeks, last=last), early=early_of(text, at)),)


def early_of(text: str, at: int) -> str | None:
    """Whether "early" or "late" stands before."""
    found = EARLY.search(text, max(0, at - 16), at)
    return found[1].lower() if found else None


def read_today(text: str, at: int) -> tuple[Point, ...]:
    """Read "yesterday", "today", "tonight", "tomorrow"."""
    found = LETTERS.match(text, at)
    if found is None:
        return ()
    word = found.group().lower()
    if word == "yesterday" and DAY_BEFORE.search(text, max(0, at - 16), at):
        return (Point(at, found.end(), day=Day(shift=-2)),)
    part = "night" if word == "tonight" else None
    shift = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
    if OWNED.match(text, found.end()) and not AFTER_IT.search(text, max(0, at - 10), at):
        # "yesterday's data" is no time; "yesterday's outage" and "since yesterday's release" are.
        return ()
    return (Point(at, found.end(), day=Day(shift=shift), part=part, early=early_of(text, at)),)


def read_this_part(text: str, at: int) -> tuple[Point, ...]:
    """Read "this morning", "last night", "early this afternoon"."""
    found = THIS_PART.match(text, at)
    if found is None or (found[1].lower() in ("late", "early", "earlier") and not found[2]):
        return ()
    lead, part = found[1].lower(), found[3].lower()
    shift = -1 if lead == "last" else 0
    early = lead if lead in ("late", "early") else early_of(text, at)
    return (Point(at, found.end(), day=Day(shift=shift), part=part, early=early),)


def read_next_day(text: str, at: int) -> tuple[Point, ...]:
    """Read "the next day", "the same evening": a day after, or the day of, the time told before."""
    found = NEXT_DAY.match(text, at)
    if found is None or text[max(0, at - 4) : at].lower() not in ("the ", "hat "):
        return ()
    part = found["part"].lower() if found["part"] else None
    return (Point(at, found.end(), day=Day(after=AFTERS[found["which"].lower()]), part=part),)


def read_day_before(text: str, at: int) -> tuple[Point, ...]:
    """Read "the day before", "the day after", "the evening before", told of the day named before."""
    found = DAY_AFTER.match(text, at)
    if found is None or text[max(0, at - 4) : at].lower() != "the ":
        return ()
    part = found["part"].lower() if found["part"] else None
    return (Point(at, found.end(), day=Day(after=1 if found["side"].lower() == "after" else -1), part=part),)


def read_all_day(text: str, at: int) -> tuple[Point, ...]:
    """Read "all morning", "all day": it began on the day of speaking, "all night" on the one before."""
    found = ALL_DAY.match(text, at)
    if found is None:
        return ()
    part = found["part"].lower() if found["part"] else None
    return (Point(at, found.end(), day=Day(shift=-1 if part == "night" else 0), part=part),)


def read_weekend(text: str, at: int) -> tuple[Point, ...]:
    """Read "over the weekend": the last Saturday."""
    lead = WEEKEND_LEAD.search(text, max(0, at - 20), at)
    if lead is None:
        return ()
    past = lead["last"] is not None
    # On a Friday "this weekend" is to come.
    weeks = 0 if not past and lead.group().lower() == "this " else None
    return (Point(at, at + len("weekend"), day=Day(weekday=5, weeks=weeks, last=past), early="weekend"),)


def read_long_part(text: str, at: int) -> tuple[Point, ...]:
    """Read "the early hours"."""
    found = LONG_PART.match(text, at)
    return () if found is None else (Point(at, found.end(), part=found.group().lower()),)
