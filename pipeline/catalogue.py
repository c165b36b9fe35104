"""What exists: the services that can be recognised, their names, owners and parts.

`rules/services.toml` holds the services, `rules/products.toml` the products of the large providers that
stand in their reports by their own name, `rules/regional_services.toml` those of one country or region,
`rules/page_services.toml` the services known by their status page alone. All have the same shape, one table
a slug. `rules/nicknames.toml` adds what posts call them.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import CatalogueError

RULES = Path(__file__).parent / "rules"
FILES = ("services.toml", "regional_services.toml", "products.toml", "page_services.toml")
MANDATORY = ("name", "provider", "category", "aliases")
SINGLE = ("homepage", "parent", "filed_under", "status_page", "wikidata", "note")
SEVERAL = ("aliases", "ambiguous", "components", "nicknames", "listed")


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `ambiguous` are those of its `aliases` and `nicknames` that need evidence around them.

    `nicknames` are what texts call it beside, `listed` those of them that count only in a list with its kin.
    `provider` is the slug of `provider_name`, `parent` the slug of the service this one is a part of. `filed_under` is
    the slug of the entry under which the provider's own page reports on it: Cloud VPN under Google Cloud Networking.
    """

    slug: str
    name: str
    provider: str
    provider_name: str
    category: str
    homepage: str | None = None
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    parent: str | None = None
    filed_under: str | None = None
    components: tuple[str, ...] = ()
    status_page: str | None = None
    wikidata: str | None = None
    note: str | None = None
    nicknames: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    @property
    def called(self) -> tuple[str, ...]:
        """All that a text may call it."""
        return self.aliases + self.nicknames


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All services by slug, and each way of reaching one from a name."""

    services: Mapping[str, Service]
    by_alias: Mapping[str, tuple[str, ...]]
    by_domain: Mapping[str, str]
    by_joined: Mapping[str, tuple[str, ...]]
    by_component: Mapping[str, str]

    def get(self, slug: str | None) -> Service | None:
        """The service of this slug, or None."""
        return self.services.get(slug) if slug else None

    def named(self, name: str) -> tuple[str, ...]:
        """The slugs of the services that go by this name, in any case; several where it is shared."""
        return self.by_alias.get(name.casefold(), ())

    def joined(self, name: str) -> tuple[str, ...]:
        """The same for a name written as one word, as in a hashtag; "together" stands for "Together AI"."""
        key = "".join(filter(str.isalnum, name.casefold()))
        return self.by_joined.get(key) or self.by_joined.get(key + "ai", ())

    def lineage(self, slug: str) -> tuple[str, ...]:
        """The slugs above this one, nearest first."""
        above: list[str] = []
        service = self.services.get(slug)
        while service and service.parent and service.parent not in above:
            above.append(service.parent)
            service = self.services.get(service.parent)
        return tuple(above)


def slugify(name: str) -> str:
    """Lower case ASCII words joined by hyphens: `T-Mobile US` is ``t-mobile-us``, `Canal+` ``canal-plus``."""
    plain = unicodedata.normalize("NFKD", name.replace("+", " plus").replace("&", " and "))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")


def read_service(slug: str, table: Mapping[str, Any]) -> Service:
    """One table as a record. Raises `CatalogueError` for a key that is unknown or missing."""
    unknown = set(table) - {*MANDATORY, *SINGLE, *SEVERAL}
    missing = [key for key in MANDATORY if key not in table]
    if unknown or missing:
        raise CatalogueError(f"service {slug}: unknown {sorted(unknown)}, missing {missing}")
    stray = set(table.get("ambiguous", ())) - {*table["aliases"], *table.get("nicknames", ())}
    if stray:
        raise CatalogueError(f"service {slug}: ambiguous but no alias: {sorted(stray)}")
    optional: dict[str, Any] = {key: table.get(key) for key in SINGLE}
    optional |= {key: tuple(table.get(key, ())) for key in SEVERAL}
    provider = table["provider"]
    return Service(slug, table["name"], slugify(provider), provider, table["category"], **optional)


def build(services: Mapping[str, Service]) -> Catalogue:
    """The catalogue of these services. Raises `CatalogueError` for a parent that does not exist."""
    aliases: dict[str, list[str]] = {}
    for service in services.values():
        if service.parent and (service.parent == service.slug or service.parent not in services):
            raise CatalogueError(f"service {service.slug}: no such parent: {service.parent}")
        if service.filed_under and service.filed_under not in services:
            raise CatalogueError(f"service {service.slug}: filed under what is not there: {service.filed_under}")
        for alias in service.called:
            slugs = aliases.setdefault(alias.casefold(), [])
            if service.slug not in slugs:
                slugs.append(service.slug)
    joined = {"".join(filter(str.isalnum, alias)): tuple(slugs) for alias, slugs in reversed(aliases.items())}
    named = {name: tuple(slugs) for name, slugs in aliases.items()}
    return Catalogue(services, named, domains(services), joined, only_components(services))


def only_components(services: Mapping[str, Service]) -> dict[str, str]:
    """The service behind each component name that no other service has, and that is no service's own name."""
    owners: dict[str, set[str]] = {}
    for service in services.values():
        for component in service.components:
            owners.setdefault(component.casefold(), set()).add(service.slug)
        for alias in service.called:
            owners.setdefault(alias.casefold(), set()).update(("", service.slug))
    return {name: slugs.pop() for name, slugs in owners.items() if len(slugs) == 1}


