"""Public posts: from pages of a platform to reports without authors, and on to the next page.

What is stored of a post is what the gate lets through, with a salted hash in place of its author and without
the names of people in its words. Everything else is only counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from pipeline.errors import ShapeError
from pipeline.gate import passes
from pipeline.model import Batch, Gone, Issue, Posting, PostPage, Report, Source
from pipeline.privacy import hashed, without_names
from pipeline.terms import Outcome
from spiders.answers import fetch_of
from spiders.contents import clean
from spiders.failures import explain_status
from spiders.ledger import Collected, Visit
from spiders.platforms import Page, Platform, Stream, Turn, get_platform
from spiders.stream import ENDED

if TYPE_CHECKING:
    from spiders.base import SourceSpider

EXPIRED = frozenset({400, 404, 410, 416})
"""Statuses by which a platform refuses a cursor that it gave out once."""
YOUNG = timedelta(days=3)
"""How long a known post is looked up again, to learn of its deletion."""
MOST_WORDS = 10_000
"""Characters of a post that are kept."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What of one page is kept."""

    reports: tuple[Report, ...]
    issues: tuple[Issue, ...]
    seen: int
    gone: tuple[str, ...]
    gone_authors: tuple[str, ...] = ()


def take(platform: Platform, body: bytes, source: Source, salt: bytes) -> Taken:
    """Read a page, and keep what may be kept of it. Raises `ShapeError`, as the platform does."""
    reports: dict[str, Report] = {}
    issues: list[Issue] = []
    gone: list[str] = []
    authors: list[str] = []
    seen = 0
    for said in platform.parse(body, source):
        if isinstance(said, Issue):
            issues.append(replace(said, source=source.name))
        elif isinstance(said, Gone) and said.author:
            authors.append(hashed(salt, "author", said.author))
        elif isinstance(said, Gone):
            gone.append(_key(said.native_id, salt, named=said.named_key))
        elif isinstance(said, Posting):
            seen += 1
            words = said.report.text if said.screened is None else said.screened
            if passes(said.report.title, words, kind=source.kind):
                report, found = clean(nameless(said, source, salt), source)
                reports.setdefault(report.native_id, report)
                issues += found
        else:
            raise TypeError(f"{platform.key} gave a {type(said).__name__} among its posts")
    return Taken(tuple(reports.values()), tuple(issues), seen, tuple(gone), tuple(authors))


def nameless(post: Posting, source: Source, salt: bytes) -> Report:
    """The report of a post as it may be stored."""
    report = post.report
    return replace(
        report,
        native_id=_key(report.native_id, salt, named=post.named_key),
        title=without_names(report.title),
        text=without_names(report.text[:MOST_WORDS]) if report.text else None,
        author_hash=hashed(salt, "author", post.author) if post.author else None,
        language=report.language or source.language,
    )


def _key(native_id: str, salt: bytes, *, named: bool) -> str:
    return hashed(salt, "post", native_id) if named else native_id


def begin(spider: SourceSpider, visit: Visit, stream: Stream) -> list[Request]:
    """The first request of a visit, or none where the credential that it needs is missing."""
    source, settings = visit.source, spider.crawler.settings
    have = frozenset(name for name in stream.uses if settings.get(name))
    if stream.needs and not have:
        visit.judge(Outcome.OFF, f"switched off: none of {', '.join(stream.uses)} is set")
        spider.ledger.settle(visit)
        return []
    cursor = spider.ledger.store.post_cursor(source.name)
    url = stream.begin(source, cursor, spider.ledger.clock(), have)
    visit.pending = 1
    return [_ask(spider, visit, url, {"posts_page": 1, "cursor": cursor, "have": have})]


def _ask(spider: SourceSpider, visit: Visit, url: str, more: dict[str, Any]) -> Request:
    """A request for a page of posts: never conditional, with the name of the credential that goes with it."""
    stream = _stream(visit)
    host = urlsplit(url).hostname or ""
    if stream.pace and spider.crawler.settings.getfloat("DOWNLOAD_DELAY"):
        slots = spider.crawler.engine.downloader.per_slot_settings
        slots[host] = {"delay": stream.pace, "concurrency": 1}
    name = stream.credential(url) if stream.credential else None
    request = spider._ask(visit, url, memory=None, **more).replace(callback=spider.answered_posts)
    if name in more["have"]:
        # Neither robots.txt nor a redirect concerns what the owner of an account was given for it.
        request.meta.update(credential=name, dont_redirect=True)
    return request


def answered(spider: SourceSpider, response: Response) -> list[Collected | Request]:
    """One page: what it says, and the request for the next."""
    meta = response.meta
    visit: Visit = meta["visit"]
    if "checks" in meta:
        return _checked(spider, response)
    visit.http_status = response.status
    if response.status in EXPIRED and meta["posts_page"] == 1 and meta["cursor"] is None:
        return _refused(spider, response)
    if response.status in EXPIRED and "anew" not in meta:
        return _begin_anew(spider, response)
    if response.status != 200:
        return _refused(spider, response)
    return _read(spider, visit, response)


