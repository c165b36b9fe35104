from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.paths import salt_beside
from pipeline.privacy import SALT_BYTES


class Night:
    """`outagewire nightly` on the recorded web, as a process of its own. No source may fail, and three do."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self.db = folder / "work.db"
        demo = repository / "data" / "demo"
        self.environment = {**os.environ, "OUTAGEWIRE_SERVICES": str(demo / "services.toml")}
        self.command = [sys.executable, "-m", "pipeline.cli", "nightly", "--workers", "1", "--db", str(self.db)]
        self.command += ["--max-failed", "0"]
        self.command += ["--sources", str(demo / "sources"), "--replay", str(repository / "data" / "demo.warc.gz")]

    def start(self, as_of: str, *more: str) -> subprocess.Popen[str]:
        # The secret decides the keys of posts, so nights that are compared must share one.
        secret = salt_beside(self.db)
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.write_bytes(bytes(SALT_BYTES))
        return subprocess.Popen(
            [*self.command, "--as-of", as_of, *more],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, as_of: str, *more: str) -> tuple[int, str, str]:
        process = self.start(as_of, *more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def kill_when_it_says(self, as_of: str, word: str) -> None:
        """Let it come to the stage that announces itself by `word`, then end it without warning."""
        process = self.start(as_of)
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(word):
                break
        else:
            pytest.fail(f"the night never said {word!r}")
        process.kill()
        process.wait(30)

    def tables(self) -> dict[str, dict[str, list[tuple[object, ...]]]]:
        """Every row of both databases."""
        return {name: dump(self.db.with_name(name)) for name in ("work.db", "outages.db")}


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        names = [
            row[0]
            for row in db.execute(
                "select name from sqlite_master where type = 'table' and sql not like 'CREATE VIRTUAL%'"
            )
        ]
        kept = [n for n in names if not n.startswith(("_", "sqlite_")) and "_fts" not in n]
        return {name: sorted(db.execute(f"select * from [{name}]"), key=repr) for name in kept}


@pytest.fixture(scope="session")
def night_of() -> type[Night]:
    return Night


@pytest.fixture
def night(repository: Path, tmp_path: Path) -> Night:
    return Night(repository, tmp_path)
