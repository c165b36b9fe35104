"""Crawls of the imitated networks, and what they left in the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.model import Source
from pipeline.terms import SourceKind
from tests.social.networks import Network, Told

FAST = {"OUTAGEWIRE_REDDIT_TOKEN": "open-sesame", "OUTAGEWIRE_STREAM_IDLE": 0.3, "OUTAGEWIRE_PATIENCE": 2}
PATHS = {
    "hacker_news": "/hn",
    "lobsters": "/lobsters",
    "mastodon": "/tags/outage",
    "lemmy": "/c/tech",
    "reddit": "/r/sysadmin",
    "github_issues": "/repos/acme/status",
}
PREFIXES = {
    "hacker_news": "/hn/",
    "lobsters": "/lobsters/",
    "mastodon": "/api/v1/",
    "lemmy": "/api/v3/",
    "reddit": "/r/",
    "github_issues": "/repos/",
}


def source(platform: str, url: str, name: str | None = None) -> Source:
    return Source(name or platform, platform, SourceKind.SOCIAL, url)


def sources(network: Network, *platforms: str) -> list[Source]:
    return [source(platform, network.url + PATHS[platform]) for platform in platforms or PATHS]


def rows(db: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with sqlite3.connect(db) as connection:
        return connection.execute(query, parameters).fetchall()


def numbers(db: Path, name: str) -> list[int]:
    """The numbers of the posts of a source that are held with their words, in order."""
    held = rows(
        db, "SELECT title || ' ' || coalesce(text, '') FROM reports WHERE source = ? AND purged_at IS NULL", name
    )
    return sorted(int(words.rpartition("(")[2].partition(")")[0]) for (words,) in held)


def complaints(posts: Iterable[Told]) -> list[int]:
    return [post.number for post in posts if post.complains and not post.deleted]


def issues(db: Path, name: str) -> set[str]:
    return {code for (code,) in rows(db, "SELECT code FROM issues WHERE source = ?", name)}
