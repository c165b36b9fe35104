"""Every network's captured shape and golden (OUTAGEWIRE_WRITE_GOLDENS=1 writes them anew, to be read)."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import ShapeError
from pipeline.model import Gone, Issue, Posting, Source
from pipeline.terms import SourceKind
from spiders.golden import golden_text
from spiders.platforms import Page, get_platform, load_platforms

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
NETWORKS = sorted(key for key, platform in load_platforms().items() if platform.stream is not None)
INPUTS = sorted(
    path.relative_to(FIXTURES).as_posix()
    for key in NETWORKS
    for path in (FIXTURES / key).iterdir()
    if not path.name.endswith(".golden.json")
)
ADDRESSES = {
    "bluesky": "https://relay.example/subscribe",
    "github_issues": "https://api.github.com/repos/lantern/status",
    "hacker_news": "https://hn.algolia.com/api/v1",
    "lemmy": "https://meadow.example/c/technology",
    "lobsters": "https://lobste.rs",
    "mastodon": "https://town.example/tags/outage",
    "reddit": "https://www.reddit.com/r/sysadmin",
}
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def source(key: str) -> Source:
    return Source(f"{key}-example", key, SourceKind.SOCIAL, ADDRESSES[key])


@pytest.mark.parametrize("name", INPUTS)
def test_golden(name: str) -> None:
    path, key = FIXTURES / name, name.partition("/")[0]
    said = list(get_platform(key).parse(path.read_bytes(), source(key)))
    posts = [s for s in said if isinstance(s, Posting | Gone)]
    text = golden_text([], [s for s in said if isinstance(s, Issue)], posts)
    golden = path.with_name(path.name + ".golden.json")
    if os.environ.get("OUTAGEWIRE_WRITE_GOLDENS") == "1":
        golden.write_text(text, encoding="utf-8")
    assert json.loads(text) == json.loads(golden.read_text(encoding="utf-8"))
    assert posts


@pytest.mark.parametrize("key", NETWORKS)
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"<html></html>", b'[{"a": 1}, {"a": 2}, {"a": 3}]'])
def test_another_body_is_a_bad_shape_or_nothing(key: str, body: bytes) -> None:
    """A list without a post is a quiet hour; nothing else may pass for one."""
    said: list[object] = []
    try:
        said = list(get_platform(key).parse(body, source(key)))
    except ShapeError:
        return
    assert not [s for s in said if isinstance(s, Posting)]
    assert said or body in (b"", b"[]"), "what cannot be read is named"


@pytest.mark.parametrize("key", NETWORKS)
@pytest.mark.parametrize("cursor", [True, False], ids=["later", "first"])
def test_first_page_is_asked_of_the_declared_host(key: str, cursor: bool) -> None:
    platform, cursors = get_platform(key), {"hacker_news": "1795100000", "bluesky": "1795100000000000", "mastodon": "9"}
    assert platform.stream is not None
    stored = cursors.get(key, "2026-11-19T03:00:00Z") if cursor else None
    address = platform.stream.begin(source(key), stored, NOW, frozenset())
    assert address.startswith(("https://", "wss://"))
    assert address.partition("://")[2].startswith(ADDRESSES[key].partition("://")[2].partition("/")[0])


@pytest.mark.parametrize("name", INPUTS)
def test_turn_gives_a_cursor_and_ends(name: str) -> None:
    """The pages of a body that comes again and again have an end: the same page is never asked twice in a row."""
    key = name.partition("/")[0]
    stream = get_platform(key).stream
    assert stream is not None
    first = stream.begin(source(key), None, NOW, frozenset({"OUTAGEWIRE_REDDIT_TOKEN"}))
    turn = stream.turn(Page(source(key), first, (FIXTURES / name).read_bytes(), NOW))
    assert turn.cursor
    assert turn.next != first


def test_posts_of_another_site_with_this_search_are_not_taken_for_hacker_news() -> None:
    """Its numbers would lead to what strangers wrote elsewhere."""
    body = (FIXTURES / "hacker_news" / "search.json").read_bytes()
    other = Source("forum", "hacker_news", SourceKind.SOCIAL, "https://forum.example/api/v1")
    posts = [said for said in get_platform("hacker_news").parse(body, other) if isinstance(said, Posting)]
    assert posts
    assert all(post.report.url.startswith("https://forum.example/item?id=") for post in posts)
    assert all(str(post.author).startswith("forum.example/") for post in posts)
