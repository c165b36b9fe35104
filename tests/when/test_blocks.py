"""Timelines inside a text: where the posts are, when they were posted, and what stands in for stated times."""

from __future__ import annotations

from datetime import UTC, datetime

import spacy

from pipeline.components import blocks as blocks_component
from pipeline.components import when as when_component
from pipeline.components.blocks import find_blocks
from pipeline.components.finds import Meta, finds
from pipeline.model import iso

FEED = (
    "[2024-07-03T10:05:00.120Z] investigating: We look into failing uploads.\n\n"
    "[2024-07-03T10:40:00.000Z] monitoring: A fix is out.\n\n"
    "[2024-07-03T11:10:00.000Z] resolved: All uploads work."
)
CLOCKS = (
    "10:20 PM PST We look into failing uploads.\n"
    "11:50 PM PST We see recovery.\n"
    "12:30 AM PST Between 9:45 PM and 12:05 AM PST uploads failed. All is well and operating normally."
)


def posted(text, **meta):
    return [(iso(b.posted_at), b.status) for b in find_blocks(text, Meta(**meta))]


def test_iso_stamps():
    assert posted(FEED) == [
        ("2024-07-03T10:05:00Z", "investigating"),
        ("2024-07-03T10:40:00Z", "monitoring"),
        ("2024-07-03T11:10:00Z", "resolved"),
    ]
    first = find_blocks(FEED, Meta())[0]
    assert FEED[first.start : first.end].strip() == "We look into failing uploads."


def test_clock_stamps_roll_over_midnight():
    published = datetime(2024, 1, 4, 6, 18, tzinfo=UTC)
    assert posted(CLOCKS, published=published) == [
        ("2024-01-04T06:20:00Z", None),
        ("2024-01-04T07:50:00Z", None),
        ("2024-01-04T08:30:00Z", "over"),
    ]
    assert posted(CLOCKS) == [(None, None), (None, None), (None, "over")]


def test_clock_stamps_with_a_date():
    text = (
        "Nov 27, 11:55 AM PST We look into it.\n3:35 PM PST Nov 27 We see recovery.\n1:05 AM PST Nov 28 It is resolved."
    )
    published = datetime(2023, 11, 27, 20, 0, tzinfo=UTC)
    assert [p[0] for p in posted(text, published=published)] == [
        "2023-11-27T19:55:00Z",
        "2023-11-27T23:35:00Z",
        "2023-11-28T09:05:00Z",
    ]


def test_labels_and_dates_of_status_pages():
    published = datetime(2024, 3, 4, tzinfo=UTC)
    feed = "Mar 3, 14:05 UTC\nResolved - All is well.\n\nMar 3, 13:40 UTC\nInvestigating - We look into it."
    assert posted(feed, published=published) == [
        ("2024-03-03T14:05:00Z", "resolved"),
        ("2024-03-03T13:40:00Z", "investigating"),
    ]
    page = "Resolved - All is well.\nMar 3, 14:05 UTC\n\nInvestigating - We look into it.\nMar 3, 13:40 UTC"
    assert posted(page, published=published) == posted(feed, published=published)
    update = "We look into it.\nUpdate 14:30 UTC: it is fixed.\nUpdate (2:45 p.m. UTC): it is well."
    assert [p[0] for p in posted(update, published=datetime(2024, 3, 3, 15, tzinfo=UTC))] == [
        "2024-03-03T14:30:00Z",
        "2024-03-03T14:45:00Z",
    ]


def test_prose_is_no_timeline():
    assert posted("The shop broke at 10:00 UTC and came back at 11:00 UTC.") == []
    assert posted("Some prose first.\n10:20 PM PST was when it broke.") == []


def test_stated_times_before_posting_times(read):
    window = read(CLOCKS, datetime(2024, 1, 4, 6, 18, tzinfo=UTC), kind="status")
    assert (iso(window.started_at), iso(window.ended_at)) == ("2024-01-04T05:45:00Z", "2024-01-04T08:05:00Z")
    assert window.duration_minutes == 140


