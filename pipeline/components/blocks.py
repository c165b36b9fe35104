"""Component `outagewire_blocks`: the dated posts of a timeline inside one text.

    "6:18 PM PDT We are investigating... 7:22 PM PDT We are seeing recovery..."

gives two blocks with their posting times; the first takes its date from the publication, the others
follow in order over midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components import zones
from pipeline.components.anchors import anchor_of, calendar_day, moment
from pipeline.components.dates import MONTH
from pipeline.components.finds import Block, Meta, whole
from pipeline.components.moments import Range, read_times
from pipeline.components.points import Point
from pipeline.components.time_rules import over_phrases

LABEL = (
    r"(?:investigating|identified|monitoring|resolved|updated?|post-?mortem|scheduled|completed|in progress"
    r"|verifying|recovering|unknown|mitigated)"
)
DATE = rf"(?i:{MONTH})\.?[ \t]{{1,3}}\d{{1,2}}(?:,?[ \t]\d{{4}})?"
ISO_STAMP = re.compile(
    r"\[(?P<stamp>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d\d:?\d\d|UTC)?)\]"
    rf"[ \t]{{0,4}}(?:(?P<label>(?i:{LABEL}))\b:?)?"
)
# Such as "3:35 PM PST", "Nov 27, 3:35 PM PST" or "3:35 PM PST Nov 27".
CLOCK_STAMP = re.compile(
    rf"[ \t]{{0,4}}\[?(?P<stamp>(?:{DATE},? )?\d{{1,2}}:\d\d ?[AP]M [A-Z]{{2,4}}(?: {DATE})?)\]?[:,]?"
    r"\s{1,4}(?=[^\W\d_])"
)
# Such as "Update 14:30 UTC: ..." or "UPDATE (2:45 p.m. PT) - ...".
LABEL_STAMP = re.compile(
    rf"[ \t>*]{{0,4}}(?P<label>{LABEL})[ \t]{{0,2}}[-–—:(,@]{{0,2}}[ \t]{{0,2}}(?:at[ \t])?"
    r"(?P<stamp>[^\n:]{0,24}?\b\d{1,2}[:.]\d\d[^\n:)]{0,20}?)\)?[ \t]?(?:[:\-–—][ \t]|\n)",
    re.IGNORECASE,
)
# A date with its time on one line, the label behind it: the feeds of status pages.
DATE_STAMP = re.compile(
    rf"[ \t>*]{{0,4}}(?:Posted[ \t](?:on[ \t])?)?(?P<stamp>{DATE},?(?:[ \t]-)?[ \t]\d{{1,2}}:\d\d(?:[ \t]?[AP]M)?"
    rf"[ \t]\(?[A-Z]{{2,4}}\)?)[ \t]{{0,4}}\n?[ \t]{{0,4}}(?P<label>(?i:{LABEL}))[ \t]{{0,2}}(?:[-–—:]|\n)"
)
# Such as "2024-07-09 10:05 UTC | Investigating | ..." or "10:05 UTC - Resolved: ...".
ROW_STAMP = re.compile(
    rf"[ \t>*|-]{{0,4}}(?P<stamp>(?:\d{{4}}-\d\d-\d\d[T ])?\d{{1,2}}:\d\d(?::\d\d)?"
    rf"(?:[ \t]?[AP]M)?[ \t]?(?:Z|\(?[A-Z]{{2,4}}\)?)?)"
    rf"[ \t]{{0,2}}[|:–—-][ \t]{{0,2}}(?P<label>(?i:{LABEL}))\b[ \t]{{0,2}}[|:–—-]"
)
# A line that may begin with a stamp at all: a figure, a month, a label or "Posted" stands first.
STAMP_LINE = re.compile(rf"^[ \t>*|\[(-]{{0,5}}(?=\d|(?:{MONTH}|posted|{LABEL})\b)", re.IGNORECASE | re.MULTILINE)
# The label first and the date last: the pages of incidents.
LABEL_LINE = re.compile(rf"^[ \t>*]{{0,4}}(?P<label>(?i:{LABEL}))[ \t]{{0,2}}[-–—][ \t]", re.MULTILINE)
TRAILING_STAMP = re.compile(
    rf"(?:Posted[ \t]{{1,3}}(?:on[ \t])?)?(?P<stamp>{DATE},?(?:[ \t]-)?[ \t]\d{{1,2}}:\d\d(?:[ \t]?[AP]M)?"
    r"[ \t]\(?[A-Z]{2,4}\)?)"
)
EARLY_POST = timedelta(minutes=30)
ONE_DAY = timedelta(days=1)
DAY_MINUTES = 1440
FEWEST = 2
FAR_SHORTER = 2
OVER = frozenset({"resolved", "completed", "over"})


@dataclass(frozen=True, slots=True)
class Stamp:
    """A posting stamp found: its span, where the body begins, its label."""

    start: int
    end: int
    text_start: int
    text_end: int
    label: str | None


@Language.factory("outagewire_blocks", assigns=["doc._.blocks"])
class Blocks:
    """Sets `doc._.blocks`."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Set the blocks."""
        doc._.blocks = find_blocks(whole(doc), doc._.meta)
        return doc


