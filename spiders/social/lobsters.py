"""Lobsters: the newest stories, page by page (lobste.rs/newest.json; a small site, so it is asked slowly)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from pipeline.model import Gone, Issue, Posting, Report, Source
from pipeline.terms import SourceKind
from spiders.bodies import load_json, one_line, plain_text
from spiders.newest_first import turn_back
from spiders.platforms import Page, Stream, Turn
from spiders.post_records import listing, need_id, need_time, origin, read_posts
from spiders.strict import BadRecordError, Reading, Record, maybe, need

KIND = SourceKind.SOCIAL

PAGE = re.compile(r"/newest/page/(\d+)\.json$")
STORY_KEYS = frozenset(
    {"short_id", "created_at", "title", "description", "description_plain", "submitter_user", "url"}
    # Ignored: counters and other addresses of the same story.
    | {"short_id_url", "comments_url", "score", "flags", "comment_count", "tags", "user_is_author", "last_edited_at"}
)


def start(source: Source) -> list[str]:
    """The first page."""
    return [f"{source.url}/newest.json"]


def parse(body: bytes, source: Source) -> Iterator[Posting | Gone | Issue]:
    """Each story, then the issues met. Raises `ShapeError`."""
    stories = listing(load_json(body))
    reading = Reading(source)
    yield from read_posts(reading, stories, partial(_post, reading))
    yield from reading.issues()


def _post(reading: Reading, story: Record) -> Posting:
    reading.keys(story, STORY_KEYS, "story")
    identity = need_id(story, "short_id")
    text = maybe(story, "description_plain") or plain_text(maybe(story, "description") or "")
    report = Report(
        identity,
        one_line(need(story, "title")),
        f"{origin(reading.source.url)}/s/{identity}",
        text=text or None,
        published_at=need_time(story, "created_at"),
    )
    return Posting(report, f"lobste.rs/{_author(story)}")


def _author(story: Record) -> str:
    """The name alone, or an object around it: the site has given both."""
    user = story.get("submitter_user")
    return need(user, "username") if isinstance(user, dict) else need(story, "submitter_user")


def begin(source: Source, _cursor: str | None, _now: datetime, _have: frozenset[str]) -> str:
    """The newest page."""
    return start(source)[0]


def turn(page: Page) -> Turn:
    """The next page of the list."""
    asked = PAGE.search(urlsplit(page.asked).path)
    number = int(asked[1]) if asked else 1
    times = []
    for story in listing(load_json(page.body)):
        with suppress(BadRecordError):
            times.append(need_time(story, "created_at") if isinstance(story, dict) else None)
    return turn_back(page, times, f"{page.source.url}/newest/page/{number + 1}.json")


def look_up(source: Source, key: str, _url: str, _have: frozenset[str]) -> str | None:
    """The story's own address."""
    return f"{source.url}/s/{key}.json"


def is_gone(status: int, _body: bytes) -> bool:
    """A story that was deleted is not found."""
    return status in {404, 410}


STREAM = Stream(begin, turn, look_up=look_up, is_gone=is_gone, pace=5.0)
