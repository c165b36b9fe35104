"""The points of a text with their places and zones: what is known of each before dates are settled.

A point without a zone takes that of the other end of its range, of the text ("all times are UTC"), of its
nearest neighbour, of the source; in this order. The stamps of a feed are data and lend no zone to the prose.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import NamedTuple

from pipeline.components import zones
from pipeline.components.anchors import Moment
from pipeline.components.finds import Block, Meta
from pipeline.components.home_zones import Assumed, Home, assumed_zone, no_home
from pipeline.components.moments import Range, Reading
from pipeline.components.points import Point
from pipeline.components.roles import Role
from pipeline.components.sentence_breaks import Sentences

# Who tells of places in the time that their clocks show; a vendor tells all of its regions in one zone.
TELLERS = frozenset({"news", "social", None})
MONTHS = 12
STAMP_REACH = 80
STAMP_TAIL = 2


class Slot(NamedTuple):
    """A point with its zone and the place it stands at; `lost` is a zone as written that is not known.

    `origin` tells what a zone that no words of the text write was taken from (`home_zones`).
    """

    point: Point
    sentence: int
    block: int | None
    stamp: bool
    zone: tzinfo | None
    lost: str | None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """One time of the text: one moment, or the two of a range.

    `lost` is a zone that is not known ("" where a clock has none at all), `borrowed` tells that the date
    is not the time's own, `minutes` is the length of a range by its clocks alone, `conflict` tells of a weekday
    that is not the date's, `following` is an end of borrowed date a day later: clocks may change between.
    """

    start: int
    end: int
    first: Moment | None
    last: Moment | None
    ranged: bool
    role: Role
    slot: Slot
    lost: str | None
    borrowed: bool = False
    minutes: int | None = None
    conflict: bool = False
    following: Moment | None = None


def ends(unit: Point | Range) -> tuple[Point, ...]:
    """The one point, or both ends of the range."""
    return (unit.first, unit.last) if isinstance(unit, Range) else (unit,)


def make_slots(
    text: str,
    reading: Reading,
    blocks: Sequence[Block],
    meta: Meta,
    sentences: Sentences,
    service_home: Home = no_home,
) -> list[Slot]:
    """A slot for each point, in order, with its own zone or the one it takes from around it."""
    points = [p for unit in reading.points for p in ends(unit)]
    declared = reading.declared
    countries = {zones.country(p.zone) for p in points if p.zone is not None} - {None}
    # "12/13/2023" is written in one country alone: where nothing else settles a zone, that does.
    month_first = any(p.day is not None and p.day.order == "md" and (p.day.day or 0) > MONTHS for p in points)
    home = zones.named_zone(meta.timezone) if meta.timezone else None
    ambiguous = any(p.zone is not None and p.zone.zone is None for p in points)
    low = text.lower() if ambiguous else ""
    home = home or next((p.local for p in points if p.local is not None), None)
    slots = []
    for point in points:
        block, stamp = _place(point, blocks)
        zone, lost = _own_zone(point, low, {c for c in countries if c}, home)
        if zone is None and month_first and point.zone is not None and point.zone.key in zones.readings():
            zone, lost = _own_zone(point, "", {"us"}, home)
        slots.append(Slot(point, sentences.index(point.start), block, stamp, zone, lost))
    if home is None and reading.declared is None:
        slots = _placed(slots, text, meta, sentences, service_home)
    if declared is not None and declared.zone is None:
        # "Timeline (IST)": the other words of the text settle what the letters leave open.
        low = low or text.lower()
        reading = replace(
            reading, declared=replace(declared, zone=zones.settle(declared, low, {c for c in countries if c}))
        )
    return _share_zones(slots, reading, home)


def _placed(slots: list[Slot], text: str, meta: Meta, sentences: Sentences, service_home: Home) -> list[Slot]:
    """The slots with the zone of service or place for "local time", and for the clocks of a text without any zone."""
    zoneless = not any(s.zone is not None or s.lost is not None for s in slots)
    home: tzinfo | None = None
    asked = False
    out = []
    seen: dict[tuple[tuple[int, int], bool], Assumed | None] = {}
    for slot in slots:
        local = slot.point.zone is not None and slot.point.zone.key == "local"
        if slot.zone is None and slot.point.clock is not None and (local or zoneless):
            home, asked = (home if asked else service_home()), True
            around = sentences.around(slot.point.start)
            if (around, local) not in seen:
                by_place = local or meta.kind in TELLERS
                seen[around, local] = assumed_zone(text, around, home, by_place=by_place)
            found = seen[around, local]
            if found is not None:
                kept = slot.lost if found.zone is None else None
                slot = slot._replace(zone=found.zone, lost=kept, origin=found.origin)  # noqa: PLW2901 - the placed one
        out.append(slot)
    return out


def block_at(at: int, blocks: Sequence[Block]) -> int | None:
    """The number of the block that a place lies in; blocks stand in the order of the text."""
    number = bisect_right(blocks, at, key=lambda b: b.start) - 1
    return number if number >= 0 and at < blocks[number].end else None


def _place(point: Point, blocks: Sequence[Block]) -> tuple[int | None, bool]:
    """The block that a point lies in, and whether it is the stamp of one."""
    if not blocks:
        return None, False
    inside = block_at(point.start, blocks)
    if inside is not None:
        return inside, False
    following = bisect_right(blocks, point.start, key=lambda b: b.start)
    before = following < len(blocks) and 0 <= blocks[following].start - point.end <= STAMP_REACH
    behind = following > 0 and 0 <= point.start - blocks[following - 1].end <= STAMP_TAIL
    return None, before or behind


def _own_zone(point: Point, low: str, countries: set[str], home: tzinfo | None) -> tuple[tzinfo | None, str | None]:
    word = point.zone
    if word is None:
        return None, None
    if word.key == "local":
        return home, None if home else word.text
    zone = zones.settle(word, low, countries)
    if zone is None and word.key in zones.readings():
        zone = home
    return zone, None if zone else word.text


def _share_zones(slots: list[Slot], reading: Reading, home: tzinfo | None) -> list[Slot]:
    declared = reading.declared.zone if reading.declared is not None else None
    own = [(s.point.start, s) for s in slots if s.zone is not None and not _machine(s)]
    mates = partners(reading)
    out = []
    for number, slot in enumerate(slots):
        mate = slots[mates[number]] if number in mates else None
        if slot.zone is not None or slot.lost is not None or slot.origin is not None:
            out.append(slot)
        elif mate is not None and (mate.lost is not None or mate.zone is not None):
            out.append(slot._replace(lost=mate.lost, zone=mate.zone, origin=mate.origin))
        elif declared is not None:
            out.append(slot._replace(zone=declared))
        else:
            close = _nearest(slot.point.start, own)
            zone, origin = (home, None) if close is None else (close.point.local or close.zone, close.origin)
            out.append(slot._replace(zone=zone, origin=origin))
    return out


def partners(reading: Reading) -> dict[int, int]:
    """For each end of a range, by number, the other one."""
    out, at = {}, 0
    for unit in reading.points:
        if isinstance(unit, Range):
            out[at], out[at + 1] = at + 1, at
        at += len(ends(unit))
    return out


def _machine(slot: Slot) -> bool:
    return slot.stamp and slot.point.day is not None and slot.point.day.year is not None


def _nearest(at: int, own: Sequence[tuple[int, Slot]]) -> Slot | None:
    """The slot whose zone stands closest, the earlier of two."""
    number = bisect_left(own, at, key=lambda o: o[0])
    close = own[max(0, number - 1) : number + 1]
    return min(close, key=lambda o: abs(o[0] - at))[1] if close else None
