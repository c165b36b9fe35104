"""Which reports of an outage are witnesses of their own: a copy of a text tells nothing that its first did not."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.belief import Claim


def independent(members: Iterable[Claim]) -> list[Claim]:
    """The reports without the copies of others among them; of copies whose first is not there, one stands for all.

    A copy in the provider's own words stays the provider's word.
    """
    found: dict[str, Claim] = {}
    for claim in sorted(members, key=lambda c: (c.rank != 0, c.copy_of is not None, c.first_seen_at, c.report_id)):
        found.setdefault(claim.copy_of or claim.report_id, claim)
    return list(found.values())