def _refused(spider: SourceSpider, response: Response) -> list[Collected | Request]:
    retry_after = (response.headers.get(b"Retry-After") or b"").decode("latin-1")
    return spider._fail(response.meta, Outcome.HTTP_ERROR, explain_status(response.status, retry_after or None))


def _begin_anew(spider: SourceSpider, response: Response) -> list[Collected | Request]:
    """The platform does not know the cursor any more: begin as on the first visit, and say so."""
    meta = response.meta
    visit: Visit = meta["visit"]
    sentence = f"{explain_status(response.status)} to the place where the last page ended; posts may be missed"
    spider.ledger.note(visit, "cursor_expired", sentence)
    url = _stream(visit).begin(visit.source, None, spider.ledger.clock(), meta["have"])
    return [_ask(spider, visit, url, {**_carried(meta), "posts_page": meta["posts_page"] + 1, "anew": True})]


def _carried(meta: dict[str, Any]) -> dict[str, Any]:
    return {key: meta[key] for key in ("posts_page", "cursor", "newest", "have", "anew") if key in meta}


def _read(spider: SourceSpider, visit: Visit, response: Response) -> list[Collected | Request]:
    meta, source, ledger = response.meta, visit.source, spider.ledger
    ended = (response.headers.get(ENDED) or b"").decode("latin-1")
    page = Page(source, meta["asked"], response.body, ledger.clock(), meta["cursor"], meta.get("newest"), ended)
    try:
        taken = take(get_platform(source.platform), response.body, source, ledger.salt)
        turn = _stream(visit).turn(page)
    except ShapeError as error:
        return spider._fail(meta, Outcome.BAD_SHAPE, str(error))
    if turn.gap:
        ledger.note(visit, "posts_missed", turn.gap)
    newest = meta.get("newest") or turn.cursor
    last = turn.next is None or meta["posts_page"] >= spider.crawler.settings.getint("OUTAGEWIRE_POST_PAGES")
    if last and turn.next is not None:
        _note_rest(spider, visit, turn)
    cursor = turn.cursor if turn.forward else (newest if last else None)
    requests: list[Request] = []
    if turn.next is not None and not last:
        following = {**_carried(meta), "posts_page": meta["posts_page"] + 1, "newest": newest}
        requests = [_ask(spider, visit, turn.next, following)]
    else:
        requests = _checks(spider, visit, meta)
    visit.pending += len(requests)
    batch = _batch(
        spider,
        response,
        taken,
        PostPage(taken.seen, len(taken.reports), taken.gone, cursor, gone_authors=taken.gone_authors),
    )
    return [Collected(visit, batch, b"", ()), *requests]


def _batch(spider: SourceSpider, response: Response, taken: Taken, page: PostPage) -> Batch:
    visit: Visit = response.meta["visit"]
    response.meta.setdefault("body_hash", "")
    # One row of memory for all pages: their addresses hold a cursor and never come again.
    fetch = replace(fetch_of(response, spider.ledger.clock), url=visit.source.url, etag=None, last_modified=None)
    return Batch(visit.source.name, spider.ledger.run.id, fetch, taken.reports, taken.issues, posts=page)


def _note_rest(spider: SourceSpider, visit: Visit, turn: Turn) -> None:
    """Say what the bound on pages costs: nothing where the next visit goes on, posts where it does not."""
    code = "posts_left" if turn.forward else "posts_missed"
    what = "the next run goes on from there" if turn.forward else "older ones are missed"
    spider.ledger.note(visit, code, f"more pages of posts than a run may read: {what}")


def _checks(spider: SourceSpider, visit: Visit, meta: dict[str, Any]) -> list[Request]:
    """Requests that look known young posts up again, few a run."""
    stream, ledger = _stream(visit), spider.ledger
    if stream.look_up is None:
        return []
    most = spider.crawler.settings.getint("OUTAGEWIRE_POST_CHECKS")
    requests = []
    for key, url in ledger.store.posts_to_check(visit.source.name, ledger.clock() - YOUNG, ledger.run.id, most):
        address = stream.look_up(visit.source, key, url, meta["have"])
        if address is not None:
            requests.append(_ask(spider, visit, address, {**_carried(meta), "checks": key}))
    return requests


def _checked(spider: SourceSpider, response: Response) -> list[Collected | Request]:
    """Whether a known post still stands. An answer of another kind says nothing, and is tried another night."""
    visit: Visit = response.meta["visit"]
    is_gone = _stream(visit).is_gone
    key = response.meta["checks"]
    if response.status not in {200, 404, 410} or is_gone is None:
        spider.ledger.settle(visit)
        return []
    gone = (key,) if is_gone(response.status, response.body) else ()
    nothing = Taken((), (), 0, gone)
    batch = _batch(spider, response, nothing, PostPage(gone=gone, checked=(key,)))
    return [Collected(visit, batch, b"", ())]


def _stream(visit: Visit) -> Stream:
    stream = get_platform(visit.source.platform).stream
    if stream is None:
        raise TypeError(f"{visit.source.platform} gives no posts")
    return stream


def oldest_of(times: list[datetime | None]) -> datetime | None:
    """The oldest known moment of a page's posts."""
    return min((t for t in times if t is not None), default=None)
