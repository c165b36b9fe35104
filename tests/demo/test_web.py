"""The recorded web itself: what it holds, and that the spiders read from it what `expected.toml` says is there."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from pipeline.catalogue import read_service
from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source
from pipeline.terms import Cause, Certainty, Kind, Outcome, SourceKind, Status
from spiders.loader import load_sources
from spiders.platforms import get_platform
from spiders.record import Capture

VISITS = (datetime(2026, 11, 19, 3, tzinfo=UTC), datetime(2026, 11, 20, 3, tzinfo=UTC))
UNREADABLE = {"glasswing", "oakling", "closed-gate"}


def answer(captures: list[Capture], url: str, visit: datetime) -> Capture:
    """What a visit at this time is answered: the newest capture that is no later."""
    return max((c for c in captures if c.url == url and c.at <= visit), key=lambda c: c.at)


def place(url: str) -> str:
    """An address by which a report is told from others. AWS's shape has one page, so there the fragment counts."""
    return urlsplit(url).fragment or url


@pytest.fixture(scope="module")
def visits(demo_captures: list[Capture], demo_sources: dict[str, Source]) -> list[dict[str, dict[str, Report]]]:
    """For each visit and source, the reports by place."""
    found: list[dict[str, dict[str, Report]]] = []
    for visit in VISITS:
        by_source: dict[str, dict[str, Report]] = {}
        for name in sorted(set(demo_sources) - UNREADABLE):
            source = demo_sources[name]
            platform = get_platform(source.platform)
            if platform.stream is not None:
                continue  # posts have tests of their own
            said = [
                r
                for url in platform.start(source)
                for r in platform.parse(answer(demo_captures, url, visit).body, source)
            ]
            assert [r for r in said if isinstance(r, Issue)] == []
            by_source[name] = {place(r.url): r for r in said if isinstance(r, Report)}
        found.append(by_source)
    return found


@pytest.fixture(scope="module")
def nights(visits: list[dict[str, dict[str, Report]]]) -> list[dict[str, Report]]:
    return [{p: r for reports in v.values() for p, r in reports.items()} for v in visits]


def told(truth: dict[str, Any]) -> list[str]:
    return [place(url) for outage in truth["outage"] for url in outage["reports"]]


def test_all_hosts_are_reserved_names(demo_captures: list[Capture], demo_sources: dict[str, Source]) -> None:
    hosts = {urlsplit(c.url).hostname for c in demo_captures} | {
        urlsplit(s.url).hostname for s in demo_sources.values()
    }
    assert {h for h in hosts if not str(h).endswith(".example")} == set()


def test_every_body_is_part_of_the_recording(demo: Path) -> None:
    table = tomllib.loads((demo / "web.toml").read_text(encoding="utf-8"))
    files = {p.relative_to(demo / "web").as_posix() for p in (demo / "web").rglob("*") if p.is_file()}
    assert files == {entry["file"] for entry in table["capture"]}


def test_it_is_as_large_as_promised(demo_sources: dict[str, Source], truth: dict[str, Any]) -> None:
    assert {s.platform for s in demo_sources.values()} == {
        *("statuspage", "google_cloud", "aws", "feed"),
        *("hacker_news", "lemmy", "mastodon"),
    }
    assert len({urlsplit(s.url).hostname for s in demo_sources.values()} - UNREADABLE) >= 16
    assert len(told(truth)) + len(truth["unrelated"]) >= 75
    assert len(truth["outage"]) >= 22
    assert sum(len(outage["reports"]) > 1 for outage in truth["outage"]) >= 10


def test_every_source_and_robots_is_recorded_for_both_visits(
    demo_captures: list[Capture], demo_sources: dict[str, Source]
) -> None:
    for source in demo_sources.values():
        platform = get_platform(source.platform)
        robots = urlunsplit((*urlsplit(source.url)[:2], "/robots.txt", "", ""))
        for url in [robots] if platform.stream else platform.start(source):
            assert len([c for c in demo_captures if c.url == url]) == len(VISITS), url


def test_every_article_behind_a_feed_is_recorded(
    demo_captures: list[Capture], visits: list[dict[str, dict[str, Report]]]
) -> None:
    asked = {
        report.url
        for visit in visits
        for reports in visit.values()
        for report in reports.values()
        if not report.updates and report.text is None
    }
    assert len(asked) >= 30
    assert asked - {c.url for c in demo_captures} == set()


def test_every_report_is_told_of_once_in_the_truth(nights: list[dict[str, Report]], truth: dict[str, Any]) -> None:
    listed = [*told(truth), *(place(entry["url"]) for entry in truth["unrelated"])]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(nights[0]) | set(nights[1])


