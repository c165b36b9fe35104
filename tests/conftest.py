"""What every room's tests share: where the repository is, and the captured material that only some machines have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured feeds and gold records beside the repository; the test is skipped without it."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the captured feeds and gold records are not on this machine")
    return folder


@pytest.fixture
def now() -> datetime:
    """The one clock of the tests."""
    return datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
