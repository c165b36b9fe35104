"""Recorded answers of networks from one readable file of posts: `posts.toml` beside `web.toml`.

Each source of posts is walked as the real visits walk it: from `begin` or from where the visit before came to, page
by page as `turn` says, with the answers of `spiders.imitated`. So the recording holds the very addresses that the
spiders ask for, and a page that nobody asks for is not in it. The same file gives the same answers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import ArchiveError, CatalogueError
from pipeline.model import Posting, Source
from spiders.imitated import NETWORKS, Answer, Said, answer
from spiders.loader import load_sources
from spiders.platforms import Page, Platform, Stream, get_platform
from spiders.posts import YOUNG

BEFORE = timedelta(seconds=60)
"""How long before the time of a visit its answers were recorded, so that the visit finds them."""
MOST_PAGES = 100
WAVE_KEYS = frozenset({"key", "day", "posts"})
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Posts:
    """The file: when the visits are, and all posts from the oldest to the newest."""

    visits: tuple[datetime, ...]
    said: tuple[Said, ...]

    def seen(self, network: str, number: int) -> list[Said]:
        """What the network holds at a visit. What is gone went between the first and the second."""
        until = self.visits[number] - BEFORE
        return [replace(p, gone=p.gone and number > 0) for p in self.said if p.network == network and p.at <= until]


def read_posts(path: Path) -> Posts:
    """The posts of a file. Raises `ArchiveError` for what is malformed, and for two posts of one second."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        visits = tuple(_zoned(visit) for visit in table["visits"])
        said = sorted((post for wave in table["wave"] for post in _wave(wave)), key=lambda p: (p.at, p.network))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{path}: {error!r}") from error
    places = [(post.network, post.at) for post in said]
    if twice := {place for place in places if places.count(place) > 1}:
        raise ArchiveError(f"{path}: two posts at one time: {sorted(twice)}")
    return Posts(visits, tuple(said))


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    return moment.astimezone(UTC)


def _wave(wave: Mapping[str, Any]) -> Iterator[Said]:
    if wrong := (set(wave) - WAVE_KEYS - {"about", "gone"}) | (WAVE_KEYS - set(wave)):
        raise ValueError(f"{wave.get('key')}: unknown or missing keys {sorted(wrong)}")
    gone = set(wave.get("gone", ()))
    for clock, network, author, words, *language in wave["posts"]:
        at = datetime.combine(wave["day"], time.fromisoformat(clock), UTC)
        yield Said(at, network, author, words, language[0] if language else "en", clock in gone)
        gone.discard(clock)
    if gone:
        raise ValueError(f"{wave['key']}: no posts at {sorted(gone)}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of a visit: its address, the time that it was recorded, and what it was."""

    url: str
    at: datetime
    answer: Answer


def walk(posts: Posts, sources: Mapping[str, Source]) -> Iterator[Asked]:
    """Every answer that the visits of these sources ask for, each once. Raises `ArchiveError`.

    A post that no source ever comes by is an error: it would look like part of the recording and be none.
    """
    left = {(post.network, post.at) for post in posts.said}
    asked: set[tuple[str, datetime]] = set()
    for source in sources.values():
        platform = get_platform(source.platform)
        if platform.stream is None:
            continue
        if source.platform not in NETWORKS:
            raise ArchiveError(f"{source.name}: the answers of {source.platform} are not imitated")
        network = (urlsplit(source.url).hostname or "").partition(".")[0]
        for one, times in _visits(posts, source, platform, platform.stream, network):
            left -= {(network, at) for at in times}
            if (one.url, one.at) not in asked:
                asked.add((one.url, one.at))
                yield one
    if left:
        raise ArchiveError(f"no source comes by these posts: {sorted(left)}")


def _visits(
    posts: Posts, source: Source, platform: Platform, stream: Stream, network: str
) -> Iterator[tuple[Asked, list[datetime]]]:
    """All answers to one source, each with the times of the posts in it."""
    cursor: str | None = None
    known: dict[str, tuple[datetime, Posting]] = {}
    for number, visit in enumerate(posts.visits):
        held = posts.seen(network, number)
        # Any of those that are known since lately may be looked up, however old they are.
        young = [post for seen, post in known.values() if seen >= visit - YOUNG]
        newest, url, start = None, stream.begin(source, cursor, visit, NOTHING), cursor
        for _ in range(MOST_PAGES):
            one = Asked(url, visit - BEFORE, answer(source.platform, url, held))
            found = [said for said in platform.parse(one.answer.body, source) if isinstance(said, Posting)]
            for said in found:
                known.setdefault(said.report.native_id, (visit, said))
            yield one, [said.report.published_at for said in found if said.report.published_at]
            turn = stream.turn(Page(source, url, one.answer.body, visit, start, newest))
            newest = newest or turn.cursor
            cursor = (turn.cursor or cursor) if turn.forward else newest
            if turn.next is None:
                break
            url = turn.next
        for post in young:
            yield _looked_up(source, stream, post, visit, held), []


def _looked_up(source: Source, stream: Stream, post: Posting, visit: datetime, held: Sequence[Said]) -> Asked:
    """The answer whether a post of an earlier visit still stands."""
    url = stream.look_up(source, post.report.native_id, post.report.url, NOTHING) if stream.look_up else None
    if url is None:
        raise ArchiveError(f"{source.name}: posts cannot be looked up")
    return Asked(url, visit - BEFORE, answer(source.platform, url, held))


def asked_of(folder: Path) -> list[Asked]:
    """The answers that the folder's `posts.toml` and its sources give, none where there is no such file."""
    path = folder / "posts.toml"
    if not path.is_file():
        return []
    try:
        return list(walk(read_posts(path), load_sources(folder / "sources")))
    except CatalogueError as error:
        raise ArchiveError(f"{path}: {error}") from error
