"""`outagewire sources check`: whether each source is still the page that its table says. Nothing is kept.

A source that cannot be read is looked at as an unknown page would be, so that a page which moved, changed
its platform or vanished is called that, and never a page without incidents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urldefrag, urlsplit

from pipeline.errors import CatalogueError, ShapeError
from pipeline.model import Source
from pipeline.terms import Outcome
from spiders.base import MISSING
from spiders.contents import Contents
from spiders.examine import Finding, examine, read_answer
from spiders.hosted import page_address
from spiders.locate import leads_on, locate
from spiders.markers import Markers, load_markers
from spiders.occasions import missing_setting
from spiders.platforms import Platform, Stream, get_platform
from spiders.posts import take
from spiders.probe import Answer, Prober, run_probes

VANISHED = frozenset({404, 410})


class State(StrEnum):
    """How a source stands. `empty` is a body without a single byte, not one that lists nothing.

    `off` is one that cannot be asked in this way: a stream, or a network that wants a credential.
    """

    OK = "ok"
    MOVED = "moved"
    CHANGED = "changed"
    VANISHED = "vanished"
    EMPTY = "empty"
    FAILING = "failing"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Checkup:
    """One source as it was met. `items` and `issues` count what was read, and are None where nothing could be.

    `now` is where it moved, or the platform that its page speaks now.
    """

    source: Source
    state: State
    detail: str
    items: int | None = None
    issues: int | None = None
    now: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The row that `--json` prints."""
        return {
            "source": self.source.name,
            "platform": self.source.platform,
            "url": self.source.url,
            "state": str(self.state),
            "items": self.items,
            "issues": self.issues,
            "now": self.now,
            "detail": self.detail,
        }

    def line(self) -> str:
        """The same in words."""
        return f"{self.state:9} {self.source.name:28} {self.detail}"


def check_sources(
    sources: Iterable[Source], markers: Markers | None = None, settings: Mapping[str, Any] | None = None
) -> list[Checkup]:
    """Visit each source and say how it stands, in the order given."""
    items = {source.name: source for source in sources}
    known = markers or load_markers()

    async def look(prober: Prober, source: Source) -> Checkup:
        platform = get_platform(source.platform)
        if platform.stream is not None:
            return await _check_posts(prober, source, platform, platform.stream)
        return await check(prober, source, known)

    found = run_probes(items, look, [source.url for source in items.values()], settings)
    return [found[name] for name in items]


async def check(prober: Prober, source: Source, markers: Markers) -> Checkup:
    """One source as its platform reads it, and where that fails as an unknown page."""
    platform = get_platform(source.platform)
    if (missing := missing_setting(platform, source, prober.spider.crawler.settings)) is not None:
        return Checkup(source, State.OFF, f"switched off: {missing} is not set")
    try:
        addresses = platform.start(source)
    except (CatalogueError, ValueError) as error:
        return Checkup(source, State.FAILING, str(error))
    answers: list[Answer] = []
    items = issues = 0
    fallen = False
    for address in addresses:
        answer, read = await _read(prober, platform, source, address, markers)
        if isinstance(read, str):
            return await _diagnose(prober, source, markers, answer, read)
        fallen = fallen or answer.url != address
        answers.append(answer)
        items, issues = items + len(read.reports), issues + len(read.issues)
    if not fallen and markers.fitting(source.platform, [answer.body for answer in answers]) is False:
        found = await examine(prober, _home(source), markers)
        if found.match and found.match.sure and found.match.source.platform != source.platform:
            return _changed(source, found.match.source.platform, found.match.why)
    for answer in answers:
        if answer.moved and _host(answer.moved) != _host(answer.url):
            return Checkup(source, State.MOVED, f"moved for good to {answer.moved}", items, issues, answer.moved)
    return Checkup(source, State.OK, f"{items} reports, {issues} issues", items, issues)


