"""The sources: one short TOML table each, every one a spider by name.

A file `spiders/sources/<platform>.toml` holds the sources of one platform::

    [github]
    service = "github"
    url = "https://www.githubstatus.com"
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from pipeline.errors import CatalogueError
from pipeline.model import Source
from pipeline.terms import Basis, Cadence, Genre, SourceKind
from spiders.base import SourceSpider
from spiders.platforms import Platform, get_platform

DIRECTORY = Path(__file__).parent / "sources"
KEYS = frozenset({"url", "service", "kind", "language", "note", "genre", "cadence", "basis", "terms"})
Term = TypeVar("Term", SourceKind, Genre, Cadence, Basis)
NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def load_sources(directory: Path | None = None) -> dict[str, Source]:
    """Every source by name, in order of name.

    `directory` is by default what ``OUTAGEWIRE_SOURCES`` names, else the one in this package. Raises
    `CatalogueError` for an unknown platform or key, a missing or odd value, and a name that is used twice.
    """
    folder = directory or Path(os.environ.get("OUTAGEWIRE_SOURCES") or DIRECTORY)
    if not folder.is_dir():
        raise CatalogueError(f"there is no directory of sources {folder}")
    sources: dict[str, Source] = {}
    for path in sorted(folder.glob("*.toml")):
        for source in _read_file(path, _stamp(path)):
            if (other := sources.setdefault(source.name, source)) is not source:
                raise CatalogueError(f"{path.name}: the name {source.name} is used in {other.platform}.toml as well")
    _check_addresses(sources.values())
    return dict(sorted(sources.items()))


def _check_addresses(sources: Iterable[Source]) -> None:
    """What was fetched is remembered by its address, so two sources cannot share one."""
    seen: dict[str, str] = {}
    for source in sources:
        if (other := seen.setdefault(source.url, source.name)) != source.name:
            raise CatalogueError(f"{source.platform}.toml [{source.name}]: {other} has the same url")


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes with a file's content."""
    try:
        now = path.stat()
    except OSError as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    return now.st_mtime_ns, now.st_size, now.st_ino


@lru_cache(maxsize=256)
def _read_file(path: Path, stamp: tuple[int, ...]) -> tuple[Source, ...]:  # noqa: ARG001 - another stamp, another reading
    """The sources of one file. A crawl and Scrapy's own loader both ask for all of them."""
    platform = get_platform(path.stem)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    return tuple(_read_source(name, table, platform) for name, table in tables.items())


def _read_source(name: str, table: Any, platform: Platform) -> Source:
    where = f"{platform.key}.toml [{name}]"
    if not NAME.fullmatch(name):
        raise CatalogueError(f"{where}: a name is lower case words joined by hyphens")
    if not isinstance(table, dict):
        raise CatalogueError(f"{where}: a source is a table")
    if unknown := set(table) - KEYS:
        raise CatalogueError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    if wrong := [key for key, value in table.items() if not isinstance(value, str) or not value]:
        raise CatalogueError(f"{where}: {', '.join(sorted(wrong))} must be text")
    if "url" not in table:
        raise CatalogueError(f"{where}: url is missing")
    genre = _read_term(Genre, "genre", table, where) or platform.genre
    ordinary = SourceKind.POSTMORTEM if genre is not None and genre.of_operators else platform.kind
    return Source(
        name=name,
        platform=platform.key,
        kind=_read_term(SourceKind, "kind", table, where) or ordinary,
        url=_read_url(table["url"], where),
        service=table.get("service"),
        language=table.get("language", "en"),
        note=table.get("note"),
        genre=genre,
        cadence=_read_term(Cadence, "cadence", table, where),
        basis=_read_term(Basis, "basis", table, where),
        terms=table.get("terms"),
    )


def _read_url(url: str, where: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CatalogueError(f"{where}: {url!r} is not an address of the web")
    return url


def _read_term(terms: type[Term], key: str, table: Mapping[str, str], where: str) -> Term | None:
    value = table.get(key)
    if value is None:
        return None
    try:
        return terms(value)
    except ValueError:
        raise CatalogueError(f"{where}: {key} {value!r} is not one of {', '.join(terms)}") from None


class SourceSpiderLoader:
    """Scrapy's spider loader protocol over the sources: a spider class of its own for each."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """The sources of the directory that ``OUTAGEWIRE_SOURCES`` names."""
        folder = settings.get("OUTAGEWIRE_SOURCES")
        return cls(load_sources(Path(folder) if folder else None))

    def load(self, spider_name: str) -> type[Spider]:
        """The spider class of one source. Raises `KeyError`, as the protocol says, for an unknown name."""
        source = self._sources[spider_name]
        everything = tuple(self._sources.values())
        attributes = {"name": source.name, "declared": (source,), "registered": everything}
        return type("OneSourceSpider", (SourceSpider,), attributes)

    def list(self) -> list[str]:
        """The names of all sources."""
        return list(self._sources)

    def find_by_request(self, request: Request) -> list[str]:  # type: ignore[valid-type]
        """The sources on the request's host."""
        host = urlsplit(request.url).hostname
        return [name for name, source in self._sources.items() if urlsplit(source.url).hostname == host]
