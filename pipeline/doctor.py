"""`outagewire doctor`: whether this installation is sound, finding by finding."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.catalogue import load_catalogue
from pipeline.errors import OutagewireError
from pipeline.nlp import VERSION, annotate, load
from pipeline.paths import Paths
from pipeline.store import Store
from spiders.loader import load_sources

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables came with it
ENOUGH_DISK = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    well: bool
    detail: str


def examine(paths: Paths) -> list[Finding]:
    """Look at everything; one finding each, and never an exception of ours."""
    looks: tuple[tuple[str, Callable[[Paths], tuple[bool, str]]], ...] = (
        ("Python", _python),
        ("SQLite", _sqlite),
        ("disk", _disk),
        ("contact", _contact),
        ("catalogue", _catalogue),
        ("language pipeline", _language),
        ("work database", _work),
        ("public file", _public),
    )
    findings = []
    for what, look in looks:
        try:
            well, detail = look(paths)
        except (OutagewireError, sqlite3.Error, OSError) as error:
            well, detail = False, str(error)
        findings.append(Finding(what, well, detail))
    return findings


def _python(_paths: Paths) -> tuple[bool, str]:
    return sys.version_info >= OLDEST_PYTHON, sys.version.split()[0]


def _sqlite(_paths: Paths) -> tuple[bool, str]:
    with sqlite3.connect(":memory:") as memory:
        options = {row[0] for row in memory.execute("PRAGMA compile_options")}
    full_text = "ENABLE_FTS5" in options
    detail = f"{sqlite3.sqlite_version}, full-text search {'there' if full_text else 'missing (FTS5)'}"
    return sqlite3.sqlite_version_info >= OLDEST_SQLITE and full_text, detail


def _disk(paths: Paths) -> tuple[bool, str]:
    folder = next(p for p in (paths.work.parent, *paths.work.resolve().parents) if p.is_dir())
    free = shutil.disk_usage(folder).free
    return free >= ENOUGH_DISK, f"{free / (1 << 30):.1f} GiB free for {folder}"


def _contact(_paths: Paths) -> tuple[bool, str]:
    contact = os.environ.get("OUTAGEWIRE_CONTACT")
    if contact:
        return True, contact
    return True, "none: set OUTAGEWIRE_CONTACT to an address or page before you crawl, so that sites can reach you"


def _catalogue(_paths: Paths) -> tuple[bool, str]:
    services, sources = load_catalogue().services, load_sources()
    strays = [s.name for s in sources.values() if s.service is not None and s.service not in services]
    detail = f"{len(services)} services, {len(sources)} sources"
    return not strays, detail + (f"; sources of unknown services: {', '.join(strays)}" if strays else "")


def _language(_paths: Paths) -> tuple[bool, str]:
    record = {"id": "doctor", "title": "GitHub was down for 20 minutes on 3 May 2024"}
    said = annotate(load(), record)
    return said.services == ("github",), f"version {VERSION}"


def _work(paths: Paths) -> tuple[bool, str]:
    if not paths.work.is_file():
        return True, f"{paths.work} is not there yet"
    with Store(paths.work) as store:
        faults = store.faults()
        return not faults, "; ".join(faults) or f"{paths.work}: {store.db['reports'].count} reports"


def _public(paths: Paths) -> tuple[bool, str]:
    if not paths.public.is_file():
        return True, f"{paths.public} is not there yet"
    with sqlite3.connect(f"file:{paths.public}?mode=ro", uri=True) as public:
        verdict = str(public.execute("PRAGMA quick_check").fetchone()[0])
    return verdict == "ok", f"{paths.public}: {verdict}"
