"""What a command says to somebody who is new to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.terminal import DEMO_DB


@pytest.mark.parametrize("command", [["serve"], ["export", "out"]])
def test_without_a_published_file_the_demos_is_named_where_there_is_one(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    assert "no data/outages.db" in (said := capsys.readouterr().err)
    assert "--db" not in said
    DEMO_DB.parent.mkdir(parents=True)
    DEMO_DB.with_name("outages.db").touch()
    assert main(command) == 2
    assert f"--db {DEMO_DB}" in capsys.readouterr().err


def test_a_source_is_shown_by_name_and_without_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "show", "github"]) == 0
    said = capsys.readouterr().out
    assert "platform: statuspage\n" in said
    assert "None" not in said
    assert main(["sources", "show"]) == 2
    assert "takes the names" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nightly", "--max-failed", "20"], "argument --max-failed: '20' is no share from 0 to 1"),
        (["nightly", "--max-failed", "nan"], "argument --max-failed: 'nan' is no share from 0 to 1"),
        (["nightly", "--max-failed", "few"], "argument --max-failed: 'few' is no share from 0 to 1"),
        (["nightly", "--workers", "0"], "argument --workers: '0' is no whole number from 1 on"),
        (["extract", "--workers", "-2"], "argument --workers: '-2' is no whole number from 1 on"),
        (["crawl", "--since", "last week"], "argument --since: 'last week' is no day such as"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_in_words(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
