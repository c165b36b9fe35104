"""What the scales of names are read with: a candidate, what its surroundings make of it, whose page a text is.

See `pipeline.components.weighing`, which adds a text's finds up by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default

from pipeline.catalogue import Catalogue, Service, slugify
from pipeline.components.finds import Find, Meta
from pipeline.components.ruleset import tables
from pipeline.components.subjects import Part

MENTION = 1.0
PART_WEIGHT = {"failed": 3.0, "users": 3.0, "speaker": 1.2, "named": 1.2, "mere": 0.15}
TO_BLAME = 0.4
STRUCK = 2.7
CARRIED = 0.5
STRUCK_RULES = frozenset(("subjects.takes-down",))
STRONGER = frozenset(
    (
        "subjects.is-down",
        "subjects.outage-noun",
        "subjects.refuses",
        "subjects.access-to",
        "subjects.other-tongues",
        "subjects.cannot-there",
        "subjects.short-is",
    )
)
SOURCE_WORDS = re.compile(r"[^a-z0-9.]+")
NOT_NAMES = frozenset(
    (
        "status",
        "feed",
        "history",
        "atom",
        "rss",
        "weekly",
        "incident",
        "incidents",
        "post",
        "structured",
        "page",
        "report",
    )
)
HEADING = re.compile(r"(?:[\s\d/.:-]*\n)?[^\n]{0,160}")


@dataclass(slots=True)
class Candidate:
    """All that speaks for one service.

    `strong`: plainly said to fail; `headed` and `opens`: said so directly in the title, or in it and the first words;
    `spoken_of`: named somewhere as more than a mere mention or a cause; `told`: all that is said of it.
    """

    slug: str
    weight: float = 0.0
    strong: bool = False
    headed: bool = False
    opens: bool = False
    spoken_of: bool = False
    finds: list[tuple[float, Find]] = with_default(default_factory=list)
    chains: set[int] = with_default(default_factory=set)
    told: set[str] = with_default(default_factory=set)


def is_provider_named(candidate: Candidate, service: Service) -> bool:
    """Whether a text calls the service by its provider's name alone: "Google said", "Yahoo's bad week"."""
    names = [find for _, find in candidate.finds if "sign" not in find.data]
    return bool(names) and all(slugify(find.text) == service.provider for find in names)


def source_service(meta: Meta, catalogue: Catalogue) -> Service | None:
    """The service whose own page the text stands on: given, or named by the source of a status text."""
    if meta.service:
        return next(named_services(catalogue, meta.service.lower()), None)
    if meta.kind not in {"status", "postmortem"} or not meta.source:
        return None
    words = [word for word in SOURCE_WORDS.split(meta.source.lower()) if word and word not in NOT_NAMES]
    named = next((service for word in words for service in named_services(catalogue, word)), None)
    # A post-mortem that stands with a house which holds the texts of others is on somebody else.
    others = meta.kind == "postmortem" and named is not None and named.slug in tables("pages")["open_houses"]
    return None if others else named


def named_services(catalogue: Catalogue, name: str) -> Iterator[Service]:
    """The services of this slug, name or domain."""
    slugs = (name,) if name in catalogue.services else catalogue.named(name) or catalogue.joined(name)
    labels = name.split(".")
    hosts = [".".join(labels[first:]) for first in range(len(labels) - 1)]
    slugs += tuple(catalogue.by_domain[host] for host in hosts if host in catalogue.by_domain)
    return (catalogue.services[slug] for slug in slugs)


def heading_end(text: str, title_end: int) -> int:
    """Where the title ends; one of digits alone is no title, so the first line with words is taken for it."""
    if any(map(str.isalpha, text[:title_end])) or not text[:title_end].strip():
        return title_end
    heading = HEADING.match(text, title_end)
    return heading.end() if heading else title_end


def is_cased(find: Find, service: Service) -> bool:
    """Whether the name is written as a name."""
    return find.text[:1].isupper() or find.text[:1].isdigit() or find.text in service.aliases


def is_mere(told: Sequence[Part]) -> bool:
    """Whether the name is only mentioned: said so, and no stronger word stands against it."""
    if any(p.value == "mere" and p.strong for p in told):
        return True
    rules = {p.rule for p in told if p.strong}
    return any(p.value == "mere" for p in told) and not rules & STRONGER


def factor(told: Sequence[Part], find: Find) -> float:
    """What the surroundings make of a find's weight."""
    sign = {"handle": 0.3, "domain": 0.4}.get(str(find.data.get("sign")), 1.0)
    if find.data.get("host"):
        sign = 0.8
    if find.value in tables("subjects")["witnesses"]:
        sign *= 0.1
    if find.value in tables("subjects")["carried"]:
        sign *= CARRIED
    if is_mere(told):
        return sign * PART_WEIGHT["mere"]
    if find.data.get("told"):
        return PART_WEIGHT["failed"]
    if any(p.value == "cause" for p in told):
        return sign * TO_BLAME
    if {p.rule for p in told if p.strong} == STRUCK_RULES:
        return sign * STRUCK
    return sign * max(
        (
            PART_WEIGHT[p.value] if p.strong or p.value in {"speaker", "named"} else 1.5
            for p in told
            if p.value not in {"mere", "cause"}
        ),
        default=MENTION,
    )
