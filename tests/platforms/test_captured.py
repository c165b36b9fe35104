"""The platforms on bodies as they were served: nothing is lost, and every time is in UTC."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.errors import ShapeError
from pipeline.model import Report
from pipeline.terms import Status

pytestmark = pytest.mark.shared


def times(report: Report) -> Iterator[datetime]:
    for moment in (report.published_at, report.updated_at, report.started_at, report.ended_at):
        if moment is not None:
            yield moment
    yield from (u.posted_at for u in report.updates)


def counts(reports: list[Report]) -> tuple[int, int]:
    assert all(moment.tzinfo is UTC for report in reports for moment in times(report))
    return len(reports), sum(len(r.updates) for r in reports)


@pytest.mark.parametrize(
    ("key", "name", "expected"),
    [
        ("statuspage", "captured/statuspage_github.json", (5, 52)),
        ("google_cloud", "captured/gcp_incidents.json", (2, 23)),
        ("aws", "captured/aws_all.rss", (5, 50)),
        ("statuspage", "statuspage-feed-replay/snapshot_oci_2021-09-10.json", (1, 2)),
    ],
)
def test_a_captured_body_is_read_whole(
    key: str, name: str, expected: tuple[int, int], shared: Path, read_platform: Callable[..., Any]
) -> None:
    reports, issues = read_platform(key, (shared / "replay" / name).read_bytes())
    assert counts(reports) == expected
    assert issues == []


def test_every_schema_of_google_is_read_whole(shared: Path, read_platform: Callable[..., Any]) -> None:
    for path in sorted((shared / "replay" / "gcp-feed-replay").glob("snapshot_*.json")):
        body = path.read_bytes()
        held = json.loads(body)
        reports, issues = read_platform("google_cloud", body)
        assert counts(reports) == (len(held), sum(len(i["updates"]) for i in held)), path.name
        assert issues == [], path.name


def test_every_atom_history_is_read_whole(shared: Path, read_platform: Callable[..., Any]) -> None:
    for path in sorted((shared / "replay" / "github-atom").glob("*.atom")):
        body = path.read_bytes()
        reports, issues = read_platform("feed", body)
        assert counts(reports) == (body.count(b"<entry>"), 0), path.name
        assert issues == []
        assert all(r.text and r.published_at for r in reports)


def test_slack_and_pages_are_another_shape(shared: Path, read_platform: Callable[..., Any]) -> None:
    pages = [shared / "replay/captured/slack_history.json", *(shared / "replay/statuspage-html").glob("*.html")]
    for path in pages:
        for key in ("statuspage", "google_cloud", "aws", "feed"):
            with pytest.raises(ShapeError):
                read_platform(key, path.read_bytes())


def test_the_guid_of_aws_is_the_date(shared: Path, read_platform: Callable[..., Any]) -> None:
    reports, _ = read_platform("aws", (shared / "replay/captured/aws_all.rss").read_bytes())
    updates = [u for r in reports for u in r.updates]
    assert all(int(u.native_id.rsplit("_", 1)[1]) == int(u.posted_at.timestamp()) for u in updates)
    assert [r.status for r in reports].count(Status.RESOLVED) == 1


def test_what_leaves_the_google_feed_is_told_from_what_is_withdrawn(
    shared: Path,
    platform_module: Callable[[str], ModuleType],
    platform_source: Callable[..., Any],
    read_platform: Callable[..., Any],
) -> None:
    """Over the first 200 polls 211 incidents go: 77 are evicted, 2 withdrawn, 132 change their schema and key."""
    with gzip.open(shared / "replay/gcp-feed-replay/gcp_replay.jsonl.gz", "rt", encoding="utf-8") as file:
        polls = [json.loads(line) for _, line in zip(range(200), file, strict=False)]
    held: dict[str, Report] = {}
    gone = {"evicted": 0, "withdrawn": 0, "rekeyed": 0}
    for poll in polls:
        reports, issues = read_platform("google_cloud", json.dumps(poll["changed"]).encode())
        assert issues == []
        held |= {r.native_id: r for r in reports}
        left = [held.pop(key) for key in poll["gone"]]
        start = platform_module("google_cloud").window(held.values())
        listed = {u.native_id for r in held.values() for u in r.updates}
        for report in left:
            onset = min(t for t in (report.started_at, report.published_at) if t)
            if listed & {u.native_id for u in report.updates}:
                gone["rekeyed"] += 1
            else:
                gone["withdrawn" if onset > start else "evicted"] += 1
    assert gone == {"evicted": 77, "withdrawn": 2, "rekeyed": 132}
