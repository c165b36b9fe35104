"""Bluesky: every public post passes by on Jetstream, a websocket that goes on from a cursor; the gate keeps few.

Two wires are read, told apart by the path of the source's address. The older (``/subscribe``) numbers its events by
microseconds and holds 36 hours; a cursor that is older is clamped without a word, which shows as a gap. The
newer (``/xrpc/network.bsky.jetstream.subscribeEvents``) numbers them in sequence and refuses a cursor that is too old.
The key of a post holds its author's identifier, so only its hash is stored, and no address of the post.
(github.com/bluesky-social/jetstream, docs)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode, urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Gone, Issue, Posting, Report, Source
from pipeline.terms import SourceKind
from spiders.bodies import load_json
from spiders.platforms import Page, Stream, Turn
from spiders.post_records import need_record, need_time, need_unix, read_posts
from spiders.strict import BadRecordError, Reading, Record, as_record, maybe, need

KIND = SourceKind.SOCIAL

COLLECTION = "app.bsky.feed.post"
SECOND_WIRE = "network.bsky.jetstream.subscribeEvents"
FIRST_VISIT = timedelta(minutes=10)
REWIND = 2_000_000
"""Microseconds by which a visit begins before the last event: relays number events a little out of order."""
GAP = timedelta(minutes=5)
"""The stream is never silent for so long: what is missing was not kept for us."""
UP_TO_DATE = timedelta(seconds=5)
LEFT = frozenset({"deleted", "takendown", "suspended", "deactivated"})
ADDRESS = "https://bsky.app/"


def start(source: Source) -> list[str]:
    """The stream, in the scheme under which the source is declared."""
    query = {"kinds": "commit", "collections": COLLECTION} if _second(source) else {"wantedCollections": COLLECTION}
    return [f"{source.url}?{urlencode(query)}"]


def _second(source: Source) -> bool:
    return SECOND_WIRE in urlsplit(source.url).path


def parse(body: bytes, source: Source) -> Iterator[Posting | Gone | Issue]:
    """Each post and each deletion of a piece of the stream, then the issues met. Raises `ShapeError`."""
    reading = Reading(source)
    read = _second_event if _second(source) else _first_event
    yield from read_posts(reading, _events(body), partial(read, reading))
    yield from reading.issues()


def _events(body: bytes) -> list[Any]:
    return [_event(line) for line in body.split(b"\n") if line.strip()]


def _event(line: bytes) -> Any:
    """One message; one that is no JSON becomes a bad record."""
    try:
        return load_json(line)
    except ShapeError as error:
        return str(error)


def _first_event(_reading: Reading, event: Record) -> Posting | Gone | None:
    did, at = need(event, "did"), need_unix(event, "time_us", per_second=1_000_000)
    match need(event, "kind"):
        case "commit":
            return _commit(did, need_record(event, "commit"), at)
        case "account":
            return _account(did, need_record(event, "account"))
        case "identity":
            return None
        case kind:
            raise BadRecordError(f"kind {kind} is not known")


def _second_event(reading: Reading, event: Record) -> Posting | Gone | None:
    if need(event, "$type") == "error":
        reading.note("stream_error", f"{maybe(event, 'error')}: {maybe(event, 'message')}")
        return None
    payload = need_record(event, "payload")
    match need(payload, "$type").rpartition("#")[2]:
        case "commit":
            return _commit(need(payload, "did"), payload, need_time(payload, "time"))
        case "account":
            return _account(need(payload, "did"), payload)
        case "info":
            reading.note("stream_info", f"{maybe(payload, 'name')}: {maybe(payload, 'message')}")
            return None
        case "identity" | "sync":
            return None
        case kind:
            raise BadRecordError(f"the payload {kind} is not known")


def _account(did: str, account: Record) -> Gone | None:
    """An account that is gone takes its posts with it."""
    left = account.get("active") is False and account.get("status") in LEFT
    return Gone(did, named_key=True, author=f"bsky/{did}") if left else None


def _commit(did: str, commit: Record, at: datetime) -> Posting | Gone | None:
    if need(commit, "collection") != COLLECTION:
        return None
    key = f"{did}/{need(commit, 'rkey')}"
    operation = need(commit, "operation")
    if operation == "delete":
        return Gone(key, named_key=True)
    if operation not in {"create", "update"}:
        raise BadRecordError(f"operation {operation} is not known")
    record = need_record(commit, "record")
    text, langs = maybe(record, "text"), record.get("langs")
    if not text:
        return None  # a picture without a word
    language = langs[0] if isinstance(langs, list) and langs and isinstance(langs[0], str) else None
    # The writer's own clock may say anything: an import of old posts is old, and nothing is of the future.
    report = Report(
        key, "", ADDRESS, text=text, published_at=min(need_time(record, "createdAt"), at), language=language
    )
    return Posting(report, f"bsky/{did}", named_key=True)


def begin(source: Source, cursor: str | None, now: datetime, _have: frozenset[str]) -> str:
    """The stream from the last event that was stored; on the first visit from a little ago."""
    if _second(source):
        return _address(source, cursor)
    since = int(cursor) if cursor else int((now - FIRST_VISIT).timestamp() * 1_000_000)
    return _address(source, str(since - REWIND))


def _address(source: Source, cursor: str | None) -> str:
    # http becomes ws, and https wss.
    return f"ws{start(source)[0].removeprefix('http')}{f'&cursor={cursor}' if cursor else ''}"


def turn(page: Page) -> Turn:
    """On from the last event of a piece that was full; any other piece has come to the present."""
    marks = [mark for event in _events(page.body) if (mark := _mark(event, second=_second(page.source)))]
    if not marks:
        return Turn(None, None, forward=True)
    first, (last, at) = min(mark[0] for mark in marks), max(marks, key=itemgetter(0))
    more = page.ended == "full" and (at is None or at < page.now - UP_TO_DATE)
    gap = None
    if page.cursor and page.newest is None and not _second(page.source):
        missed = timedelta(microseconds=first - int(page.cursor))
        if missed > GAP:
            gap = f"the stream begins {missed.total_seconds() / 3600:.1f} hours after the last event that was read"
    # Events may share a microsecond; one that comes twice is known by its key.
    onward = _address(page.source, str(last if _second(page.source) else last - 1))
    return Turn(onward if more else None, str(last), forward=True, gap=gap)


def _mark(event: Any, *, second: bool) -> tuple[int, datetime | None] | None:
    """The number of an event, by which the stream is asked to go on from it, and its time."""
    try:
        if not second:
            at = need_unix(as_record(event), "time_us", per_second=1_000_000)
            return int(event["time_us"]), at
        payload = need_record(as_record(event), "payload")
        number = payload.get("seq")
        return (number, need_time(payload, "time")) if isinstance(number, int) else None
    except BadRecordError:
        return None


STREAM = Stream(begin, turn)
