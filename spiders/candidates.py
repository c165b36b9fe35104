"""Status pages that are not crawled: their platform is not known, or shows uptime and no incidents.

They are kept in `spiders/candidates.toml`, one table each, so that none is lost and none counts as quiet::

    [example]
    service = "example"
    url = "https://status.example.com"
    why = "platform not known"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import CatalogueError

FILE = Path(__file__).parent / "candidates.toml"
KEYS = frozenset({"service", "url", "why"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that may become a source. `service` is a slug of the catalogue, `why` what stands against it."""

    name: str
    service: str
    url: str
    why: str


def load_candidates(path: Path | None = None) -> dict[str, Candidate]:
    """Every candidate by name, in order of name. `path` is by default the file in this package.

    Raises `CatalogueError` where the file cannot be read, for an unknown or missing key and for an odd value.
    """
    file = path or FILE
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file.name}: {error}") from error
    return {name: _read_candidate(name, table, file.name) for name, table in sorted(tables.items())}


def _read_candidate(name: str, table: Any, file: str) -> Candidate:
    where = f"{file} [{name}]"
    if not isinstance(table, dict) or set(table) != KEYS:
        raise CatalogueError(f"{where}: a candidate is a table of {', '.join(sorted(KEYS))}")
    if wrong := [key for key, value in table.items() if not isinstance(value, str) or not value]:
        raise CatalogueError(f"{where}: {', '.join(sorted(wrong))} must be text")
    parts = urlsplit(table["url"])
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CatalogueError(f"{where}: {table['url']!r} is not an address of the web")
    return Candidate(name, table["service"], table["url"], table["why"])
