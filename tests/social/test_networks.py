"""Every network, imitated on loopback: nothing of use is lost and nothing told twice, whatever the server does."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.social.networks import Network
from tests.social.reading import FAST, PATHS, PREFIXES, complaints, issues, numbers, rows, source, sources
from tests.spiders.loopback import START, Crawls

AGO = timedelta(minutes=10)


def test_three_nights_of_every_network(network: Network, crawls: Crawls) -> None:
    """Paging, a refusal with Retry-After on each, new posts, and posts that are deleted after they were read."""
    all_of_them = sources(network)
    network.tell(110, START - AGO, every=60)
    network.refusals = {prefix: [(429, {"Retry-After": "0"})] for prefix in PREFIXES.values()}

    first = crawls(*all_of_them, settings=FAST)

    assert first["outcomes"] == {"ok": len(PATHS)}, first["failed"]
    complaining = complaints(network.posts)
    for platform in PATHS:
        # A first visit to a timeline takes its newest page.
        expected = [n for n in complaining if n > 70] if platform == "mastodon" else complaining
        assert numbers(crawls.db, platform) == expected, platform
        assert network.times(PREFIXES[platform]) > 1
    assert not any(network.refusals.values()), "each refusal was met once"

    network.tell(40, crawls.now - AGO, every=30)
    taken_away = [n for n in complaining if n > 80][:2]
    for number in taken_away:
        network.posts[number - 1].deleted = True
    second = crawls(*all_of_them, settings={**FAST, "OUTAGEWIRE_POST_CHECKS": 25})
    assert second["outcomes"] == {"ok": len(PATHS)}, second["failed"]
    for platform in PATHS:
        floor = 70 if platform == "mastodon" else 0
        assert numbers(crawls.db, platform) == [n for n in complaints(network.posts) if n > floor], platform
        gone = rows(
            crawls.db,
            "SELECT title, text, withdrawn_at FROM reports WHERE source = ? AND purged_at IS NOT NULL",
            platform,
        )
        assert [(title, text) for title, text, _ in gone] == [("", None)] * 2, platform
        assert all(at for *_, at in gone), platform

    third = crawls(*all_of_them, settings=FAST)
    assert (third["new"], third["changed"]) == (0, 0)
    assert rows(crawls.db, "SELECT code, detail FROM issues") == []
    seen = dict(rows(crawls.db, "SELECT source, sum(seen) FROM post_counts GROUP BY source"))
    assert all(seen[platform] >= 148 for platform in PATHS if platform != "mastodon"), "all were counted"


def test_nothing_of_an_author_is_written_down(network: Network, crawls: Crawls) -> None:
    network.tell(60, START - AGO)
    crawls(*sources(network), settings=FAST)
    assert rows(crawls.db, "SELECT count(*) FROM reports")[0][0] > 50
    written = b"".join(path.read_bytes() for path in crawls.folder.iterdir())
    for name in (
        b"author1",
        b"author20",
        b"ada.l",
        b"bo@mail",
        b"/@cy",
        b"open-sesame",
        b"good morning",
        b"Good morning",
    ):
        assert name not in written, name
    hashes = {platform: set() for platform in PATHS}
    for platform, author in rows(crawls.db, "SELECT source, author_hash FROM reports"):
        hashes[platform].add(author)
    assert {len(found) for found in hashes.values()} == {8}, "one hash an author, and different ones in each network"
    assert (crawls.folder / "authors.salt").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("platform", ["lobsters", "mastodon"])
def test_a_long_refusal_fails_the_visit_and_loses_nothing(platform: str, network: Network, crawls: Crawls) -> None:
    network.tell(60, START - AGO)
    network.refusals = {PREFIXES[platform]: [(429, {"Retry-After": "3600"})]}
    (one,) = sources(network, platform)
    refused = crawls(one, settings=FAST)
    assert refused["outcomes"] == {"http_error": 1}
    assert "429" in refused["failed"][0]["error"]
    assert "3600" in refused["failed"][0]["error"]
    assert network.times(PREFIXES[platform]) == 1, "it was not asked again"
    assert crawls(one, settings=FAST)["outcomes"] == {"ok": 1}
    assert numbers(crawls.db, platform) == [n for n in complaints(network.posts) if platform != "mastodon" or n > 20]


def test_a_visit_that_breaks_off_begins_again_where_the_last_whole_one_ended(network: Network, crawls: Crawls) -> None:
    network.tell(100, START - AGO)
    (one,) = sources(network, "lobsters")
    # The third page is refused for good: two pages are stored, and the cursor stays.
    network.refusals = {}
    stop = {"OUTAGEWIRE_POST_PAGES": 50}
    original = network.posts
    network.refusals["/lobsters/"] = []

    class Third(list):  # type: ignore[type-arg]
        asked = 0

        def __bool__(self) -> bool:
            self.asked += 1
            return self.asked == 3

        def pop(self, _index: int = 0) -> tuple[int, dict[str, str]]:
            return 429, {"Retry-After": "900"}

    network.refusals["/lobsters/"] = Third()
    assert crawls(one, settings={**FAST, **stop})["outcomes"] == {"http_error": 1}
    assert rows(crawls.db, "SELECT * FROM post_cursors") == []
    network.refusals = {}
    assert crawls(one, settings={**FAST, **stop})["outcomes"] == {"ok": 1}
    assert numbers(crawls.db, "lobsters") == complaints(original)


def test_bound_on_pages_is_said(network: Network, crawls: Crawls) -> None:
    network.tell(200, START - AGO)
    few = {**FAST, "OUTAGEWIRE_POST_PAGES": 2}
    two = sources(network, "lobsters", "github_issues")
    crawls(*two, settings=few)
    crawls(two[1], settings=few)
    assert issues(crawls.db, "lobsters") == {"posts_missed"}
    assert numbers(crawls.db, "lobsters") == [n for n in complaints(network.posts) if n > 150]
    # What goes forward loses nothing: the next run goes on.
    assert numbers(crawls.db, "github_issues") == complaints(network.posts)


def test_expired_cursor_begins_anew(network: Network, crawls: Crawls) -> None:
    network.tell(60, START - AGO)
    (one,) = sources(network, "lemmy")
    crawls(one, settings=FAST)
    network.tell(120, crawls.now - AGO, every=20)
    network.refusals = {"/api/v3/": [(400, {})]}
    # The first answer is a refusal, as where the list has moved on under its cursor.
    assert crawls(one, settings=FAST)["outcomes"] == {"ok": 1}
    assert issues(crawls.db, "lemmy") == {"cursor_expired"}
    assert numbers(crawls.db, "lemmy") == complaints(network.posts)


def test_a_post_that_two_instances_show_is_one(network: Network, crawls: Crawls) -> None:
    network.tell(40, START - AGO)
    one, two = sources(network, "mastodon")[0], source("mastodon", network.url + "/tags/down", "second")
    crawls(one, two, settings=FAST)
    held = sorted(numbers(crawls.db, "mastodon") + numbers(crawls.db, "second"))
    assert held == complaints(network.posts)
    assert rows(crawls.db, "SELECT sum(told_elsewhere) FROM post_counts") == [(len(held),)]


def test_missing_credential_switches_off_and_is_no_failure(network: Network, crawls: Crawls) -> None:
    network.tell(10, START - AGO)
    (one,) = sources(network, "reddit")
    summary = crawls(one, settings={**FAST, "OUTAGEWIRE_REDDIT_TOKEN": ""})
    assert summary["outcomes"] == {"off": 1}
    assert summary["failed"] == []
    assert network.asked == []
    assert rows(crawls.db, "SELECT last_outcome, consecutive_failures FROM sources WHERE name = 'reddit'") == [
        ("off", 0)
    ]


def test_credential_goes_to_its_host_and_into_no_file(network: Network, crawls: Crawls) -> None:
    network.tell(10, START - AGO)
    (one,) = sources(network, "reddit")
    crawls(one, settings={**FAST, "LOG_LEVEL": "DEBUG"})
    assert network.headers[0]["Authorization"] == "Bearer open-sesame"
    feed = {"OUTAGEWIRE_REDDIT_TOKEN": "", "OUTAGEWIRE_REDDIT_FEED": "feed=open-sesame&user=me", "LOG_LEVEL": "DEBUG"}
    crawls(one, settings={**FAST, **feed})
    assert network.asked[-1] == "/r/sysadmin/new/.rss?feed=open-sesame&user=me"
    assert all(b"open-sesame" not in path.read_bytes() for path in crawls.folder.iterdir())
    assert "open-sesame" not in crawls.log


def test_a_redirect_takes_no_credential_along(network: Network, crawls: Crawls) -> None:
    network.refusals = {"/r/": [(302, {"Location": "/r/elsewhere/new?x=1"})]}
    (one,) = sources(network, "reddit")
    assert crawls(one, settings=FAST)["outcomes"] == {"http_error": 1}
    assert network.times("/r/elsewhere") == 0


def test_check_counts_posts_and_keeps_nothing(network: Network, tmp_path: Path) -> None:
    network.tell(30, START - AGO)
    tables = {"lobsters": "/lobsters", "reddit": "/r/sysadmin", "lemmy": "/nowhere/c/x"}
    for platform, path in tables.items():
        (tmp_path / f"{platform}.toml").write_text(f'[{platform}]\nurl = "{network.url}{path}"\n')
    command = [sys.executable, "-m", "pipeline.cli", "sources", "check", "--all", "--json", "--sources", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    states = {row["source"]: row["state"] for row in json.loads(found.stdout)}
    assert states == {"lobsters": "ok", "reddit": "off", "lemmy": "ok"}, found.stderr
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".toml"] * 3
