"""How near two reports are: whether their services are one, and what else speaks for one outage.

Every function is pure; the catalogue's parents and providers come in as plain mappings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.belief import Claim
from pipeline.catalogue import Catalogue
from pipeline.terms import Cause, Severity, SourceKind

WORD = re.compile(r"[^\W_]+")
# Words that stand in the title of almost every incident, and so tell none apart.
COMMON = frozenset(
    WORD.findall(
        "a an and are at by down errors for from has have in increased is issue issues of on or outage our "
        "problem problems service services some the to users we with incident disruption"
    )
)
SAME, PARENT, NAMED = 4.0, 2.5, 2.0
# A story of one outage names few services; a longer list names those that suffered from it.
FEW = 3
# The press tells of large incidents rather than of small ones on the same day.
NEWSWORTHY: Mapping[Severity, float] = {
    Severity.CRITICAL: 1.0,
    Severity.MAJOR: 0.5,
    Severity.MINOR: 0.0,
    Severity.UNKNOWN: 0.0,
}


@dataclass(frozen=True, slots=True)
class Families:
    """Parent and provider of each service, by slug."""

    parents: Mapping[str, str]
    providers: Mapping[str, str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Families:
        """The two relations of this catalogue."""
        services = catalogue.services
        return cls(
            {slug: s.parent for slug, s in services.items() if s.parent},
            {slug: s.provider for slug, s in services.items()},
        )

    def one_provider(self, one: str, other: str) -> bool:
        """Whether both are known to belong to one provider."""
        provider = self.providers.get(one)
        return provider is not None and provider == self.providers.get(other)

    def kin(self, one: str, other: str) -> bool:
        """Whether they are the same service or parent and child."""
        return one == other or self.parents.get(one) == other or self.parents.get(other) == one


def names(claim: Claim) -> tuple[str, ...]:
    """The services of the claim, names outside of the catalogue without regard to case."""
    return tuple(s.casefold() if s.startswith("?") else s for s in claim.services)


def extended(claim: Claim, services: tuple[str, ...], families: Families) -> tuple[str, ...]:
    """The services beside the main one that are told to be part of the same outage.

    None where a dependency is blamed (then the others are its cause or its fellow sufferers), and
    none on a status page, whose incident is of the page's service.
    """
    if len(services) < 2 or claim.source_kind is SourceKind.STATUS or Cause.THIRD_PARTY in (claim.cause, *claim.causes):
        return ()
    main = services[0]
    if len(services) <= FEW:
        return services[1:]
    return tuple(s for s in services[1:] if families.one_provider(main, s))


def title_words(claim: Claim) -> frozenset[str]:
    """The words of the title that can tell incidents apart."""
    return frozenset(WORD.findall(claim.title.casefold())) - COMMON


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words in proportion to all words, from 0 to 1; 0 where either has none."""
    if not one or not other:
        return 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def traits(claim: Claim) -> frozenset[str]:
    """Regions, components and causes as comparable words; what applies to anything is left out."""
    if not (claim.regions or claim.components or claim.causes):
        return frozenset()
    found = {f"region:{r.casefold()}" for r in claim.regions if r != "global"}
    found.update(f"component:{c.casefold()}" for c in claim.components)
    found.update(f"cause:{c}" for c in claim.causes if c is not Cause.UNKNOWN)
    return frozenset(found)
