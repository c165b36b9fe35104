"""The posts of the recorded web: many people in many words, and answers in which the real spiders find all of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline.errors import ArchiveError
from pipeline.model import Posting, Source
from pipeline.terms import SourceKind
from spiders.imitated import Said, answer
from spiders.platforms import get_platform
from spiders.record import Capture, read_captures
from spiders.record_posts import BEFORE, Posts, read_posts, walk

VISITS = (datetime(2026, 11, 19, 3, tzinfo=UTC), datetime(2026, 11, 20, 3, tzinfo=UTC))
TAG = Source("hill-outage", "mastodon", SourceKind.SOCIAL, "https://hill.example/tags/outage")


@pytest.fixture(scope="module")
def posts(demo: Path) -> Posts:
    return read_posts(demo / "posts.toml")


def hill(count: int, until: datetime, every: timedelta = timedelta(minutes=5)) -> list[Said]:
    return [Said(until - n * every, "hill", f"walker{n}", f"Number {n} #outage") for n in range(count)][::-1]


def test_many_people_say_different_things_in_several_languages(posts: Posts) -> None:
    assert len({post.words for post in posts.said}) >= 200
    assert len({post.author for post in posts.said}) >= 60
    assert {"en", "de", "es"} <= {post.language for post in posts.said}
    assert posts.visits == VISITS
    assert min(post.at for post in posts.said) < VISITS[0] - timedelta(weeks=3)


def test_the_answers_hold_every_post_and_are_recorded_as_the_networks_give_them(
    posts: Posts, demo_sources: dict[str, Source], demo_captures: list[Capture]
) -> None:
    asked = list(walk(posts, demo_sources))
    assert {(c.url, c.at, c.body) for c in demo_captures} >= {(a.url, a.at, a.answer.body) for a in asked}
    assert {a.at for a in asked} == {visit - BEFORE for visit in VISITS}
    assert [a.url for a in asked] == [a.url for a in walk(posts, demo_sources)]
    windows = [a for a in asked if "search_by_date" in a.url]
    assert len(windows) == 97, "two days in half hours, and the one that is not over"
    assert {a.answer.status for a in asked} == {200}


def test_the_first_visit_of_a_tag_has_forty_posts_and_the_next_goes_on_from_there() -> None:
    said = tuple(hill(30, VISITS[0] - timedelta(hours=1)) + hill(100, VISITS[1] - timedelta(hours=1)))
    asked = [json.loads(a.answer.body) for a in walk(Posts(VISITS, said), {"hill-outage": TAG}) if "timelines" in a.url]
    assert [len(page) for page in asked] == [30, 0, 40, 40, 20, 0]
    ids = [int(status["id"]) for page in asked for status in page]
    assert len(set(ids)) == len(said)


def test_what_no_visit_comes_by_is_refused() -> None:
    with pytest.raises(ArchiveError, match="no source comes by"):
        list(walk(Posts(VISITS, tuple(hill(41, VISITS[0] - timedelta(hours=1)))), {"hill-outage": TAG}))
    untagged = Said(VISITS[0] - timedelta(hours=1), "hill", "walker", "Nothing to find me by")
    with pytest.raises(ArchiveError, match="no source comes by"):
        list(walk(Posts(VISITS, (untagged,)), {"hill-outage": TAG}))


@pytest.mark.parametrize("network", ["mastodon", "lemmy", "hacker_news"])
def test_a_deleted_post_is_looked_up_and_said_to_be_gone(network: str) -> None:
    urls = {
        "mastodon": "https://hill.example/tags/outage",
        "lemmy": "https://hill.example/c/all",
        "hacker_news": "https://hill.example/api/v1",
    }
    source = Source("hill", network, SourceKind.SOCIAL, urls[network])
    said = Said(VISITS[0] - timedelta(hours=1), "hill", "walker", "The hut's site is down #outage", gone=True)
    asked = list(walk(Posts(VISITS, (said,)), {"hill": source}))
    looked_up = asked[-1].answer
    gone = {"mastodon": (404, "not found"), "lemmy": (200, '"deleted":true'), "hacker_news": (200, '"deleted":true')}
    assert looked_up.status == gone[network][0]
    assert gone[network][1] in looked_up.body.decode()


def test_words_are_marked_up_as_the_network_does_it() -> None:
    words = "is <b> down? @ada https://news.example/a-very-long-address-of-a-page #outage"
    said = Said(VISITS[0] - timedelta(hours=1), "hill", "walker", words)
    body: Any = json.loads(answer("mastodon", "https://hill.example/api/v1/timelines/tag/outage?limit=40", [said]).body)
    content = body[0]["content"]
    assert "&lt;b&gt;" in content
    assert '<span class="invisible">https://</span>' in content
    assert 'class="mention hashtag" rel="tag">#<span>outage</span></a>' in content
    assert "@<span>ada</span>" in content


HEAD = "visits = [2026-11-19T03:00:00Z]\n"
WAVE = '[[wave]]\nkey = "a"\nday = 2026-11-18\nposts = [["10:00:00", "hill", "walker", "Hello #outage"]]\n'


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (WAVE, "visits"),
        (HEAD.replace("Z", "") + WAVE, "zone"),
        (HEAD + WAVE + "colour = 1\n", "colour"),
        (HEAD + WAVE.replace("day = 2026-11-18\n", ""), "day"),
        (HEAD + WAVE + WAVE, "two posts"),
        (HEAD + WAVE + 'gone = ["11:00:00"]\n', "no posts at"),
        (HEAD + WAVE.replace('"walker", ', ""), "unpack"),
        (HEAD + WAVE.replace("10:00:00", "ten"), "ten"),
        ("[[wave", "posts.toml"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, table: str, words: str) -> None:
    (tmp_path / "posts.toml").write_text(table, encoding="utf-8")
    with pytest.raises(ArchiveError, match=words):
        read_posts(tmp_path / "posts.toml")


def test_a_folder_records_its_posts_by_its_sources(tmp_path: Path) -> None:
    (tmp_path / "web.toml").write_text("", encoding="utf-8")
    (tmp_path / "posts.toml").write_text(HEAD + WAVE, encoding="utf-8")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "mastodon.toml").write_text('[hill]\nurl = "https://hill.example/tags/outage"\n', "utf-8")
    first, second = read_captures(tmp_path)
    assert {dict(c.headers)["Content-Type"] for c in (first, second)} == {"application/json; charset=utf-8"}
    (tmp_path / "sources" / "lobsters.toml").write_text('[reef]\nurl = "https://reef.example"\n', "utf-8")
    with pytest.raises(ArchiveError, match="lobsters"):
        read_captures(tmp_path)


def test_every_post_that_may_be_looked_up_again_is_recorded(
    demo_sources: dict[str, Source], demo_captures: list[Capture]
) -> None:
    """Whatever the first visit brought may be asked for on the second, which of them differs with the secret."""
    held = {(c.url, c.at) for c in demo_captures}
    for source in demo_sources.values():
        platform = get_platform(source.platform)
        if platform.stream is None or platform.stream.look_up is None:
            continue
        host = urlsplit(source.url).hostname
        pages = [c for c in demo_captures if c.at == VISITS[0] - BEFORE and urlsplit(c.url).hostname == host]
        mine = [c for c in pages if source.url.rpartition("/")[2] in c.url]
        said = [s for c in mine for s in platform.parse(c.body, source) if isinstance(s, Posting)]
        asked = {platform.stream.look_up(source, s.report.native_id, s.report.url, frozenset()) for s in said}
        assert len(asked) >= 5, source.name
        assert {url for url in asked if (url, VISITS[1] - BEFORE) not in held} == set()
