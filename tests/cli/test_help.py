from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from pipeline.cli import build_parser, main


def commands() -> dict[str, argparse.ArgumentParser]:
    parser = build_parser()
    (subparsers,) = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(subparsers.choices)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_help_with_an_example_and_the_common_options(name: str) -> None:
    text = commands()[name].format_help()
    assert f"Example: outagewire {name}" in text
    assert "--db PATH" in text
    assert "--json" in text


def test_every_command_stands_in_the_readme_and_the_other_way_round(repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    rows = {
        line.split("`outagewire ")[1].split("`")[0].split()[0]
        for line in readme.splitlines()
        if line.startswith("| `outagewire")
    }
    assert rows == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_example_of_each_command_parses(name: str) -> None:
    epilog = commands()[name].epilog
    assert epilog is not None
    words = epilog.removeprefix("Example: outagewire ").split(" > ")[0].split()
    assert build_parser().parse_args(words).command == name


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["crawl", "no-such-source"], "no such source: no-such-source"),
        (["annotate", "no-such-file.jsonl"], "cannot read no-such-file.jsonl"),
        (["publish", "--db", "nowhere/work.db"], "there is no nowhere/work.db"),
        (["export", "out", "--db", "nowhere/work.db"], "there is no nowhere/outages.db"),
        (["serve", "--db", "nowhere/work.db"], "there is no nowhere/outages.db"),
        (["crawl", "--replay", "nowhere.warc.gz"], "there is no recording nowhere.warc.gz"),
        (["crawl", "github", "--shard", "3/2"], "--shard takes I/N"),
        (["crawl", "github", "--as-of", "yesterday"], "--as-of"),
        (["sources", "add", "not-an-address"], "not an address"),
    ],
)
def test_what_cannot_run_is_one_line_and_exit_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
