"""Lemmy: the newest posts of one community as one instance has them (API v3; the source's address is the community's).

The page cursor is an opaque string of the last answer, and holds for this visit alone. Deleted and
removed posts stay in the list for a while and are marked so. (github.com/LemmyNet/lemmy-js-client)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from pipeline.model import Gone, Issue, Posting, Report, Source
from pipeline.terms import SourceKind
from spiders.bodies import load_json, one_line
from spiders.newest_first import turn_back
from spiders.platforms import Page, Stream, Turn
from spiders.post_records import maybe_bool, need_id, need_record, need_time, origin, read_posts
from spiders.strict import BadRecordError, Reading, Record, listed, maybe, need

KIND = SourceKind.SOCIAL

A_PAGE = 50
VIEW_KEYS = frozenset(
    {"post", "creator"}
    # Ignored: the community is the source's; counters; the reader's own relation to the post.
    | {"community", "counts", "image_details", "creator_banned_from_community", "banned_from_community"}
    | {"creator_is_moderator", "creator_is_admin", "subscribed", "saved", "read", "hidden", "creator_blocked"}
    | {"my_vote", "unread_comments"}
)
POST_KEYS = frozenset(
    {"id", "ap_id", "name", "body", "published", "updated", "deleted", "removed"}
    | {"url", "creator_id", "community_id", "locked", "nsfw", "embed_title", "embed_description", "embed_video_url"}
    | {"thumbnail_url", "local", "language_id", "featured_community", "featured_local", "url_content_type", "alt_text"}
    | {"scheduled_publish_time"}
)


def start(source: Source) -> list[str]:
    """The first page of the community's posts."""
    return [_list(source)]


def _list(source: Source, cursor: str | None = None) -> str:
    community = urlsplit(source.url).path.rpartition("/c/")[2]
    query = {"community_name": community, "sort": "New", "type_": "All", "limit": A_PAGE}
    return (
        f"{origin(source.url)}/api/v3/post/list?{urlencode({**query, **({'page_cursor': cursor} if cursor else {})})}"
    )


def parse(body: bytes, source: Source) -> Iterator[Posting | Gone | Issue]:
    """Each post, and those that are gone, then the issues met. Raises `ShapeError`."""
    views = listed(load_json(body), "posts")
    reading = Reading(source)
    yield from read_posts(reading, views, partial(_post, reading))
    yield from reading.issues()


def _post(reading: Reading, view: Record) -> Posting | Gone:
    reading.keys(view, VIEW_KEYS, "posts")
    post, creator = need_record(view, "post"), need_record(view, "creator")
    reading.keys(post, POST_KEYS, "post")
    key = need(post, "ap_id")
    if maybe_bool(post, "deleted") or maybe_bool(post, "removed"):
        return Gone(key)
    report = Report(
        key,
        one_line(need(post, "name")),
        f"{origin(reading.source.url)}/post/{need_id(post, 'id')}",
        text=maybe(post, "body"),
        published_at=need_time(post, "published"),
        updated_at=need_time(post, "updated") if post.get("updated") else None,
    )
    return Posting(report, f"fediverse/{need(creator, 'actor_id')}")


def begin(source: Source, _cursor: str | None, _now: datetime, _have: frozenset[str]) -> str:
    """The newest page."""
    return _list(source)


def turn(page: Page) -> Turn:
    """The page that the answer's own cursor leads to."""
    answer: Any = load_json(page.body)
    times = []
    for view in listed(answer, "posts"):
        with suppress(BadRecordError):
            times.append(need_time(need_record(view, "post"), "published") if isinstance(view, dict) else None)
    token = answer.get("next_page")
    return turn_back(page, times, _list(page.source, token) if isinstance(token, str) and token else None)


def look_up(source: Source, _key: str, url: str, _have: frozenset[str]) -> str | None:
    """The API's address of one post."""
    return f"{origin(source.url)}/api/v3/post?id={url.rpartition('/')[2]}"


def is_gone(status: int, body: bytes) -> bool:
    """A post that is not found, or is marked as deleted or removed."""
    if status != 200:
        return True
    view = load_json(body)
    post = view.get("post_view", {}).get("post", {}) if isinstance(view, dict) else {}
    return post.get("deleted") is True or post.get("removed") is True


STREAM = Stream(begin, turn, look_up=look_up, is_gone=is_gone)
