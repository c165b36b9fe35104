"""Messages of mailing lists on their way to the store: which threads are kept, and nothing that tells who wrote them.

A thread is one conversation: where one of its messages passes the gate, all that this body holds of it are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pipeline.gate import passes
from pipeline.model import Issue, Posting, Report, Source, digest
from pipeline.privacy import hashed, without_names
from spiders.contents import clean
from spiders.news.mbox import Letter, read_letters
from spiders.platforms import Platform
from spiders.strict import Reading


@dataclass(frozen=True, slots=True)
class Heard:
    """What of one body is kept, and how many of its messages were not."""

    reports: tuple[Report, ...]
    issues: tuple[Issue, ...]
    screened: int


def read_postings(body: bytes, source: Source, address: Callable[[Letter], str]) -> Iterator[Posting | Issue]:
    """Each message of an mbox file that says something of its own. Raises `ShapeError`."""
    reading = Reading(source)
    for letter in read_letters(body):
        if isinstance(letter, str):
            reading.note("bad_record", letter)
            continue
        if not letter.text:
            continue
        key = digest(letter.id, length=24)
        yield Posting(
            Report(
                native_id=key,
                title=letter.subject,
                url=address(letter),
                text=letter.text,
                published_at=reading.time(letter.date, "Date", key),
                language=source.language,
                thread=digest("thread", letter.root, length=24),
            ),
            letter.author,
        )
    yield from reading.issues()


def hear(platform: Platform, body: bytes, source: Source, salt: bytes) -> Heard:
    """Read a body of messages, and keep what may be kept of it. Raises `ShapeError`, as the platform does."""
    posts: dict[str, Posting] = {}
    issues: list[Issue] = []
    for said in platform.parse(body, source):
        if isinstance(said, Issue):
            issues.append(replace(said, source=source.name))
        elif isinstance(said, Posting):
            posts.setdefault(said.report.native_id, said)
    telling = {
        post.report.thread for post in posts.values() if passes(post.report.title, post.report.text, kind=source.kind)
    }
    reports: list[Report] = []
    for post in posts.values():
        if post.report.thread in telling:
            report, found = clean(_nameless(post, salt), source)
            reports.append(report)
            issues += found
    return Heard(tuple(reports), tuple(issues), len(posts) - len(reports))


def _nameless(post: Posting, salt: bytes) -> Report:
    """The report of a message as it may be stored."""
    report = post.report
    return replace(
        report,
        title=without_names(report.title),
        text=without_names(report.text or ""),
        author_hash=hashed(salt, "author", post.author) if post.author else None,
    )
