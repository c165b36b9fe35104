"""The platforms: one module each under `spiders.status`, `spiders.news` or `spiders.social`.

The name of the module is the platform's key and the stem of its sources' TOML file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Self

import spiders
from pipeline.errors import CatalogueError
from pipeline.model import Gone, Issue, Posting, Report, Source, WellPart
from pipeline.terms import Genre, SourceKind

ROOMS = ("status", "news", "social")


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of a list of all incidents.

    `begun` gives each incident's code and the day it began, ``YYYY-MM-DD``, or ``YYYY-MM`` where only
    the month can be read; the page's own clock, so a day off at most. `oldest` is the oldest month
    that the page speaks of, `None` where it speaks of none.
    """

    begun: Mapping[str, str]
    oldest: str | None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """How a platform gives what its current lists no longer hold: pages of a list, and a page each incident."""

    list_past: Callable[[Source, int], str]
    parse_past: Callable[[bytes, Source], HistoryPage]
    page_of: Callable[[Source, str], str]
    parse_one: Callable[[bytes, Source], Iterator[Report | Issue]]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a platform may know of a visit before it asks.

    That is the clock, how many runs there were before this one, and when the latest known report was published.
    """

    now: datetime
    turn: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """A body that an index leads to. What it holds does not change after `ended_at`."""

    url: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of posts as it was asked for. `cursor` is what the visit began with, `newest` the first page's.

    `ended` tells how a piece of a stream ended (see `spiders.stream`).
    """

    source: Source
    asked: str
    body: bytes
    now: datetime
    cursor: str | None = None
    newest: str | None = None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes after a page: the address of the next one, None after the last; and how far all was read.

    A platform that goes forward gives the cursor of each page. One that lists the newest first
    gives that of its first page with every page; it holds from the moment that the last one is read.
    `gap` says in words what was missed between the last visit and this page.
    """

    next: str | None
    cursor: str | None
    forward: bool = False
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """How a platform gives public posts page by page, on from where the last visit came to.

    `begin` answers the first address, from the stored cursor (None on the first visit, and after the platform
    refused it), the clock, and the names of the credentials that are set. `uses` are the settings that hold the
    credentials it knows, `credential` answers which of them goes with an address, and `needs` tells that one must be
    set. `look_up` answers the address that tells whether a known post (key and address) still stands, and `is_gone`
    reads its answer. `pace` are seconds between two requests to a host.
    """

    begin: Callable[[Source, str | None, datetime, frozenset[str]], str]
    turn: Callable[[Page], Turn]
    uses: tuple[str, ...] = ()
    needs: bool = False
    credential: Callable[[str], str] | None = None
    look_up: Callable[[Source, str, str, frozenset[str]], str | None] | None = None
    is_gone: Callable[[int, bytes], bool] | None = None
    pace: float = 0.0


@dataclass(frozen=True, slots=True)
class Platform:
    """What a platform module offers.

    `window` answers, for a body that lists every current report of its source, since when it does so;
    None for a platform whose bodies do not. `follow` answers the address of a report's article page.
    `besides` answers addresses of further lists that need not be asked every night, and of which each
    `covers` only the reports in the native states it answers. `fall_back` answers the address to ask
    where the first is not there, whose body `parse_fall_back` reads.

    `plan` answers what is asked for on one occasion, where that is not always the same. `leads` answers the bodies
    that an index names, which is then all that is read of it. `needs` answers the setting without which a source is
    off. The bodies of `conversations` are messages of people (`spiders.conversations`); of a `screened` platform, a
    search, only what passes the gate is kept. `pace` are the seconds between two requests to its host. `genre`
    is that of sources whose tables name none.
    """

    key: str
    kind: SourceKind
    start: Callable[[Source], list[str]]
    parse: Callable[[bytes, Source], Iterator[Report | Issue | WellPart | Posting | Gone]]
    window: Callable[[Sequence[Report]], datetime | None] | None = None
    follow: Callable[[Report], str | None] | None = None
    besides: Callable[[Source], list[str]] | None = None
    covers: Callable[[Sequence[Report]], frozenset[str]] | None = None
    fall_back: Callable[[Source], str] | None = None
    parse_fall_back: Callable[[bytes, Source], Iterator[Report | Issue]] | None = None
    past: Past | None = None
    plan: Callable[[Source, Occasion], list[str]] | None = None
    leads: Callable[[bytes, Source], list[Lead]] | None = None
    needs: Callable[[Source], str | None] | None = None
    conversations: bool = False
    screened: bool = False
    pace: float = 0.0
    genre: Genre | None = None
    stream: Stream | None = None

    def as_fall_back(self) -> Self:
        """The platform as the bodies of its fall-back are read: they list the newest alone."""
        return replace(self, parse=self.parse_fall_back or self.parse, window=None, covers=None)


@cache
def load_platforms() -> dict[str, Platform]:
    """Every platform module by its key. A module without `parse` is no platform (the article reader)."""
    found = {}
    for room in ROOMS:
        try:
            package = importlib.import_module(f"{spiders.__name__}.{room}")
        except ModuleNotFoundError:
            continue
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            if hasattr(module, "KIND"):
                found[info.name] = _read(info.name, module)
    return found


def get_platform(key: str) -> Platform:
    """The platform of this key. Raises `CatalogueError` where there is no such module."""
    try:
        return load_platforms()[key]
    except KeyError:
        raise CatalogueError(f"there is no platform {key!r}; known are {', '.join(sorted(load_platforms()))}") from None


def _read(key: str, module: ModuleType) -> Platform:
    return Platform(
        key=key,
        kind=module.KIND,
        start=module.start,
        parse=module.parse,
        window=getattr(module, "window", None),
        follow=getattr(module, "follow", None),
        besides=getattr(module, "besides", None),
        covers=getattr(module, "covers", None),
        fall_back=getattr(module, "fall_back", None),
        parse_fall_back=getattr(module, "parse_fall_back", None),
        past=getattr(module, "PAST", None),
        plan=getattr(module, "plan", None),
        leads=getattr(module, "leads", None),
        needs=getattr(module, "needs", None),
        conversations=getattr(module, "CONVERSATIONS", False),
        screened=getattr(module, "SCREENED", False),
        pace=getattr(module, "PACE", 0.0),
        genre=getattr(module, "GENRE", None),
        stream=getattr(module, "STREAM", None),
    )
