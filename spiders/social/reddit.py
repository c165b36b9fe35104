"""Reddit: the newest posts of one subreddit. Optional and slow: one request in five seconds, and a credential.

Since 2026 nothing is answered to the nameless but a few feeds a minute, and robots.txt forbids the rest. So
without a credential the source is off. With an OAuth token (``OUTAGEWIRE_REDDIT_TOKEN``) the listing is
read page by page; with the feed token of an account (``OUTAGEWIRE_REDDIT_FEED``) the Atom feed of the newest 25.
Both are for what the account's owner may do: approval by Reddit comes before any use of the API.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Gone, Issue, Posting, Report, Source
from pipeline.terms import SourceKind
from spiders.bodies import load_feed, load_json, one_line, plain_text
from spiders.newest_first import turn_back
from spiders.platforms import Page, Stream, Turn
from spiders.post_records import need_id, need_record, need_time, need_unix, read_posts
from spiders.strict import BadRecordError, Reading, Record, as_record, listed, maybe, need

KIND = SourceKind.SOCIAL

TOKEN, FEED = "OUTAGEWIRE_REDDIT_TOKEN", "OUTAGEWIRE_REDDIT_FEED"
WWW, OAUTH = "//www.reddit.com", "//oauth.reddit.com"
ADDRESS = "https://www.reddit.com/comments/{}"
TAKEN_AWAY = frozenset({"[deleted]", "[removed]"})
FURNITURE = ("submitted by", "[link]")


def start(source: Source) -> list[str]:
    """The feed of the subreddit; the source's address is that of its page."""
    return [f"{source.url}/new/.rss"]


def parse(body: bytes, source: Source) -> Iterator[Posting | Gone | Issue]:
    """Each post of the listing or of the feed, then the issues met. Raises `ShapeError`."""
    reading = Reading(source)
    if body.lstrip()[:1] == b"{":
        yield from read_posts(reading, _children(body), _listed)
    else:
        feed, defect = load_feed(body)
        if defect:
            reading.note("broken_xml", defect)
        yield from read_posts(reading, feed.entries, partial(_entry, reading))
    yield from reading.issues()


def _children(body: bytes) -> list[Any]:
    answer = load_json(body)
    data = answer.get("data") if isinstance(answer, dict) else None
    return listed(data, "children")


def _listed(child: Record) -> Posting | Gone:
    data = need_record(child, "data")
    identity, author = f"t3_{need_id(data, 'id')}", need(data, "author")
    text = maybe(data, "selftext") or ""
    if author in TAKEN_AWAY or text in TAKEN_AWAY:
        return Gone(identity)
    report = Report(
        identity,
        one_line(need(data, "title")),
        ADDRESS.format(identity.removeprefix("t3_")),
        text=text or None,
        published_at=need_unix(data, "created_utc"),
    )
    return Posting(report, f"reddit/{author}")


def _entry(_reading: Reading, entry: Record) -> Posting:
    identity = need(entry, "id")
    if not identity.startswith("t3_"):
        raise BadRecordError(f"the id is no post's: {identity[:20]}")
    contents: list[Any] = entry.get("content") or []
    words = plain_text(str(contents[0].get("value") or "") if contents else "")
    text = "\n".join(line for line in words.splitlines() if not line.strip().startswith(FURNITURE)).strip()
    report = Report(
        identity,
        one_line(need(entry, "title")),
        ADDRESS.format(identity.removeprefix("t3_")),
        text=text or None,
        published_at=need_time(entry, "published"),
    )
    return Posting(report, f"reddit/{need(entry, 'author').removeprefix('/u/')}")


def begin(source: Source, _cursor: str | None, _now: datetime, have: frozenset[str]) -> str:
    """The listing with a token, else the feed."""
    return _listing(source) if TOKEN in have else start(source)[0]


def _listing(source: Source, after: str | None = None) -> str:
    query = {"limit": 100, "raw_json": 1, **({"after": after} if after else {})}
    return f"{source.url.replace(WWW, OAUTH)}/new?{urlencode(query)}"


def turn(page: Page) -> Turn:
    """The page of the listing that follows; a feed has one page alone."""
    if page.body.lstrip()[:1] != b"{":
        return turn_back(page, [_published(entry) for entry in load_feed(page.body)[0].entries], None)
    times: list[datetime | None] = []
    for child in _children(page.body):
        with suppress(BadRecordError):
            times.append(need_unix(need_record(as_record(child), "data"), "created_utc"))
    after = load_json(page.body)["data"].get("after")
    return turn_back(page, times, _listing(page.source, after) if isinstance(after, str) and after else None)


def _published(entry: Record) -> datetime | None:
    try:
        return need_time(entry, "published")
    except BadRecordError:
        return None


def credential(url: str) -> str:
    """The feed's token for the feed, the bearer token for everything else."""
    return FEED if urlsplit(url).path.endswith(".rss") else TOKEN


def look_up(source: Source, key: str, _url: str, have: frozenset[str]) -> str | None:
    """The API's address of one post, which takes a token."""
    base = source.url.replace(WWW, OAUTH).partition("/r/")[0]
    return f"{base}/api/info?{urlencode({'id': key, 'raw_json': 1})}" if TOKEN in have else None


def is_gone(status: int, body: bytes) -> bool:
    """A post that is not listed any more, or whose author or words were taken away."""
    if status != 200:
        return True
    try:
        children = _children(body)
        return not children or isinstance(_listed(as_record(children[0])), Gone)
    except (BadRecordError, ShapeError):
        return False


STREAM = Stream(
    begin, turn, uses=(TOKEN, FEED), needs=True, credential=credential, look_up=look_up, is_gone=is_gone, pace=5.0
)
