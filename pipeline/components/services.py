"""Finds the names of services: catalogue names, hashtags, handles and domains.

Example: in "#GitHubDown: status.github.com says Copilot is slow" it finds GitHub twice and two candidates for
Copilot. A name that is also a word is found as a candidate (`data["ambiguous"]`); whether it is taken is decided by
`pipeline.components.choose_services`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.catalogue import Catalogue, load_catalogue
from pipeline.components.candidates import source_service
from pipeline.components.finds import Find, add, whole
from pipeline.components.lexicon import Lexicon, flatten

TAG = re.compile(r"(?<![\w/])([#@])(\w{2,40})")
TAG_TAIL = re.compile(
    r"(?:(?:is|are)?(?:down|outage|out|offline|broken|crash(?:ed)?|fail(?:ed|s)?|status|support|help|care|hq|app|official|cloud))+$"
)
DOMAIN = re.compile(r"(?<![\w@.-])(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,12})(?![\w-])")
ADDRESS = re.compile(r"https?://\S+")
PLAIN_HOSTS = frozenset(("www", "status", "app", "m", "blog", "help", "support", "docs", "developers", "news", "forum"))
READ = 30_000
JOINABLE = re.compile(r"(?=.{8,24}$)[^\W\d_]\w+(?:[ .-]\w+){1,2}|(?=.{6,24}$)[^\W\d_]\w*-\w+")
PART_OF_NUMBER = re.compile(r"[.,]\d")
CALLED = re.compile(
    r"\b(?:call(?:s|ed|ing)?(?: to)?|dial(?:s|l?ed|l?ing)?|r(?:ing|ang)|reach(?:ed|ing)?|emergency|phone) $"
)
NUMBERED = re.compile(
    r" (?:is|was|goes|went|down|outages?|call(?:er)?s?|lines?|services?|systems?|emergency|cent(?:er|re)s?|dispatch)\b"
)


@Language.factory("outagewire_services", assigns=["doc._.finds"])
class Services:
    """Adds one find a name; `value` is the slug, or several joined by ``|`` where they share the name."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name
        self.catalogue: Catalogue = load_catalogue()
        self.small_names = {a for s in self.catalogue.services.values() for a in s.called if a.islower()}
        self.listed = {a for s in self.catalogue.services.values() for a in s.listed}
        self.lexicon: Lexicon[tuple[str, bool]] = Lexicon(phrases(self.catalogue))

    def __call__(self, doc: Doc) -> Doc:
        """Add the finds, in order of their place."""
        text = whole(doc)[:READ]
        flat = flatten(text)
        found = [*self.names(text, flat)]
        if "#" in flat or "@" in flat:
            found.extend(self.tags(text, flat))
        taken = {place for find in found for place in range(find.start, find.end)}
        own = source_service(doc._.meta, self.catalogue) if doc._.meta.kind == "status" else None
        page = own.slug if own else None
        found.extend(find for find in self.domains(text, flat, page) if find.start not in taken)
        add(doc, sorted(found, key=lambda find: find.start))
        return doc

    def names(self, text: str, flat: str) -> Iterator[Find]:
        """Names as they stand in the catalogue, in any case, but not inside of an address."""
        casual = sum(map(str.isupper, text[:2_000])) < 0.01 * min(len(text), 2_000)
        addresses = [match.span() for match in ADDRESS.finditer(flat)] if "://" in flat else []
        for start, end, (value, ambiguous) in self.lexicon.scan(flat):
            if any(first < start < last for first, last in addresses):
                continue
            before, after = text[start - 1 : start], text[end : end + 2]
            if before == "-" and ambiguous and text[start - 2 : start - 1].isalpha():
                continue
            if before in {"#", "@"} or (before in {"/", "."} and text[start - 2 : start - 1].strip(" ,;(")):
                continue
            if after[:1] == "." and after[1:].isalpha() and after[1:].islower():
                continue
            if flat[start:end].isdigit() and not is_called(flat, start, end):
                continue
            listed = flat[start:end] in self.listed
            if listed and not (text[start].isupper() and stands_in_list(flat, start, end)):
                continue
            small = not casual and text[start:end].islower() and text[start:end] not in self.small_names
            data = {"ambiguous": ambiguous or small, "small": small and not ambiguous, "listed": listed}
            yield Find("service", start, end, text[start:end], value, "services.name", 0.95, data=data)

    def tags(self, text: str, flat: str) -> Iterator[Find]:
        """Hashtags and handles: the name with or without a word like "down" or "status" behind it."""
        for match in TAG.finditer(flat):
            word = match[2].replace("_", "").replace("dotcom", "com")
            stem = TAG_TAIL.sub("", word)
            slugs = self.catalogue.by_joined.get(stem) or self.catalogue.by_joined.get(word)
            if not slugs:
                continue
            told = match[1] == "#" and stem != word
            sign = "hashtag" if match[1] == "#" else "handle"
            ambiguous = match[1] == "@" and stem == word
            data = {"ambiguous": ambiguous, "told": told, "sign": sign}
            yield Find(
                "service", match.start(), match.end(), text[match.start() : match.end()], "|".join(slugs),
                f"services.{sign}", 0.9, data=data,
            )  # fmt: skip

    def domains(self, text: str, flat: str, page: str | None) -> Iterator[Find]:
        """Domains of services: `status.github.com`, `www.paypal.com`; on a page, those that hold its service's name."""
        for match in DOMAIN.finditer(flat):
            labels = match[1].split(".")
            for first in range(len(labels) - 1):
                slug = self.catalogue.by_domain.get(".".join(labels[first:]))
                if page and first == len(labels) - 2 and page in labels[first].split("-"):
                    slug = slug or page
                if slug:
                    start, end = match.span(1)
                    host = first > 0 and labels[0] not in PLAIN_HOSTS
                    data = {"ambiguous": False, "sign": "domain", "host": host}
                    yield Find("service", start, end, text[start:end], slug, "services.domain", 0.8, data=data)
                    break


def stands_in_list(flat: str, start: int, end: int) -> bool:
    """Whether a name is one of several: a comma or "and" before it or behind."""
    before, after = flat[max(0, start - 5) : start], flat[end : end + 5]
    return before.endswith((", ", " and ", " & ")) or after.startswith((", ", " and ", " & "))


def phrases(catalogue: Catalogue) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Each name with its slugs and whether it needs evidence; one of several words also as posts join it."""
    for service in catalogue.services.values():
        for alias in service.called:
            slugs = catalogue.by_alias[alias.casefold()]
            yield alias, ("|".join(slugs), alias in service.ambiguous)
            joined = "".join(filter(str.isalnum, alias.casefold()))
            if JOINABLE.fullmatch(alias) and joined not in catalogue.by_alias and service.category != "cloud_product":
                yield joined, ("|".join(slugs), alias in service.ambiguous)


def is_called(flat: str, start: int, end: int) -> bool:
    """Whether a number is a name: a whole number, not a part of one, that is called or spoken of as a service."""
    if flat[start - 1 : start].strip(" \n(\"'") or PART_OF_NUMBER.match(flat, end):
        return False
    return bool(CALLED.search(flat, max(0, start - 24), start) or NUMBERED.match(flat, end))
