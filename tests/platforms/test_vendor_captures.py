"""The vendors' pages on bodies as they were served: as many incidents and updates as the files hold."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source
from pipeline.terms import Status
from spiders.platforms import get_platform

pytestmark = pytest.mark.shared

STAMP = re.compile(r'<span class="yellowfg">')


def read(key: str, body: bytes) -> tuple[list[Report], list[Issue]]:
    platform = get_platform(key)
    said = list(platform.parse(body, Source(f"{key}_captured", key, platform.kind, "https://status.captured.example")))
    return [r for r in said if isinstance(r, Report)], [i for i in said if isinstance(i, Issue)]


def test_slacks_history_is_read_whole(shared: Path) -> None:
    body = (shared / "replay/captured/slack_history.json").read_bytes()
    held = json.loads(body)
    reports, issues = read("slack", body)
    assert issues == []
    assert [(r.native_id, len(r.updates)) for r in reports] == [(str(i["id"]), len(i["notes"])) for i in held]
    assert [r.status for r in reports].count(Status.INVESTIGATING) == 1
    assert sum(len(r.updates) for r in reports) == 20


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("snapshot_2020-11-07_data.json", 326),
        ("snapshot_2022-01-15_data.json", 474),
        ("snapshot_2022-07-03_data.json", 86),
    ],
)
def test_every_generation_of_the_aws_archive_is_read_whole(name: str, count: int, shared: Path) -> None:
    body = (shared / "replay/aws-feed-replay" / name).read_bytes()
    held = json.loads(body)["archive"]
    reports, issues = read("aws_history", body)
    assert issues == []
    assert len(reports) == len(held) == count
    assert {r.native_id: len(r.updates) for r in reports} == {
        f"{i['service']}_{i['date']}": len(STAMP.findall(i["description"])) for i in held
    }


def test_every_aws_event_of_three_years_is_read_with_its_clocks_in_order(shared: Path) -> None:
    with gzip.open(shared / "replay/aws-feed-replay/aws_union.jsonl.gz", "rt", encoding="utf-8") as file:
        held = [json.loads(line) for line in file]
    body = json.dumps({"archive": [h["incident"] for h in held], "current": []}).encode()
    reports, issues = read("aws_history", body)
    assert issues == []
    assert [r.native_id for r in reports] == [h["key"] for h in held]
    over = sum(h["incident"]["summary"].strip().startswith("[") or str(h["incident"]["status"]) == "0" for h in held)
    stamps = sum(len(STAMP.findall(h["incident"]["description"])) for h in held)
    assert sum(len(r.updates) for r in reports) == stamps
    assert [r.status for r in reports].count(Status.RESOLVED) == over
    far = [r.native_id for r in reports if abs((r.updates[0].posted_at - r.published_at).total_seconds()) > 4 * 86_400]
    assert far == []


def test_azures_product_news_is_refused(shared: Path) -> None:
    folder = shared / "replay/azure-m365-fixtures"
    for key, name in (("azure", "azure.xml"), ("microsoft365", "m365.json"), ("azure_devops", "m365.json")):
        with pytest.raises(ShapeError):
            read(key, (folder / name).read_bytes())


def test_each_body_is_another_shape_to_every_other_vendor(shared: Path) -> None:
    bodies = {
        "slack": "captured/slack_history.json",
        "aws_history": "aws-feed-replay/snapshot_2022-07-03_data.json",
        "google_workspace": "captured/gcp_incidents.json",
        "statuspage": "captured/statuspage_github.json",
    }
    keys = ("aws_current", "aws_history", "google_workspace", "azure", "azure_history", "azure_devops", "microsoft365")
    keys += (
        "slack",
        "heroku",
        "salesforce",
        "apple",
        "adobe",
        "zendesk",
        "paypal",
        "sap",
        "oracle_cloud",
        "statuspage",
    )
    for owner, name in bodies.items():
        body = (shared / "replay" / name).read_bytes()
        for key in keys:
            if key == owner:
                assert read(key, body)[0]
                continue
            with pytest.raises(ShapeError):
                read(key, body)


def test_oracles_page_of_old_is_one_of_statuspage(shared: Path) -> None:
    with gzip.open(shared / "replay/statuspage-feed-replay/oci_union.jsonl.gz", "rt", encoding="utf-8") as file:
        held = [json.loads(line)["incident"] for line in file]
    reports, issues = read("statuspage", json.dumps({"incidents": held}).encode())
    assert [i.code for i in issues] == []
    assert len(reports) == len(held) == 138
    assert sum(len(r.updates) for r in reports) == sum(len(i["incident_updates"]) for i in held)
