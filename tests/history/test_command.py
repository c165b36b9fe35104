"""`outagewire crawl --history` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.spiders.loopback import Answer, Web, incident

LISTED = {"months": [{"name": "May", "year": 2026, "incidents": [{"code": "inc7", "name": "Slow mail"}]}]}


def test_the_command_walks_and_says_who_has_no_past(past_web: Web, tmp_path: Path) -> None:
    past_web.routes["/history.json?page=1"] = Answer(json.dumps(LISTED).encode())
    for page in (2, 3, 4):
        past_web.routes[f"/history.json?page={page}"] = Answer(b'{"months": []}')
    past_web.routes["/incidents/inc7.json"] = Answer(json.dumps(incident(7)).encode())
    folder = tmp_path / "sources"
    folder.mkdir()
    for platform, path in (("statuspage", ""), ("google_cloud", "/cloud")):
        table = f'[a-{platform.replace("_", "-")}]\nurl = "{past_web.url}{path}"\n'
        (folder / f"{platform}.toml").write_text(table, encoding="utf-8")
    command = [sys.executable, "-m", "pipeline.cli", "crawl", "--history", "--since", "2026-05-01"]
    command += ["--db", str(tmp_path / "work.db"), "--sources", str(folder), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=dict(os.environ))
    assert ended.returncode == 0, ended.stderr[-2000:]
    rows = {row["source"]: row for row in json.loads(ended.stdout)}
    assert rows["a-google-cloud"]["error"] == "no history offered"
    assert (rows["a-statuspage"]["outcome"], rows["a-statuspage"]["new"]) == ("ok", 1)
    assert past_web.paths() == ["/history.json?page=1", "/incidents/inc7.json", "/history.json?page=2",
                                "/history.json?page=3", "/history.json?page=4"]  # fmt: skip


def test_a_day_without_the_walk_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crawl", "github", "--since", "2025-01-01"]) == 2
    assert "--since goes with --history" in capsys.readouterr().err


def test_what_is_no_day_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["crawl", "--history", "--since", "yesterday"])
    assert ended.value.code == 2
    assert "--since" in capsys.readouterr().err