def test_the_second_visit_finds_what_is_declared(nights: list[dict[str, Report]], truth: dict[str, Any]) -> None:
    first, second = nights
    wanted = {
        what: {place(c["url"]) for c in truth["change"] if c["what"] == what}
        for what in ("new", "withdrawn", "version")
    }
    assert set(second) - set(first) == wanted["new"]
    assert set(first) - set(second) == wanted["withdrawn"]
    assert {p for p in set(first) & set(second) if first[p] != second[p]} == wanted["version"]


def test_the_withdrawn_one_is_newer_than_the_oldest_listed(
    demo_sources: dict[str, Source], visits: list[dict[str, dict[str, Report]]], truth: dict[str, Any]
) -> None:
    gone = place(next(c["url"] for c in truth["change"] if c["what"] == "withdrawn"))
    window = get_platform("statuspage").window
    assert window is not None
    start = window(list(visits[1]["tallybrook"].values()))
    published = visits[0]["tallybrook"][gone].published_at
    assert start is not None
    assert published is not None
    assert published > start


def test_the_sick_sources_are_sick(
    demo_captures: list[Capture], demo_sources: dict[str, Source], truth: dict[str, Any]
) -> None:
    assert {failure["source"]: failure["outcome"] for failure in truth["failure"]} == {
        "glasswing": Outcome.BAD_SHAPE,
        "oakling": Outcome.HTTP_ERROR,
        "closed-gate": Outcome.ROBOTS,
    }
    platform = get_platform("statuspage")
    page = answer(demo_captures, platform.start(demo_sources["glasswing"])[0], VISITS[0])
    assert page.status == 200
    with pytest.raises(ShapeError):
        list(platform.parse(page.body, demo_sources["glasswing"]))
    assert answer(demo_captures, platform.start(demo_sources["oakling"])[0], VISITS[0]).status == 503
    robots = answer(demo_captures, "https://www.closedgate.example/robots.txt", VISITS[0]).body
    assert b"User-agent: *\nDisallow: /\n" in robots


def test_the_hostile_title_arrives_as_it_was_written(nights: list[dict[str, Report]]) -> None:
    report = nights[0]["https://news.dailypacket.example/2026/10/receipt-tags"]
    assert "<script>alert('bakery')</script> &" in report.title


def test_the_services_are_no_real_ones(repository: Path, demo: Path) -> None:
    invented = tomllib.loads((demo / "services.toml").read_text(encoding="utf-8"))
    services = [read_service(slug, table) for slug, table in invented.items()]
    real: dict[str, Any] = {}
    for path in (repository / "pipeline" / "rules").glob("services.toml"):
        real |= tomllib.loads(path.read_text(encoding="utf-8"))
    names = {alias.casefold() for table in real.values() for alias in table["aliases"]}
    assert {s.slug for s in services} & set(real) == set()
    assert {alias.casefold() for s in services for alias in s.aliases} & names == set()
    assert all(str(s.homepage).endswith(".example") for s in services)
    assert list(invented) == sorted(invented)


def test_the_sources_name_services_that_exist(demo: Path) -> None:
    invented = tomllib.loads((demo / "services.toml").read_text(encoding="utf-8"))
    sources = load_sources(demo / "sources").values()
    assert {s.service for s in sources if s.service} <= set(invented)
    assert all(s.service for s in sources if s.kind is SourceKind.STATUS)


def alternatives(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_truth_is_sound(demo: Path, truth: dict[str, Any]) -> None:
    services = set(tomllib.loads((demo / "services.toml").read_text(encoding="utf-8")))
    keys = [outage["key"] for outage in truth["outage"]]
    assert len(keys) == len(set(keys))
    closed = {"cause": Cause, "status": Status, "kind": Kind, "certainty": Certainty}
    for outage in truth["outage"]:
        assert set(alternatives(outage["service"])) <= services
        for field, terms in closed.items():
            assert set(alternatives(outage[field])) <= set(terms), outage["key"]
        assert outage.get("caused_by", keys[0]) in keys
        started, ended = outage.get("started_at"), outage.get("ended_at")
        assert started or outage["started_on"]
        if ended:
            assert outage["duration_minutes"] == round((ended - started) / timedelta(minutes=1))
            assert ended > started
        if outage.get("open"):
            assert ended is None


def test_no_place_tells_of_the_closed_gate(truth: dict[str, Any], nights: list[dict[str, Report]]) -> None:
    assert not any("closedgate" in p for night in nights for p in night)
    assert not any("closedgate" in p for p in told(truth))
