"""Captured bodies, over real HTTP through the real command, against a count of the files by other means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.spiders.loopback import Answer

pytestmark = pytest.mark.shared

UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Source: the file, its address on its host, and its platform.
BODIES = {
    "github": ("captured/statuspage_github.json", "/api/v2/incidents.json", "statuspage"),
    "google": ("captured/gcp_incidents.json", "/incidents.json", "google_cloud"),
    "amazon": ("captured/aws_all.rss", "/rss/all.rss", "aws"),
    "slack": ("captured/slack_history.json", "/api/v2/incidents.json", "statuspage"),
    "page": ("statuspage-html/auth0.statuspage.io.html", "/api/v2/incidents.json", "statuspage"),
    "atom-2022": ("github-atom/atom_2022-06-11T21-31.atom", "/history.atom", "feed"),
    "atom-2026": ("github-atom/atom_2026-08-07T05-46.atom", "/history.atom", "feed"),
}
GOOD = ("amazon", "atom-2022", "atom-2026", "github", "google")
BAD = ("page", "slack")


@dataclass
class Night:
    """What two crawls of the same bodies left."""

    bodies: dict[str, bytes]
    first: dict[str, dict[str, Any]]
    second: dict[str, dict[str, Any]]
    before: dict[str, list[dict[str, Any]]]
    after: dict[str, list[dict[str, Any]]]

    def reports(self, source: str) -> list[dict[str, Any]]:
        return [row for row in self.after["reports"] if row["source"] == source]

    def updates(self, source: str) -> list[dict[str, Any]]:
        identities = {row["id"] for row in self.reports(source)}
        return [row for row in self.after["report_updates"] if row["report_id"] in identities]


@pytest.fixture(scope="module")
def night(shared: Path, shared_web: Any, outagewire_in: Any, tmp_path_factory: pytest.TempPathFactory) -> Night:
    bodies = {name: (shared / "replay" / path).read_bytes() for name, (path, _, _) in BODIES.items()}
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for name, (_, address, platform) in BODIES.items():
        shared_web.routes[f"{name}.test{address}"] = Answer(bodies[name])
        site = f"http://{name}.test:{shared_web.port}"
        tables.setdefault(platform, {})[name] = {"url": site + address if platform in ("aws", "feed") else site}
    command = outagewire_in(tmp_path_factory.mktemp("captured"), [f"{name}.test" for name in BODIES])
    folder = command.sources(tables)
    first = command.crawl(folder)
    before = command.dump()
    return Night(bodies, first, command.crawl(folder), before, command.dump())


def stamp(moment: datetime) -> str:
    """The moment as it has to stand in the store."""
    assert moment.tzinfo is not None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str | None) -> str | None:
    return stamp(datetime.fromisoformat(text)) if text else None


def test_every_body_has_its_row(night: Night) -> None:
    assert {name: row["outcome"] for name, row in night.first.items()} == {
        **dict.fromkeys(GOOD, "ok"),
        **dict.fromkeys(BAD, "bad_shape"),
    }
    for name in BAD:
        assert len(night.first[name]["error"]) > 20
        assert night.reports(name) == []
    for name in GOOD:
        row = night.first[name]
        assert row["items"] == row["new"] == len(night.reports(name)) > 0
        assert (row["changed"], row["errors"], row["error"]) == (0, 0, None)


def test_the_second_crawl_writes_nothing(night: Night) -> None:
    assert {name: row["outcome"] for name, row in night.second.items()} == {
        **dict.fromkeys(GOOD, "unchanged"),
        **dict.fromkeys(BAD, "bad_shape"),
    }
    assert all(row["new"] == row["changed"] == 0 for row in night.second.values())
    assert night.after == night.before


def test_every_stored_time_is_utc(night: Night) -> None:
    times = [v for rows in night.after.values() for row in rows for k, v in row.items() if k.endswith("_at") and v]
    assert len(times) > 200
    assert [time for time in times if not UTC_TIME.fullmatch(time)] == []


def test_statuspage_holds_what_the_file_holds(night: Night) -> None:
    held = json.loads(night.bodies["github"])["incidents"]
    ours = ("published_at", "started_at", "ended_at", "updated_at")
    theirs = ("created_at", "started_at", "resolved_at", "updated_at")
    assert {r["native_id"]: (r["title"], *(r[k] for k in ours)) for r in night.reports("github")} == {
        i["id"]: (i["name"].strip(), *(from_iso(i[k]) for k in theirs)) for i in held
    }
    assert sorted((u["native_id"], u["posted_at"]) for u in night.updates("github")) == sorted(
        (u["id"], from_iso(u["display_at"])) for i in held for u in i["incident_updates"]
    )


def test_google_holds_what_the_file_holds(night: Night) -> None:
    held = json.loads(night.bodies["google"])
    assert {
        r["native_id"]: tuple(r[k] for k in ("published_at", "started_at", "ended_at", "updated_at"))
        for r in night.reports("google")
    } == {i["id"]: tuple(from_iso(i.get(k)) for k in ("created", "begin", "end", "modified")) for i in held}
    assert sorted(u["posted_at"] for u in night.updates("google")) == sorted(
        from_iso(u["when"]) for i in held for u in i["updates"]
    )


def aws_items(body: bytes) -> Iterator[tuple[str, str, datetime, bool]]:
    """Service key, guid, time and whether it says resolved, of each item, oldest first."""
    found = []
    for item in re.findall(r"<item>(.*?)</item>", body.decode(), re.DOTALL):
        guid = re.search(r"<guid[^>]*>[^<]*#([^<]+)<", item)
        date = re.search(r"<pubDate>([^<]+)<", item)
        assert guid
        assert date
        key = guid[1].rpartition("_")[0]
        found.append((key, guid[1], parsedate_to_datetime(date[1].strip()), "[RESOLVED]" in item.split("</title>")[0]))
    yield from sorted(found, key=lambda i: (i[0], i[2], i[1]))


def test_aws_holds_what_the_file_holds(night: Night) -> None:
    items = list(aws_items(night.bodies["amazon"]))
    assert len(items) == night.bodies["amazon"].count(b"<item>") == 50
    incidents: list[list[tuple[str, str, datetime, bool]]] = []
    for key, guid, moment, resolved in items:
        last = incidents[-1][-1] if incidents else None
        goes_on = last is not None and last[0] == key and moment - last[2] <= timedelta(hours=24)
        if last is None or not goes_on or (last[3] and not resolved):
            incidents.append([])
        incidents[-1].append((key, guid, moment, resolved))
    assert {r["native_id"]: (r["published_at"], r["status"] == "resolved") for r in night.reports("amazon")} == {
        i[0][1]: (stamp(i[0][2]), i[-1][3]) for i in incidents
    }
    assert sorted((u["native_id"], u["posted_at"]) for u in night.updates("amazon")) == sorted(
        (guid, stamp(moment)) for _, guid, moment, _ in items
    )


@pytest.mark.parametrize("name", ["atom-2022", "atom-2026"])
def test_atom_holds_what_the_file_holds(night: Night, name: str) -> None:
    entries = re.findall(r"<entry>(.*?)</entry>", night.bodies[name].decode(), re.DOTALL)

    def inner(entry: str, tag: str) -> str:
        found = re.search(rf"<{tag}>([^<]*)</{tag}>", entry)
        assert found
        return found[1].strip()

    assert {r["native_id"]: (r["published_at"], r["updated_at"]) for r in night.reports(name)} == {
        inner(e, "id"): (from_iso(inner(e, "published")), from_iso(inner(e, "updated"))) for e in entries
    }
    assert len(night.reports(name)) == len(entries) == 25
    assert all(r["text"] for r in night.reports(name))
