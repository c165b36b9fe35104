"""Times told by their distance to another: what they are measured from, and what is none."""

from __future__ import annotations

import pytest

from pipeline.components.finds import Meta
from pipeline.components.when import find_times

FAILED = "The gateway failed at 14:05 UTC on 9 July 2024. "


def told(text: str) -> list[tuple[str, str]]:
    """Value and role of the times that a distance tells."""
    found = find_times(text, (), Meta(id="o", kind="postmortem"))
    return [(f.value, f.data["role"]) for f in found if f.rule.startswith("when.offset.")]


def test_a_distance_counts_from_the_time_before():
    assert told(FAILED + "Nine minutes later it was back.") == [("2024-07-09T14:14:00Z", "end")]


def test_distances_add_up():
    text = FAILED + "We were paged six minutes later. Ten minutes after that it was back."
    assert [value for value, _ in told(text)] == ["2024-07-09T14:11:00Z", "2024-07-09T14:21:00Z"]


def test_a_distance_leads_back_to_the_start():
    text = "We were paged at 14:10 UTC on 9 July 2024, five minutes after the gateway failed."
    assert told(text) == [("2024-07-09T14:05:00Z", "start")]


def test_a_timeline_counts_from_its_first_time():
    text = "T+0 (14:05 UTC, 9 July 2024): gateway fails. T+6: paged. T+47: all is well again."
    assert [value for value, _ in told(text)][-2:] == ["2024-07-09T14:11:00Z", "2024-07-09T14:52:00Z"]


@pytest.mark.parametrize(
    "text",
    [
        "Nine minutes later it was back.",  # no time to count from
        FAILED + "We wrote a report. It was long. Nine days later it was read.",  # too far from it
        FAILED + "We use T+2 settlement.",  # one count is no timeline
        "It failed on 9 July 2024. Nine minutes later it was back.",  # a day is no time to count minutes from
    ],
)
def test_what_is_no_time(text):
    assert told(text) == []


def test_a_distance_out_of_all_bounds_is_bounded():
    text = "T+0 (14:05 UTC, 9 July 2024): fails.\nT+9999h: paged.\nT+1m: all is well."
    assert max(value for value, _ in told(text)) == "2024-07-12T14:05:00Z"
