"""A status page with a long past on loopback, and walks through it in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spiders.loopback import Crawls, Web, serve


@pytest.fixture
def past_web() -> Iterator[Web]:
    yield from serve()


@pytest.fixture
def walks(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path)
