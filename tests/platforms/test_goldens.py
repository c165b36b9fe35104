"""Every platform has a captured input and a golden output (OUTAGEWIRE_WRITE_GOLDENS=1 writes them anew, to be read)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Issue, Report, iso
from spiders.platforms import load_platforms

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
INPUTS = sorted(
    path.relative_to(FIXTURES).as_posix()
    for key in ("statuspage", "google_cloud", "aws", "feed")
    for path in (FIXTURES / key).iterdir()
    if not path.name.endswith((".golden.json", ".html"))
)


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, ())}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def golden_text(reports: list[Report], issues: list[Issue]) -> str:
    said = {"reports": plain([asdict(r) for r in reports]), "issues": plain([asdict(i) for i in issues])}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", INPUTS)
def test_a_body_reads_as_its_golden_says(name: str, read_platform: Callable[..., Any]) -> None:
    path = FIXTURES / name
    golden = path.with_name(path.name + ".golden.json")
    text = golden_text(*read_platform(path.parent.name, path.read_bytes()))
    if os.environ.get("OUTAGEWIRE_WRITE_GOLDENS") == "1":
        golden.write_text(text, encoding="utf-8")
    assert json.loads(text) == json.loads(golden.read_text(encoding="utf-8"))


def test_every_platform_has_an_input_and_a_golden() -> None:
    keys = set(load_platforms())
    assert keys >= {"statuspage", "google_cloud", "aws", "feed"}
    for key in keys:
        goldens = {p.name.removesuffix(".golden.json") for p in (FIXTURES / key).glob("*.golden.json")}
        assert goldens, f"{key} has no golden in tests/fixtures/{key}"
        assert all((FIXTURES / key / name).is_file() for name in goldens)
    assert {i.split("/")[0] for i in INPUTS} >= {"statuspage", "google_cloud", "aws", "feed"}


def test_no_golden_is_without_its_input() -> None:
    for golden in FIXTURES.glob("*/*.golden.json"):
        assert golden.with_name(golden.name.removesuffix(".golden.json")).is_file()
