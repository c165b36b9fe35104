"""The command as a process of its own, and a web on loopback with as many host names as a test likes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.spiders.loopback import Web, serve

WORLD = ("reports", "report_versions", "report_updates")


@dataclass
class Outagewire:
    """The command in a folder of its own. Names under ``.test`` lead to loopback and count as public."""

    folder: Path
    hosts: Sequence[str] = ()

    @property
    def db(self) -> Path:
        return self.folder / "work.db"

    def sources(self, tables: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Path:
        """Write a directory of source tables: by platform, then by name."""
        folder = self.folder / "sources"
        folder.mkdir(parents=True, exist_ok=True)
        for platform, named in tables.items():
            text = "".join(
                f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
                for name, table in named.items()
            )
            (folder / f"{platform}.toml").write_text(text, encoding="utf-8")
        return folder

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        hosts = ",".join(f"{host}=127.0.0.1" for host in self.hosts)
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
            env={**os.environ, "OUTAGEWIRE_HOSTS": hosts, "OUTAGEWIRE_BACKOFF": "0.01"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def crawl(self, folder: Path, *more: str | Path) -> dict[str, dict[str, Any]]:
        """Visit every source of `folder`; each one's row, by name."""
        done = self("crawl", "--sources", folder, "--db", self.db, "--json", *more)
        assert done.returncode in (0, 1), done.stderr
        rows = {row["source"]: row for row in json.loads(done.stdout)}
        good = {"ok", "unchanged"}
        assert done.returncode == int(any(row["outcome"] not in good for row in rows.values()))
        return rows

    def dump(self, tables: Sequence[str] = WORLD) -> dict[str, list[dict[str, Any]]]:
        """Every row of what the world said."""
        with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            return {t: sorted((dict(r) for r in db.execute(f"select * from {t}")), key=repr) for t in tables}


@pytest.fixture
def web() -> Iterator[Web]:
    yield from serve()


@pytest.fixture(scope="module")
def shared_web() -> Iterator[Web]:
    yield from serve()


@pytest.fixture(scope="session")
def outagewire_in() -> type[Outagewire]:
    return Outagewire
