"""Weighs the found names: where a name stands, what is said around it, and whether it is a name at all.

Each find has a weight, a service's weight is the sum over its finds. An ambiguous name needs evidence, and a part of a
service goes before the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.catalogue import Catalogue, Service, slugify
from pipeline.components.candidates import (
    MENTION,
    PART_WEIGHT,
    Candidate,
    factor,
    heading_end,
    is_cased,
    is_mere,
    source_service,
)
from pipeline.components.finds import Find, Meta
from pipeline.components.lexicon import flatten
from pipeline.components.plain_words import (
    SHORT,
    begins_a_name,
    goes_with_thing,
    is_complained_of,
    is_troubled,
    is_troubled_abroad,
    is_word,
    may_be_name,
    may_go_on,
)
from pipeline.components.ruleset import load_rules, tables
from pipeline.components.subjects import Part, parts

JARGON = 0.5
AHEAD = 0.01
WORTHY_PART = 0.3
LEAST_PART = 0.1
JARGON_READ = 700
HEARD = 300
MANY = 3
CARRYING = frozenset(("cause", "speaker", "named", "failed"))
FINDS_READ = 14
PARTS_READ = 2_000
SHORT_NAME = 2
JOINED = re.compile(r"\s*(?:,|,? and|,? or|,? &|/|, as well as| as well as)\s*(?:the |its )?")
SHARED = frozenset(
    ("subjects.is-down", "subjects.outage-noun", "subjects.suffers", "subjects.users-cannot", "subjects.takes-down",
     "subjects.functions-errors", "subjects.access-to", "subjects.is-it-down", "subjects.recovers", "subjects.refuses",
     "subjects.other-tongues", "subjects.other-tongues-before", "subjects.apposition", "subjects.fails-alone",
     "subjects.stops-its-work")
)  # fmt: skip
DIRECT = frozenset(
    ("subjects.is-down", "subjects.outage-noun", "subjects.is-it-down", "subjects.suffers", "subjects.refuses",
     "subjects.fails-alone", "subjects.other-tongues", "subjects.other-tongues-before", "subjects.short-is",
     "subjects.cannot-there", "subjects.asks-alone", "subjects.stops-its-work")
)  # fmt: skip

CHANNELLED = frozenset(("subjects.channel", "subjects.posts"))
ABROAD = frozenset(("subjects.other-tongues", "subjects.other-tongues-before"))


class Weighing:
    """The names of one text on the scales."""

    def __init__(self, text: str, found: Sequence[Find], meta: Meta, catalogue: Catalogue) -> None:
        self.text = text
        self.flat = flatten(text)
        self.meta = meta
        self.catalogue = catalogue
        self.title_end = heading_end(text, meta.title_end)
        self.own = source_service(meta, catalogue)
        self.found = found
        self.begins = {find.start for find in found}
        self.ends = {find.end for find in found}
        self.candidates: dict[str, Candidate] = {}
        self.doubtful: list[tuple[float, Find, list[Part]]] = []
        self.left: list[tuple[float, Find]] = []
        self.chains = self.find_chains()

    def related(self, slug: str, other: str) -> bool:
        """Whether the two are one service, part and whole, or products of one provider."""
        one, two = self.catalogue.services[slug], self.catalogue.services[other]
        return one.provider == two.provider or other in self.catalogue.lineage(slug)

    def place_weight(self, find: Find) -> float:
        """What a name counts for by its place alone."""
        title_end = self.title_end
        if find.start < title_end:
            return 6.0 + 1.5 * (1 - find.start / max(title_end, 60))
        inside = find.start - title_end
        return 3.0 if inside < 260 else 1.2 if inside < 1000 else 0.4

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

    def may_be_heard(self, find: Find) -> bool:
        """Whether a doubtful name stands early and where a name stands, and is not said to be only mentioned."""
        slug = self.pick(find)
        service = self.catalogue.services[slug]
        if find.data.get("listed"):
            return False
        if find.start > self.title_end + HEARD or service.category == "cloud_product" or self.is_no_name(find, slug):
            return False
        if is_mere(self.parts_of(find)):
            return False
        if is_cased(find, service):
            return self.is_inside(find) or may_go_on(self.flat, find.end)
        if len(self.text) >= SHORT or len(find.text) < SHORT_NAME:
            return False
        return may_be_name(self.flat, find.start, find.end) and may_go_on(self.flat, find.end)

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

    def parts_of(self, find: Find) -> list[Part]:
        """What is said around a name; in a short post only that of a channel can be the place where others speak."""
        told = parts(self.text, self.flat, find.start, find.end)
        if len(self.text) >= SHORT or not set(tables("subjects")["channels"]).isdisjoint(find.value.split("|")):
            return told
        return [part for part in told if part.rule not in CHANNELLED]

    def find_chains(self) -> dict[int, int]:
        """The names of a list, each by its place with the place of the list's first: "Quillmail, Inkpot and Vellum"."""
        chains: dict[int, int] = {}
        for one, two in pairwise(self.found):
            if one.end < two.start <= one.end + 12 and JOINED.fullmatch(self.flat, one.end, two.start):
                chains.setdefault(one.start, one.start)
                chains[two.start] = chains[one.start]
        return chains

    def owns_the_next(self, find: Find) -> bool:
        """Whether the name only says whose service the next one is: "Meta's WhatsApp"."""
        return self.flat.startswith("'s ", find.end) and find.end + 3 in self.begins

    def is_console_of_another(self, find: Find) -> bool:
        """Whether the name is the console of the product named before it: "Amazon Athena Management Console"."""
        return find.text.lower().endswith("console") and find.start - 1 in self.ends and self.own is not None

    def is_house_itself(self, find: Find) -> bool:
        """Whether the name on a page is its provider's, which is no product of it: "Google is looking into it"."""
        return self.own is not None and find.value != self.own.slug and slugify(find.text) == self.own.provider

    def is_of_another_house(self, find: Find, service: Service) -> bool:
        """Whether a product's bare name stands on the page of another provider: "load balancers" are anyone's."""
        if self.own is None or service.category != "cloud_product" or self.related(service.slug, self.own.slug):
            return False
        above = [self.catalogue.services[slug] for slug in self.catalogue.lineage(service.slug)]
        brands = {word for house in above for word in (house.provider_name.split()[0], house.name.split()[-1])}
        brands |= {"AWS", service.provider_name.split()[0]}
        return not {brand.casefold() for brand in brands} & set(find.text.casefold().split()[:1])

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
        candidate.finds.append((weight, find))
        candidate.told.update(part.value for part in told)
        if find.start in self.chains and any(p.rule in SHARED for p in told):
            candidate.chains.add(self.chains[find.start])
        if find.start < self.title_end and any(p.rule in DIRECT for p in told) and not is_mere(told):
            candidate.headed = True

    def pick(self, find: Find) -> str:
        """The service meant by a name that several share: the one whose kin is near, else the first."""
        slugs = find.value.split("|")
        near = [*self.candidates, *([self.own.slug] if self.own else [])]
        for slug in slugs:
            if any(self.related(slug, other) for other in near):
                return slug
        return slugs[0]

    def accepted(self, find: Find, slug: str, told: Sequence[Part]) -> bool:
        """Whether there is enough evidence for an ambiguous name."""
        service = self.catalogue.services[slug]
        if self.is_of_another_house(find, service) or not find.data.get("ambiguous"):
            return not self.is_of_another_house(find, service)
        if find.data.get("listed"):
            return self.is_listed_with_kin(find, slug)
        strong = {p.rule for p in told if p.strong}
        if is_mere(told) or self.is_no_name(find, slug):
            return False
        if not is_cased(find, service):
            return self.accepted_small(find, direct=bool(strong & DIRECT), abroad=bool(strong & ABROAD))
        if strong or any(p.value in {"speaker", "named"} for p in told) or is_complained_of(self.flat):
            return True
        if service.category == "cloud_product":
            return self.kin(slug)
        thing = self.is_inside(find) or goes_with_thing(self.flat, find.end)
        return (thing and is_troubled(self.flat)) or self.is_at_home(slug) or self.recurs(find)

    def is_listed_with_kin(self, find: Find, slug: str) -> bool:
        """Whether the list that a name stands in has a sure name of its house before or behind it."""
        place = self.chains.get(find.start)
        return place is not None and any(
            self.chains.get(other.start) == place and other.value != slug and self.related(slug, other.value)
            for other in self.found
            if not other.data.get("ambiguous") and "|" not in other.value
        )

    def is_at_home(self, slug: str) -> bool:
        """Whether the text stands on a page of the service's own house."""
        return self.own is not None and self.related(slug, self.own.slug)

    def is_no_name(self, find: Find, slug: str) -> bool:
        """Whether the word stands for a company beside its products, for itself, or begins another name."""
        service = self.catalogue.services[slug]
        if slugify(find.text) == service.provider and self.kin(slug):
            return True
        product = service.category == "cloud_product" and not self.kin(slug)
        if is_word(self.flat, find.start, find.end) or (product and any(map(str.islower, find.text.split()))):
            return True
        at_home = service.category == "cloud_product" or self.is_at_home(slug)
        return not at_home and begins_a_name(self.text, find.start, find.end, self.title_end)

    def accepted_small(self, find: Find, *, direct: bool, abroad: bool) -> bool:
        """Whether a word in lower case is a name: only in a short text, and where it may stand and fails like one."""
        if len(self.text) >= SHORT or not (abroad or may_be_name(self.flat, find.start, find.end)):
            return False
        if find.data.get("small"):
            return True
        goes_on = find.data.get("sign") == "handle" or may_go_on(self.flat, find.end)
        if not (goes_on or abroad) and not (direct and is_complained_of(self.flat)):
            return False
        troubled = is_troubled(self.flat) or is_troubled_abroad(self.flat)
        complained = is_complained_of(self.flat) or (goes_with_thing(self.flat, find.end) and troubled)
        return complained or abroad if len(find.text) < SHORT_NAME else complained or direct

    def kin(self, slug: str) -> bool:
        """Whether another service of the same provider is known to be spoken of, or owns the page."""
        if self.own and self.own.slug != slug and self.related(slug, self.own.slug):
            return True
        return any(other != slug and self.related(slug, other) for other in self.candidates)

    def recurs(self, find: Find) -> bool:
        """Whether an ordinary word is written with a capital inside of sentences, twice or more."""
        inside = [
            other for _, other, _ in self.doubtful
            if other.value == find.value and other.text[:1].isupper() and self.is_inside(other)
        ]  # fmt: skip
        return len(inside) >= 2

    def is_inside(self, find: Find) -> bool:
        """Whether the name stands inside of a sentence of the text, so that its capital tells something."""
        before = self.text[max(0, find.start - 2) : find.start].strip("“\"'( ")
        return find.start >= self.title_end and (before[-1:].isalpha() or before.endswith(","))

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
                    if self.own or self.is_listed(candidate) or not (whole.headed or candidate.chains & whole.chains):
                        del self.candidates[above]
        self.put_own_ahead()
        self.file_products()
        self.put_carrier_ahead()
        return sorted(self.candidates.values(), key=lambda c: (-c.weight, c.slug))

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

    def is_house(self, whole: Candidate) -> bool:
        """Whether a service is its provider itself, which fails in its products: Atlassian, Google."""
        return whole.slug == self.catalogue.services[whole.slug].provider

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

    def stands_for(self, part: Candidate, whole: Candidate) -> bool:
        """Whether it is the part that failed, rather than the whole with the part in it."""
        if self.own and whole.slug in {self.own.slug, *self.catalogue.lineage(self.own.slug)}:
            titled = any(find.start < self.title_end for _, find in whole.finds)
            return part.strong or part.weight >= (WORTHY_PART if titled else LEAST_PART) * whole.weight
        if self.is_house(whole) and (part.headed or self.is_listed(part)):
            return True
        doubtful = all(find.data.get("ambiguous") for _, find in part.finds)
        return part.weight >= (0.9 if doubtful else 0.5) * whole.weight or (part.strong and not whole.strong)
