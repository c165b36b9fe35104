"""The recorded web of the demo as its readable sources give it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Source
from spiders.loader import load_sources
from spiders.record import Capture, read_captures


@pytest.fixture(scope="session")
def demo(repository: Path) -> Path:
    return repository / "data" / "demo"


@pytest.fixture(scope="session")
def demo_captures(demo: Path) -> list[Capture]:
    return read_captures(demo)


@pytest.fixture(scope="session")
def demo_sources(demo: Path) -> dict[str, Source]:
    return load_sources(demo / "sources")


@pytest.fixture(scope="session")
def truth(demo: Path) -> dict[str, Any]:
    return tomllib.loads((demo / "expected.toml").read_text(encoding="utf-8"))