async def _check_posts(prober: Prober, source: Source, platform: Platform, stream: Stream) -> Checkup:
    """A network of posts by its first page, of which nothing but the count is kept."""
    first = stream.begin(source, None, datetime.now(UTC), frozenset())
    if stream.needs or urlsplit(first).scheme not in {"http", "https"}:
        return Checkup(source, State.OFF, "read by a crawl alone: it is a stream, or wants a credential")
    answer = await prober.ask(first)
    if answer.outcome is not Outcome.OK:
        state = State.VANISHED if answer.status in VANISHED or answer.outcome is Outcome.DNS else State.FAILING
        return Checkup(source, state, f"{answer.url}: {answer.error or answer.outcome}")
    try:
        taken = take(platform, answer.body, source, b"not kept")
    except ShapeError as error:
        return Checkup(source, State.FAILING, f"{answer.url}: {error}")
    found = len(taken.issues)
    return Checkup(source, State.OK, f"{taken.seen} posts, {found} issues", taken.seen, found)


async def _read(
    prober: Prober, platform: Platform, source: Source, address: str, markers: Markers
) -> tuple[Answer, Contents | str]:
    """One answer and what is read in it; as in a crawl, of where the page leads, or of a missing list's substitute."""
    answer = await prober.ask(address)
    if answer.outcome is Outcome.OK and leads_on(source, answer.body, markers):
        return await _read_place(prober, platform, source, answer, markers)
    read = read_answer(platform, source, answer)
    if isinstance(read, str) and platform.fall_back and answer.status in MISSING:
        other = await prober.ask(platform.fall_back(source))
        instead = read_answer(platform.as_fall_back(), source, other)
        if not isinstance(instead, str):
            return other, instead
    return answer, read


async def _read_place(
    prober: Prober, platform: Platform, source: Source, page: Answer, markers: Markers
) -> tuple[Answer, Contents | str]:
    """The first answer that is read of the places that a page names; else the page, and why nothing is read."""
    try:
        places = locate(source, page.body, page.final, markers)
    except ShapeError as error:
        return page, str(error)
    missed = []
    for place in places:
        answer = await prober.ask(platform.start(place)[0])
        read = read_answer(platform, place, answer)
        if not isinstance(read, str):
            return answer, read
        missed.append(f"{answer.url}: {read}")
    return page, "; ".join(missed)


async def _diagnose(prober: Prober, source: Source, markers: Markers, answer: Answer, reason: str) -> Checkup:
    """Why a source could not be read: the first of its addresses that failed, then its page."""
    reason = f"{answer.url}: {reason}"
    if answer.outcome is Outcome.EMPTY:
        return Checkup(source, State.EMPTY, reason)
    if answer.outcome is Outcome.DNS:
        return Checkup(source, State.VANISHED, reason)
    asked_well = answer.outcome is Outcome.OK or answer.status in VANISHED
    if not asked_well:
        return Checkup(source, State.FAILING, reason)
    found = await examine(prober, _home(source), markers)
    return _explain(source, found, reason)


def _explain(source: Source, found: Finding, reason: str) -> Checkup:
    match, page = found.match, found.page
    if found.gone:
        return Checkup(source, State.VANISHED, f"{reason}; {found.gone}")
    if match and match.sure and match.source.platform != source.platform:
        return _changed(source, match.source.platform, f"{match.why}; {reason}")
    if found.moved:
        return Checkup(source, State.MOVED, f"{reason}; its page moved for good to {found.moved}", now=found.moved)
    if page.status in VANISHED or page.outcome is Outcome.DNS:
        return Checkup(source, State.VANISHED, f"{reason}; its page: {page.error}")
    others = [(key, hint) for key, hint in found.hints if key != source.platform]
    if len(others) == 1 and not dict(found.hints).get(source.platform):
        key, hint = others[0]
        return _changed(source, key, f"{hint}, though it does not speak it; {reason}")
    return Checkup(source, State.FAILING, reason)


def _changed(source: Source, platform: str, why: str) -> Checkup:
    return Checkup(source, State.CHANGED, f"now speaks {platform}, not {source.platform}: {why}", now=platform)


def _home(source: Source) -> str:
    """The page that people look at."""
    if page := page_address(source):
        return page
    parts = urlsplit(urldefrag(source.url).url)
    is_file = "/api/" in parts.path or "." in parts.path.rpartition("/")[2]
    return f"{parts.scheme}://{parts.netloc}" + ("" if is_file else parts.path)


def _host(url: str) -> str | None:
    return urlsplit(url).hostname
