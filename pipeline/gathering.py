"""Which spikes and posts belong to which outage: before anything is weighed. Pure.

Reports of status pages, the press and post-mortems are grouped as ever. A spike joins the group of its
service whose time it overlaps, and where there is none it makes a group of its own. Posts do not group
by themselves, since somebody complains of a busy service in every hour: they come in with a spike, or
where they fall into the time of an outage that others tell of. Of very many a few are kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline.belief import Claim, SignalSpike
from pipeline.clusters import group_claims
from pipeline.kinship import Families
from pipeline.terms import Cause, Kind, Severity, SourceKind, Status
from pipeline.windows import FINE, Tier, window_of

# Posts that stand for a spike or beside other reports: enough to judge by, no more than a quotation of the crowd.
KEPT = 5
# A spike may come before the first report of its outage by so much, and after its last known moment.
BEFORE, AFTER = timedelta(hours=3), timedelta(hours=2)
# Two spikes without any report between them are one outage where no more time lies between.
PAUSE = timedelta(hours=3)
# What so great a share of the authors says, and at least so many of them, is more than one person's word.
SHARE, VOICES = 0.2, 3
# "Down everywhere" is how people speak, and no finding about the world.
EVERYWHERE = "global"


@dataclass(frozen=True, slots=True)
class Hint:
    """What several authors of a spike say: a symptom or a region, how many say so, and one post that does."""

    field: str
    value: str
    authors: int
    report_id: str


@dataclass(slots=True)
class Telling:
    """The reports and the spikes that tell of one outage, and what the posts of the spikes have in common.

    `heard` is for each spike when its first post was written; the spike itself begins with the bin of that post.
    """

    members: list[Claim]
    spikes: list[SignalSpike] = field(default_factory=list)
    heard: list[datetime] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)

    @property
    def lone(self) -> bool:
        """Whether nothing but spikes and their posts tells of it."""
        return all(claim.source_kind is SourceKind.SOCIAL for claim in self.members)


def gather(
    claims: Iterable[Claim], spikes: Iterable[SignalSpike], families: Families, as_of: datetime
) -> list[Telling]:
    """All tellings, in no order that depends on that of the claims or the spikes."""
    posts: dict[str, list[Claim]] = defaultdict(list)
    others = []
    for claim in claims:
        if claim.source_kind is not SourceKind.SOCIAL:
            others.append(claim)
        elif claim.services and claim.published_at is not None and not claim.withdrawn:
            posts[claim.services[0]].append(claim)
    for those in posts.values():
        those.sort(key=_published)
    told = [Telling(group) for group in group_claims(others, families, as_of)]
    places = _Places(told, as_of)
    lone: dict[str, list[Telling]] = defaultdict(list)
    for spike in sorted(spikes, key=lambda s: (s.service, s.started_at)):
        inside = _within(posts[spike.service], spike.started_at, spike.ended_at or as_of)
        if not inside:
            continue
        telling = places.at(spike, as_of) or _neighbour(lone[spike.service], spike)
        if telling is None:
            telling = Telling([])
            lone[spike.service].append(telling)
        _join(telling, spike, inside)
    told += [telling for service in sorted(lone) for telling in lone[service]]
    for service, those in posts.items():
        for telling, start, end in places.known[service]:
            _keep(telling, _within(those, start, end))
    return told


class _Places:
    """The groups by service, each with the time in which a spike can belong to it."""

    def __init__(self, told: Sequence[Telling], as_of: datetime) -> None:
        self.spans: dict[str, list[tuple[datetime, datetime, Telling]]] = defaultdict(list)
        self.known: dict[str, list[tuple[Telling, datetime, datetime]]] = defaultdict(list)
        for telling in told:
            if all(claim.withdrawn or claim.kind is Kind.ADVISORY for claim in telling.members):
                continue
            span = _span(telling.members, as_of)
            if span is None:
                continue
            onsets = [c.started_at for c in telling.members if c.started_at and c.started_precision in FINE]
            for service in sorted({s for c in telling.members for s in c.services}):
                self.spans[service].append((*span, telling))
                if onsets:
                    self.known[service].append((telling, min(onsets), span[1]))

    def at(self, spike: SignalSpike, as_of: datetime) -> Telling | None:
        """The group that the spike overlaps, of several the one whose start is nearest."""
        end = spike.ended_at or as_of
        near = [
            (abs(start - spike.started_at), telling.members[0].report_id, telling)
            for start, last, telling in self.spans[spike.service]
            if spike.started_at <= last + AFTER and end >= start - BEFORE
        ]
        return min(near, key=lambda n: n[:2])[2] if near else None


def _span(members: Sequence[Claim], as_of: datetime) -> tuple[datetime, datetime] | None:
    windows = [w for w in (window_of(claim, as_of) for claim in members) if w.tier is not Tier.NONE]
    if not windows:
        return None
    zone = as_of.tzinfo
    fine = [w for w in windows if w.tier in (Tier.OFFICIAL, Tier.STATED)] or windows
    start = datetime.fromtimestamp(min(w.at for w in fine), zone)
    return start, datetime.fromtimestamp(max(w.until for w in fine), zone)


def _within(posts: Sequence[Claim], start: datetime, end: datetime) -> list[Claim]:
    low = bisect_left(posts, start, key=_published)
    return list(posts[low : bisect_right(posts, end, low, key=_published)])


def _published(post: Claim) -> datetime:
    return post.published_at or post.first_seen_at


def _neighbour(lone: Sequence[Telling], spike: SignalSpike) -> Telling | None:
    if not lone:
        return None
    end = lone[-1].spikes[-1].ended_at
    return lone[-1] if end is not None and spike.started_at - end <= PAUSE else None


def _join(telling: Telling, spike: SignalSpike, inside: Sequence[Claim]) -> None:
    telling.hints += _hints(inside)
    telling.spikes.append(spike)
    telling.heard.append(_published(inside[0]))
    _keep(telling, inside)


def _keep(telling: Telling, posts: Sequence[Claim]) -> None:
    """Add a few of the posts, one an author: those that were seen first, so that later ones change nothing."""
    known = {c.author_hash or c.report_id for c in telling.members if c.source_kind is SourceKind.SOCIAL}
    for post in sorted(posts, key=lambda c: (c.first_seen_at, c.published_at or c.first_seen_at, c.report_id)):
        if len(known) >= KEPT:
            return
        author = post.author_hash or post.report_id
        if author not in known:
            known.add(author)
            telling.members.append(_only_heard(post))


def _only_heard(post: Claim) -> Claim:
    """The post without what one person guesses of time, cause and extent."""
    return replace(
        post,
        regions=(),
        started_at=None,
        started_precision=None,
        ended_at=None,
        ended_precision=None,
        duration_minutes=None,
        cause=Cause.UNKNOWN,
        causes=(),
        cause_hedged=False,
        status=Status.UNKNOWN,
        severity=Severity.UNKNOWN,
        symptoms=(),
        evidence=tuple(e for e in post.evidence if e.field in ("service", "kind")),
    )


def _hints(posts: Sequence[Claim]) -> list[Hint]:
    """The symptoms and regions that enough authors name."""
    sayers: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for post in sorted(posts, key=lambda c: c.report_id):
        author = post.author_hash or post.report_id
        said: Mapping[str, Sequence[str]] = {"symptoms": post.symptoms, "regions": post.regions}
        for name, values in said.items():
            for value in values:
                if value == EVERYWHERE:
                    continue
                sayers[name, str(value)].setdefault(author, post.report_id)
    all_authors = len({post.author_hash or post.report_id for post in posts})
    return [
        Hint(name, value, len(who), min(who.values()))
        for (name, value), who in sorted(sayers.items())
        if len(who) >= max(VOICES, SHARE * all_authors)
    ]
