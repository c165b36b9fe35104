"""`outagewire sources add --candidates`: look at every candidate, and make sources of those whose platform is found.

All of them are looked at in one engine, with the crawl's manners. Nobody watches what is written, so that a platform
must be sure: one that understands an answer in which nothing is listed, on a page without a mark, is no proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from pipeline.catalogue import load_catalogue
from pipeline.errors import CatalogueError
from pipeline.model import Source
from pipeline.terms import SourceKind
from spiders.candidates import Candidate, load_candidates
from spiders.detect import explain_refusal, find_platforms, write_found
from spiders.examine import Finding, Match
from spiders.tables import drop_table


class Fate(StrEnum):
    """What became of a candidate. `found` is one that a dry run would have added."""

    ADDED = "added"
    FOUND = "found"
    LEFT = "left"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate that was looked at: why it is a source now, or why not."""

    candidate: Candidate
    fate: Fate
    why: str
    platform: str | None = None
    url: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The row that `--json` prints."""
        return {
            "candidate": self.candidate.name,
            "page": self.candidate.url,
            "state": str(self.fate),
            "platform": self.platform,
            "url": self.url,
            "why": self.why,
        }

    def line(self) -> str:
        """The same in words."""
        return f"{self.fate:6} {self.candidate.name:28} {self.platform or '':14} {self.why}"


def adopt_candidates(
    file: Path,
    folder: Path,
    known: Mapping[str, Source],
    *,
    limit: int | None = None,
    dry_run: bool = False,
    fixtures: Path | None = None,
    settings: Mapping[str, Any] | None = None,
) -> list[Tried]:
    """Look at the first `limit` candidates of `file`, and answer what became of each.

    One that is found is written into the tables in `folder` under its own name and then taken out of `file`, its
    bodies being kept below `fixtures`; with `dry_run` nothing is written. Raises `CatalogueError` where a file
    cannot be read.
    """
    chosen = list(load_candidates(file).values())[:limit]
    findings = find_platforms({each.name: each.url for each in chosen}, settings=settings) if chosen else {}
    sources, tried = dict(known), []
    for candidate in chosen:
        found = findings[candidate.name]
        if candidate.name in known:
            tried.append(_take_out(candidate, known[candidate.name], file, dry_run=dry_run))
            continue
        if reason := _objection(candidate, found, sources):
            tried.append(Tried(candidate, Fate.LEFT, reason))
            continue
        match = found.match
        assert match is not None  # noqa: S101 - what `_objection` has made sure
        if dry_run:
            tried.append(Tried(candidate, Fate.FOUND, match.why, match.source.platform, match.source.url))
            continue
        done = _write(candidate, found, match, file, folder, sources, fixtures)
        tried.append(done)
    return tried


def _objection(candidate: Candidate, found: Finding, known: Mapping[str, Source]) -> str | None:
    """Why a candidate stays one, or `None`."""
    match = found.match
    if match is None:
        return explain_refusal(found)
    if match.source.kind is not SourceKind.STATUS:
        return f"there is a feed at {match.source.url}, but nothing tells that it is a status page's"
    if not match.sure:
        return f"{match.source.platform} understands the answer, but nothing is listed in it: add it by hand"
    if load_catalogue().get(candidate.service) is None:
        return f"no such service: {candidate.service}"
    pages = {page for source in known.values() if source.kind is SourceKind.STATUS for page in _pages(source.url)}
    taken = {page for url in (match.source.url, found.moved or found.url) for page in _pages(url)} & pages
    return f"there is a source for {min(taken)} already" if taken else None


def _take_out(candidate: Candidate, source: Source, file: Path, *, dry_run: bool) -> Tried:
    """A candidate that is a source already: an earlier command was broken off between the two files."""
    if not dry_run:
        drop_table(file, candidate.name)
    fate = Fate.FOUND if dry_run else Fate.ADDED
    return Tried(candidate, fate, "it is a source already", source.platform, source.url)


def _write(
    candidate: Candidate,
    found: Finding,
    match: Match,
    file: Path,
    folder: Path,
    sources: dict[str, Source],
    fixtures: Path | None,
) -> Tried:
    platform, url = match.source.platform, match.source.url
    try:
        added = write_found(
            found,
            match,
            name=candidate.name,
            service=candidate.service,
            folder=folder,
            known=sources,
            fixtures=fixtures,
        )
        sources[candidate.name] = added.source
        drop_table(file, candidate.name)
    except (CatalogueError, OSError) as error:
        return Tried(candidate, Fate.FAILED, str(error), platform, url)
    return Tried(candidate, Fate.ADDED, match.why, platform, url)


def _pages(url: str) -> Iterable[str]:
    """What an address stands for: the page behind ``#`` if there is one, else its own place."""
    bare, fragment = urldefrag(url)
    parts = urlsplit(bare)
    return [fragment if "." in fragment else (parts.netloc + parts.path).rstrip("/")]
