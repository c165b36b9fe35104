"""`outagewire sources add URL`: find the platform of an address by visiting it as each platform would.

The visit is a real crawl into a store that is thrown away, so that robots.txt, limits and guards
hold for it as for any other; the first platform that understands the answer is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from pipeline.catalogue import load_catalogue
from pipeline.errors import CatalogueError
from pipeline.model import Source
from pipeline.store import Store
from pipeline.terms import Outcome
from spiders.archive import Archive
from spiders.loader import DIRECTORY
from spiders.platforms import load_platforms
from spiders.run import crawl


def add_source(url: str, *, service: str | None, directory: Path | None, known: Mapping[str, Source]) -> Source:
    """Append the table of `url` to its platform's file and answer the source.

    Raises `CatalogueError` where the address is known already, its service is not in the
    catalogue, or no platform understands it; the message then says what each one met.
    """
    host = urlsplit(url).hostname
    if host is None or urlsplit(url).scheme not in ("https", "http"):
        raise CatalogueError(f"not an address: {url}")
    for source in known.values():
        if _place(source.url) == _place(url):
            raise CatalogueError(f"{source.name} is that source already")
    catalogue = load_catalogue()
    if service is not None and catalogue.get(service) is None:
        raise CatalogueError(f"no such service: {service}")
    name = _name(host, service, known)
    candidates = [
        Source(f"{name}--{key}", key, platform.kind, url, service) for key, platform in sorted(load_platforms().items())
    ]
    found, met = _visit(candidates)
    if found is None:
        raise CatalogueError(f"no platform understands {url}: {'; '.join(met)}")
    added = replace(found, name=name)
    _append((directory or DIRECTORY) / f"{added.platform}.toml", added)
    return added


def _visit(candidates: list[Source]) -> tuple[Source | None, list[str]]:
    with TemporaryDirectory(prefix="outagewire-") as folder:
        work, kept = Path(folder) / "work.db", Path(folder) / "archive.db"
        with Store(work) as store, Archive(kept) as archive:
            store.sync_catalogue(load_catalogue().services.values())
            store.sync_sources(candidates)
            run = store.start_run("detect", datetime.now(UTC))
            crawl(store, archive, candidates, run)
            rows = {row["source"]: row for row in store.source_runs(run.id)}
    # A platform of its own shape before the feed that nearly every page offers as well.
    ranked = sorted(candidates, key=lambda source: source.platform == "feed")
    for source in ranked:
        if rows[source.name]["outcome"] == Outcome.OK:
            return source, []
    return None, [f"{s.platform}: {rows[s.name]['error'] or rows[s.name]['outcome']}" for s in ranked]


def _place(url: str) -> tuple[str | None, str]:
    parts = urlsplit(url)
    return parts.hostname, parts.path.rstrip("/")


def _name(host: str, service: str | None, known: Mapping[str, Source]) -> str:
    base = service or re.sub(r"[^a-z0-9]+", "-", re.sub(r"^(www|status)\.|\.[a-z]+$", "", host.lower())).strip("-")
    if base not in known:
        return base
    full = re.sub(r"[^a-z0-9]+", "-", host.lower())
    if full in known:
        raise CatalogueError(f"there are sources named {base} and {full} already: add the table by hand")
    return full


def _append(path: Path, source: Source) -> None:
    service = [f'service = "{source.service}"'] if source.service else []
    lines = [f"[{source.name}]", *service, f'url = "{source.url}"']
    before = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if path.is_file() else ""
    path.write_text(before + "\n".join(lines) + "\n", encoding="utf-8")
