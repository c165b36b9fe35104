"""The stream of posts: what the gate lets through is stored once, whatever the relay does and however it is cut."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.social.jetstream import Build, Relay, first_wire, second_wire
from tests.social.reading import issues, numbers, rows, source
from tests.spiders.loopback import START, Crawls

PIECES = {"OUTAGEWIRE_STREAM_IDLE": 0.3, "OUTAGEWIRE_STREAM_BYTES": 60_000}
WIRES = pytest.mark.parametrize(("build", "second"), [(first_wire, False), (second_wire, True)], ids=["v1", "v2"])


def stream(build: Build, count: int, until: datetime, first: int = 1, every: float = 0.05) -> list[tuple[int, dict]]:  # type: ignore[type-arg]
    """So many posts, of which one in ten complains and one in twenty of those is told twice by the relay."""
    events = []
    for number in range(first, first + count):
        at = until - timedelta(seconds=every * (first + count - 1 - number))
        words = "GitHub is down for us" if number % 10 == 0 else "a quiet morning by the sea"
        events.append(build(number, at, f"did:plc:person{number % 50}", f"{words} ({number})"))
        if number % 200 == 0:
            events.append(events[-1])
    return events


@WIRES
def test_pieces_join_without_loss_or_duplicate(build: Build, second: bool, relay: Relay, crawls: Crawls) -> None:
    relay.second = second
    relay.events = stream(build, 1500, START - timedelta(seconds=30))
    one = source("bluesky", relay.url)
    assert crawls(one, settings=PIECES)["outcomes"] == {"ok": 1}
    assert len(relay.asked) > 3, "the stream was read in pieces"
    assert numbers(crawls.db, "bluesky") == list(range(10, 1501, 10))
    relay.events += stream(build, 500, crawls.now - timedelta(seconds=30), first=1501)
    crawls(one, settings=PIECES)
    assert numbers(crawls.db, "bluesky") == list(range(10, 2001, 10))
    # The first wire has a gap of an hour between the two nights, as the clock of these crawls has.
    assert issues(crawls.db, "bluesky") <= {"posts_missed"}


def test_a_stream_that_is_cut_goes_on_the_next_time(relay: Relay, crawls: Crawls) -> None:
    relay.cut_after = 170
    relay.events = stream(first_wire, 300, START - timedelta(seconds=30))
    one = source("bluesky", relay.url)
    for minute in range(3):
        crawls.now = START + timedelta(minutes=minute)
        crawls(one, settings=PIECES)
    held = numbers(crawls.db, "bluesky")
    assert held == list(range(10, 301, 10))


@WIRES
def test_deleted_posts_are_blanked(build: Build, second: bool, relay: Relay, crawls: Crawls) -> None:
    relay.second = second
    at = START - timedelta(minutes=5)
    relay.events = [
        build(1, at, "did:plc:ada", "GitHub is down (1)"),
        build(2, at + timedelta(seconds=1), "did:plc:bo", "Slack is down (2)"),
        build(3, at + timedelta(seconds=2), "did:plc:ada", "", operation="delete"),
    ]
    deletion = relay.events[2][1]
    (deletion if not second else deletion["payload"]).setdefault("commit", {})
    (deletion["payload"] if second else deletion["commit"])["rkey"] = "k1"
    crawls(source("bluesky", relay.url), settings=PIECES)
    assert numbers(crawls.db, "bluesky") == [2]
    assert rows(
        crawls.db, "SELECT count(*) FROM reports WHERE withdrawn_at IS NOT NULL AND coalesce(text, '') = ''"
    ) == [(1,)]


def test_an_account_that_leaves_takes_its_posts_along(relay: Relay, crawls: Crawls) -> None:
    at = START - timedelta(minutes=5)
    mark = int((at + timedelta(seconds=9)).timestamp() * 1_000_000)
    relay.events = [
        first_wire(1, at, "did:plc:ada", "GitHub is down (1)"),
        first_wire(2, at, "did:plc:ada", "Slack is down (2)"),
        first_wire(3, at, "did:plc:bo", "PayPal is down (3)"),
        (
            mark,
            {
                "did": "did:plc:ada",
                "time_us": mark,
                "kind": "account",
                "account": {"active": False, "status": "deleted"},
            },
        ),
    ]
    crawls(source("bluesky", relay.url), settings=PIECES)
    assert numbers(crawls.db, "bluesky") == [3]


def test_cursor_that_is_too_old_is_refused_and_said(relay: Relay, crawls: Crawls) -> None:
    relay.second = True
    relay.events = stream(second_wire, 100, START - timedelta(seconds=30))
    one = source("bluesky", relay.url)
    crawls(one, settings=PIECES)
    relay.events = stream(second_wire, 100, crawls.now - timedelta(seconds=30), first=5001)
    relay.kept_from = 5001
    assert crawls(one, settings=PIECES)["outcomes"] == {"ok": 1}
    assert issues(crawls.db, "bluesky") == {"cursor_expired"}
    assert numbers(crawls.db, "bluesky")[-1] == 5100


def test_cursor_that_is_clamped_in_silence_shows_as_a_gap(relay: Relay, crawls: Crawls) -> None:
    relay.events = stream(first_wire, 50, START - timedelta(seconds=30))
    one = source("bluesky", relay.url)
    crawls(one, settings=PIECES)
    relay.events = stream(first_wire, 50, crawls.now - timedelta(seconds=30), first=51)
    crawls(one, settings=PIECES)
    assert issues(crawls.db, "bluesky") == {"posts_missed"}


def test_nothing_names_the_writer(relay: Relay, crawls: Crawls) -> None:
    relay.events = stream(first_wire, 100, START - timedelta(seconds=30))
    crawls(source("bluesky", relay.url), settings=PIECES)
    assert rows(crawls.db, "SELECT count(DISTINCT author_hash), count(DISTINCT url) FROM reports") == [(5, 1)]
    assert all(b"did:plc" not in path.read_bytes() for path in crawls.folder.glob("*.db*"))


@pytest.mark.parametrize(
    "event",
    [
        {"hello": "world"},
        {"did": "did:plc:a", "time_us": "yesterday", "kind": "commit"},
        {"did": "did:plc:a", "time_us": 1, "kind": "commit", "commit": {}},
        {"did": "did:plc:a", "time_us": 1763600000000000, "kind": "parade"},
    ],
)
def test_another_shape_fails_loudly(event: dict[str, object], relay: Relay, crawls: Crawls) -> None:
    relay.events = [(1 << 60, event)] * 4
    summary = crawls(source("bluesky", relay.url), settings=PIECES)
    assert summary["outcomes"] == {"bad_shape": 1}, summary
    assert rows(crawls.db, "SELECT * FROM post_cursors") == []


def test_message_without_end_is_refused(relay: Relay, crawls: Crawls) -> None:
    relay.events = [first_wire(1, START, "did:plc:a", "x" * 3_000_000)]
    summary = crawls(source("bluesky", relay.url), settings=PIECES)
    assert summary["outcomes"] == {"too_large": 1}
