"""Single sentences: what is said, and what has to be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.model import iso

# Published on Thursday, 11 July 2024, 15:30 UTC (see conftest): sentence, start, precision, end, minutes.
WINDOWS = [
    ("Uploads failed from around 10 a.m. ET on Tuesday.", "2024-07-09T14:00:00Z", "hour", None, None),
    (
        "Between 5:10 PM on July 7th, and 3:50 AM PDT on July 8th, uploads failed.",
        "2024-07-08T00:10:00Z", "minute", "2024-07-08T10:50:00Z", 640,
    ),
    (
        "Uploads failed from 09:24 to 11:15 UTC on 01 Jul 2024.",
        "2024-07-01T09:24:00Z", "minute", "2024-07-01T11:15:00Z", 111,
    ),
    ("The shop broke at 2024-03-20 01:41 US/Pacific.", "2024-03-20T08:41:00Z", "minute", None, None),
    ("The trouble began at Thursday, 2024-07-04 09:55 US/Pacific.", "2024-07-04T16:55:00Z", "minute", None, None),
    ("Starting at 3:23 PM PST, writes failed.", "2024-07-10T22:23:00Z", "minute", None, None),
    ("Beginning at 12:36 PM JST, racks overheated.", "2024-07-11T03:36:00Z", "minute", None, None),
    ("On July 2nd, 2024, the shop suffered an outage.", "2024-07-02T00:00:00Z", "day", None, None),
    ("The shop broke on 20 June 2024.", "2024-06-20T00:00:00Z", "day", None, None),
    ("The shop went down late on Friday.", "2024-07-05T00:00:00Z", "day", None, None),
    ("The shop went down yesterday.", "2024-07-10T00:00:00Z", "day", None, None),
    ("The shop has been unreachable since early Monday.", "2024-07-08T00:00:00Z", "day", None, None),
    ("The shop went down at noon ET today.", "2024-07-11T16:00:00Z", "hour", None, None),
    ("The shop went down at midnight Pacific on Wednesday.", "2024-07-10T07:00:00Z", "hour", None, None),
    ("The shop failed at 14:05 UTC+2 on 3 July.", "2024-07-03T12:05:00Z", "minute", None, None),
    ("The shop failed at 14:05 GMT+05:30 on 3 July.", "2024-07-03T08:35:00Z", "minute", None, None),
    ("As of 3:01p Pacific on Tuesday uploads fail.", "2024-07-09T22:01:00Z", "minute", None, None),
    ("It went down at 1430 GMT.", "2024-07-11T14:30:00Z", "minute", None, None),
    ("Cards were declined from 11.30am BST.", "2024-07-11T10:30:00Z", "minute", None, None),
    ("The app failed at 08:00 hrs IST on 9 July.", "2024-07-09T02:30:00Z", "minute", None, None),
    (
        "The app failed between 08:00 and 09:30 on 9 July 2024 (UTC).",
        "2024-07-09T08:00:00Z", "minute", "2024-07-09T09:30:00Z", 90,
    ),
    (
        "Between 23:10 and 00:40 UTC on 9 July jobs failed.",
        "2024-07-09T23:10:00Z", "minute", "2024-07-10T00:40:00Z", 90,
    ),
    ("From 23:10 to 2024-07-09 00:40 UTC jobs failed.", "2024-07-08T23:10:00Z", "minute", "2024-07-09T00:40:00Z", 90),
    (
        "From 11:10 PM to 12:40 AM GMT (July 9) jobs failed.",
        "2024-07-08T23:10:00Z", "minute", "2024-07-09T00:40:00Z", 90,
    ),
    (
        "Between 23:10 and 00:40 UTC jobs failed on 9 July.",
        "2024-07-09T23:10:00Z", "minute", "2024-07-10T00:40:00Z", 90,
    ),
    (
        "From 28 June 22:00 UTC until 1 July 2024 03:00 UTC jobs failed.",
        "2024-06-28T22:00:00Z", "minute", "2024-07-01T03:00:00Z", 3180,
    ),
    (
        "Logins failed from 8 to 10:30 p.m. Central Time on Monday.",
        "2024-07-09T01:00:00Z", "hour", "2024-07-09T03:30:00Z", 150,
    ),
    (
        "Between 2 and 4 a.m. UTC on July 4, requests failed.",
        "2024-07-04T02:00:00Z", "hour", "2024-07-04T04:00:00Z", 120,
    ),
    ("From 11 to 1 p.m. UTC on July 4, requests failed.", "2024-07-04T11:00:00Z", "hour", "2024-07-04T13:00:00Z", 120),
    ("From 10.15 to 11.45 CEST on 3 July logins failed.", "2024-07-03T08:15:00Z", "minute", "2024-07-03T09:45:00Z", 90),
    ("The incident ran 14:00–15:30 UTC on 4 July 2024.", "2024-07-04T14:00:00Z", "minute", "2024-07-04T15:30:00Z", 90),
    (
        "On July 4, between 14:00 and 15:30 UTC, requests failed.",
        "2024-07-04T14:00:00Z", "minute", "2024-07-04T15:30:00Z", 90,
    ),
    ("Down from 10am-2pm EDT Wednesday.", "2024-07-10T14:00:00Z", "hour", "2024-07-10T18:00:00Z", 240),
    (
        "Impact window: 2024-07-03 10:00 - 2024-07-03 11:30 (UTC)",
        "2024-07-03T10:00:00Z", "minute", "2024-07-03T11:30:00Z", 90,
    ),
    (
        "Logins failed from 2024-07-09T08:15:00+08:00 to 2024-07-09T10:00:00+08:00.",
        "2024-07-09T00:15:00Z", "exact", "2024-07-09T02:00:00Z", 105,
    ),
    ("The outage started two hours ago.", "2024-07-11T13:30:00Z", "hour", None, None),
    ("The site has been down for the past three hours.", "2024-07-11T12:30:00Z", "hour", None, 180),
    (
        "Service was restored by 11:45 a.m. PT on Wednesday after an outage that started at 9:15 a.m.",
        "2024-07-10T16:15:00Z", "minute", "2024-07-10T18:45:00Z", 150,
    ),
    (
        "At 14:05 UTC on 3 July 2024 the cache fell over; at 15:20 UTC the service recovered.",
        "2024-07-03T14:05:00Z", "minute", "2024-07-03T15:20:00Z", 75,
    ),
    (
        "Phones failed at about 4:05am AEDT on 8 November 2023 and came back at 4pm AEDT.",
        "2023-11-07T17:05:00Z", "minute", "2023-11-08T05:00:00Z", 715,
    ),
    (
        "The outage began at 3:20pm and ended at 5:45pm Pacific on July 9.",
        "2024-07-09T22:20:00Z", "minute", "2024-07-10T00:45:00Z", 145,
    ),
    (
        "We resolved the issue at 2:05 AM PDT. It had started at 11:40 PM PDT.",
        "2024-07-11T06:40:00Z", "minute", "2024-07-11T09:05:00Z", 145,
    ),
    (
        "The outage was first reported at 8:52 a.m. (0052 GMT) on Wednesday.",
        "2024-07-10T00:52:00Z", "minute", None, None,
    ),
    ("It began at 10:00 ET/7:00 PT on Tuesday.", "2024-07-09T14:00:00Z", "minute", None, None),
    ("It began Tuesday morning Eastern time.", "2024-07-09T10:00:00Z", "part_of_day", None, None),
    (
        "The site went dark around 7 o'clock in the evening London time on Sunday.",
        "2024-07-07T18:00:00Z", "hour", None, None,
    ),
    ("The site went down at nine in the morning Eastern Time on Sunday.", "2024-07-07T13:00:00Z", "hour", None, None),
    ("The outage occurred on the 3rd, at 10:00 UTC.", "2024-07-03T10:00:00Z", "minute", None, None),
    ("It began 25/06/2024 at 10:00 UTC.", "2024-06-25T10:00:00Z", "minute", None, None),
    ("It began on 7/3/24 at 10:00 UTC.", "2024-07-03T10:00:00Z", "minute", None, None),
    ("It broke on 25.12.2023 at 10:00 UTC.", "2023-12-25T10:00:00Z", "minute", None, None),
    ("On Wed, 03 Jul 2024 10:00:00 +0200 the first node crashed.", "2024-07-03T08:00:00Z", "exact", None, None),
    (
        "Flights were grounded from 0430 GMT until 0815 GMT on Wednesday.",
        "2024-07-10T04:30:00Z", "minute", "2024-07-10T08:15:00Z", 225,
    ),
    (
        "Incident began at 2024-07-09 12:00 and ended at 2024-07-09 12:57 (all times are US/Pacific).",
        "2024-07-09T19:00:00Z", "minute", "2024-07-09T19:57:00Z", 57,
    ),
    (
        "Start: 2024-07-09 08:15 UTC\nEnd: 2024-07-09 09:45 UTC",
        "2024-07-09T08:15:00Z", "minute", "2024-07-09T09:45:00Z", 90,
    ),
    (
        "The outage, which lasted 1.5 hours, began at 10:00 UTC on July 9.",
        "2024-07-09T10:00:00Z", "minute", "2024-07-09T11:30:00Z", 90,
    ),
    ("The service was down between July 8 and July 10.", "2024-07-08T00:00:00Z", "day", "2024-07-10T00:00:00Z", None),
    ("As of 10:20 AM PDT on July 9, all services have been restored.", None, None, "2024-07-09T17:20:00Z", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "start", "precision", "end", "minutes"), WINDOWS, ids=[w[0][:40] for w in WINDOWS])
def test_window(read, text, start, precision, end, minutes):
    window = read(text)
    assert iso(window.started_at) == start
    assert window.started_precision == precision
    assert iso(window.ended_at) == end
    assert window.duration_minutes == minutes


DURATIONS = [
    ("The shop was down for roughly an hour and a half.", 90),
    ("An hour-long outage hit the shop.", 60),
    ("A four-hour outage hit the shop.", 240),
    ("The outage lasted for approximately an hour.", 60),
    ("The outage lasted 2h 15m.", 135),
    ("The incident lasted 1 hour, 53 minutes.", 113),
    ("It was down for twenty-five minutes.", 25),
    ("It was down for 20 to 25 minutes.", 25),
    ("Service was interrupted for 3 days, 4 hours.", 4560),
    ("The network was down for a day and a half.", 2160),
    ("The outage lasted three and a half hours.", 210),
    ("A 5-hour 20-minute outage hit the platform.", 320),
    ("The shop was offline for 2½ hours.", 150),
    ("The shop was offline for three quarters of an hour.", 45),
    ("The shop was offline for half an hour.", 30),
    ("We counted 12 minutes of downtime.", 12),
    ("Logins failed between 3.30 pm and 5 pm on Monday.", 90),
    ("The issue lasted for several hours.", None),
    ("We will report again within 45 minutes.", None),
    ("The alert came 45 minutes after the change.", None),
    ("Messages arrived with delays of up to two hours.", None),
    ("In 2019 a similar outage lasted 14 hours.", None),
]


@pytest.mark.parametrize(("text", "minutes"), DURATIONS)
def test_duration(read, text, minutes):
    assert read(text).duration_minutes == minutes


NOT_THE_WINDOW = [
    "We will provide an update by 16:00 UTC on 11 July 2024.",
    "Next update by 16:00 UTC.",
    "A maintenance is planned from 22:00 to 23:00 UTC on 12 July.",
    "The previous outage hit the same system on 4 May 2024.",
    "Last updated 4 July 2024, 12:01 UTC.",
    "Our engineers were paged at 09:14 UTC on 4 July 2024.",
    "The patch was rolled out at 10:05 UTC on 4 July 2024.",
    "Uploads will be possible again tomorrow.",
    "Version 10.15 listens on 127.0.0.1:8080 and 16:9 is a ratio.",
    "Some tenants in zone 2 may see 503 errors 24/7.",
]


@pytest.mark.parametrize("text", NOT_THE_WINDOW)
def test_times_of_something_else(read, text):
    window = read(text)
    assert window.started_at is None
    assert window.ended_at is None


def test_detection_is_not_the_start(read):
    window = read("Our monitors raised an alarm at 10:05 UTC on 3 July 2024, though impact began at 09:50 UTC.")
    assert iso(window.started_at) == "2024-07-03T09:50:00Z"


def test_widest_window_wins_and_all_are_kept(read):
    window = read(
        "Between 10:00 and 10:20 UTC on 3 July 2024 logins failed. "
        "In addition, between 09:50 and 11:30 UTC invoices were late."
    )
    assert iso(window.started_at) == "2024-07-03T09:50:00Z"
    assert iso(window.ended_at) == "2024-07-03T11:30:00Z"
    assert {m.value for m in window.mentions} >= {"2024-07-03T10:00:00Z", "2024-07-03T10:20:00Z"}
    assert window.mentions[0].value == "2024-07-03T09:50:00Z"


def test_windows_of_one_sentence_close_together_are_one(read):
    window = read("From 10:00 to 10:20 and from 10:31 to 11:00 UTC on 3 July 2024 uploads failed.")
    assert (iso(window.started_at), iso(window.ended_at)) == ("2024-07-03T10:00:00Z", "2024-07-03T11:00:00Z")


def test_mentions_are_the_words(read):
    text = "A storm is over. The pier lost its network from 09:24 to 11:15 UTC on 1 July 2024, for 111 minutes."
    window = read(text, title="Pier offline")
    whole = "Pier offline\n\n" + text
    ends = "09:24 to 11:15 UTC on 1 July 2024"
    said = {"started_at": ends, "ended_at": ends, "duration_minutes": "111 minutes"}
    assert {m.field: m.text for m in window.mentions} == said
    for mention in window.mentions:
        assert whole[mention.start : mention.end] == mention.text


def test_a_day_told_by_its_end_is_the_day(read):
    window = read("On March 20th, 2023, the shop is back up. It had an outage that lasted an hour.", None)
    assert (iso(window.started_at), window.started_precision) == ("2023-03-20T00:00:00Z", "day")
    assert window.ended_at is None
    assert window.duration_minutes == 60


def test_an_end_is_no_start(read):
    window = read("An outage of more than 12 hours ended early Thursday.")
    assert window.started_at is None
    assert iso(window.ended_at) == "2024-07-11T00:00:00Z"


def test_published_to_the_day_counts_for_every_zone(read):
    published = datetime(2024, 7, 11, 23, 59, tzinfo=UTC)
    assert iso(read("It broke at 6 a.m. JST today.", published).started_at) == "2024-07-10T21:00:00Z"
    midnight = datetime(2024, 7, 11, tzinfo=UTC)
    assert iso(read("It broke at 6 a.m. PT today.", midnight).started_at) == "2024-07-11T13:00:00Z"