# Labels that leave open how far the outage has come.
OPEN = (None, "update", "unknown")
LINE_STAMPS = (DATE_STAMP, ROW_STAMP, CLOCK_STAMP, LABEL_STAMP)


def find_blocks(text: str, meta: Meta) -> tuple[Block, ...]:
    """The posts in order of their place; empty where the text is no timeline."""
    stamps = list(_stamps(text))
    if not stamps or _label_first(text, stamps[0], meta):
        return _trailing(text, meta)
    if len(stamps) == 1 and stamps[0].start > meta.title_end + 2 and text[stamps[0].start] != "[":
        return ()
    times = _posted(text, stamps, meta)
    ends = _ends(text, stamps)
    return tuple(
        Block(s.end, max(s.end, end), at, _status(s.label, text[s.end : end]))
        for s, end, at in zip(stamps, ends, times, strict=True)
    )


def _label_first(text: str, first: Stamp, meta: Meta) -> bool:
    """Whether a post's label stands in a line before the first stamp, so that each stamp closes its post."""
    body = meta.title_end + 2 if meta.title_end else 0
    return first.label is not None and LABEL_LINE.match(text, body) is not None and first.start > body


def _trailing(text: str, meta: Meta) -> tuple[Block, ...]:
    """The posts of a status page: label first, stamp last."""
    heads = list(LABEL_LINE.finditer(text))
    ends = [*(h.start() for h in heads[1:]), len(text)][: len(heads)]
    stamps = []
    for head, end in zip(heads, ends, strict=True):
        tail = TRAILING_STAMP.search(text, head.end(), end)
        if tail is not None:
            stamps.append(Stamp(head.end(), tail.start(), tail.start("stamp"), tail.end("stamp"), head["label"]))
    times = _posted(text, stamps, meta)
    return tuple(
        Block(s.start, s.end, at, _status(s.label, text[s.start : s.end])) for s, at in zip(stamps, times, strict=True)
    )


def _stamps(text: str) -> Iterator[Stamp]:
    """Stamps: ISO ones in brackets anywhere, the other forms at the beginning of a line."""
    if "[" in text:
        found = [_stamp(m) for m in ISO_STAMP.finditer(text)]
        if found:
            yield from found
            return
    for line in STAMP_LINE.finditer(text):
        at = line.start()
        match = next((m for m in (e.match(text, at) for e in LINE_STAMPS) if m is not None), None)
        if match is not None:
            yield _stamp(match)


def _stamp(match: re.Match[str]) -> Stamp:
    groups = match.groupdict()
    return Stamp(match.start(), match.end(), match.start("stamp"), match.end("stamp"), groups.get("label"))