def domains(services: Mapping[str, Service]) -> dict[str, str]:
    """The service behind each home page; where several share one, the one the others are parts of, or none."""
    sharing: dict[str, list[Service]] = {}
    for service in services.values():
        if service.homepage:
            sharing.setdefault(service.homepage.casefold(), []).append(service)
    found: dict[str, str] = {}
    for domain, group in sharing.items():
        tops = [s for s in group if s.parent not in {other.slug for other in group}]
        named = [s for s in tops if s.slug == slugify(domain.split(".", maxsplit=1)[0])]
        if len(tops) == 1 or named:
            found[domain] = (named or tops)[0].slug
    return found


def catalogue_files() -> tuple[Path, ...]:
    """The files that the catalogue is read from."""
    extra = os.environ.get("OUTAGEWIRE_SERVICES")
    return (*(RULES / name for name in FILES), *((Path(extra),) if extra else ()))


@cache
def load_catalogue() -> Catalogue:
    """The catalogue of the package, and of the file that ``OUTAGEWIRE_SERVICES`` names, read once.

    Raises `CatalogueError` where a file is malformed.
    """
    tables: dict[str, dict[str, Any]] = {}
    for path in catalogue_files():
        for slug, table in read_tables(path).items():
            if slug in tables:
                raise CatalogueError(f"service {slug} stands twice")
            tables[slug] = table
    add_nicknames(tables, read_tables(RULES / "nicknames.toml"))
    return build({slug: read_service(slug, table) for slug, table in tables.items()})


def add_nicknames(tables: Mapping[str, dict[str, Any]], nicknames: Mapping[str, Any]) -> None:
    """Give the services' tables their nicknames. Raises `CatalogueError` for one of no service."""
    for kind, slugs in nicknames.items():
        for nickname, owners in slugs.items():
            for slug in [owners] if isinstance(owners, str) else owners:
                if slug not in tables:
                    raise CatalogueError(f"nickname {nickname}: no such service: {slug}")
                tables[slug].setdefault("nicknames", []).append(nickname)
                if kind != "sure":
                    tables[slug].setdefault("ambiguous", []).append(nickname)
                if kind == "listed":
                    tables[slug].setdefault("listed", []).append(nickname)


def read_tables(path: Path) -> dict[str, Any]:
    """The tables of a file. Raises `CatalogueError` where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{path.name} cannot be read: {error}") from error
