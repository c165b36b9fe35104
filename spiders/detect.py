"""`outagewire sources add URL`: find the platform of a page, write its table and keep its first body."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from pipeline.catalogue import load_catalogue
from pipeline.errors import CatalogueError
from pipeline.model import Source
from spiders.examine import Finding, Match, examine
from spiders.golden import keep_fixture
from spiders.loader import DIRECTORY, load_sources
from spiders.markers import Markers, load_markers
from spiders.probe import Prober, run_probes
from spiders.tables import choose_name, write_table


@dataclass(frozen=True, slots=True)
class Added:
    """A source that was added, why it is what it is, where its page had moved to, and its kept bodies."""

    source: Source
    why: str
    items: int
    moved: str | None
    table: Path
    fixtures: tuple[Path, ...]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "name": self.source.name,
            "platform": self.source.platform,
            "kind": str(self.source.kind),
            "service": self.source.service,
            "url": self.source.url,
            "why": self.why,
            "items": self.items,
            "moved": self.moved,
            "table": str(self.table),
            "fixtures": [str(path) for path in self.fixtures],
        }

    def lines(self) -> list[str]:
        """The same in words."""
        moved = [f"its page has moved for good to {self.moved}, which the table names"] if self.moved else []
        return [
            f"added {self.source.name} ({self.source.platform}) for {self.source.url}",
            f"because {self.why}",
            *moved,
            f"wrote {', '.join(map(str, (self.table, *self.fixtures)))}",
        ]


def find_platforms(
    urls: Mapping[str, str], markers: Markers | None = None, settings: Mapping[str, Any] | None = None
) -> dict[str, Finding]:
    """The finding for each url, by its name, all in one engine (`run_probes`)."""
    known = markers or load_markers()

    async def look(prober: Prober, url: str) -> Finding:
        return await examine(prober, url, known)

    return run_probes(urls, look, urls.values(), settings)


def add_source(
    url: str,
    *,
    service: str | None,
    directory: Path | None,
    known: Mapping[str, Source],
    fixtures: Path | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Added:
    """Write the table of `url` into its platform's file, and its bodies below `fixtures`, if that is given.

    Raises `CatalogueError` where the address is known already, its service is not in the catalogue, or no
    platform understands it; the message then says what was met.
    """
    _check(url, service, known)
    found = find_platforms({"page": url}, settings=settings)["page"]
    if found.match is None:
        raise CatalogueError(explain_refusal(found))
    folder = directory or Path(os.environ.get("OUTAGEWIRE_SOURCES") or DIRECTORY)
    return write_found(found, found.match, service=service, folder=folder, known=known, fixtures=fixtures)


def write_found(
    found: Finding,
    match: Match,
    *,
    service: str | None,
    folder: Path,
    known: Mapping[str, Source],
    fixtures: Path | None,
    name: str | None = None,
) -> Added:
    """Write what was found, as `name` or one made of the page. Raises `CatalogueError`, the tables being as before."""
    for source in known.values():
        if source.url == match.source.url:
            raise CatalogueError(f"{source.name} is that source already")
    page = found.moved or found.url
    service = service or service_at(page)
    note = f"moved from {found.url}" if found.moved else None
    added = replace(match.source, name=name or choose_name(page, service, known), service=service, note=note)
    table = folder / f"{added.platform}.toml"
    before = table.read_bytes() if table.is_file() else None
    write_table(table, added)
    try:
        load_sources(folder)
    except CatalogueError:
        if before is None:
            table.unlink()
        else:
            table.write_bytes(before)
        raise
    kept = _keep(fixtures, added, match) if fixtures else ()
    return Added(added, match.why, match.items, found.moved, table, kept)


def service_at(url: str) -> str | None:
    """The service whose status page has that host, by the catalogue; None where none or several have."""
    services = _services_by_host().get(_host(url), ())
    return services[0] if len(services) == 1 else None


@cache
def _services_by_host() -> Mapping[str | None, Sequence[str]]:
    found = defaultdict(list)
    for service in load_catalogue().services.values():
        if service.status_page:
            found[_host(service.status_page)].append(service.slug)
    return found


def _check(url: str, service: str | None, known: Mapping[str, Source]) -> None:
    if urlsplit(url).hostname is None or urlsplit(url).scheme not in ("https", "http"):
        raise CatalogueError(f"not an address: {url}")
    for source in known.values():
        if _place(source.url) == _place(url):
            raise CatalogueError(f"{source.name} is that source already")
    if service is not None and load_catalogue().get(service) is None:
        raise CatalogueError(f"no such service: {service}")


def explain_refusal(found: Finding) -> str:
    """One sentence on a page that is none."""
    at = f"{found.url} (moved to {found.moved})" if found.moved else found.url
    if found.gone:
        return f"{at} is no status page: {found.gone}"
    if found.page.error:
        return f"{at} could not be read: {found.page.error}"
    if found.hints:
        looks = "; ".join(f"{key} ({hint})" for key, hint in found.hints)
        met = [line for line in found.met if line.partition(":")[0] in dict(found.hints)]
        return f"{at} looks like {looks}, but does not speak it: {'; '.join(met)}"
    return f"no platform understands {at}: it shows no marker, and {len(found.met)} well-known addresses were tried"


def _keep(folder: Path, source: Source, match: Match) -> tuple[Path, ...]:
    """A fixture for each body of the source."""
    several = len(match.bodies) > 1
    return tuple(
        keep_fixture(folder, source, url, body, f"{source.name}-{number}" if several else source.name)
        for number, (url, body) in enumerate(match.bodies, 1)
    )


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


def _place(url: str) -> tuple[str | None, int | None, str, str]:
    parts = urlsplit(urldefrag(url).url)
    return parts.hostname, parts.port, parts.path.rstrip("/"), parts.query