def _status(label: str | None, body: str) -> str | None:
    """The label of a post in one spelling; "over" where it has none and its words say that all is over."""
    word = label.lower().replace("-", "") if label else None
    word = {"updated": "update", "mitigated": "monitoring"}.get(word or "", word)
    if word not in OPEN:
        return word
    low = body.lower()
    return "over" if any(phrase in low for phrase in over_phrases()) else word


def _posted(text: str, stamps: list[Stamp], meta: Meta) -> list[datetime | None]:
    """The posting times. A stamp without a date follows the post before it, the first the publication."""
    points = [_point(text[s.text_start : s.text_end]) for s in stamps]
    if _newest_first(text, stamps, points):
        return _in_order(points[::-1], meta, latest=True)[::-1]
    return _in_order(points, meta, latest=False)


def _newest_first(text: str, stamps: list[Stamp], points: list[Point | None]) -> bool:
    """Whether posts of clocks alone run backwards: the first says that all is over, or the way back is far shorter."""
    known = [p for p in points if p is not None and p.clock is not None]
    if len(known) != len(points) or len(points) < FEWEST or any(p.day is not None for p in known):
        return False
    over = [_status(s.label, text[s.end : e]) in OVER for s, e in zip(stamps, _ends(text, stamps), strict=True)]
    if over[0] != over[-1]:
        return over[0]
    minutes = [p.clock.hour * 60 + p.clock.minute for p in known if p.clock is not None]
    steps = [(b - a) % DAY_MINUTES for a, b in pairwise(minutes)]
    return sum(steps) > FAR_SHORTER * sum((DAY_MINUTES - s) % DAY_MINUTES for s in steps)


def _ends(text: str, stamps: list[Stamp]) -> list[int]:
    return [*(s.start for s in stamps[1:]), len(text)]


def _in_order(points: list[Point | None], meta: Meta, *, latest: bool) -> list[datetime | None]:
    """The times of posts that run forwards. `latest`: it is the last one that lies close to the publication."""
    out: list[datetime | None] = []
    shared = next((p.zone.zone for p in points if p is not None and p.zone is not None and p.zone.zone), None)
    for point in points:
        before = next((t for t in reversed(out) if t is not None), None)
        out.append(_moment(point, shared, meta, before) if point is not None else None)
    anchor = anchor_of(meta.published)
    known = [t for t in out if t is not None]
    if latest and known and anchor is not None:
        # The first was put next to the publication; posts that would follow it move back by days.
        late = max(known) - anchor.at
        days = max(0, -(-(late - EARLY_POST) // ONE_DAY))
        return [t if t is None else t - days * ONE_DAY for t in out]
    return out


def _point(stamp: str) -> Point | None:
    units = read_times(stamp).points
    unit = units[0] if units else None
    return unit.first if isinstance(unit, Range) else unit


def _moment(point: Point, shared: tzinfo | None, meta: Meta, before: datetime | None) -> datetime | None:
    zone = zones.settle(point.zone, "", ()) if point.zone is not None else None
    zone = zone or shared or (zones.named_zone(meta.timezone) if meta.timezone else None)
    if zone is None:
        return None
    anchor = anchor_of(meta.published)
    if point.day is not None:
        return _at(point, calendar_day(point.day, anchor, zone), zone)
    if before is not None:
        day = before.astimezone(zone).date()
        at = _at(point, day, zone)
        return at if at is None or at >= before - EARLY_POST else _at(point, day + timedelta(days=1), zone)
    if anchor is None:
        return None
    # The day on which the first post lies closest to the publication.
    day = anchor.at.astimezone(zone).date()
    tries = [_at(point, day + timedelta(days=shift), zone) for shift in (-1, 0, 1)]
    return min((t for t in tries if t is not None), key=lambda t: abs(t - anchor.at), default=None)


def _at(point: Point, day: date | None, zone: tzinfo) -> datetime | None:
    at = moment(point, day, zone, None)
    return None if at is None or at.zoneless else at.at
