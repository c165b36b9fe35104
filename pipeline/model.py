"""The records that the parts hand to each other, the ids and the clock format.

Every `datetime` in these records is aware and in UTC; every text form of one is ISO 8601 with a
trailing ``Z``, to the second. `None` in a record means "not said", never "no" and never zero.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.terms import (
    Basis,
    Cadence,
    Genre,
    Kind,
    Outcome,
    Severity,
    SourceKind,
    Stage,
    Status,
)


@dataclass(frozen=True, slots=True)
class Source:
    """One place that is crawled. `name` is permanent: report ids depend on it.

    `cadence` is how often it speaks and `terms` what its owner allows, as far as either is known;
    `basis` is what its address rests on as long as no crawl has confirmed it.
    """

    name: str
    platform: str
    kind: SourceKind
    url: str
    service: str | None = None
    language: str = "en"
    note: str | None = None
    genre: Genre | None = None
    cadence: Cadence | None = None
    basis: Basis | None = None
    terms: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One entry in the timeline of a status incident, as posted."""

    native_id: str
    posted_at: datetime
    text: str
    status: Status = Status.UNKNOWN
    native_status: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One thing a source said, as read from one body. Provenance is stamped by the base spider.

    `native_id` is the source's own permanent key. `summary` is what a feed says of a page, `text`
    the whole; a status incident's `text` is left out and composed from its `updates`.
    `started_at` and `ended_at` are the source's own claims, not readings of the prose.
    `thread` is the key of the conversation that a message belongs to.
    `part` is the key of the component or monitor whose present state this is, and None for an
    incident: such a state has no end of its own and no key that tells one fault from the next, so
    both are the store's (`pipeline.standing_faults`).
    """

    native_id: str
    title: str
    url: str
    text: str | None = None
    summary: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    status: Status | None = None
    native_status: str | None = None
    kind: Kind | None = None
    severity: Severity | None = None
    native_impact: str | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()
    timezone: str | None = None
    language: str | None = None
    author_hash: str | None = None
    part: str | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class WellPart:
    """A component or monitor that a body shows to be well, and the page's word for it.

    A part that a body does not show, or shows in a word that is not known, is none: it may be ill.
    """

    part: str
    word: str


@dataclass(frozen=True, slots=True)
class Posting:
    """A public post as read from one body: its report, and the author, whom only a hash of is ever stored.

    `author` is a name that is unique in the whole network. `named_key` tells that the report's native id
    holds that name, so that it too is only stored as a hash. `screened` is what the gate is asked instead of the text.
    """

    report: Report
    author: str | None = None
    named_key: bool = False
    screened: str | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A post that was deleted or removed where it stood. `named_key` as in `Posting`.

    Where an `author` is given, all that this one has posted is gone, whatever the key.
    """

    native_id: str
    named_key: bool = False
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that was met, named and counted instead of being passed over."""

    stage: Stage
    code: str
    detail: str
    source: str | None = None
    report_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """One answer of one URL: what is needed to ask conditionally the next time."""

    url: str
    fetched_at: datetime
    status: int
    body_hash: str
    size: int
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class PostPage:
    """What is known of one page of public posts beside the reports made of it.

    `seen` posts were on it, and the gate let `passed` through. `gone` are the keys of posts that were deleted
    upstream, `gone_authors` the hashes of authors who left with all they posted, and `checked` the keys of posts that
    were looked up. `cursor` is where the next visit may go on, once this page is stored; None leaves it as it was.
    """

    seen: int = 0
    passed: int = 0
    gone: tuple[str, ...] = ()
    cursor: str | None = None
    checked: tuple[str, ...] = ()
    gone_authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one body said, stored in one transaction together with the memory of its fetch.

    `complete` tells that the body lists every current report of its source back to
    `window_start`, so that a known report inside that window which is not listed was withdrawn.
    `native_states` narrows this to reports that were last seen in one of these states, where the
    source has another body for the rest (incidents and maintenances); `None` is all of them.
    """

    source: str
    run_id: str
    fetch: Fetch
    reports: tuple[Report, ...] = ()
    issues: tuple[Issue, ...] = ()
    complete: bool = False
    window_start: datetime | None = None
    native_states: frozenset[str] | None = None
    well: tuple[WellPart, ...] = ()
    posts: PostPage | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What storing a batch changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class SourceRun:
    """How one source fared in one run.

    `screened` counts the entries whose article was not asked for, because nothing in them speaks of an
    outage; `moved_to` is where the source answered from, where that is its new address for good.
    """

    run_id: str
    source: str
    outcome: Outcome
    started_at: datetime
    finished_at: datetime
    http_status: int | None = None
    requests: int = 0
    bytes: int = 0
    items: int = 0
    new: int = 0
    changed: int = 0
    errors: int = 0
    error: str | None = None
    screened: int = 0
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a job. `started_at` is the clock of everything first seen in it."""

    id: str
    job: str
    started_at: datetime


# Outside of these years a date is a slip or a trick, and arithmetic on it may overflow.
YEARS = range(1970, 2200)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a trailing ``Z``, to the second.

    Raises `ValueError` for a time without a zone: such a time is not known well enough to store.
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {moment.isoformat()}")
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def parse_iso(text: str | None) -> datetime | None:
    """The moment that `iso` wrote, or any ISO 8601 time that states its zone.

    Raises `ValueError` for another form and for a time without a zone.
    """
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"the time states no zone: {text!r}")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"the time lies before or after all years: {text!r}") from error


def believable(moment: datetime | None) -> datetime | None:
    """A moment that a record of somebody else's states, in a year that can be meant. Raises `ValueError`."""
    if moment is not None and moment.year not in YEARS:
        raise ValueError(f"no report is of the year {moment.year}")
    return moment


def digest(*parts: str | bytes, length: int = 16) -> str:
    """The first `length` hex digits of SHA-256 over `parts`, joined by the unit separator."""
    raw = b"\x1f".join(p if isinstance(p, bytes) else p.encode("utf-8") for p in parts)
    return hashlib.sha256(raw).hexdigest()[:length]


def report_id(source: str, native_id: str) -> str:
    """``r`` and a hash of the source's name and its own key: never of order or wording."""
    return "r" + digest("report", source, native_id)


def outage_id(anchor: str) -> str:
    """``o`` and a hash of the anchor report's id (the report of the group first seen by us)."""
    return "o" + digest("outage", anchor)


def canonical_json(value: Mapping[str, Any] | list[Any]) -> str:
    """JSON with sorted keys and no spaces, so that equal values have equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def compose(title: str, text: str | None) -> str:
    """The text that every offset counts in: ``title + "\\n\\n" + text`` (see `Mention`)."""
    if not title:
        return text or ""
    return f"{title}\n\n{text}" if text else title
