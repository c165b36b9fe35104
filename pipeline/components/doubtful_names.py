"""Whether a word that may be the name of a service is one: what a text says around it, and who else it names.

Example: "Signal Hill" is no Signal, "box is so slow today" is Box, "Gmail, Drive and Docs" are three of one house.
`pipeline.components.weighing` asks it for each find that needs evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.catalogue import Catalogue, Service, slugify
from pipeline.components.candidates import Candidate, heading_end, is_cased, is_mere, source_service
from pipeline.components.finds import Find, Meta
from pipeline.components.lexicon import flatten
from pipeline.components.plain_words import (
    SHORT,
    begins_a_name,
    goes_with_thing,
    has_failing_part,
    is_complained_of,
    is_digital,
    is_troubled,
    is_troubled_abroad,
    is_word,
    may_be_name,
    may_go_on,
)
from pipeline.components.ruleset import tables
from pipeline.components.subjects import Part, parts

HEARD = 300
SHORT_NAME = 2
DIRECT = frozenset(
    ("subjects.is-down", "subjects.outage-noun", "subjects.is-it-down", "subjects.suffers", "subjects.refuses",
     "subjects.fails-alone", "subjects.other-tongues", "subjects.other-tongues-before", "subjects.short-is",
     "subjects.cannot-there", "subjects.asks-alone", "subjects.stops-its-work")
)  # fmt: skip
CHANNELLED = frozenset(("subjects.channel", "subjects.posts"))
ABROAD = frozenset(("subjects.other-tongues", "subjects.other-tongues-before"))


class Doubts:
    """The names of one text, the sure ones in `candidates`, and what decides on the others."""

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
        self.chains: dict[int, int] = {}

    def related(self, slug: str, other: str) -> bool:
        """Whether the two are one service, part and whole, or products of one provider."""
        one, two = self.catalogue.services[slug], self.catalogue.services[other]
        return one.provider == two.provider or other in self.catalogue.lineage(slug)

    def parts_of(self, find: Find) -> list[Part]:
        """What is said around a name; in a short post only that of a channel can be the place where others speak."""
        told = parts(self.text, self.flat, find.start, find.end)
        if len(self.text) >= SHORT or not set(tables("subjects")["channels"]).isdisjoint(find.value.split("|")):
            return told
        return [part for part in told if part.rule not in CHANNELLED]

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
        if is_mere(told) or self.is_no_name(find, slug):
            return False
        if not is_cased(find, service):
            strong = {p.rule for p in told if p.strong}
            return self.accepted_small(find, direct=bool(strong & DIRECT), abroad=bool(strong & ABROAD))
        return self.accepted_cased(find, service, told)

    def accepted_cased(self, find: Find, service: Service, told: Sequence[Part]) -> bool:
        """Whether a word with a capital is a name: it fails or speaks, something fails, or it is at home here."""
        product = service.category == "cloud_product"
        if product and self.candidates and not self.kin(service.slug):
            return False
        heard = any(p.strong or p.value in {"speaker", "named"} for p in told)
        if heard or is_complained_of(self.flat):
            return True
        if product:
            return self.kin(service.slug)
        thing = self.is_inside(find) or goes_with_thing(self.flat, find.end)
        return (thing and is_troubled(self.flat)) or self.is_at_home(service.slug) or self.recurs(find)

    def accepted_small(self, find: Find, *, direct: bool, abroad: bool) -> bool:
        """Whether a word in lower case is a name: only in a short text, and where it may stand and fails like one."""
        if len(self.text) >= SHORT or not (abroad or may_be_name(self.flat, find.start, find.end)):
            return False
        if find.data.get("small"):
            return True
        if len(find.text) >= SHORT_NAME and is_digital(self.flat) and has_failing_part(self.flat, find.end):
            return True
        goes_on = find.data.get("sign") == "handle" or may_go_on(self.flat, find.end)
        if not (goes_on or abroad) and not (direct and is_complained_of(self.flat)):
            return False
        elsewhere = is_troubled_abroad(self.flat)
        thing = goes_with_thing(self.flat, find.end)
        complained = is_complained_of(self.flat) or (thing and (elsewhere or is_troubled(self.flat)))
        if len(find.text) < SHORT_NAME:
            return complained or abroad
        return complained or direct or elsewhere

    def is_no_name(self, find: Find, slug: str) -> bool:
        """Whether the word stands for a company beside its products, for itself, or begins another name."""
        service = self.catalogue.services[slug]
        if slugify(find.text) == service.provider and self.kin(slug):
            return True
        product = service.category == "cloud_product" and not self.kin(slug)
        if is_word(self.text, self.flat, find.start, find.end) or (
            product and any(map(str.islower, find.text.split()))
        ):
            return True
        at_home = service.category == "cloud_product" or self.is_at_home(slug)
        return not at_home and begins_a_name(self.text, find.start, find.end, self.title_end)

    def is_of_another_house(self, find: Find, service: Service) -> bool:
        """Whether a product's bare name stands on the page of another provider: "load balancers" are anyone's."""
        if self.own is None or service.category != "cloud_product" or self.related(service.slug, self.own.slug):
            return False
        above = [self.catalogue.services[slug] for slug in self.catalogue.lineage(service.slug)]
        brands = {word for house in above for word in (house.provider_name.split()[0], house.name.split()[-1])}
        brands |= {"AWS", service.provider_name.split()[0]}
        return not {brand.casefold() for brand in brands} & set(find.text.casefold().split()[:1])

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
