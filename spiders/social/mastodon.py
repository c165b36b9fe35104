"""Mastodon: the timeline of one tag on one instance, forward from the last post that was read.

The same post is seen on many instances; its ``uri`` is the same on all of them and makes its key. As it
holds the author's name, only its hash is stored, and the address kept is that of the API, which names nobody.
(docs.joinmastodon.org/methods/timelines, /api/rate-limits)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from urllib.parse import unquote, urlencode, urlsplit

from pipeline.model import Gone, Issue, Posting, Report, Source
from pipeline.terms import SourceKind
from spiders.bodies import load_json, one_line, plain_text
from spiders.platforms import Page, Stream, Turn
from spiders.post_records import listing, maybe_bool, need_id, need_record, need_time, origin, read_posts
from spiders.strict import Reading, Record, maybe, need

KIND = SourceKind.SOCIAL

A_PAGE = 40
STATUS_KEYS = frozenset(
    {"id", "uri", "created_at", "edited_at", "visibility", "content", "spoiler_text", "account", "language", "reblog"}
    # Ignored: counters, media, and the reader's own relation to the post.
    | {"url", "tags", "mentions", "emojis", "media_attachments", "card", "poll", "application", "sensitive", "text"}
    | {"in_reply_to_id", "in_reply_to_account_id", "reblogs_count", "favourites_count", "replies_count", "quote"}
    | {"quotes_count", "quote_approval", "favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered"}
)


def start(source: Source) -> list[str]:
    """The tag's timeline on its instance; the source's address is that of the tag's page."""
    return [f"{_timeline(source)}?limit={A_PAGE}"]


def _timeline(source: Source) -> str:
    return f"{origin(source.url)}/api/v1/timelines/tag/{_tag(source)}"


def _tag(source: Source) -> str:
    return urlsplit(source.url).path.rpartition("/tags/")[2]


def parse(body: bytes, source: Source) -> Iterator[Posting | Gone | Issue]:
    """Each public post of a person, then the issues met. Raises `ShapeError`."""
    statuses = listing(load_json(body))
    reading = Reading(source)
    yield from read_posts(reading, statuses, partial(_post, reading))
    yield from reading.issues()


def _post(reading: Reading, status: Record) -> Posting | None:
    reading.keys(status, STATUS_KEYS, "status")
    account, home = need_record(status, "account"), urlsplit(reading.source.url).hostname
    name = need(account, "acct")
    identity, uri = need_id(status, "id"), need(status, "uri")
    if not _is_wanted(status, account):
        return None
    edited, text = status.get("edited_at"), plain_text(need(status, "content"))
    report = Report(
        uri,
        one_line(maybe(status, "spoiler_text") or ""),
        f"{origin(reading.source.url)}/api/v1/statuses/{identity}",
        text=text,
        published_at=need_time(status, "created_at"),
        updated_at=need_time(status, "edited_at") if edited else None,
        language=maybe(status, "language"),
    )
    author = f"fediverse/{name if '@' in name else f'{name}@{home}'}"
    # The tag that all posts of the timeline have says nothing of any one of them.
    tag = re.escape(unquote(_tag(reading.source)))
    return Posting(report, author, named_key=True, screened=re.sub(rf"#\s*{tag}\b", " ", text, flags=re.IGNORECASE))


def _is_wanted(status: Record, account: Record) -> bool:
    """Public words of a person's own, who did not ask programs to keep away."""
    if need(status, "visibility") != "public" or status.get("reblog") or not status.get("content"):
        return False
    return not maybe_bool(account, "bot") and "nobot" not in (maybe(account, "note") or "").lower()


def begin(source: Source, cursor: str | None, _now: datetime, _have: frozenset[str]) -> str:
    """What follows the last post that was read; on the first visit the newest posts."""
    return f"{_timeline(source)}?{urlencode({'limit': A_PAGE, **({'min_id': cursor} if cursor else {})})}"


def turn(page: Page) -> Turn:
    """What follows the newest post of this page, until a page is empty. Ids grow with time."""
    found = [status["id"] for status in listing(load_json(page.body)) if isinstance(status, dict) and status.get("id")]
    ids = sorted((str(identity) for identity in found), key=lambda identity: (len(identity), identity))
    if not ids:
        return Turn(None, None, forward=True)
    onward = begin(page.source, ids[-1], page.now, frozenset())
    return Turn(onward if onward != page.asked else None, ids[-1], forward=True)


def look_up(_source: Source, _key: str, url: str, _have: frozenset[str]) -> str | None:
    """The address that is stored is the API's own."""
    return url


def is_gone(status: int, _body: bytes) -> bool:
    """A post that was deleted is not found."""
    return status in {404, 410}


STREAM = Stream(begin, turn, look_up=look_up, is_gone=is_gone)
