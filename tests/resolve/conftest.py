"""Makers of claims for the tests of grouping and weighing: our own services, texts and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.belief import Claim
from pipeline.catalogue import Catalogue, Service, build
from pipeline.terms import Kind, Precision, SourceKind, Status

DAY = datetime(2026, 3, 2, tzinfo=UTC)
RANKS = {SourceKind.STATUS: 0, SourceKind.POSTMORTEM: 1, SourceKind.NEWS: 2, SourceKind.SOCIAL: 3}
MakeClaim = Callable[..., Claim]


def service(slug: str, provider: str, parent: str | None = None) -> Service:
    return Service(slug, slug.title(), provider, provider.title(), "test", aliases=(slug.title(),), parent=parent)


@pytest.fixture(scope="session")
def small_catalogue() -> Catalogue:
    """A cloud with two products, a chat, a shop, and a photo and a film service of one owner."""
    services = (
        service("nimbus", "nimbus"),
        service("nimbus-disks", "nimbus", "nimbus"),
        service("nimbus-mail", "nimbus", "nimbus"),
        service("parley", "parley"),
        service("bazaar", "bazaar"),
        service("photos", "prism"),
        service("films", "prism"),
    )
    return build({s.slug: s for s in services})


def make_claim(report: str, services: str = "parley", hour: float | None = None, **more: Any) -> Claim:
    """A claim on the test day; `hour` is the stated start to the minute, `told` the hour of publication."""
    kind = more.pop("source_kind", SourceKind.NEWS)
    told = more.pop("told", hour if hour is not None else 9.0)
    seen = more.pop("seen", 30.0)
    fields: dict[str, Any] = {
        "report_id": report,
        "source": f"{kind}-source",
        "source_kind": kind,
        "rank": RANKS[kind],
        "title": f"Report {report}",
        "url": f"https://example.org/{report}",
        "first_seen_at": DAY + timedelta(hours=seen),
        "published_at": None if told is None else DAY + timedelta(hours=told),
        "services": tuple(services.split()),
        "started_at": None if hour is None else DAY + timedelta(hours=hour),
        "started_precision": None if hour is None else Precision.MINUTE,
        "kind": Kind.OUTAGE,
        "status": Status.UNKNOWN,
    }
    return Claim(**(fields | more))


@pytest.fixture(scope="session")
def claim() -> MakeClaim:
    return make_claim


@pytest.fixture(scope="session")
def later() -> datetime:
    """A clock well after the test day; hypothesis wants one that is not made anew."""
    return DAY + timedelta(days=200)
