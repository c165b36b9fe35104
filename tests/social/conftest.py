"""Fixtures of the posts' tests: the networks on loopback, crawls of them, and a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.social import jetstream, networks
from tests.spiders.loopback import Crawls


@pytest.fixture
def network() -> Iterator[networks.Network]:
    yield from networks.serve()


@pytest.fixture
def relay() -> Iterator[jetstream.Relay]:
    yield from jetstream.serve()


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path)
