from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.times import UnreadTimeError, read_epoch, read_time

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1971, 1, 2), datetime(2190, 1, 1), timezones=ZONES).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04T10:02:11.104+01:00", datetime(2026, 3, 4, 9, 2, 11, 104000, tzinfo=UTC)),
        ("2026-03-04T09:02:11Z", datetime(2026, 3, 4, 9, 2, 11, tzinfo=UTC)),
        ("2026-03-04 09:02:11 +0000", datetime(2026, 3, 4, 9, 2, 11, tzinfo=UTC)),
        ("2026-03-04 01:02 PST", datetime(2026, 3, 4, 9, 2, tzinfo=UTC)),
        ("Mon, 17 Aug 2026 21:01:19 PDT", datetime(2026, 8, 18, 4, 1, 19, tzinfo=UTC)),
        ("Mon, 09 Mar 2026 21:01:19 PST", datetime(2026, 3, 10, 5, 1, 19, tzinfo=UTC)),
        ("17 August 2026 21:01 GMT", datetime(2026, 8, 17, 21, 1, tzinfo=UTC)),
        ("Wed, 05 Aug 26 00:22:49 Z", datetime(2026, 8, 5, 0, 22, 49, tzinfo=UTC)),
        ("Wed, 05 Aug 2026 00:22:49 -0700 (PDT)", datetime(2026, 8, 5, 7, 22, 49, tzinfo=UTC)),
        ("Wed, 05 Aug 2026 00:22:49 GMT+02:00", datetime(2026, 8, 4, 22, 22, 49, tzinfo=UTC)),
        ("  2026-08-05T00:22:49-00:00 ", datetime(2026, 8, 5, 0, 22, 49, tzinfo=UTC)),
    ],
)
def test_a_time_with_its_zone_is_read(text: str, moment: datetime) -> None:
    assert read_time(text) == moment
    assert read_time(text).tzinfo == UTC


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-04T10:02:11", "unknown_zone"),
        ("2026-03-04", "unknown_zone"),
        ("Mon, 17 Aug 2026 21:01:19", "unknown_zone"),
        ("Mon, 17 Aug 2026", "unknown_zone"),
        ("Mon, 17 Aug 2026 21:01:19 IST", "unknown_zone"),
        ("Mon, 17 Aug 2026 21:01:19 A", "unknown_zone"),
        ("Mon, 17 Aug 2026 21:01:19 +9900", "unknown_zone"),
        ("2026-03-04 10:02 KST", "unknown_zone"),
        ("yesterday", "unreadable_date"),
        ("", "unreadable_date"),
        ("Mon, 47 Aug 2026 21:01:19 GMT", "unreadable_date"),
        ("Mon, 17 Foo 2026 21:01:19 GMT", "unreadable_date"),
        ("2026-13-04T10:02:11Z", "unreadable_date"),
        ("0001-01-01T00:00:00+14:00", "unreadable_date"),
        ("9999-12-31T23:59:59-14:00", "unreadable_date"),
        ("1786765379", "unreadable_date"),
    ],
)
def test_a_time_that_is_not_known_is_never_utc(text: str, code: str) -> None:
    with pytest.raises(UnreadTimeError) as caught:
        read_time(text)
    assert caught.value.code == code


@given(MOMENTS)
def test_what_is_written_with_an_offset_reads_back(moment: datetime) -> None:
    assert read_time(moment.isoformat()) == moment
    assert read_time(format_datetime(moment)) == moment


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_a_named_reason(text: str) -> None:
    try:
        moment = read_time(text)
    except UnreadTimeError as error:
        moment, code = None, error.code
        assert code in {"unknown_zone", "unreadable_date"}
    assert moment is None or moment.tzinfo == UTC


def test_an_epoch_out_of_range_is_unreadable() -> None:
    assert read_epoch("1786765379") == datetime(2026, 8, 15, 3, 42, 59, tzinfo=UTC)
    for text in ("99999999999999999999", "-1e5", "10000000000"):
        with pytest.raises(UnreadTimeError):
            read_epoch(text)
