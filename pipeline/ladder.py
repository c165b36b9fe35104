"""The ladder of certainty: how much stands behind an outage, with the rule and its evidence. Pure.

An outage is `confirmed` where the provider's own word stands (rule ``ladder:provider``). Otherwise the
independent kinds of source are counted: the press, post-mortems of others, and the public. The public
counts where a spike of posts began before the first of the others told of it, since a spike that follows
a story may be its echo (``ladder:echo``). With two kinds it is `likely` (``ladder:two_kinds``), with one
`suspected` (``ladder:one_kind``, or ``ladder:spike`` where a spike is all there is). A single post is no kind.
A report that was withdrawn counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.belief import Claim, Evidence, Outage, SignalSpike, TimelineEntry, Weighed
from pipeline.gathering import Telling
from pipeline.model import iso
from pipeline.terms import Certainty, Precision, SourceKind, Status, Symptom
from pipeline.witnesses import independent

PROVIDER, TWO_KINDS, ONE_KIND, SPIKE, ECHO = (
    f"ladder:{step}" for step in ("provider", "two_kinds", "one_kind", "spike", "echo")
)
TOGETHER = "signal:words_together"


def climb(outage: Outage, telling: Telling, name: str) -> Outage:
    """The outage with its place on the ladder and what its spikes tell; `name` is that of its main service."""
    certainty, why = _certainty(telling)
    crowd = {c.report_id for c in telling.members if c.source_kind is SourceKind.SOCIAL}
    # What somebody wrote is a report, and never what an outage is called.
    evidence = [w for w in outage.evidence if not (w.evidence.field == "title" and w.evidence.report_id in crowd)]
    evidence.append(why)
    timeline = outage.timeline
    if telling.spikes:
        heard, first = min(zip(telling.heard, telling.spikes, strict=True), key=lambda pair: pair[0])
        speaker = _speaker(telling, first)
        evidence += [
            _of_spike(spike, at, _speaker(telling, spike))
            for at, spike in zip(telling.heard, telling.spikes, strict=True)
        ]
        rose = TimelineEntry(heard, "detected", speaker)
        timeline = tuple(sorted((*timeline, rose), key=lambda e: (e.at, e.event != "detected", e.event, e.report_id)))
        outage = replace(outage, first_signal_at=heard)
        if telling.lone:
            outage, found = _alone(outage, telling, heard, speaker, name)
            evidence += found
        outage, found = _hinted(outage, telling)
        evidence += found
    return replace(outage, certainty=certainty, timeline=timeline, evidence=tuple(evidence))


def _hinted(outage: Outage, telling: Telling) -> tuple[Outage, list[Weighed]]:
    """What many posts say of symptoms and regions, where nothing better placed says anything of it."""
    best = {(h.field, h.value): h for h in sorted(telling.hints, key=lambda h: (h.authors, h.report_id))}
    empty = {name for name, known in (("symptoms", outage.symptoms), ("regions", outage.regions)) if not known}
    taken = [hint for key, hint in sorted(best.items()) if hint.field in empty]
    told = [
        Weighed(
            Evidence(hint.field, hint.value, hint.report_id, "computed", TOGETHER, 1.0),
            chosen=True,
            reason=f"{hint.authors} people say so",
        )
        for hint in taken
    ]
    symptoms = tuple(Symptom(h.value) for h in taken if h.field == "symptoms")
    regions = tuple(h.value for h in taken if h.field == "regions")
    return replace(outage, symptoms=outage.symptoms or symptoms, regions=outage.regions or regions), told


def _certainty(telling: Telling) -> tuple[Certainty, Weighed]:
    standing = [c for c in telling.members if not c.withdrawn]
    official = min((c for c in standing if c.rank == 0), key=lambda c: c.report_id, default=None)
    if official is not None:
        return Certainty.CONFIRMED, _weighed(Certainty.CONFIRMED, official, PROVIDER, "the provider says so itself")
    others = [c for c in independent(standing) if c.source_kind is not SourceKind.SOCIAL]
    kinds = sorted({str(c.source_kind) for c in others})
    told = min((c.published_at for c in others if c.published_at), default=None)
    early = [s for s in telling.spikes if told is None or s.started_at < told]
    if early:
        kinds.append("a spike of public posts")
    witness = min(standing or telling.members, key=lambda c: (c.rank, c.report_id))
    if len(kinds) > 1:
        return Certainty.LIKELY, _weighed(Certainty.LIKELY, witness, TWO_KINDS, f"told by {' and '.join(kinds)}")
    rule, reason = ONE_KIND, f"told by {kinds[0] if kinds else 'nothing that stands'} alone"
    if telling.lone:
        rule, reason = SPIKE, "a spike of public posts alone"
    elif telling.spikes:
        rule, reason = ECHO, f"{reason}: the posts rose after it was told and may be its echo"
    return Certainty.SUSPECTED, _weighed(Certainty.SUSPECTED, witness, rule, reason)


def _weighed(value: Certainty, witness: Claim, rule: str, reason: str) -> Weighed:
    piece = Evidence("certainty", value, witness.report_id, "computed", rule, 1.0)
    return Weighed(piece, chosen=True, reason=reason)


def _speaker(telling: Telling, spike: SignalSpike) -> str:
    """The post that stands for the spike: one that was kept, and inside of it where there is one."""
    posts = [c for c in telling.members if c.source_kind is SourceKind.SOCIAL]
    inside = [c for c in posts if c.published_at and c.published_at >= spike.started_at]
    chosen: Sequence[Claim] = inside or posts or telling.members
    return min(chosen, key=lambda c: (c.published_at or c.first_seen_at, c.report_id)).report_id


def _of_spike(spike: SignalSpike, heard: datetime, speaker: str) -> Weighed:
    told = f"{spike.authors} people have complained so far"
    if spike.ended_at:
        minutes = round((spike.ended_at - spike.started_at).total_seconds() / 60)
        told = f"{spike.authors} people complained within {minutes} minutes"
    reason = f"{told}: by chance so many come with a probability of {spike.p_value:.0e}"
    piece = Evidence("first_signal_at", iso(heard) or "", speaker, "computed", "signal:spike", 1.0)
    return Weighed(piece, chosen=True, reason=reason)


def _alone(outage: Outage, telling: Telling, heard: datetime, speaker: str, name: str) -> tuple[Outage, list[Weighed]]:
    """An outage that only spikes tell of: when it began to the hour, and whether it goes on."""
    going_on = any(spike.ended_at is None for spike in telling.spikes)
    status = Status.SUSPECTED if going_on else Status.UNKNOWN
    title = f"Public posts report trouble with {name}"
    told = [
        _computed("title", title, speaker, "only public posts tell of it"),
        _computed("started_at", iso(heard) or "", speaker, "posts rose then; known to the hour"),
    ]
    if going_on:
        told.append(_computed("status", status, speaker, "the spike goes on"))
    changed = replace(outage, title=title, status=status, started_at=heard, started_precision=Precision.HOUR)
    return changed, told


def _computed(name: str, value: str, speaker: str, reason: str) -> Weighed:
    return Weighed(Evidence(name, value, speaker, "computed", "signal:spike", 1.0), chosen=True, reason=reason)
