"""Which reports tell of one outage, and what we believe of it: from claims to outages. Pure.

Ids. An outage is named after its anchor, the member that was first seen (of several one that is no
public post, whose key an installation's secret may decide; then by report id). A report that comes
later never becomes the anchor of a group that stood before, so that ids stay when reports are added.
Where a later report joins two outages, the older id stays. Every other member has a redirect from the
id that an outage named after it would have had: whether it ever had one is then no matter of memory,
and the redirects are rebuilt with the rest. They cost a row a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.belief import Claim, Outage, OutageReport, Resolution, Signals, TimelineEntry, Weighed
from pipeline.catalogue import Catalogue, load_catalogue
from pipeline.clusters import group_claims, uncollected
from pipeline.gathering import Telling, gather
from pipeline.kinship import Families
from pipeline.ladder import climb
from pipeline.links import find_links
from pipeline.model import Issue, outage_id
from pipeline.terms import Cause, Certainty, Kind, Severity, SourceKind, Status, Symptom
from pipeline.verdicts import Witness
from pipeline.weigh import (
    KIND,
    SEVERITY,
    TITLE,
    Scale,
    weigh_cause,
    weigh_duration,
    weigh_end,
    weigh_list,
    weigh_services,
    weigh_start,
    weigh_status,
)
from pipeline.witnesses import independent


def resolve(
    claims: Iterable[Claim], *, as_of: datetime, catalogue: Catalogue | None = None, signals: Signals | None = None
) -> Resolution:
    """The outages that the claims tell of, in order of id.

    With `signals`, posts make an outage only together, as a spike, and every outage has its place on
    the ladder of certainty (`pipeline.gathering`, `pipeline.ladder`); without, each post is a report.
    The same for any order of the claims and for a claim given twice. `as_of` is how long an open
    incident is taken to have lasted, and the limit beyond which a start lies in the future.
    """
    known = catalogue or load_catalogue()
    families = Families.of(known)
    told = distinct(claims)
    with uncollected():
        if signals is None:
            return _resolve([Telling(group) for group in group_claims(told, families, as_of)], families, as_of, None)
        return _resolve(gather(told, signals.spikes, families, as_of), families, as_of, known)


def _resolve(
    tellings: Iterable[Telling], families: Families, as_of: datetime, catalogue: Catalogue | None
) -> Resolution:
    outages: list[Outage] = []
    issues: list[Issue] = []
    redirects: list[tuple[str, str]] = []
    members_of: dict[str, list[Claim]] = {}
    for telling in tellings:
        members = telling.members
        members.sort(key=_seniority)
        outage, found = believe(members, families, as_of)
        if catalogue is not None:
            outage = climb(outage, telling, _name(outage, catalogue))
        outages.append(outage)
        issues += found
        members_of[outage.id] = members
        redirects += [(outage_id(claim.report_id), outage.id) for claim in members[1:]]
    outages.sort(key=lambda o: o.id)
    redirects.sort()
    issues.sort(key=lambda i: (i.code, i.report_id or "", i.detail))
    links = find_links(outages, members_of, families)
    return Resolution(tuple(outages), tuple(redirects), links, tuple(issues))


def _name(outage: Outage, catalogue: Catalogue) -> str:
    """What the main service is called."""
    slug = outage.services[0] if outage.services else "a service that is not named"
    service = catalogue.get(slug)
    return service.name if service else slug.removeprefix("?")


def distinct(claims: Iterable[Claim]) -> list[Claim]:
    """Each report once. Of two claims of one report either may come first, so their text decides."""
    found: dict[str, Claim] = {}
    for claim in claims:
        other = found.get(claim.report_id)
        if other is None or (other is not claim and repr(claim) < repr(other)):
            found[claim.report_id] = claim
    return list(found.values())


def believe(members: Sequence[Claim], families: Families, as_of: datetime) -> tuple[Outage, list[Issue]]:
    """What is believed of the outage that these reports tell of; the anchor stands first."""
    placed = sorted(members, key=lambda c: (c.withdrawn, c.rank, c.report_id))
    scale = Scale([Witness(c) for c in placed], as_of)
    status = weigh_status(scale)
    start = weigh_start(scale)
    end = weigh_end(scale, status, start)
    kind = scale.choose(KIND, lambda c: None if c.kind is Kind.UNKNOWN else c.kind)
    duration = weigh_duration(scale, start, end, kind.kind if kind else Kind.UNKNOWN)
    cause = weigh_cause(scale)
    services = weigh_services(scale, families)
    title = scale.choose(TITLE, lambda c: c.title)
    severity = scale.choose(SEVERITY, lambda c: None if c.severity is Severity.UNKNOWN else c.severity)
    anchor, posted = members[0], [c.published_at for c in members if c.published_at and c.rank == 0]
    published = [c.published_at for c in members if c.published_at]
    outage = Outage(
        id=outage_id(anchor.report_id),
        title=(title or anchor).title,
        provider=_provider(placed, services, families),
        services=services,
        kind=kind.kind if kind else Kind.UNKNOWN,
        status=status,
        certainty=_certainty(placed),
        severity=severity.severity if severity else Severity.UNKNOWN,
        symptoms=tuple(Symptom(s) for s in weigh_list(scale, "symptoms", lambda c: c.symptoms)),
        started_at=start.started_at if start else None,
        started_precision=start.started_precision if start else None,
        ended_at=end.ended_at if end else None,
        ended_precision=end.ended_precision if end else None,
        duration_minutes=duration,
        cause=cause.cause if cause else Cause.UNKNOWN,
        causes=(cause.causes or (cause.cause,)) if cause else (),
        cause_hedged=cause.cause_hedged if cause else False,
        components=weigh_list(scale, "components", lambda c: c.components),
        regions=weigh_list(scale, "regions", lambda c: c.regions),
        first_signal_at=None,
        first_report_at=min(published, default=None),
        official_posted_at=min(posted, default=None),
        first_seen_at=anchor.first_seen_at,
        reports=tuple(OutageReport(c.report_id, c.rank, c is anchor) for c in members),
        timeline=tell(members, start, end, scale.evidence),
        evidence=tuple(scale.evidence),
        source_count=len({c.source for c in independent(members)}),
    )
    return outage, scale.issues


def tell(
    members: Iterable[Claim], start: Claim | None, end: Claim | None, evidence: Sequence[Weighed]
) -> tuple[TimelineEntry, ...]:
    """What happened and what was said, in order of time."""
    entries = []
    if start is not None and start.started_at is not None:
        entries.append(
            TimelineEntry(start.started_at, "started", start.report_id, None, _quote(evidence, "started_at"))
        )
    if end is not None and end.ended_at is not None:
        entries.append(TimelineEntry(end.ended_at, "ended", end.report_id, None, _quote(evidence, "ended_at")))
    for claim in members:
        entries += _said(claim)
        if claim.withdrawn_at is not None:
            entries.append(TimelineEntry(claim.withdrawn_at, "withdrawn", claim.report_id))
    return tuple(sorted(entries, key=lambda e: (e.at, _EVENTS.index(e.event), e.report_id)))


def _said(claim: Claim) -> list[TimelineEntry]:
    """What the report said and when: each post of a status incident, of another report that it was published."""
    event = "posted" if claim.rank == 0 else "reported"
    if claim.posts:
        # Two posts of one second are one entry: the later one tells how it stood.
        last = {post.at: post for post in claim.posts}
        return [TimelineEntry(p.at, event, claim.report_id, _known(p.status), p.quote) for p in last.values()]
    if claim.published_at is None:
        return []
    return [TimelineEntry(claim.published_at, event, claim.report_id, _known(claim.status))]


def _known(status: Status) -> Status | None:
    return None if status is Status.UNKNOWN else status


_EVENTS = ("started", "detected", "posted", "reported", "ended", "withdrawn")


def _quote(evidence: Sequence[Weighed], field: str) -> str | None:
    quotes = (w.evidence.quote for w in evidence if w.chosen and w.evidence.field == field)
    return next((quote for quote in quotes if quote), None)


def _certainty(members: Sequence[Claim]) -> Certainty:
    """How much stands behind it; a report that was taken back stands behind nothing."""
    standing = independent([c for c in members if not c.withdrawn])
    if any(c.rank == 0 for c in standing):
        return Certainty.CONFIRMED
    return Certainty.LIKELY if len({c.source_kind for c in standing}) > 1 else Certainty.SUSPECTED


def _provider(members: Sequence[Claim], services: Sequence[str], families: Families) -> str | None:
    """The provider of the main service, or the one that the best placed report names."""
    known = families.providers.get(services[0]) if services else None
    return known or next((c.provider for c in members if c.provider), None)


def _seniority(claim: Claim) -> tuple[datetime, bool, str]:
    return (claim.first_seen_at, claim.source_kind is SourceKind.SOCIAL, claim.report_id)
