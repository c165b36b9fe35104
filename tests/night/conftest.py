"""Fixtures of the night's tests: a web on loopback and crawls of it (see `tests.spiders.loopback`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spiders.loopback import Crawls, Web, serve


@pytest.fixture
def web() -> Iterator[Web]:
    yield from serve()


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path)
