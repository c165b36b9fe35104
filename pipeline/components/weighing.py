"""Weighs the found names: where a name stands and what is said around it.

Each find has a weight, a service's weight is the sum over its finds. Whether an ambiguous name is one at all is decided
in `pipeline.components.doubtful_names`, the order of the services in `pipeline.components.ranking`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.catalogue import Catalogue, slugify
from pipeline.components.candidates import (
    MENTION,
    PART_WEIGHT,
    Candidate,
    factor,
    is_cased,
    is_mere,
    is_provider_named,
)
from pipeline.components.doubtful_names import DIRECT, Doubts
from pipeline.components.finds import Find, Meta
from pipeline.components.plain_words import (
    is_troubled,
    is_troubled_abroad,
)
from pipeline.components.ranking import Ranking
from pipeline.components.ruleset import load_rules, tables
from pipeline.components.subjects import Part, parts

JARGON = 0.5
OPENING = 260
JARGON_READ = 700
FINDS_READ = 14
PARTS_READ = 2_000
JOINED = re.compile(r"\s*(?:,|,? and|,? or|,? &|/|, as well as| as well as)\s*(?:the |its )?")
SHARED = frozenset(
    ("subjects.is-down", "subjects.outage-noun", "subjects.suffers", "subjects.users-cannot", "subjects.takes-down",
     "subjects.functions-errors", "subjects.access-to", "subjects.is-it-down", "subjects.recovers", "subjects.refuses",
     "subjects.other-tongues", "subjects.other-tongues-before", "subjects.apposition", "subjects.fails-alone",
     "subjects.stops-its-work")
)  # fmt: skip


class Weighing(Doubts):
    """The names of one text on the scales."""

    def __init__(self, text: str, found: Sequence[Find], meta: Meta, catalogue: Catalogue) -> None:
        super().__init__(text, found, meta, catalogue)
        self.chains = self.find_chains()

    def place_weight(self, find: Find) -> float:
        """What a name counts for by its place alone."""
        title_end = self.title_end
        if find.start < title_end:
            return self.bareness(find) * (6.0 + 1.5 * (1 - find.start / max(title_end, 60)))
        inside = find.start - title_end
        return 3.0 if inside < OPENING else 1.2 if inside < 1000 else 0.4

    def weigh(self) -> None:
        """Give each find its weight; the ambiguous ones wait until the sure ones are known."""
        for find, own, shared in self.told():
            if self.is_house_itself(find):
                continue
            told = [*own, *shared]
            weight = self.place_weight(find) * factor(told if find.start < self.title_end else own, find)
            if self.owns_the_next(find) or self.is_console_of_another(find):
                weight, told = PART_WEIGHT["mere"] * weight, []
            if find.data.get("ambiguous") or "|" in find.value:
                self.doubtful.append((weight, find, told))
            elif not self.is_of_another_house(find, self.catalogue.services[find.value]):
                self.take(find.value, weight, find, told)
        left: list[tuple[float, Find]] = []
        for weight, find, told in self.doubtful:
            slug = self.pick(find)
            if self.accepted(find, slug, told):
                self.take(slug, weight, find, told)
            else:
                left.append((weight, find))
        for weight, find in left:
            slug = self.pick(find)
            service = self.catalogue.services[slug]
            if slug in self.candidates and is_cased(find, service) and not self.is_of_another_house(find, service):
                self.take(slug, 0.5 * weight, find, ())
        self.hear_beside_witnesses(left)
        self.read_jargon()
        self.left = left

    def hear_beside_witnesses(self, left: Sequence[tuple[float, Find]]) -> None:
        """Where only the tools of status pages are sure, a word with a capital inside of a sentence is a name."""
        witnesses = tables("subjects")["witnesses"]
        if not self.candidates or any(slug not in witnesses for slug in self.candidates):
            return
        for weight, find in left:
            slug = self.pick(find)
            if is_cased(find, self.catalogue.services[slug]) and self.is_inside(find):
                self.take(slug, weight, find, ())
        for slug in [s for s, c in self.candidates.items() if s in witnesses and not c.strong and c.weight < MENTION]:
            del self.candidates[slug]

    def hear_alone(self) -> None:
        """Where something fails and nobody is named for sure, the word that may be a name is one."""
        if not (is_troubled(self.flat) or is_troubled_abroad(self.flat)):
            return
        heard = [(weight, find) for weight, find in self.left if self.may_be_heard(find)]
        for weight, find in sorted(heard, key=lambda pair: -pair[0])[:1]:
            self.take(self.pick(find), weight, find, ())

    def told(self) -> Iterator[tuple[Find, list[Part], list[Part]]]:
        """Each find that is read, what is said around it, and what a list it stands in shares of its other names.

        The shared words make a name fail as well, but weigh nothing: the name they stand by goes before.
        """
        read: dict[str, int] = {}
        found: list[tuple[Find, list[Part]]] = []
        chains: dict[int, list[Part]] = {}
        for find in self.found:
            read[find.value] = read.get(find.value, 0) + 1
            if read[find.value] > FINDS_READ:
                continue
            near = find.start < self.title_end + PARTS_READ or read[find.value] == 1
            own = self.parts_of(find) if near else []
            found.append((find, own))
            if find.start in self.chains and not is_mere(own):
                chains.setdefault(self.chains[find.start], []).extend(p for p in own if p.rule in SHARED)
        for find, own in found:
            chain = [] if is_mere(own) else chains.get(self.chains.get(find.start, -1), [])
            yield find, own, [p for p in chain if p not in own]

    def find_chains(self) -> dict[int, int]:
        """The names of a list, each by its place with the place of the list's first: "Quillmail, Inkpot and Vellum"."""
        chains: dict[int, int] = {}
        for one, two in pairwise(self.found):
            if one.end < two.start <= one.end + 12 and JOINED.fullmatch(self.flat, one.end, two.start):
                chains.setdefault(one.start, one.start)
                chains[two.start] = chains[one.start]
        return chains

    def bareness(self, find: Find) -> float:
        """Half for a word that in a title stands for a cloud's product, and for any part of another: "Datastore"."""
        if self.own or find.start in self.chains or " " in find.text:
            return 1.0
        service = self.catalogue.services[find.value.split("|")[0]]
        return 0.5 if service.category == "cloud_product" and find.text != service.name else 1.0

    def owns_the_next(self, find: Find) -> bool:
        """Whether the name only says whose service the next one is: "Meta's WhatsApp"."""
        return self.flat.startswith("'s ", find.end) and find.end + 3 in self.begins

    def is_console_of_another(self, find: Find) -> bool:
        """Whether the name is the console of the product named before it: "Amazon Athena Management Console"."""
        return find.text.lower().endswith("console") and find.start - 1 in self.ends and self.own is not None

    def is_house_itself(self, find: Find) -> bool:
        """Whether the name on a page is its provider's, which is no product of it: "Google is looking into it"."""
        return self.own is not None and find.value != self.own.slug and slugify(find.text) == self.own.provider

    def read_jargon(self) -> None:
        """What the words of a provider's own report mean where it names no product."""
        if self.own is None:
            return
        flat = self.flat[: self.title_end + JARGON_READ]
        products = {slug for slug in self.candidates if slug != self.own.slug and self.related(slug, self.own.slug)}
        named = min((f.start for slug in products for _, f in self.candidates[slug].finds), default=len(flat))
        for rule in load_rules("jargon"):
            if rule.data["own"] != self.own.slug:
                continue
            if rule.possible(flat) and (match := rule.pattern.search(flat)):
                start, end = match.span()
                factor = float(rule.data.get("first", JARGON)) if start < named else JARGON
                find = Find("service", start, end, self.text[start:end], rule.value, rule.id, 0.5)
                factor *= PART_WEIGHT["mere"] if is_mere(parts(self.text, self.flat, start, end)) else 1.0
                self.take(rule.value, factor * self.place_weight(find), find, ())

    def take(self, slug: str, weight: float, find: Find, told: Sequence[Part]) -> None:
        """Count one find for a service."""
        candidate = self.candidates.setdefault(slug, Candidate(slug))
        candidate.weight += weight
        candidate.strong |= bool(find.data.get("told")) or (any(p.strong for p in told) and not is_mere(told))
        candidate.spoken_of |= not is_mere(told) and all(part.value != "cause" for part in told)
        candidate.finds.append((weight, find))
        candidate.told.update(part.value for part in told)
        if find.start in self.chains and any(p.rule in SHARED for p in told):
            candidate.chains.add(self.chains[find.start])
        if find.start < self.title_end + OPENING and any(p.rule in DIRECT for p in told) and not is_mere(told):
            candidate.opens = True
            candidate.headed |= find.start < self.title_end

    def is_product(self, slug: str, house: Candidate) -> bool:
        """Whether the service is a product of another that is a house of several: EC2 of AWS, Drive of Google."""
        whole = self.catalogue.services[house.slug]
        named = whole.provider == self.catalogue.services[slug].provider and is_provider_named(house, whole)
        return named or house.slug in self.catalogue.lineage(slug)

    def settle(self) -> list[Candidate]:
        """The candidates in their order."""
        return Ranking(self.candidates, self.catalogue, self.own, self.title_end, self.related).settle()
