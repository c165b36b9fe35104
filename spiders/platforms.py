"""The platforms: one module each under `spiders.status`, `spiders.news` or `spiders.social`.

The name of the module is the platform's key and the stem of its sources' TOML file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import ModuleType

import spiders
from pipeline.errors import CatalogueError
from pipeline.model import Issue, Report, Source
from pipeline.terms import SourceKind

ROOMS = ("status", "news", "social")


@dataclass(frozen=True, slots=True)
class Platform:
    """What a platform module offers.

    `window` answers, for a body that lists every current report of its source, since when it does so;
    None for a platform whose bodies do not. `follow` answers the address of a report's article page.
    """

    key: str
    kind: SourceKind
    start: Callable[[Source], list[str]]
    parse: Callable[[bytes, Source], Iterator[Report | Issue]]
    window: Callable[[Sequence[Report]], datetime | None] | None = None
    follow: Callable[[Report], str | None] | None = None


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
    )
