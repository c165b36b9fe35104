"""Finds the platform of a page: what its markers suggest is asked for first, then the rest in a declared order.

A platform is believed when its own reader understands the body that stands where it should, and the body
proves it: by a shape (`spiders/markers.toml`) or by reports. A body in which nothing is listed and that
proves nothing is believed where the page shows a marker as well; else only if no other platform reads it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urlsplit

from pipeline.errors import CatalogueError, ShapeError
from pipeline.model import Source
from pipeline.terms import Outcome
from spiders.contents import Contents, read_body
from spiders.markers import MAX_HTML, Markers, Page, Traits
from spiders.platforms import Platform, load_platforms
from spiders.probe import Answer, Prober, address_key

UNREACHED = frozenset({Outcome.DNS, Outcome.CONNECTION, Outcome.TIMEOUT, Outcome.ROBOTS, Outcome.PRIVATE_ADDRESS})
"""Ends of a request after which the same host need not be asked again."""

logger = logging.getLogger("outagewire.detect")


@dataclass(frozen=True, slots=True)
class Match:
    """A platform that reads the page. `source` has its key and the url; `bodies` are by the address they came from."""

    source: Source
    bodies: tuple[tuple[str, bytes], ...]
    items: int
    issues: int
    why: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What one page is. Without a `match`, `met` says what each platform met and `gone` whether it is no page any more.

    `moved` is where the page went for good, if to another host.
    """

    url: str
    page: Answer
    moved: str | None = None
    match: Match | None = None
    gone: str | None = None
    hints: tuple[tuple[str, str], ...] = ()
    met: tuple[str, ...] = ()


async def examine(prober: Prober, url: str, markers: Markers) -> Finding:
    """Look at the page behind `url`. Raises nothing: what goes wrong is in the finding."""
    answer = await prober.ask(url)
    moved = answer.moved if answer.moved and _host(answer.moved) != _host(url) else None
    fragment = urldefrag(url).fragment
    where = (answer.moved or urldefrag(url).url) + (f"#{fragment}" if fragment else "")
    html = answer.body[: 4 * MAX_HTML].decode("utf-8", errors="replace") if answer.outcome is Outcome.OK else ""
    page = Page(where, answer.final, answer.headers, html)
    hints = markers.hints(page)
    found = Finding(url, answer, moved, hints=tuple(hints.items()))
    if answer.outcome in UNREACHED:
        return replace(found, met=(answer.error or str(answer.outcome),))
    if gone := markers.gone(page):
        return replace(found, gone=gone)
    prober.answers.setdefault(address_key(where), answer)
    prober.answers.setdefault(address_key(answer.final), answer)
    return await _try_all(prober, page, markers, found)


async def _try_all(prober: Prober, page: Page, markers: Markers, found: Finding) -> Finding:
    met: list[str] = []
    weak: list[Match] = []
    hints = dict(found.hints)
    for key, url in _candidates(page, markers, hints):
        result = await _try(prober, key, url, hints.get(key), markers, served=found.page.outcome is Outcome.OK)
        if isinstance(result, Match):
            if result.sure:
                return replace(found, match=result, met=tuple(met))
            weak.append(result)
        elif result is not None:
            met.append(f"{key}: {result}")
    if len({match.source.platform for match in weak}) == 1:
        return replace(found, match=weak[0], met=tuple(met))
    if weak:
        names = ", ".join(dict.fromkeys(match.source.platform for match in weak))
        met.append(f"{names}: each understands the answer, in which nothing is listed")
    return replace(found, met=tuple(met))


def _candidates(page: Page, markers: Markers, hints: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What is tried, in order: suggested platforms, then the others; generic ones after all."""
    traits = list(markers.platforms.values())
    ranked = sorted(traits, key=lambda each: (each.last, each.key not in hints))
    for each in ranked:
        if each.marked and each.key not in hints:
            continue
        for url in each.addresses(page):
            yield each.key, url


async def _try(
    prober: Prober, key: str, url: str, hint: str | None, markers: Markers, *, served: bool
) -> Match | str | None:
    """The match of one platform at one url, the sentence that speaks against it, or None where it was not asked."""
    platform, traits = load_platforms()[key], markers.platforms[key]
    source = Source(key, key, platform.kind, url)
    try:
        addresses = platform.start(source)
    except (CatalogueError, ValueError) as error:
        return str(error)
    # A page that answers with an error is no reason to ask it for everything there is.
    worth = hint is not None or (traits.probe and served)
    if not worth and not all(map(prober.asked, addresses)):
        return None
    answers: list[Answer] = []
    contents: list[Contents] = []
    for address in addresses:
        answer = await prober.ask(address)
        read = read_answer(platform, source, answer)
        if isinstance(read, str):
            return f"{address}: {read}"
        answers.append(answer)
        contents.append(read)
    return _judge(source, traits, answers, contents, hint, markers)


def read_answer(platform: Platform, source: Source, answer: Answer) -> Contents | str:
    """What the platform reads in an answer, or why it reads nothing."""
    if answer.outcome is not Outcome.OK:
        return answer.error or str(answer.outcome)
    try:
        return read_body(platform, answer.body, source)
    except ShapeError as error:
        return str(error)
    except Exception as error:  # A stranger's body may surprise a reader that was not meant for it.
        logger.warning("%s: %s could not read %s", answer.url, source.platform, answer.final, exc_info=True)
        return f"{type(error).__name__}: {error}"


def _judge(
    source: Source, traits: Traits, answers: list[Answer], contents: list[Contents], hint: str | None, markers: Markers
) -> Match | str:
    bodies = [answer.body for answer in answers]
    fits = markers.fitting(source.platform, bodies)
    # A generic feed is told by its words or by the name of its host.
    if fits is False and not (traits.last and hint):
        return "it is understood, but nothing in it is this platform's own"
    items, issues = sum(len(c.reports) for c in contents), sum(len(c.issues) for c in contents)
    reasons = [hint, "its body has the platform's shape" if fits else None, f"{items} reports read" if items else None]
    why = "; ".join(filter(None, reasons)) or "its reader understands the answer, in which nothing is listed"
    where = tuple((answer.url, answer.body) for answer in answers)
    return Match(source, where, items, issues, why, sure=bool(fits or items or hint))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
