"""The half of the day of a clock in a post that names none: the later one that has been.

    "went out 3:15, came back 4:40 Eastern", posted at five in the afternoon    15:15 and 16:40

Who writes among friends counts to twelve. Only clocks that name no day and no half, in a text without a clock of
twenty-four hours, outside of UTC, and where the post is known to the minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta

from pipeline.components.anchors import Anchor, moment
from pipeline.components.slots import Slot

HALF = 12
HALF_DAY = timedelta(hours=HALF)
JUST_NOW = timedelta(minutes=10)


def with_posted_halves(text: str, slots: Sequence[Slot], anchor: Anchor | None) -> list[Slot]:
    """The slots with open clocks moved to the afternoon where that is the later to have been by the time of posting."""
    if anchor is None or anchor.date_only or any(_counts_to_twenty_four(text, slot) for slot in slots):
        return list(slots)
    return [_later(slot, anchor) if _open(slot) else slot for slot in slots]


def _counts_to_twenty_four(text: str, slot: Slot) -> bool:
    point = slot.point
    return (
        point.clock is not None and not point.clock.meridiem and (point.clock.hour > HALF or text[point.start] == "0")
    )


def _open(slot: Slot) -> bool:
    point, clock = slot.point, slot.point.clock
    if clock is None or clock.meridiem or not 1 <= clock.hour < HALF or slot.zone in (None, UTC):
        return False
    return (
        point.day is None and point.part is None and not (point.zone is not None and point.zone.key in ("utc", "gmt"))
    )


def _later(slot: Slot, anchor: Anchor) -> Slot:
    at = moment(slot.point, anchor.day(slot.zone), slot.zone, anchor)
    clock = slot.point.clock
    if at is None or clock is None or at.at <= anchor.at + JUST_NOW < at.at + HALF_DAY:
        return slot
    # Shortly past midnight this morning's clock is still to come, and last evening's is the later that has been.
    return slot._replace(point=replace(slot.point, clock=replace(clock, hour=clock.hour + HALF, meridiem=True)))
