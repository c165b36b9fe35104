"""GitHub issues of one public repository, oldest change first, so that each page moves the cursor on.

The source's address is the API's of the repository. ``OUTAGEWIRE_GITHUB_TOKEN`` raises the limit of
60 requests an hour, and is not needed. (docs.github.com/rest/issues)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from pipeline.model import Gone, Issue, Posting, Report, Source, iso
from pipeline.terms import SourceKind
from spiders.bodies import clean, load_json, one_line
from spiders.platforms import Page, Stream, Turn
from spiders.post_records import listing, need_record, need_time, read_posts
from spiders.strict import BadRecordError, Reading, Record, as_record, maybe, need

KIND = SourceKind.SOCIAL

TOKEN = "OUTAGEWIRE_GITHUB_TOKEN"  # noqa: S105 - the name of the setting
FIRST_VISIT = timedelta(days=7)
A_PAGE = 100


def start(source: Source) -> list[str]:
    """The issues that changed last."""
    return [f"{source.url}/issues"]


def parse(body: bytes, source: Source) -> Iterator[Posting | Gone | Issue]:
    """Each issue of a person, then what was met. Raises `ShapeError`."""
    found = listing(load_json(body))
    reading = Reading(source)
    yield from read_posts(reading, found, partial(_post, reading))
    yield from reading.issues()


def _post(_reading: Reading, issue: Record) -> Posting | None:
    user = need_record(issue, "user")
    url = need(issue, "html_url")
    if "pull_request" in issue or maybe(user, "type") == "Bot":
        return None
    report = Report(
        url,
        one_line(need(issue, "title")),
        url,
        text=clean(maybe(issue, "body") or "") or None,
        published_at=need_time(issue, "created_at"),
        updated_at=need_time(issue, "updated_at"),
    )
    return Posting(report, f"github/{need(user, 'login')}")


def begin(source: Source, cursor: str | None, now: datetime, _have: frozenset[str]) -> str:
    """What changed since the last visit."""
    return _since(source, cursor or iso(now - FIRST_VISIT) or "")


def _since(source: Source, moment: str) -> str:
    query = {"state": "all", "sort": "updated", "direction": "asc", "per_page": A_PAGE, "since": moment}
    return f"{start(source)[0]}?{urlencode(query)}"


def turn(page: Page) -> Turn:
    """On from the last change of a full page."""
    found = listing(load_json(page.body))
    changes = []
    for issue in found:
        try:
            changes.append(iso(need_time(as_record(issue), "updated_at")) or "")
        except BadRecordError:
            continue
    if not changes:
        return Turn(None, None, forward=True)
    onward = _since(page.source, max(changes))
    more = len(found) >= A_PAGE and onward != page.asked
    return Turn(onward if more else None, max(changes), forward=True)


def credential(_url: str) -> str:
    """The one that there is."""
    return TOKEN


def look_up(source: Source, _key: str, url: str, _have: frozenset[str]) -> str | None:
    """The API's address of the issue."""
    return f"{source.url}/issues/{url.rpartition('/')[2]}"


def is_gone(status: int, _body: bytes) -> bool:
    """An issue that was deleted is gone, one that was moved is found elsewhere."""
    return status in {404, 410}


STREAM = Stream(begin, turn, uses=(TOKEN,), credential=credential, look_up=look_up, is_gone=is_gone)
