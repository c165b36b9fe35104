"""A source's own times as moments in UTC, or a named reason why one is not known.

Reads ISO 8601 and RFC 822/2822 dates, numeric offsets and the zone names that RFC 822 defines
(section 5.1). Any other abbreviation means different zones in different countries, so it is not
guessed; a time without a zone is not taken as UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from pipeline.model import YEARS

# RFC 822 section 5.1; the one-letter military zones were defined wrongly there and are refused (RFC 2822 section 4.3).
ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_RFC822 = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(?P<day>\d{1,2})[ -](?P<month>[A-Za-z]{3,9})\.?[ -](?P<year>\d{4}|\d{2})"
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<zone>.*))?"
)
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})")
_ISO_ZONE = re.compile(r"(\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*([A-Za-z]{1,5}|[+-]\d{2}:?\d{2})")


class UnreadTimeError(ValueError):
    """A time could not be read. `code` is the issue's: ``unknown_zone`` or ``unreadable_date``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text[:80]!r}")
        self.code = code


# No date is longer; the patterns below are not made for more.
_LONGEST = 100


def read_time(text: str) -> datetime:
    """The moment that `text` names, in UTC.

    Raises `UnreadTimeError` with ``unknown_zone`` for a time without a zone, a bare date or a zone
    name that RFC 822 does not define, and with ``unreadable_date`` for anything else.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise UnreadTimeError("unreadable_date", text[:_LONGEST])
    found = _RFC822.fullmatch(text)
    moment = _from_rfc822(found, text) if found else _from_iso(text)
    if moment.tzinfo is None:
        raise UnreadTimeError("unknown_zone", text)
    return _in_utc(moment, text)


def read_epoch(text: str | int) -> datetime:
    """The moment that a count of seconds since 1970 names. Raises `UnreadTimeError`."""
    try:
        return _in_utc(datetime.fromtimestamp(int(text), UTC), str(text))
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadTimeError("unreadable_date", str(text)) from error


def _in_utc(moment: datetime, text: str) -> datetime:
    if moment.year not in YEARS:
        raise UnreadTimeError("unreadable_date", text)
    return moment.astimezone(UTC)


def _from_iso(text: str) -> datetime:
    """ISO 8601, also with a space before the offset or a zone name behind the time."""
    named = _ISO_ZONE.search(text)
    zone = _zone(named[2], text) if named and text.endswith(named[2]) else None
    if named and zone:
        text = text[: named.end(1)]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadTimeError("unreadable_date", text) from error
    return moment.replace(tzinfo=zone) if zone else moment


def _from_rfc822(found: re.Match[str], text: str) -> datetime:
    month = found["month"].lower()[:3]
    if month not in MONTHS:
        raise UnreadTimeError("unreadable_date", text)
    year = int(found["year"])
    if len(found["year"]) == 2:  # RFC 2822 section 4.3
        year += 2000 if year < 50 else 1900
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    try:
        moment = datetime(year, MONTHS.index(month) + 1, int(found["day"]), hour, minute, second)  # noqa: DTZ001
    except ValueError as error:
        raise UnreadTimeError("unreadable_date", text) from error
    if not found["zone"]:
        raise UnreadTimeError("unknown_zone", text)
    return moment.replace(tzinfo=_zone(found["zone"], text))


def _zone(word: str, text: str) -> timezone:
    word = re.sub(r"\s*\(.*\)$", "", word).strip()
    if offset := _OFFSET.fullmatch(word):
        minutes = int(offset[2]) * 60 + int(offset[3])
        if minutes <= 15 * 60:
            return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    if word.upper() in ZONES:
        return timezone(timedelta(hours=ZONES[word.upper()]))
    raise UnreadTimeError("unknown_zone", text)