def test_posting_times_stand_in(read):
    window = read(FEED, datetime(2024, 7, 3, 10, 5, tzinfo=UTC), kind="status")
    assert (iso(window.started_at), iso(window.ended_at)) == ("2024-07-03T10:05:00Z", "2024-07-03T11:10:00Z")
    assert [m.rule for m in window.mentions] == ["when.posted_first", "when.posted_last"]
    assert all(m.confidence < 0.5 for m in window.mentions)
    assert FEED[window.mentions[0].start : window.mentions[0].end] == window.mentions[0].text
    assert "2024-07-03T10:05:00.120Z" in window.mentions[0].text


def test_a_timeline_that_is_not_over_has_no_end(read):
    text = FEED.rpartition("\n\n")[0]
    window = read(text, datetime(2024, 7, 3, 10, 5, tzinfo=UTC), kind="status")
    assert iso(window.started_at) == "2024-07-03T10:05:00Z"
    assert window.ended_at is None
    assert window.duration_minutes is None


def test_newest_first(read):
    text = "[2024-07-03T11:10:00Z] resolved: well.\n\n[2024-07-03T10:05:00Z] investigating: looking."
    window = read(text, datetime(2024, 7, 3, 10, 5, tzinfo=UTC), kind="status")
    assert (iso(window.started_at), iso(window.ended_at)) == ("2024-07-03T10:05:00Z", "2024-07-03T11:10:00Z")


def test_components_in_a_pipeline():
    nlp = spacy.blank("en")
    nlp.add_pipe("outagewire_blocks")
    nlp.add_pipe("outagewire_when")
    assert {blocks_component.Blocks, when_component.When} == {type(pipe) for _, pipe in nlp.pipeline}
    assert not nlp.analyze_pipes()["problems"]["outagewire_when"]
    doc = nlp("Between 9:24 and 11:15 UTC on 1 July 2020 uploads failed for up to two hours.")
    found = finds(doc, "range", "duration")
    assert [f.field for f in found] == ["range", "duration"]
    assert found[0].value == "2020-07-01T09:24:00Z/2020-07-01T11:15:00Z"


def test_the_label_of_a_post_is_no_cue(read):
    text = "[2024-07-03T11:10:00Z] resolved: On July 3, 2024, between 08:00 and 09:05 UTC, uploads failed."
    window = read(text, datetime(2024, 7, 3, 11, 10, tzinfo=UTC), kind="status")
    assert (iso(window.started_at), iso(window.ended_at)) == ("2024-07-03T08:00:00Z", "2024-07-03T09:05:00Z")
    text = "[2024-07-03T11:10:00Z] resolved: Earlier today uploads failed."
    window = read(text, datetime(2024, 7, 3, 11, 10, tzinfo=UTC), kind="status")
    assert (iso(window.started_at), window.ended_at) == ("2024-07-03T00:00:00Z", None)


def test_a_postmortem_is_not_the_end(read):
    text = FEED + "\n\n[2024-07-09T09:00:00Z] postmortem: A disk was full."
    window = read(text, datetime(2024, 7, 3, 10, 5, tzinfo=UTC), kind="status")
    assert iso(window.ended_at) == "2024-07-03T11:10:00Z"


def test_a_window_long_before_the_posts_is_a_slip(read):
    text = FEED.replace("All uploads work.", "From 10:00 to 11:00 UTC on 3 July 2023 uploads failed.")
    window = read(text, datetime(2024, 7, 3, 10, 5, tzinfo=UTC), kind="status")
    assert iso(window.started_at) == "2024-07-03T10:05:00Z"


def test_a_mere_today_says_less_than_the_posts(read):
    text = FEED.replace("All uploads work.", "All uploads work. We regret the trouble today.")
    window = read(text, datetime(2024, 7, 3, 10, 5, tzinfo=UTC), kind="status")
    assert iso(window.started_at) == "2024-07-03T10:05:00Z"
