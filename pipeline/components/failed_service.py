"""Another company's service named as what failed: in "due to an AWS outage" the cause is a third party.

Which service the text is about is chosen later. Here it is the source's own or the first that is named;
a service of the same provider is no third party.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from spacy.tokens import Doc

from pipeline.catalogue import load_catalogue
from pipeline.components.candidates import source_service
from pipeline.components.causal_rules import Match
from pipeline.components.finds import Find, finds

OTHER: Mapping[str, Any] = {"id": "third.service", "cause": "third_party", "weight": 0.97, "symptom": True}
# "AWS outage takes down Snapchat" may be a text on either: enough for a headline, not for an article.
FIRST: Mapping[str, Any] = {"id": "third.first_named", "cause": "third_party", "weight": 0.6}
# "Our search runs in the Cumulon region north, which has lost power": said of what one's own service stands on.
STANDS_ON: Mapping[str, Any] = {"id": "third.stands_on", "cause": "third_party", "weight": 0.97, "alone": 0.9}
# On a page of one's own, another house's trouble is told for one reason.
ON_PAGE: Mapping[str, Any] = {**OTHER, "id": "third.on_page", "alone": 0.62}
# "Search fails because Algolia is having problems": whoever is blamed so is not whom the text is about.
BLAMED_FOR_IT: Mapping[str, Any] = {**OTHER, "id": "third.blamed", "symptom": False}
OPENING = 400  # characters in which a text says what it is about
TROUBLE = (
    r"(?:outages?|issues?|incidents?|problems?|failures?|disruptions?|downtime|maintenance|crash|glitch|bug|trouble)"
    r"\b(?!\.\w)"
)
AFTER = re.compile(
    r"(?:’s)?[ -]{1,3}(?:[\w-]{1,20} ){0,3}?\[?"
    + TROUBLE
    + r"|(?:, (?:which|who) [\w’ -]{3,60},)? (?:has|had|have|suffer(?:s|ed)|experience[sd]) (?:an? |its |some )?"
    r"(?:[\w-]{1,20} ){0,2}?"
    + TROUBLE
    + r"|(?:’s)?(?: [\w-]{1,20}){0,2}? (?:is|are|was|were|went|goes) (?:currently )?"
    r"(?:not (?:available|reachable|answering|responding|working)|unavailable|unreachable|offline|degraded"
    r"|down\b(?! (?:as|because|due)\b)|(?:having|experiencing|suffering|performing) )"
)
GROUND = re.compile(
    r"(?:depends? (?:up)?on|rel(?:y|ies) on|runs? (?:on|in|at)|hosted (?:by|at|on|in)|live in"
    r"|built on|served (?:by|from|through)) (?:[\w’-]{1,20} ){0,4}$"
)
WHICH_FAILS = re.compile(
    r"(?:’s)?(?: [\w-]{1,24}){0,4},? (?:which|that) (?:is|are|has|have|was|were|had) (?:\w{1,15} ){0,2}?"
    r"(?:failing|failed|down|out|unavailable|unreachable|offline|degraded|overloaded|stopped|lost"
    r"|an? (?:\w+ )?(?:outage|incident)"
    r"|(?:having|experiencing|suffering|facing|seeing|reporting))\b(?: (?:from )?(?:an? |its |some )?"
    r"(?:power|connectivity|network|outage|problems?|issues?|incident|errors))?"
)
BLAMED = re.compile(
    r"\b(?:due to|because of|thanks to|blam\w+(?: [\w’-]{1,20}){0,6} on|down to|caused by"
    r"|blam(?:e|ed|es|ing)|point(?:ed|s|ing) (?:the finger )?(?:at|to)|fault (?:lies|lay|is|was) (?:with|at)"
    r"|(?:data (?:halls?|cent(?:re|er)s?)|servers?|region|facility) (?:run|operated|owned) by) (?:an? |the )?$"
)
BECAUSE = re.compile(r"\b(?:because|since|(?<!such )as|bc|cuz) (?:the |our )?$")
DUE_TO = re.compile(
    r"\b(?:due to|because of|owing to|thanks to|caused by|down to|stem(?:s|med) from|result of|traced to"
    r"|blam\w+(?: [\w’-]{1,20}){0,6} on) (?:an? |the |some )?(?:[\w-]{1,20} ){0,2}?" + TROUBLE + r" at (?:the )?$"
)
BLAMES = re.compile(r"\bblam(?:es|ed|ing) (?:its (?:[\w-]{1,20} ){1,2})?$")
# What one's own users meet of it: "X reports delays, so some of our codes arrive late".
OURS = re.compile(r"[^.!?]{0,80}?(?:, so| and so|, which is why)\b[^.!?]{0,40}? our\b")
REPORTS = re.compile(
    r" (?:reports?|is reporting|has reported|announces?|confirms?) (?:[\w-]{1,20} ){0,2}?(?:delays|" + TROUBLE + ")"
)
BEFORE = re.compile(TROUBLE + r" (?:at|with|in|of|on|from|affecting|impacting) (?:[\w’-]{1,20} ){0,3}?$")


def failed_services(doc: Doc, flat: str) -> list[Match]:
    """Services that the text says are in trouble and that another house's service may depend on."""
    named = finds(doc, "service")
    services = [f for f in named if not f.data.get("ambiguous")]
    if not services:
        return []
    page = source_service(doc._.meta, load_catalogue())
    own = family(page.slug if page else doc._.meta.service or first_named(services, flat).value)
    blamed: list[Match] = [(BLAMED_FOR_IT, f.start, end) for f in named if (end := blamed_for_it(f, named, flat))]
    told = {start for _, start, _ in blamed}
    rest = [f for f in services if f.start not in told]
    found = (
        in_trouble(f, rule, flat) for f in rest if (rule := rule_of(f, services, own, doc, on_page=page is not None))
    )
    return [*blamed, *(match for match in found if match)]


