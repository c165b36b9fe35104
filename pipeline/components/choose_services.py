"""Chooses among the found names: which services the text tells of, the one that failed first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.annotation import Mention
from pipeline.catalogue import Catalogue
from pipeline.components.candidates import Candidate
from pipeline.components.finds import Find, Meta
from pipeline.components.page_owner import page_owner
from pipeline.components.shown_name import shown_name
from pipeline.components.unknown_names import unknown_names
from pipeline.components.weighing import Weighing

LEAST_SHARE = 0.3
MOST_SERVICES = 8
SURE_WEIGHT = 4.0
GUESS_WEIGHT = 1.0
LEAST_PRODUCT = 0.5
SALIENT_RULE = "services.salient"
GUESSES = frozenset(("services.speaks", SALIENT_RULE))
INTERNET_RULE = "services.internet"
INTERNET = re.compile(r"\binternet\b")


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """The services, main one first, with their names; `provider` is a slug.

    `beside` tells that the main one is only mentioned, as the cause of a failure or as what has none, or that a story
    speaks of it and neither its title nor a plain word tells that it failed.
    """

    services: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    provider: str | None = None
    mentions: tuple[Mention, ...] = ()
    strong: bool = False
    beside: bool = False


def choose_services(
    text: str, found: Sequence[Find], meta: Meta, catalogue: Catalogue, places: Sequence[Find] = ()
) -> ServiceChoice:
    """The services that a text tells of; none where it names none. Pure. `places` are no names of services."""
    scales = Weighing(text, found, meta, catalogue)
    scales.weigh()
    ranked = scales.settle()
    top = ranked[0] if ranked else None
    title = any(find.start < meta.title_end for _, find in top.finds) if top else False
    unknown = None
    if scales.own is None and (top is None or not top.strong or not title):
        unknown = find_unknown(scales, ranked, places)
        if unknown and goes_first(unknown, top, meta):
            return choice_of_unknown(unknown, ranked, catalogue, meta)
    if top is None:
        scales.hear_alone()
        ranked = scales.settle()
        top = ranked[0] if ranked else None
    if top is None:
        return (
            choice_of_unknown(unknown, (), catalogue, meta)
            if unknown
            else by_page(page_owner(meta.url, catalogue), catalogue)
        )
    kept = [c for c in ranked if c.weight >= LEAST_SHARE * top.weight or belongs(c, top, scales)][:MOST_SERVICES]
    mentions = tuple(max(c.finds, key=lambda pair: pair[0])[1].as_mention(value=c.slug) for c in kept if c.finds)
    names = tuple(shown_name(c, catalogue.services[c.slug], text, page=scales.own is not None) for c in kept)
    provider = catalogue.services[top.slug].provider
    story = 0 < meta.title_end < len(text)
    beside = scales.own is None and not top.strong and (not top.spoken_of or (story and not title))
    return ServiceChoice(tuple(c.slug for c in kept), names, provider, mentions, top.strong, beside)


def choice_of_unknown(unknown: Find, ranked: Sequence[Candidate], catalogue: Catalogue, meta: Meta) -> ServiceChoice:
    """The choice of an unknown name; below the title of a story another may stand out more, and is asked for."""
    return replace(outside(unknown, ranked, catalogue), beside=0 < meta.title_end <= unknown.start)


def by_page(owner: str | None, catalogue: Catalogue) -> ServiceChoice:
    """The choice where the text names nobody: the service whose page it stands on, a guess without a span."""
    if owner is None:
        return ServiceChoice()
    service = catalogue.get(owner)
    if service is None:
        return ServiceChoice((owner,), (owner,))
    return ServiceChoice((owner,), (service.name,), service.provider)


def goes_first(unknown: Find, top: Candidate | None, meta: Meta) -> bool:
    """Whether the unknown name is the main service; one that only stands out waits for every known name."""
    if unknown.rule == SALIENT_RULE:
        return False
    if top is not None and not top.spoken_of and unknown.rule == "services.unknown":
        return True
    least = SURE_WEIGHT if unknown.rule == "services.unknown" else GUESS_WEIGHT
    return top is None or goes_before(unknown, top, meta) or (top.weight < least and not top.strong)


def goes_before(unknown: Find, top: Candidate | None, meta: Meta) -> bool:
    """Whether a title tells of the unknown name, and of the best known one not at all, or later and weakly."""
    if unknown.start >= meta.title_end:
        return False
    titled = [find for _, find in top.finds if find.start < meta.title_end] if top else []
    return not titled or (not (top and top.strong) and unknown.start < titled[0].start)


def belongs(candidate: Candidate, top: Candidate, scales: Weighing) -> bool:
    """Whether a service fails beside the main one: in one list with it, in a title, or as a product of its house."""
    if not candidate.strong:
        return False
    if candidate.headed or candidate.chains & top.chains:
        return True
    return scales.own is None and candidate.weight >= LEAST_PRODUCT and scales.is_product(candidate.slug, top)


def find_unknown(scales: Weighing, ranked: Sequence[Candidate], places: Sequence[Find]) -> Find | None:
    """The name outside of the catalogue around which most seems to fail; the internet of a place is one."""
    taken = [find for candidate in ranked for _, find in candidate.finds] + list(places)
    spans = [(find.start, find.end) for find in taken]
    title_end = scales.meta.title_end
    place = next((find for find in places if find.start < title_end and find.value != "global"), None)
    if place and (net := INTERNET.search(scales.flat, 0, title_end)):
        name = f"Internet in {place.value}"
        return Find(
            "service",
            net.start(),
            net.end(),
            scales.text[net.start() : net.end()],
            "?" + name,
            INTERNET_RULE,
            0.6,
        )
    found = unknown_names(
        scales.text, scales.flat, title_end, lambda start, end: any(s < end and start < e for s, e in spans)
    )
    kin = {scales.catalogue.services[c.slug].provider_name.split()[0].casefold() for c in ranked}
    heads = {
        alias.split(maxsplit=1)[0].casefold() for c in ranked for alias in scales.catalogue.services[c.slug].aliases
    }
    fresh = (find for find in found if find.text.casefold() not in heads)
    return next((find for find in fresh if not kin & set(find.text.casefold().split())), None)


def outside(find: Find, ranked: Sequence[Candidate], catalogue: Catalogue) -> ServiceChoice:
    """The choice where the text's service is not in the catalogue."""
    owner = catalogue.by_component.get(find.text.casefold()) if find.rule != INTERNET_RULE else None
    owner = owner or next(iter(catalogue.named(find.text)), None)
    if owner:
        service = catalogue.services[owner]
        mention = find.as_mention(value=owner)
        return ServiceChoice((owner,), (service.name,), service.provider, (mention,), strong=True)
    others = [c for c in ranked if c.strong][: MOST_SERVICES - 1]
    names = (find.value, *(catalogue.services[c.slug].name for c in others))
    low = find.text.casefold()
    provider = next((s.provider for s in catalogue.services.values() if s.provider_name.casefold() == low), None)
    sure = find.rule not in GUESSES
    return ServiceChoice((find.value, *(c.slug for c in others)), names, provider, (find.as_mention(),), strong=sure)
