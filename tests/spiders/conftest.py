"""Fixtures of the crawl's tests: a web on loopback and crawls of it (see `tests.spiders.loopback`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spiders.loopback import Crawls, Web, serve


@pytest.fixture
def web() -> Iterator[Web]:
    yield from serve()


@pytest.fixture(scope="module")
def shared_web() -> Iterator[Web]:
    yield from serve()


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path)


@pytest.fixture(scope="module")
def shared_crawls(tmp_path_factory: pytest.TempPathFactory) -> Crawls:
    return Crawls(tmp_path_factory.mktemp("crawls"))
