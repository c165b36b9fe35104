"""What the tests of the platform modules share: sources of our own, fixtures, and reading a body into two lists."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.model import Issue, Report, Source

MODULES = {
    "statuspage": "spiders.status.statuspage",
    "google_cloud": "spiders.status.google_cloud",
    "aws": "spiders.status.aws",
    "feed": "spiders.news.feed",
}
SITES = {
    "statuspage": "https://status.brightbox.example",
    "google_cloud": "https://status.cloud.google.com",
    "aws": "https://status.aws.amazon.com/rss/all.rss",
    "feed": "https://news.lantern.example/feed.rss",
}

Read = Callable[[str, bytes], tuple[list[Report], list[Issue]]]


@pytest.fixture(scope="session")
def platform_fixtures(repository: Path) -> Path:
    return repository / "tests" / "fixtures"


@pytest.fixture(scope="session")
def platform_module() -> Callable[[str], ModuleType]:
    return lambda key: import_module(MODULES[key])


@pytest.fixture(scope="session")
def platform_source(platform_module: Callable[[str], ModuleType]) -> Callable[[str], Source]:
    return lambda key: Source(f"{key}_example", key, platform_module(key).KIND, SITES[key])


@pytest.fixture(scope="session")
def read_platform(platform_module: Callable[[str], ModuleType], platform_source: Callable[[str], Source]) -> Read:
    def read(key: str, body: bytes) -> tuple[list[Report], list[Issue]]:
        said = list(platform_module(key).parse(body, platform_source(key)))
        return [r for r in said if isinstance(r, Report)], [i for i in said if isinstance(i, Issue)]

    return read
