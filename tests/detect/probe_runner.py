"""Looks at pages in a process of its own: what `outagewire sources add` and `check` do, without their pauses."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
from pathlib import Path
from typing import Any

from pipeline.cli import main
from pipeline.errors import CatalogueError
from pipeline.model import Source
from spiders import settings as project
from spiders.checkup import check_sources
from spiders.detect import explain_refusal, find_platforms, write_found
from spiders.markers import load_markers

FAST = {"DOWNLOAD_DELAY": 0, "OUTAGEWIRE_BACKOFF": 0.01, "CONCURRENT_REQUESTS_PER_DOMAIN": 4}


def run_order(name: str, order: dict[str, Any], result: Path) -> None:
    """The whole life of the process: its words go to `result`.log, what it found to `result`."""
    log = os.open(result.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.WARNING, force=True)
    lines = order.pop("lines", ())
    result.write_text(json.dumps(ORDERS[name](*lines, **order)), encoding="utf-8")


def add_pages(
    pages: dict[str, str], folder: Path, fixtures: Path, markers: Path | None = None, hosts: str = ""
) -> dict[str, Any]:
    """Every page by its name: what was found and written, or the refusal."""
    known = load_markers(markers) if markers else load_markers()
    found = find_platforms(pages, known, FAST | {"OUTAGEWIRE_HOSTS": hosts})
    said: dict[str, Any] = {}
    written: dict[str, Source] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, finding in found.items():
        if finding.match is None:
            said[name] = {"platform": None, "refusal": explain_refusal(finding), "hints": dict(finding.hints)}
            continue
        try:
            added = write_found(finding, finding.match, service=None, folder=folder, known=written, fixtures=fixtures)
        except CatalogueError as error:
            said[name] = {"platform": finding.match.source.platform, "refusal": str(error)}
            continue
        written[added.source.name] = added.source
        said[name] = added.as_json() | {"hints": dict(finding.hints)}
    return said


def check_pages(sources: list[Source], markers: Path | None = None, hosts: str = "") -> list[dict[str, Any]]:
    """The checkup of each source."""
    known = load_markers(markers) if markers else load_markers()
    checked = check_sources(sources, known, FAST | {"OUTAGEWIRE_HOSTS": hosts})
    return [checkup.as_json() for checkup in checked]


def command(*lines: list[str]) -> list[dict[str, Any]]:
    """Command lines, of which one may crawl, each with its exit code and what it printed."""
    project.DOWNLOAD_DELAY = 0
    said = []
    for words in lines:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
        said.append({"code": code, "out": out.getvalue(), "err": err.getvalue()})
    return said


ORDERS = {"add": add_pages, "check": check_pages, "command": command}
