"""Laws: an interval written in any of the usual forms is read back; hostile text costs linear time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

ZONES = {
    "UTC": "UTC",
    "PT": "America/Los_Angeles",
    "EDT": "America/New_York",
    "CEST": "Europe/Paris",
    "JST": "Asia/Tokyo",
    "AEST": "Australia/Sydney",
    "US/Central": "America/Chicago",
    "India time": "Asia/Kolkata",
    "Europe/Helsinki": "Europe/Helsinki",
}
DAYS = ["%d %B %Y", "%d %b %Y", "%B %d, %Y", "%Y-%m-%d", "%A, %B %d, %Y", "%d.%m.%Y"]
CLOCKS = ["%H:%M", "%I:%M %p", "%I:%M%p", "%H:%M:%S"]
SHAPES = [
    "Uploads failed from {a} to {b} {z} on {d}.",
    "Between {a} and {b} {z} on {d}, uploads failed.",
    "On {d}, between {a} and {b} {z}, uploads failed.",
    "Uploads failed from {a} {z} until {b} {z} on {d}.",
    "On {d} at {a} {z} the shop went down, and it was restored at {b} {z}.",
    "Starting at {a} {z} on {d}, uploads failed. The issue was resolved at {b} {z}.",
    "Start time: {d} {a} {z}\nEnd time: {d2} {b} {z}",
    "Uploads failed from {d} {a} {z} to {d2} {b} {z}.",
]


@settings(max_examples=300, deadline=None)
@given(
    begin=st.datetimes(datetime(2012, 1, 1), datetime(2026, 12, 30)),  # noqa: DTZ001 - a wall clock, its zone is drawn below
    minutes=st.integers(5, 1200),
    zone=st.sampled_from(sorted(ZONES)),
    day=st.sampled_from(DAYS),
    clock=st.sampled_from(CLOCKS),
    shape=st.sampled_from(SHAPES),
)
def test_what_is_written_is_read(read, begin, minutes, zone, day, clock, shape):
    place = ZoneInfo(ZONES[zone])
    start = begin.replace(second=0, microsecond=0, tzinfo=place)
    end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(place)
    # Hours that a change of the clocks skips or repeats have no one reading.
    for moment in (start, end):
        assume(moment.replace(fold=0).utcoffset() == moment.replace(fold=1).utcoffset())
        assume(moment.astimezone(UTC).astimezone(place) == moment)
    assume(start.utcoffset() == end.utcoffset())
    assume(end.replace(tzinfo=None) - start.replace(tzinfo=None) < timedelta(days=1))
    text = shape.format(
        a=start.strftime(clock), b=end.strftime(clock), z=zone, d=start.strftime(day), d2=end.strftime(day)
    )
    window = read(text, end.astimezone(UTC) + timedelta(hours=30))
    assert (window.started_at, window.ended_at) == (start.astimezone(UTC), end.astimezone(UTC)), text
    assert window.duration_minutes == minutes


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789:-/.,()[] \nabmpUTCJanfromtosice", max_size=300))
def test_no_text_breaks_it(read, text):
    window = read(text)
    if window.started_at and window.ended_at:
        assert window.ended_at >= window.started_at.replace(hour=0, minute=0, second=0)
    for mention in window.mentions:
        assert text[mention.start : mention.end] == mention.text


UNITS = [
    "1", "12:", "10:00 ", "10:00-", "between ", "from 1 to ", "1 h ", "Jan 1 ", "1 Jan - ", " ", "\n", "a ", "an hour ",
    "2024-01-01 ", "last ", "10 a.m. (", "at 9 ", "Update 1:", "[2024-01-01T10:00] ", "one ", "UTC+", "resolved ", ". ",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_text_costs_linear_time(read, unit):
    def cost(size: int) -> float:
        text = unit * (size // len(unit))
        began = time.process_time()
        read(text)
        return time.process_time() - began

    cost(1000)
    small, large = (min(cost(size) for _ in range(3)) for size in (4000, 16000))
    # Four times the text: a quadratic step would cost sixteen times.
    assert large < 9 * small + 0.1