def rule_of(
    find: Find, services: list[Find], own: frozenset[str], doc: Doc, *, on_page: bool
) -> Mapping[str, Any] | None:
    """What it means that this service is in trouble; None where it is the one that the text is about."""
    if family(find.value) & own:
        known = on_page or doc._.meta.service or not others_follow(find, services)
        return None if known else FIRST
    if on_page and find.start < OPENING and not (find.value.startswith("?") or behind_own(find, services, own)):
        return ON_PAGE
    return OTHER


def in_trouble(find: Find, rule: Mapping[str, Any], flat: str) -> Match | None:
    """The words that tell that this service is in trouble, if any."""
    near = max(0, find.start - 60)
    if rule is not FIRST and GROUND.search(flat, near, find.start):
        fails = WHICH_FAILS.match(flat, find.end, find.end + 160)
        if fails:
            return STANDS_ON, find.start, fails.end()
    after = AFTER.match(flat, find.end, find.end + 60)
    before = BEFORE.search(flat, near, find.start)
    if after or before:
        return rule, before.start() if before else find.start, after.end() if after else find.end
    blamed = rule is not FIRST and BLAMED.search(flat, near, find.start)
    return (OTHER, find.start, find.end) if blamed else None


def blamed_for_it(find: Find, named: Sequence[Find], flat: str) -> int | None:
    """Where the words end that blame a service of which nothing was said before; None where none do."""
    if any(f.start < find.start and family(f.value) & family(find.value) for f in named):
        return None
    before = max(0, find.start - 100)
    if DUE_TO.search(flat, before, find.start) or (find.start > 0 and BLAMES.search(flat, before, find.start)):
        return find.end
    after = AFTER.match(flat, find.end, find.end + 120) or WHICH_FAILS.match(flat, find.end, find.end + 160)
    if after and BECAUSE.search(flat, before, find.start):
        return after.end()
    reports = REPORTS.match(flat, find.end, find.end + 80)
    return reports.end() if reports and OURS.match(flat, reports.end(), reports.end() + 160) else None


def first_named(services: list[Find], flat: str) -> Find:
    """The first service that is not named as the ground of another; the first of all where every one is."""
    grounds = {f.value for f in services if GROUND.search(flat, max(0, f.start - 60), f.start)}
    return next((f for f in services if f.value not in grounds), services[0])


def behind_own(find: Find, services: list[Find], own: frozenset[str]) -> bool:
    """Whether the name follows one of the page's own, as a part of its product: "Cumulon Compute Autoscaling"."""
    return any(0 <= find.start - other.end <= 2 and family(other.value) & own for other in services)


def others_follow(find: Find, services: list[Find]) -> bool:
    """Whether the text goes on, within a short sentence, to a service of another house."""
    return any(0 <= other.start - find.end <= 80 and not family(other.value) & family(find.value) for other in services)


@lru_cache(maxsize=4_096)  # names of texts have no end
def family(slug: str) -> frozenset[str]:
    """A service, its provider and what stands above it; a name that is in no catalogue stands alone."""
    catalogue = load_catalogue()
    service = catalogue.get(slug)
    return frozenset((slug, service.provider, *catalogue.lineage(slug)) if service else (slug,))
