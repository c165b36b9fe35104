"""Ranks the weighed services: parts before their wholes, a page's own before others, a carrier before those it carries.

Example: of "Atlassian: Jira and Confluence are down" Jira and Confluence are left, of "Reddit, Twitch and Spotify went
dark; Fastly said" Fastly is the first.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.catalogue import Catalogue, Service
from pipeline.components.candidates import Candidate, is_provider_named

AHEAD = 0.01
WORTHY_PART = 0.3
LEAST_PART = 0.1
LEAST_KIN = 0.25
MANY = 3
CARRYING = frozenset(("cause", "speaker", "named", "failed"))


class Ranking:
    """The candidates of one text; `own` is the service whose page it stands on, the title ends at `title_end`."""

    def __init__(
        self,
        candidates: dict[str, Candidate],
        catalogue: Catalogue,
        own: Service | None,
        title_end: int,
        related: Callable[[str, str], bool],
    ) -> None:
        self.candidates = candidates
        self.catalogue = catalogue
        self.own = own
        self.title_end = title_end
        self.related = related

    def settle(self) -> list[Candidate]:
        """The candidates in order of weight, wholes given up for the parts that failed."""
        if self.own:
            for candidate in self.candidates.values():
                if not self.related(candidate.slug, self.own.slug):
                    candidate.weight *= 0.25
            self.candidates.setdefault(self.own.slug, Candidate(self.own.slug, 1.0, strong=True))
        for candidate in sorted(self.candidates.values(), key=lambda c: -c.weight):
            for above in self.catalogue.lineage(candidate.slug):
                whole = self.candidates.get(above)
                if whole and self.stands_for(candidate, whole):
                    candidate.weight += whole.weight
                    candidate.strong |= whole.strong
                    in_house = self.is_house(whole) and self.is_listed(candidate)
                    if self.own or in_house or not (whole.opens or candidate.chains & whole.chains):
                        del self.candidates[above]
        self.put_own_ahead()
        self.file_products()
        self.put_carrier_ahead()
        self.put_product_ahead()
        return sorted(self.candidates.values(), key=lambda c: (-c.weight, c.slug))

    def stands_for(self, part: Candidate, whole: Candidate) -> bool:
        """Whether it is the part that failed, rather than the whole with the part in it."""
        if self.own and whole.slug in {self.own.slug, *self.catalogue.lineage(self.own.slug)}:
            titled = any(find.start < self.title_end for _, find in whole.finds)
            return part.strong or part.weight >= (WORTHY_PART if titled else LEAST_PART) * whole.weight
        if self.is_house(whole) and (part.headed or self.is_listed(part)):
            return True
        doubtful = all(find.data.get("ambiguous") for _, find in part.finds)
        return part.weight >= (0.9 if doubtful else 0.5) * whole.weight or (part.strong and not whole.strong)

    def is_house(self, whole: Candidate) -> bool:
        """Whether a service is its provider itself, which fails in its products: Atlassian, Google."""
        return whole.slug == self.catalogue.services[whole.slug].provider

    def put_product_ahead(self) -> None:
        """Where a provider is named and not said to fail, its product that is, or is named as much, goes first."""
        first = max(self.candidates.values(), key=lambda c: c.weight, default=None)
        if first is None or self.own or first.strong:
            return
        if not is_provider_named(first, self.catalogue.services[first.slug]):
            return
        kin = [c for c in self.candidates.values() if c is not first and self.related(c.slug, first.slug)]
        failing = [c for c in kin if c.strong] or [c for c in kin if c.weight >= LEAST_KIN * first.weight]
        if failing:
            product = max(failing, key=lambda c: c.weight)
            product.weight = max(product.weight, first.weight + AHEAD)

    def is_listed(self, part: Candidate) -> bool:
        """Whether a product stands, failing, in a list with another of its house: "Jira, Confluence and Opsgenie"."""
        lists = part.chains if part.strong else set()
        return any(
            lists & other.chains and other.strong and other is not part and self.related(part.slug, other.slug)
            for other in self.candidates.values()
        )

    def put_own_ahead(self) -> None:
        """On a page its own service, or the strongest of its house, goes before those of others."""
        if self.own is None:
            return
        others = [c.weight for c in self.candidates.values() if not self.related(c.slug, self.own.slug)]
        kin = [c for c in self.candidates.values() if self.related(c.slug, self.own.slug)]
        if others and kin:
            first = max(kin, key=lambda c: c.weight)
            first.weight = max([first.weight, *(weight + AHEAD for weight in others)])

    def file_products(self) -> None:
        """On the provider's own page a product stands behind the entry under which that page reports on it."""
        own = self.own
        for candidate in [*self.candidates.values()] if own else ():
            entry = self.catalogue.services[candidate.slug].filed_under
            if entry is None or own is None or not self.related(candidate.slug, own.slug):
                continue
            above = self.candidates.setdefault(entry, Candidate(entry, strong=candidate.strong))
            above.weight = max(above.weight, candidate.weight + AHEAD)
            above.finds.extend((AHEAD, find) for _, find in candidate.finds)

    def put_carrier_ahead(self) -> None:
        """Where many houses fail in one list, the one beside it that explains itself goes before: it carries them."""
        first = max(self.candidates.values(), key=lambda c: c.weight, default=None)
        if first is None or first.headed or self.own:
            return
        listed = [c for c in self.candidates.values() if c.chains & first.chains]
        if len({self.catalogue.services[c.slug].provider for c in listed}) < MANY:
            return
        for candidate in sorted(self.candidates.values(), key=lambda c: -c.weight):
            apart = candidate not in listed and not any(self.related(candidate.slug, c.slug) for c in listed)
            if apart and candidate.told & CARRYING and "mere" not in candidate.told:
                candidate.weight = max(candidate.weight, first.weight + AHEAD)
                return
