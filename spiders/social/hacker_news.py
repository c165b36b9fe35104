"""Hacker News: new stories and comments by Algolia's search, and by the item API whether known ones still stand.

The search answers about 1,000 results a query, newest first, so the time since the last visit is cut into windows
that are read from the oldest to the newest. A window that holds more is halved.
(hn.algolia.com/api; github.com/HackerNews/API)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Gone, Issue, Posting, Report, Source
from pipeline.terms import SourceKind
from spiders.bodies import load_json, one_line, plain_text
from spiders.platforms import Page, Stream, Turn
from spiders.post_records import need_id, need_unix, origin, read_posts
from spiders.strict import BadRecordError, Reading, Record, listed, maybe, need

KIND = SourceKind.SOCIAL

FIRST_VISIT = timedelta(hours=24)
WINDOW, LEAST_WINDOW = 1800, 60
"""Seconds. Half an hour has some 350 stories and comments."""
LAG = 120
"""Seconds that the search may be behind."""
A_PAGE, A_QUERY = 500, 1000
SEARCH_HOST = "hn.algolia.com"
SITE = "https://news.ycombinator.com"
ITEMS = "https://hacker-news.firebaseio.com/v0"

HIT_KEYS = frozenset(
    {"objectID", "title", "url", "author", "created_at", "created_at_i", "story_text", "comment_text"}
    # Ignored: counters, and what is known of the thread around it.
    | {"points", "num_comments", "story_id", "story_title", "story_url", "parent_id", "updated_at", "children"}
    | {"_tags", "_highlightResult", "_rankingInfo"}
)


def start(source: Source) -> list[str]:
    """The newest stories and comments."""
    return [f"{source.url}/search_by_date?tags=(story,comment)&hitsPerPage={A_PAGE}"]


def parse(body: bytes, source: Source) -> Iterator[Posting | Gone | Issue]:
    """Each hit, then the issues met. Raises `ShapeError`."""
    hits = listed(load_json(body), "hits")
    reading = Reading(source)
    yield from read_posts(reading, hits, partial(_post, reading))
    yield from reading.issues()


def _post(reading: Reading, hit: Record) -> Posting:
    reading.keys(hit, HIT_KEYS, "hit")
    identity, author = need_id(hit, "objectID"), need(hit, "author")
    title = one_line(maybe(hit, "title") or "")
    text = plain_text(maybe(hit, "story_text") or maybe(hit, "comment_text") or "")
    if not title and not text:
        raise BadRecordError("a hit has neither title nor text")
    site = _site(reading.source)
    url = f"{site}/item?id={identity}"
    report = Report(identity, title, url, text=text or None, published_at=need_unix(hit, "created_at_i"))
    return Posting(report, f"{urlsplit(site).netloc}/{author}")


def _site(source: Source) -> str:
    """Where the posts themselves are. Another search than Algolia's stands for a site of its own, on its own host."""
    return SITE if urlsplit(source.url).hostname == SEARCH_HOST else origin(source.url)


def begin(source: Source, cursor: str | None, now: datetime, _have: frozenset[str]) -> str:
    """The window from where the last visit came to."""
    since = int(cursor) if cursor else int((now - FIRST_VISIT).timestamp())
    return _window(source, since, since + WINDOW)


def turn(page: Page) -> Turn:
    """The next page of the window, the first half of a window that is too full, or the next window."""
    since, until, number = _asked(page.asked)
    answer = load_json(page.body)
    found = _count(answer, "nbHits")
    if found > A_QUERY and until - since > LEAST_WINDOW:
        return Turn(_window(page.source, since, since + (until - since) // 2), None, forward=True)
    if (number + 1) * A_PAGE < min(found, A_QUERY):
        return Turn(_window(page.source, since, until, number + 1), None, forward=True)
    reached = min(until, int(page.now.timestamp()) - LAG)
    more = _window(page.source, until, until + WINDOW) if reached == until else None
    return Turn(more, str(max(since, reached)), forward=True)


def _count(answer: Any, key: str) -> int:
    value = answer.get(key) if isinstance(answer, dict) else None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ShapeError(f"the body has no number {key!r}")
    return value


def _window(source: Source, since: int, until: int, number: int = 0) -> str:
    query = {
        "tags": "(story,comment)",
        "numericFilters": f"created_at_i>={since},created_at_i<{until}",
        "hitsPerPage": A_PAGE,
        "page": number,
    }
    return f"{source.url}/search_by_date?{urlencode(query)}"


def _asked(url: str) -> tuple[int, int, int]:
    query = parse_qs(urlsplit(url).query)
    since, until = (int(re.sub(r"\D", "", part)) for part in query["numericFilters"][0].split(","))
    return since, until, int(query["page"][0])


def look_up(source: Source, key: str, _url: str, _have: frozenset[str]) -> str | None:
    """The item API's address of a post. Whoever stands in for the search answers for the items as well."""
    base = ITEMS if _site(source) == SITE else f"{origin(source.url)}/v0"
    return f"{base}/item/{key}.json"


def is_gone(status: int, body: bytes) -> bool:
    """A deleted item is marked so, one that moderators took away is ``dead``, one that never was is ``null``."""
    item = load_json(body) if status == 200 else None
    return item is None or (isinstance(item, dict) and (item.get("deleted") is True or item.get("dead") is True))


STREAM = Stream(begin, turn, look_up=look_up, is_gone=is_gone)
