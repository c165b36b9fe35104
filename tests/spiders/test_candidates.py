"""The pages that are kept and not crawled."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import CatalogueError
from spiders.candidates import Candidate, load_candidates


def write(folder: Path, text: str) -> Path:
    path = folder / "candidates.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_becomes_a_candidate(tmp_path: Path) -> None:
    path = write(tmp_path, '[b]\nservice = "s"\nurl = "https://b.example"\nwhy = "no id"\n\n[a]\nservice = "s"\n'
                           'url = "https://a.example"\nwhy = "platform not known"\n')  # fmt: skip
    found = load_candidates(path)
    assert list(found) == ["a", "b"]
    assert found["b"] == Candidate("b", "s", "https://b.example", "no id")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = 1", "a candidate is a table of"),
        ('[a]\nservice = "s"\nurl = "https://a.example"', "a candidate is a table of"),
        ('[a]\nservice = "s"\nurl = "https://a.example"\nwhy = "x"\nnote = "x"', "a candidate is a table of"),
        ('[a]\nservice = "s"\nurl = "https://a.example"\nwhy = ""', "why must be text"),
        ('[a]\nservice = "s"\nurl = "a.example"\nwhy = "x"', "not an address"),
        ("[a", "candidates.toml"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        load_candidates(write(tmp_path, text))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"none\.toml"):
        load_candidates(tmp_path / "none.toml")
