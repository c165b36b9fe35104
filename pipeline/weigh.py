"""What we believe of one outage: each field's value, chosen from what its reports claim.

The better placed source comes first: a report that stands before one that was withdrawn, then the
source's rank, then what the field itself asks for (the finer precision, the plain statement before
the hedged one, the earlier start, the later end), the source's own data before the reading of its
prose, and at last the report's id, so that the order of the reports never decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.belief import Claim, Evidence, Weighed
from pipeline.kinship import Families
from pipeline.model import Issue, iso
from pipeline.terms import Cause, Kind, Precision, Severity, SourceKind, Stage, Status
from pipeline.verdicts import Candidate, Rule, Witness, choose, choose_list, confirm, reject
from pipeline.windows import FINE, OPEN

DAY = timedelta(days=1)
# Minutes by which a duration told in words may differ from the clock and still say the same.
ROUNDING = 5
LATER = float("inf")
FINENESS: dict[Precision | None, int] = {
    Precision.EXACT: 0,
    Precision.MINUTE: 0,
    Precision.HOUR: 1,
    Precision.PART_OF_DAY: 2,
    Precision.DAY: 3,
    Precision.MONTH: 4,
    None: 5,
}
SPAN: dict[Precision | None, timedelta] = {
    Precision.EXACT: timedelta(),
    Precision.MINUTE: timedelta(minutes=1),
    Precision.HOUR: timedelta(hours=1),
    Precision.PART_OF_DAY: timedelta(hours=12),
    Precision.DAY: DAY,
    Precision.MONTH: 31 * DAY,
    None: timedelta(),
}
GRAVITY = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.MINOR: 2, Severity.UNKNOWN: 3}
KINDS = (Kind.OUTAGE, Kind.SECURITY, Kind.DEGRADATION, Kind.ADVISORY, Kind.MAINTENANCE, Kind.UNKNOWN)
PLACE = {kind: place for place, kind in enumerate(KINDS)}


def _lateness(claim: Claim) -> float:
    return -claim.published_at.timestamp() if claim.published_at else LATER


def _latest(claim: Claim) -> float:
    times = [t.timestamp() for t in (claim.published_at, claim.ended_at) if t is not None]
    return -max(times) if times else LATER


TITLE = Rule("title", lambda c: (c.source_kind is not SourceKind.STATUS, -_lateness(c)), ("not the page", "later"))
START = Rule(
    "started_at",
    lambda c: (FINENESS[c.started_precision], c.source_kind is SourceKind.STATUS, c.started_at),
    ("less precise", "said while it went on", "a report of equal standing gives an earlier start"),
)
END = Rule(
    "ended_at",
    lambda c: (
        FINENESS[c.ended_precision],
        c.source_kind is SourceKind.STATUS,
        -(c.ended_at.timestamp() if c.ended_at else 0.0),
    ),
    ("less precise", "said while it went on", "a report of equal standing gives a later end"),
)
DURATION = Rule("duration_minutes", lambda c: (_lateness(c),), ("published earlier",))
CAUSE = Rule(
    "cause",
    lambda c: (c.source_kind is not SourceKind.POSTMORTEM, c.cause_hedged, _lateness(c)),
    ("said before the post-mortem", "hedged, and another report states it", "published earlier"),
)
STATUS = Rule(
    "status",
    lambda c: (
        not (c.source_kind is SourceKind.POSTMORTEM and c.status is Status.RESOLVED),
        c.source_kind is not SourceKind.STATUS,
        _latest(c),
    ),
    ("a post-mortem tells that it is over", "not the status page", "published earlier"),
)
SEVERITY = Rule("severity", lambda c: (GRAVITY[c.severity],), ("a report of equal standing says worse",))
KIND = Rule("kind", lambda c: (PLACE[c.kind],), ("a report of equal standing says more",))


@dataclass(slots=True)
class Scale:
    """The reports of one outage, and what was found in weighing them."""

    witnesses: list[Witness]
    as_of: datetime
    evidence: list[Weighed] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def candidates(self, value: Callable[[Claim], str | None]) -> list[Candidate]:
        """The reports that say something of a field."""
        return [(w, text) for w in self.witnesses if (text := value(w.claim)) is not None]

    def choose(self, rule: Rule, value: Callable[[Claim], str | None]) -> Claim | None:
        """The claim whose value is taken."""
        return choose(rule, self.candidates(value), self.evidence)

    def issue(self, code: str, detail: str, claim: Claim) -> None:
        """Note what was met and not believed."""
        self.issues.append(Issue(Stage.RESOLVE, code, detail, claim.source, claim.report_id))


def weigh_status(scale: Scale) -> Status:
    """How far it has come. A page with several incidents of one outage is done when all of them are."""
    standing = [w.claim for w in scale.witnesses if not w.claim.withdrawn]
    if not standing:
        first = scale.witnesses[0].claim
        taken = Evidence("status", Status.RETRACTED, first.report_id, "native", "withdrawn", 1.0)
        scale.evidence.append(
            Weighed(taken, chosen=True, reason="its source took it back, and nothing else tells of it")
        )
        for witness in scale.witnesses:
            if witness.claim.status is not Status.UNKNOWN:
                reject("status", (witness, witness.claim.status), "withdrawn by its source", scale.evidence)
        return Status.RETRACTED
    mark = len(scale.evidence)
    found = scale.choose(STATUS, lambda c: None if c.status is Status.UNKNOWN else c.status)
    if found is None:
        return Status.UNKNOWN
    if found.status is Status.RESOLVED and found.source_kind is SourceKind.STATUS:
        still = [c for c in standing if c.source == found.source and c.status in OPEN]
        if still:
            return _still_open(scale, min(still, key=lambda c: (_lateness(c), c.report_id)), mark)
    return found.status


def _still_open(scale: Scale, claim: Claim, mark: int) -> Status:
    del scale.evidence[mark:]
    for candidate in scale.candidates(lambda c: None if c.status is Status.UNKNOWN else c.status):
        if candidate[0].claim is claim:
            confirm("status", candidate, "an incident of this outage is still open", scale.evidence)
        else:
            reject("status", candidate, "another incident of this outage is still open", scale.evidence)
    return claim.status


def weigh_start(scale: Scale) -> Claim | None:
    """The claim whose start is taken. A start in the future is believed of maintenance alone."""
    limit = scale.as_of + DAY
    usable = []
    for candidate in scale.candidates(lambda c: iso(c.started_at)):
        claim = candidate[0].claim
        if claim.started_at is not None and claim.started_at > limit and claim.kind is not Kind.MAINTENANCE:
            reject("started_at", candidate, "lies in the future", scale.evidence)
            scale.issue("start_in_future", f"starts at {candidate[1]}", claim)
        else:
            usable.append(candidate)
    chosen = choose(START, usable, scale.evidence)
    if chosen is None:
        return None
    for other in usable:
        claim = other[0].claim
        equal = claim.rank == chosen.rank and FINENESS[claim.started_precision] == FINENESS[chosen.started_precision]
        if equal and claim.started_at and chosen.started_at and claim.started_at - chosen.started_at > DAY:
            scale.issue("starts_disagree", f"{other[1]} against {iso(chosen.started_at)} of {chosen.report_id}", claim)
    return chosen


def weigh_end(scale: Scale, status: Status, start: Claim | None) -> Claim | None:
    """The claim whose end is taken: none while the outage is on, and none before the start."""
    usable = []
    for candidate in scale.candidates(lambda c: iso(c.ended_at)):
        claim = candidate[0].claim
        if status in OPEN:
            reject("ended_at", candidate, "the better placed source says that it is still on", scale.evidence)
        elif start is None or start.started_at is None or claim.ended_at is None or claim.ended_at >= start.started_at:
            usable.append(candidate)
        elif claim.ended_at + SPAN[claim.ended_precision] > start.started_at:
            reject("ended_at", candidate, "too coarse to be set against the start", scale.evidence)
        else:
            reject("ended_at", candidate, "lies before the start", scale.evidence)
            scale.issue("end_before_start", f"ends at {candidate[1]}, starts at {iso(start.started_at)}", claim)
    return choose(END, usable, scale.evidence)


def weigh_duration(scale: Scale, start: Claim | None, end: Claim | None, kind: Kind = Kind.UNKNOWN) -> int | None:
    """Minutes: as the best placed source states them, or from start and end where both are to the minute.

    An advisory has none: from its first post to its last nothing failed.
    """
    stated = scale.candidates(lambda c: None if c.duration_minutes is None else str(c.duration_minutes))
    if kind is Kind.ADVISORY:
        for candidate in stated:
            reject("duration_minutes", candidate, "an advisory tells of no failure", scale.evidence)
        return None
    computed = _computed(start, end)
    if computed is None or start is None or end is None:
        found = choose(DURATION, stated, scale.evidence)
        return None if found is None else found.duration_minutes
    piece = Evidence("duration_minutes", str(computed), start.report_id, "computed", "end - start", 1.0)
    scale.evidence.append(Weighed(piece, chosen=True, reason="from the start and the end, both to the minute"))
    for candidate in stated:
        agrees = abs(int(candidate[1]) - computed) <= max(ROUNDING, computed / 10)
        reason = "about the same" if agrees else "the start and the end, both to the minute, say otherwise"
        reject("duration_minutes", candidate, reason, scale.evidence)
    return computed


def _computed(start: Claim | None, end: Claim | None) -> int | None:
    """The minutes between; None for one moment that stands for both, as that of a lone post which says resolved."""
    if start is None or end is None or start.started_at is None or end.ended_at is None:
        return None
    if start.started_precision not in FINE or end.ended_precision not in FINE:
        return None
    return round((end.ended_at - start.started_at).total_seconds() / 60) or None


def weigh_cause(scale: Scale) -> Claim | None:
    """The claim whose chain of causes is taken."""
    stated = scale.candidates(lambda c: None if c.cause is Cause.UNKNOWN else c.cause)
    mark = len(scale.evidence)
    found = choose(CAUSE, stated, scale.evidence)
    if found is None:
        return None
    links = set(found.causes)
    for place in range(mark, len(scale.evidence)):
        weighed = scale.evidence[place]
        piece = weighed.evidence
        if piece.report_id == found.report_id and not weighed.chosen and piece.value in links:
            scale.evidence[place] = Weighed(piece, chosen=True, reason="a later link of the chosen chain")
    return found


def weigh_services(scale: Scale, families: Families) -> tuple[str, ...]:
    """The services, the main one first: those of the best placed reports, and of the same provider the others'."""
    best = min((w.claim.withdrawn, w.claim.rank) for w in scale.witnesses)
    top = [w.claim for w in scale.witnesses if (w.claim.withdrawn, w.claim.rank) == best and w.claim.services]
    told = top or [w.claim for w in scale.witnesses if w.claim.services]
    if not told:
        return ()
    if len(scale.witnesses) == 1:
        chosen = dict.fromkeys(told[0].services)
    else:
        mains = Counter(c.services[0] for c in told)
        main = min(mains, key=lambda s: (-mains[s], s))
        chosen = dict.fromkeys((main, *sorted({s for c in told for s in c.services} - {main})))
        others = {s for w in scale.witnesses for s in w.claim.services if families.one_provider(s, main)}
        chosen.update(dict.fromkeys(sorted(others)))
    every = [(w, w.claim.services) for w in scale.witnesses]
    choose_list(
        "services", every, chosen, "not of this provider, and a better placed report does not name it", scale.evidence
    )
    return tuple(chosen)


def weigh_list(scale: Scale, name: str, values: Callable[[Claim], Sequence[str]]) -> tuple[str, ...]:
    """All that the best placed reports say of a field of several values; `global` is said where nothing else is."""
    every = [(w, said) for w in scale.witnesses if (said := values(w.claim))]
    if not every:
        return ()
    telling = [(w, said) for w, said in every if any(v != "global" for v in said)] or every
    best = min((w.claim.withdrawn, w.claim.rank) for w, _ in telling)
    kept = {v for w, said in telling if (w.claim.withdrawn, w.claim.rank) == best for v in said}
    chosen = dict.fromkeys(every[0][1]) if len(every) == 1 else dict.fromkeys(sorted(kept))
    if len(chosen) > 1:
        chosen.pop("global", None)
    choose_list(name, every, chosen, "a better placed report names others", scale.evidence)
    return tuple(chosen)
