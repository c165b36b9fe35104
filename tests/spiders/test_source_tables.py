"""The tables of the repository as a whole: complete, each page once, every service known, and no page lost."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest

from pipeline.catalogue import load_catalogue
from pipeline.model import Source
from pipeline.terms import Genre, SourceKind
from spiders.candidates import load_candidates
from spiders.loader import load_sources

SOURCES = load_sources()
PAGES = {name: source for name, source in SOURCES.items() if source.kind == SourceKind.STATUS}
CANDIDATES = load_candidates()
CATEGORIES = frozenset(
    (
        "ai", "banking_markets", "business_ops", "cdn_dns_network", "cloud_hosting", "cloud_product",
        "communications", "crm_marketing_support", "crypto", "data_analytics", "developer_tools",
        "ecommerce_retail", "education", "gaming", "health_public", "iot_devices", "monitoring_itops", "other",
        "payments_fintech", "productivity", "security_identity", "social_messaging", "streaming_media",
        "telecom_isp", "travel_logistics", "web_content",
    )
)  # fmt: skip
SEVERAL_PAGES = frozenset(("api.status.io", "apple.com", "stats.uptimerobot.com", "status.cloud.microsoft"))
"""Hosts that hold more than one page, told apart by the path."""
RENAMED = {"adobe-creative-cloud": "adobe", "amazon-web-services": "aws", "apple-services": "apple",
           "microsoft-365": "microsoft-365-consumer", "microsoft-azure": "azure"}  # fmt: skip
"""Pages of the list whose source has another name: it reads one surface of several, or more than that service."""


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def address_of(url: str) -> tuple[str, str, str]:
    return host_of(url), urlsplit(url).path.rstrip("/"), urlsplit(url).query


def hosts_of(page: Source) -> set[str]:
    """The host that is asked, and that of the page people look at, if it stands behind ``#``."""
    return {host_of(page.url), host_of(f"https://{urldefrag(page.url)[1]}")} - {""}


def more_than_once(things: Iterable[object]) -> set[object]:
    return {thing for thing, count in Counter(things).items() if count > 1}


def test_no_page_stands_twice() -> None:
    everything = [address_of(source.url) for source in SOURCES.values()]
    everything += [address_of(candidate.url) for candidate in CANDIDATES.values()]
    assert more_than_once(everything) == set()
    hosts = [host for page in PAGES.values() for host in hosts_of(page)]
    assert more_than_once(hosts) == SEVERAL_PAGES
    assert {host_of(candidate.url) for candidate in CANDIDATES.values()} & set(hosts) == set()


def test_no_name_is_source_and_candidate() -> None:
    assert set(SOURCES) & set(CANDIDATES) == set()


def test_there_are_as_many_as_are_told() -> None:
    assert len(PAGES) >= 1_400
    assert len({source.platform for source in PAGES.values()}) >= 30


def test_the_catalogue_of_news_is_as_wide_as_told() -> None:
    news = [source for source in SOURCES.values() if source.kind in (SourceKind.NEWS, SourceKind.POSTMORTEM)]
    feeds = [source for source in news if source.genre is not None]
    assert len(feeds) >= 350
    assert {source.genre for source in feeds} >= set(Genre) - {Genre.SEARCH, Genre.MAILING_LIST}
    assert len({source.language for source in feeds}) >= 15
    # What no crawl of ours has read says what it rests on, and how often it is thought to speak.
    assert [source.name for source in feeds if source.basis is None or source.cadence is None] == []


def test_every_page_is_a_known_services() -> None:
    services = load_catalogue().services
    assert [name for name, source in PAGES.items() if source.service not in services] == []
    assert [name for name, candidate in CANDIDATES.items() if candidate.service not in services] == []


def test_every_source_with_a_name_of_a_service_is_that_services() -> None:
    """A source may have another name than its service; it never has the name of a different one."""
    services = load_catalogue().services
    told = {source.name: source.service for source in PAGES.values()} | {c.name: c.service for c in CANDIDATES.values()}
    assert {name: service for name, service in told.items() if name in services and service != name} == {}


def test_every_file_is_in_order_of_names(repository: Path) -> None:
    files = [*(repository / "spiders" / "sources").glob("*.toml"), repository / "spiders" / "candidates.toml"]
    for path in files:
        names = list(tomllib.loads(path.read_text(encoding="utf-8")))
        assert names == sorted(names), path.name


def test_every_service_is_complete() -> None:
    services = load_catalogue().services.values()
    assert {service.category for service in services} <= CATEGORIES
    assert [s.slug for s in services if not (s.name and s.provider and s.provider_name and s.aliases)] == []
    titles: dict[str, set[str]] = {}
    for service in services:
        titles.setdefault(service.provider, set()).add(service.provider_name)
    assert {slug: names for slug, names in titles.items() if len(names) > 1} == {}


@pytest.mark.shared
def test_every_listed_page_is_a_source_or_a_candidate(shared: Path) -> None:
    with (shared / "registry" / "status_pages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["slug"] for row in rows if RENAMED.get(row["slug"], row["slug"]) not in {**PAGES, **CANDIDATES}] == []


@pytest.mark.shared
def test_no_stale_page_is_a_source(shared: Path) -> None:
    with (shared / "registry" / "status_pages_stale.csv").open(encoding="utf-8", newline="") as file:
        stale = {address_of(row["status_page_url"]) for row in csv.DictReader(file)}
    assert [name for name, page in PAGES.items() if address_of(page.url) in stale] == []
