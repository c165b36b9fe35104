"""What reports claim, and what we believe: the input and the output of `pipeline.resolve`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.model import Issue
from pipeline.terms import Cause, Certainty, Kind, Precision, Severity, SourceKind, Speaker, Status, Symptom


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where one value of one field came from: the words, or the source's own field.

    `origin` is ``text`` when the language pipeline read it (then `quote` is the sentence and the
    offsets are those of the mention), ``native`` when the source gave it as data and ``computed``
    when it follows from other chosen values. `said_by` is who the text says it from, of causes alone.
    """

    field: str
    value: str
    report_id: str
    origin: str
    rule: str
    confidence: float
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    said_by: Speaker | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One entry of a status incident's timeline: when it was posted, the state it gave, and its first words."""

    at: datetime
    status: Status
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one report claims of an outage: the input of `pipeline.resolve`.

    `rank` tells how well placed the source is (0 the provider's own word, 1 a post-mortem of
    others, 2 news, 3 social). `group` is the provider's own grouping key where it has one.
    `author_hash` is a salted hash that serves to count distinct authors, of posts alone. `blamed`
    are services of others that a status page names: causes or neighbours, not what failed there;
    `posts` are the entries of a status incident's own timeline, oldest first. `copy_of` is the report
    whose text this one repeats, `thread` the key of the conversation that it is a message of. `echoes` are
    what a post is known for another's echo by (`pipeline.echoes`).
    """

    report_id: str
    source: str
    source_kind: SourceKind
    rank: int
    title: str
    url: str | None
    first_seen_at: datetime
    published_at: datetime | None
    services: tuple[str, ...] = ()
    provider: str | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    started_at: datetime | None = None
    started_precision: Precision | None = None
    ended_at: datetime | None = None
    ended_precision: Precision | None = None
    duration_minutes: int | None = None
    cause: Cause = Cause.UNKNOWN
    causes: tuple[Cause, ...] = ()
    cause_hedged: bool = False
    status: Status = Status.UNKNOWN
    kind: Kind = Kind.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    symptoms: tuple[Symptom, ...] = ()
    withdrawn: bool = False
    group: str | None = None
    evidence: tuple[Evidence, ...] = ()
    withdrawn_at: datetime | None = None
    author_hash: str | None = None
    blamed: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()
    copy_of: str | None = None
    thread: str | None = None
    echoes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A piece of evidence with the verdict on it: chosen or not, and the reason in plain words."""

    evidence: Evidence
    chosen: bool
    reason: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened or was said in the course of an outage.

    `event` is one of ``started``, ``ended``, ``detected``, ``posted``, ``reported``, ``withdrawn``.
    """

    at: datetime
    event: str
    report_id: str
    status: Status | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class OutageReport:
    """The part of one report in an outage. The anchor is the report that gives the outage its id."""

    report_id: str
    rank: int
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """One event in the world, told by one or more reports; `services` has the main one first."""

    id: str
    title: str
    provider: str | None
    services: tuple[str, ...]
    kind: Kind
    status: Status
    certainty: Certainty
    severity: Severity
    symptoms: tuple[Symptom, ...]
    started_at: datetime | None
    started_precision: Precision | None
    ended_at: datetime | None
    ended_precision: Precision | None
    duration_minutes: int | None
    cause: Cause
    causes: tuple[Cause, ...]
    cause_hedged: bool
    components: tuple[str, ...]
    regions: tuple[str, ...]
    first_signal_at: datetime | None
    first_report_at: datetime | None
    official_posted_at: datetime | None
    first_seen_at: datetime
    reports: tuple[OutageReport, ...]
    timeline: tuple[TimelineEntry, ...]
    evidence: tuple[Weighed, ...]
    source_count: int


@dataclass(frozen=True, slots=True)
class OutageLink:
    """One outage that, by what reports say, caused another."""

    cause_outage: str
    effect_outage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """All that resolving answers. `redirects` maps an id that was merged away to the one it is now."""

    outages: tuple[Outage, ...]
    redirects: tuple[tuple[str, str], ...] = ()
    links: tuple[OutageLink, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalBin:
    """The volume of public posts on one service in one stretch of time.

    `expected` is the number of distinct authors that an ordinary stretch would have.
    """

    service: str
    bin_start: datetime
    bin_minutes: int
    posts: int
    authors: int
    expected: float | None


@dataclass(frozen=True, slots=True)
class SignalSpike:
    """A run of bins with more authors than chance explains; `ended_at` is None while it lasts.

    `authors` are all different ones in it. `detected_at` is the earliest moment at which one who
    counts along could have told that it is a spike.
    """

    service: str
    started_at: datetime
    peak_at: datetime
    ended_at: datetime | None
    authors: int
    p_value: float
    detected_at: datetime


@dataclass(frozen=True, slots=True)
class Signals:
    """All that `pipeline.signals` answers."""

    bins: tuple[SignalBin, ...] = ()
    spikes: tuple[SignalSpike, ...] = ()
