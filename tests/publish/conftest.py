"""A migrated work database with some thirty outages of our own invention, and the site that is published from it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from pipeline.export import PublishResult, publish
from pipeline.migrations import work
from pipeline.model import canonical_json, iso

AS_OF = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SECRET = "The whole wording of an article stays with us. " * 12
SCRIPT = "<script>document.title='owned'</script> Mail is down"

SERVICES = (
    ("harbour", "Harbour", "harbour-labs", "Harbour Labs", "hosting", None),
    ("harbour-ci", "Harbour CI", "harbour-labs", "Harbour Labs", "developer tools", "harbour"),
    ("quillmail", "Quillmail", "quill", "Quill", "mail", None),
    ("tollgate", "Tollgate", "tollgate", "Tollgate", "payments", None),
    ("northcloud", "Northcloud", "northcloud", "Northcloud", "cloud", None),
    ("parley", "Parley", "parley-inc", "Parley Inc.", "chat", None),
)
# name, kind, service, hours since tried, hours since read well, outcome, failures, active
SOURCES = (
    ("harbour", "status", "harbour", 1, 1, "ok", 0, 1),
    ("quillmail", "status", "quillmail", 1, 1, "unchanged", 0, 1),
    ("tollgate", "status", "tollgate", 1, 80, "http_error", 3, 1),
    ("northcloud", "status", "northcloud", 90, 90, "ok", 0, 1),
    ("parley", "status", "parley", None, None, None, 0, 1),
    ("wirepost", "news", None, 1, 1, "ok", 0, 1),
    ("dailybyte", "news", None, 1, 30, "empty", 1, 1),
    ("retired", "news", None, 900, 900, "ok", 0, 0),
)


@dataclass(frozen=True)
class Work:
    """What `publish` asks of the store."""

    db: Database


@dataclass(frozen=True)
class Published:
    path: Path
    result: PublishResult


def at(hours_ago: float) -> str:
    return iso(AS_OF - timedelta(hours=hours_ago)) or ""


def report(db: Database, key: str, source: str, title: str, hours: float, **more: Any) -> None:
    row = {
        "id": key, "source": source, "native_id": key, "url": f"https://{source}.example/{key}", "title": title,
        "summary": None, "text": SECRET, "language": "en", "published_at": at(hours), "updated_at": at(hours),
        "components": "[]", "regions": "[]", "content_hash": key, "body_hash": key, "first_run": "run1",
        "last_run": "run1",
        "first_seen_at": at(hours), "fetched_at": at(hours), "author_hash": "0ddba11" * 4,
    }  # fmt: skip
    db.table("reports").insert(row | more)


def outage(db: Database, key: str, title: str, services: list[str], hours: float | None, **more: Any) -> None:
    minutes = more.pop("minutes", None)
    regions, told_by = more.pop("regions", ["global"]), more.pop("told_by", [])
    started = at(hours) if hours is not None else None
    owner = {s[0]: s[2] for s in SERVICES}.get(services[0]) if services else None
    row = {
        "id": key, "title": title, "provider": owner, "service": services[0] if services else None, "kind": "outage",
        "status": "resolved", "certainty": "confirmed", "severity": "major", "symptoms": '["unavailable"]',
        "started_at": started, "started_precision": "minute" if started else None,
        "ended_at": at((hours or 0) - minutes / 60) if minutes else None,
        "ended_precision": "minute" if minutes else None, "duration_minutes": minutes, "cause": "unknown",
        "causes": "[]", "cause_hedged": 0, "components": "[]", "first_report_at": at((hours or 2) - 0.2),
        "official_posted_at": at((hours or 2) - 0.5), "first_seen_at": at(hours or 2),
        "report_count": len(told_by), "source_count": len(told_by),
    }  # fmt: skip
    db.table("outages").insert(row | more)
    for position, slug in enumerate(services):
        db.table("outage_services").insert({"outage_id": key, "service": slug, "position": position})
    for region in regions:
        db.table("outage_regions").insert({"outage_id": key, "region": region})
    for rank, told in enumerate(told_by):
        db.table("outage_reports").insert({"outage_id": key, "report_id": told, "rank": rank, "anchor": rank == 0})


def proof(db: Database, key: str, field: str, value: str, told: str, quote: str | None, **more: Any) -> None:
    row = {
        "outage_id": key, "field": field, "value": value, "report_id": told, "origin": "text" if quote else "native",
        "rule": f"{field}.example", "confidence": 0.9, "quote": quote, "chosen": 1, "reason": "the only one",
    }  # fmt: skip
    words = more.pop("words", None)
    if words:
        place = db.table("mentions").count
        row |= {"start_char": place, "end_char": place + len(words)}
        mention = {"report_id": told, "field": field, "text": words, "value": value, "start_char": place}
        rest = {"end_char": place + len(words), "rule": "r", "version": "1", "confidence": 0.9, "context": "[]"}
        db.table("mentions").insert(mention | rest)
    db.table("outage_evidence").insert(row | more)


def fill(db: Database) -> None:
    _known(db)
    _told_by_several(db)
    _special(db)
    _many(db)
    _news(db)
    db.table("outage_redirects").insert({"old_id": "o00000000000000ff", "outage_id": "o0000000000000001"})
    db.table("outage_links").insert(
        {"cause_outage": "o0000000000000003", "effect_outage": "o0000000000000001", "reason": "named as the cause"}
    )
    for code, count in (("unknown_zone", 3), ("unknown_status", 1)):
        row: dict[str, Any] = {
            "id": code,
            "stage": "extract",
            "code": code,
            "detail": f"met {SECRET}",
            "source": "wirepost",
        }
        seen = {"first_seen_at": at(24), "last_seen_at": at(1), "last_run": "run1", "count": count}
        db.table("issues").insert(row | seen | {"report_id": "r1b" if count == 3 else "gone"})
    bins: dict[str, Any] = {
        "service": "?Veltrix",
        "bin_start": at(5),
        "bin_minutes": 15,
        "posts": 40,
        "authors": 31,
        "expected": 2.5,
    }
    db.table("signals").insert(bins)
    db.table("signal_spikes").insert(
        {"service": "quillmail", "started_at": at(5), "peak_at": at(4), "ended_at": None, "authors": 31}
    )


def _known(db: Database) -> None:
    for slug, name, owner, owner_name, category, parent in SERVICES:
        row: dict[str, Any] = {
            "slug": slug,
            "name": name,
            "provider": owner,
            "provider_name": owner_name,
            "category": category,
        }
        db.table("services").insert(row | {"parent": parent, "homepage": f"https://{slug}.example"})
    db.table("service_aliases").insert({"alias": "harbor", "service": "harbour", "ambiguous": 1})
    run = {"id": "run1", "job": "nightly", "started_at": at(1), "finished_at": at(0.8), "stage": "publish"}
    db.table("runs").insert(run | {"outcome": "done", "summary": "{}"})
    for name, kind, service, tried, well, outcome, failures, active in SOURCES:
        row = {
            "name": name,
            "platform": "atom",
            "kind": kind,
            "service": service,
            "url": f"https://{name}.example/",
        }
        tries = {"last_try_at": at(tried) if tried else None, "last_ok_at": at(well) if well else None}
        state = {"last_outcome": outcome, "consecutive_failures": failures, "active": active, "language": "en"}
        db.table("sources").insert(row | tries | state)
        if tried == 1:
            figures = {"requests": 1, "bytes": 900, "items": 3, "new": 1, "changed": 0, "errors": failures > 0}
            times = {"started_at": at(1), "finished_at": at(1), "http_status": 200}
            error = "answered 503" if failures else None
            run_row = {"run_id": "run1", "source": name, "outcome": outcome, "error": error}
            db.table("source_runs").insert(run_row | figures | times)


def _news(db: Database) -> None:
    """One source is silent and has moved, another was never confirmed, and a paper prints what others wrote."""
    said = {"confirmed_at": at(90), "last_said_at": at(300), "habit_hours": 48.0, "habit_basis": "measured"}
    db.table("sources").update("wirepost", said | {"moved_to": "https://wire.example/new.rss", "genre": "tech_press"})
    db.table("sources").update("dailybyte", {"basis": "memory"})
    db.table("report_copies").insert({"report_id": "r1c", "first_id": "r1b", "why": "wording"})


def _told_by_several(db: Database) -> None:
    key = "o0000000000000001"
    report(db, "r1a", "quillmail", "Elevated errors when sending mail", 5, status="monitoring", kind="outage")
    report(db, "r1b", "wirepost", SCRIPT, 4.5, url="javascript:alert(document.cookie)")
    report(db, "r1c", "dailybyte", "Quillmail users locked out for an hour", 4)
    outage(db, key, SCRIPT, ["quillmail", "parley"], 5.25, status="monitoring", severity="critical",
           cause="network", causes='["network","capacity_overload"]', cause_hedged=1, regions=["Europe", "Canada"],
           started_precision="hour", told_by=["r1a", "r1b", "r1c"],
           components='["Sending","<b>Inbox</b>"]')  # fmt: skip
    proof(db, key, "cause", "network", "r1a", "We suspect that a faulty switch cut us off.", words="faulty switch",
          reason="the provider's own word", said_by="provider")  # fmt: skip
    other = "Rival admins blame a <b>botched release</b> for it."
    proof(db, key, "cause", "software_deploy", "r1b", other, words="botched release", chosen=0,
          reason="the provider's own word counts for more", said_by="others")  # fmt: skip
    proof(db, key, "started_at", at(5.25), "r1c", "It began at about ten in the evening.", words="about ten")
    proof(db, key, "status", "monitoring", "r1a", None)
    for hours, event, told, words in (
        (5.25, "started", "r1c", None),
        (5, "posted", "r1a", "We are looking into errors <i>when sending</i>."),
        (4.5, "reported", "r1b", None),
    ):
        row = {"outage_id": key, "at": at(hours), "event": event, "report_id": told, "quote": words}
        db.table("outage_timeline").insert(row | {"status": "investigating" if words else None})
    db.table("report_updates").insert(
        {
            "id": "u1",
            "report_id": "r1a",
            "native_id": "1",
            "posted_at": at(5),
            "status": "investigating",
            "text": SECRET,
            "first_seen_at": at(4),
        }
    )
    version = {"report_id": "r1c", "content_hash": "old", "seen_at": at(4), "replaced_at": at(3)}
    db.table("report_versions").insert(version | {"content": SECRET})


def _special(db: Database) -> None:
    report(db, "r2", "wirepost", "Veltrix appears to be unreachable", 3)
    outage(db, "o0000000000000002", "Veltrix appears to be unreachable", ["?Veltrix"], None, certainty="suspected",
           status="suspected", severity="unknown", official_posted_at=None, told_by=["r2"], regions=[])  # fmt: skip
    report(db, "r3", "northcloud", "Power event in zone 2", 30, withdrawn_at=at(20))
    outage(db, "o0000000000000003", "Power event in zone 2", ["northcloud"], 31, minutes=95, cause="power",
           causes='["power"]', told_by=["r3"], regions=["eu-zone-2"], severity="minor")  # fmt: skip
    outage(db, "o0000000000000004", "Payments were declined", ["tollgate"], 50, status="retracted")
    outage(db, "o0000000000000005", "Planned database upgrade", ["harbour"], -30, kind="maintenance",
           status="identified", cause="maintenance", causes='["maintenance"]', first_report_at=at(40))  # fmt: skip
    outage(db, "o0000000000000006", "Planned work on runners", ["harbour-ci"], 2, kind="maintenance",
           status="identified", cause="maintenance", causes='["maintenance"]')  # fmt: skip
    outage(db, "o0000000000000007", "Slow dashboards", ["parley"], 900, kind="degradation", status="investigating")
    outage(db, "o0000000000000008", "Outage in spring", ["parley"], 5000, started_precision="month")


def _many(db: Database) -> None:
    causes = ("dns", "software_deploy", "unknown", "config_change", "hardware", "unknown")
    for n in range(23):
        slug = SERVICES[n % 5][0]
        name = SERVICES[n % 5][1]
        cause = causes[n % len(causes)]
        words = {"dns": "Names of {} did not resolve", "hardware": "{} lost a rack"}.get(cause, "{} was not reachable")
        title = words.format(name)
        report(db, f"r{100 + n}", SOURCES[n % 4][0], title, 60 + n * 37)
        precision = ("minute", "hour", "day", "part_of_day")[n % 4]
        outage(db, f"o00000000000001{n:02}", title, [slug], 60 + n * 37, minutes=20 + 17 * n, cause=cause,
               causes=canonical_json([cause] if cause != "unknown" else []), told_by=[f"r{100 + n}"],
               started_precision=precision, kind="degradation" if n % 3 == 0 else "outage")  # fmt: skip


@pytest.fixture(scope="session")
def as_of() -> datetime:
    return AS_OF


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Work:
    db = Database(tmp_path_factory.mktemp("work") / "work.db")
    db.enable_wal()
    work.apply(db)
    db.execute("PRAGMA foreign_keys = on")
    with db.atomic():
        fill(db)
    return Work(db)


@pytest.fixture(scope="session")
def published(filled: Work, tmp_path_factory: pytest.TempPathFactory) -> Published:
    path = tmp_path_factory.mktemp("public") / "outages.db"
    return Published(path, publish(filled, path, as_of=AS_OF))


@pytest.fixture(scope="session")
def metadata(repository: Path) -> dict[str, Any]:
    text = (repository / "datasette-metadata.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.fixture(scope="session")
def site(published: Published, metadata: dict[str, Any]) -> Iterator[Datasette]:
    datasette = Datasette([str(published.path)], metadata=metadata)
    yield datasette
    datasette.databases["outages"].close()


@pytest.fixture(scope="session")
def get(site: Datasette) -> Iterator[Callable[..., Any]]:
    """Ask the site for one address; one event loop for all, because Datasette keeps locks of its first loop."""
    loop = asyncio.new_event_loop()

    def ask(path: str) -> Any:
        answer: Awaitable[Any] = site.client.get(path)
        return loop.run_until_complete(answer)

    loop.run_until_complete(site.invoke_startup())
    yield ask
    loop.close()
