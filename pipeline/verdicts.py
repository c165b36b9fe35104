"""Choosing one value of a field among reports, with each candidate kept and the reason in plain words.

A key orders the candidates, smallest first, and each place of the key has the words for a report
that loses on it, so that the reason given is the one that decided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.belief import Claim, Evidence, Weighed

# The field of an outage that a mention's field belongs to, where the names differ.
FIELDS = {
    "service": "services",
    "component": "components",
    "region": "regions",
    "symptom": "symptoms",
    "duration": "duration_minutes",
    "start": "started_at",
    "end": "ended_at",
}
ONLY, OFFICIAL, AGREES = "the only report that says so", "the provider's own word", "says the same as the chosen one"
BEST, SECOND = "the best placed report that says so", "another value in the same report"
WITHDRAWN, LESSER = "withdrawn by its source", "another source is better placed"
NOT_OFFICIAL, TIE = "the provider says otherwise", "equal in every other respect"
BASE = (WITHDRAWN, LESSER)
OF_THE_RECORD = ("title", "services")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a field is chosen: what follows rank in the key, and the words for losing on each place."""

    field: str
    key: Callable[[Claim], tuple[Any, ...]]
    lost: tuple[str, ...]


class Witness:
    """The evidence of one claim by field of the outage; `native` are the fields that its source gave as data."""

    __slots__ = ("claim", "fields", "native")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.fields: dict[str, list[Evidence]] = {}
        self.native: set[str] = set()
        for told in claim.evidence:
            name = FIELDS.get(told.field)
            piece = told if name is None else _renamed(told, name)
            if piece.field in self.fields:
                self.fields[piece.field].append(piece)
            else:
                self.fields[piece.field] = [piece]
            if piece.origin == "native":
                self.native.add(piece.field)

    def of(self, field: str) -> Sequence[Evidence]:
        """All evidence on the field."""
        return self.fields.get(field, ())

    def for_value(self, field: str, value: str) -> list[Evidence]:
        """The evidence for this value, at least one piece.

        A reading whose words have another normal form than the claim's value still carries it.
        """
        pieces = self.fields.get(field)
        if pieces is not None:
            same = [p for p in pieces if p.value == value]
            if same:
                return same
            if field not in self.native:
                best = max(pieces, key=lambda p: (p.confidence, -(p.start or 0)))
                return [_renamed(best, field, value)]
        # The title and the service are the record's own; what else has no words follows from the report as a whole.
        origin = "native" if field in OF_THE_RECORD else "computed"
        return [Evidence(field, value, self.claim.report_id, origin, f"{origin}:{field}", 1.0)]


def _renamed(piece: Evidence, field: str, value: str | None = None) -> Evidence:
    return replace(piece, field=field, value=piece.value if value is None else value)


# One report's value of a field, as text.
Candidate = tuple[Witness, str]


def choose(rule: Rule, candidates: Sequence[Candidate], out: list[Weighed]) -> Claim | None:
    """The claim that the rule puts first; all candidates go to `out` with the verdict."""
    if not candidates:
        return None
    if len(candidates) == 1:
        winner = candidates[0]
        confirm(rule.field, winner, OFFICIAL if winner[0].claim.rank == 0 else ONLY, out)
        return winner[0].claim
    keyed = sorted(((_key(rule, c[0]), c) for c in candidates), key=_first)
    best, winner = keyed[0]
    chosen = winner[0].claim
    confirm(rule.field, winner, OFFICIAL if chosen.rank == 0 else BEST, out)
    words = (*BASE, *rule.lost, "read from prose", TIE)
    for key, loser in keyed[1:]:
        reason = AGREES if loser[1] == winner[1] else _reason(key, best, words, chosen)
        reject(rule.field, loser, reason, out)
    return chosen


def _first(pair: tuple[tuple[Any, ...], Candidate]) -> tuple[Any, ...]:
    return pair[0]


def _key(rule: Rule, witness: Witness) -> tuple[Any, ...]:
    claim = witness.claim
    return (claim.withdrawn, claim.rank, *rule.key(claim), rule.field not in witness.native, claim.report_id)


def _reason(loser: tuple[Any, ...], winner: tuple[Any, ...], words: Sequence[str], chosen: Claim) -> str:
    place = next(n for n, (a, b) in enumerate(zip(loser, winner, strict=True)) if a != b)
    return NOT_OFFICIAL if words[place] == LESSER and chosen.rank == 0 else words[place]


def confirm(field: str, winner: Candidate, reason: str, out: list[Weighed]) -> None:
    """Keep the evidence of the chosen report; what else it says of the field is not chosen."""
    witness, value = winner
    taken = witness.for_value(field, value)
    for piece in taken:
        out.append(Weighed(piece, True, reason))  # noqa: FBT003, PERF401 - chosen
    told = witness.of(field)
    if len(told) > len(taken) or (told and field in witness.native):
        out += [Weighed(piece, False, SECOND) for piece in told if piece.value != value]  # noqa: FBT003 - not chosen


def reject(field: str, loser: Candidate, reason: str, out: list[Weighed]) -> None:
    """Keep the evidence of a report that was not chosen."""
    out += [Weighed(piece, False, reason) for piece in loser[0].for_value(field, loser[1])]  # noqa: FBT003


def choose_list(
    field: str, claims: Iterable[tuple[Witness, Sequence[str]]], chosen: Collection[str], lost: str, out: list[Weighed]
) -> None:
    """The verdicts on a field of several values, of which `chosen` were taken.

    `lost` says why the others were left out.
    """
    for witness, values in claims:
        won = OFFICIAL if witness.claim.rank == 0 else BEST
        told = witness.of(field)
        for piece in told:
            taken = piece.value in chosen
            out.append(Weighed(piece, taken, won if taken else lost))
        known = [piece.value for piece in told]
        for value in values:
            if value not in known:
                piece = Evidence(field, value, witness.claim.report_id, "native", f"native:{field}", 1.0)
                taken = value in chosen
                out.append(Weighed(piece, taken, won if taken else lost))
