"""Keys that last across the schemas of Google and the sliding window of AWS; windows of complete bodies."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.model import Report


def test_google_updates_keep_their_keys_across_the_schemas(
    platform_fixtures: Path, read_platform: Callable[..., Any]
) -> None:
    folder = platform_fixtures / "google_cloud"
    old = read_platform("google_cloud", (folder / "incidents_2020.json").read_bytes())[0][0]
    new = read_platform("google_cloud", (folder / "incidents_2021_interim.json").read_bytes())[0][0]
    assert (old.native_id, new.native_id) == ("cloud-queues-20011", "Qx7ExampleIdQueues01")
    assert [u.native_id for u in old.updates] == [u.native_id for u in new.updates]
    assert (old.started_at, old.ended_at) == (new.started_at, new.ended_at)


def test_an_aws_incident_is_known_again_when_its_first_update_slid_out(
    platform_fixtures: Path, read_platform: Callable[..., Any]
) -> None:
    body = (platform_fixtures / "aws" / "all.rss").read_text(encoding="utf-8")
    slid = re.sub(r"<item>(?:(?!</item>).)*1772962200.*</item>", "", body, flags=re.DOTALL)
    whole = read_platform("aws", body.encode())[0]
    rest = read_platform("aws", slid.encode())[0]
    before = next(r for r in whole if r.native_id == "ec2-us-west-2_1772962200")
    after = next(r for r in rest if r.regions == ("us-west-2",))
    assert after.native_id != before.native_id
    assert {u.native_id for u in after.updates} < {u.native_id for u in before.updates}


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_aws_items_does_not_matter(
    order: int, platform_fixtures: Path, read_platform: Callable[..., Any]
) -> None:
    body = (platform_fixtures / "aws" / "all.rss").read_text(encoding="utf-8")
    items = re.findall(r"<item>.*?</item>", body, flags=re.DOTALL)
    mixed = body[: body.index("<item>")] + "".join(sorted(items)[::order]) + "</channel></rss>"
    key = lambda r: r.native_id  # noqa: E731
    assert sorted(read_platform("aws", mixed.encode())[0], key=key) == sorted(
        read_platform("aws", body.encode())[0], key=key
    )


def test_each_window_begins_where_the_body_is_complete(
    platform_fixtures: Path, platform_module: Callable[[str], ModuleType], read_platform: Callable[..., Any]
) -> None:
    def window(key: str, name: str) -> datetime | None:
        found: list[Report] = read_platform(key, (platform_fixtures / key / name).read_bytes())[0]
        start: datetime | None = platform_module(key).window(found)
        return start

    assert window("statuspage", "incidents.json") == datetime(2026, 2, 20, 23, 15, tzinfo=UTC)
    assert window("statuspage", "maintenances.json") is None
    assert window("google_cloud", "incidents.json") == datetime(2026, 4, 1, 10, 30, tzinfo=UTC)
    assert window("aws", "all.rss") == datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    assert window("feed", "news.rss") is None


@pytest.mark.parametrize("key", ["statuspage", "google_cloud", "aws", "feed"])
def test_a_body_without_reports_has_no_window(key: str, platform_module: Callable[[str], ModuleType]) -> None:
    assert platform_module(key).window([]) is None


def test_each_platform_asks_one_https_address(
    platform_module: Callable[[str], ModuleType], platform_source: Callable[..., Any]
) -> None:
    asked = {
        key: platform_module(key).start(platform_source(key)) for key in ("statuspage", "google_cloud", "aws", "feed")
    }
    assert asked == {
        "statuspage": ["https://status.brightbox.example/api/v2/incidents.json"],
        "google_cloud": ["https://status.cloud.google.com/incidents.json"],
        "aws": ["https://status.aws.amazon.com/rss/all.rss"],
        "feed": ["https://news.lantern.example/feed.rss"],
    }
