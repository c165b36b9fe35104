"""Fixtures of the tests of news: a web on loopback, crawls of it, and a clock after the test day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.resolve.conftest import DAY
from tests.spiders.loopback import Crawls, Web, serve


@pytest.fixture
def web() -> Iterator[Web]:
    yield from serve()


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path)


@pytest.fixture(scope="session")
def later() -> datetime:
    return DAY + timedelta(days=200)
