"""What the interfaces of networks answer for invented posts, in the shapes and with the paging of the real ones.

Only what a recording needs: pages as `spiders.social` asks for them, and whether a post still stands. Nothing
here reads a clock; `standing` and `posts` are what a network holds at the time of the visit.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
TAG = re.compile(r"#(\w+)")
MENTION = re.compile(r"@(\w+)")
LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Said:
    """One post as its author wrote it. The first line of `words` is the title, where the network has titles."""

    at: datetime
    network: str
    author: str
    words: str
    language: str = "en"
    gone: bool = False

    @property
    def number(self) -> int:
        """Its number on the network: seconds since the epoch of all networks here."""
        return round((self.at - EPOCH).total_seconds())

    @property
    def tags(self) -> frozenset[str]:
        """The hashtags in it, in lower case."""
        return frozenset(tag.lower() for tag in TAG.findall(self.words))


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body of JSON."""

    status: int
    body: bytes


def answer(platform: str, url: str, posts: Sequence[Said]) -> Answer:
    """What the network answers to this address, given its posts from the oldest to the newest. Raises `KeyError`."""
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    status, value = NETWORKS[platform](parts.path, query, posts)
    return Answer(status, json.dumps(value, ensure_ascii=False, indent=None, separators=(",", ":")).encode())


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def _numbered(posts: Sequence[Said], number: str, unit: int = 1) -> Said | None:
    return next((post for post in posts if str(post.number * unit) == number), None)


def _hacker_news(path: str, query: Mapping[str, str], posts: Sequence[Said]) -> tuple[int, Any]:
    """A window of the search, newest first, or one item (hn.algolia.com/api; github.com/HackerNews/API)."""
    if item := re.fullmatch(r"/v0/item/(\d+)\.json", path):
        post = _numbered(posts, item[1])
        gone = {"deleted": True} if post is None or post.gone else {"by": post.author}
        return 200, {"id": int(item[1]), "type": "story", **gone}
    since, until = (int(re.sub(r"\D", "", part)) for part in query["numericFilters"].split(","))
    size, number = int(query["hitsPerPage"]), int(query["page"])
    found = [p for p in reversed(posts) if not p.gone and since <= p.at.timestamp() < until]
    hits = [_hit(post) for post in found[number * size : (number + 1) * size]]
    return 200, {
        "hits": hits, "nbHits": len(found), "page": number, "nbPages": -(-len(found) // size), "hitsPerPage": size,
    }  # fmt: skip


def _hit(post: Said) -> dict[str, Any]:
    title, story, words = post.words.partition("\n")
    link = words if LINK.fullmatch(words) else None
    marked = f"<p>{html.escape(words)}" if words and not link else None
    return {
        "_tags": ["story" if story else "comment", f"author_{post.author}"],
        "author": post.author,
        "created_at": f"{post.at:%Y-%m-%dT%H:%M:%SZ}",
        "created_at_i": int(post.at.timestamp()),
        "objectID": str(post.number),
        **(
            {"title": title, "url": link, "story_text": marked, "points": 1, "num_comments": 0}
            if story
            else {"comment_text": html.escape(title)}
        ),
    }


def _mastodon(path: str, query: Mapping[str, str], posts: Sequence[Said]) -> tuple[int, Any]:
    """The timeline of a tag, forward from ``min_id`` or the newest alone (docs.joinmastodon.org/methods/timelines)."""
    standing = [post for post in posts if not post.gone]
    if path.startswith("/api/v1/statuses/"):
        post = _numbered(standing, path.rpartition("/")[2], SNOWFLAKE)
        return (404, {"error": "Record not found"}) if post is None else (200, _status(post))
    tag = path.rpartition("/")[2].lower()
    size, least = int(query["limit"]), int(query.get("min_id", "0"))
    tagged = [post for post in standing if tag in post.tags and post.number * SNOWFLAKE > least]
    return 200, [_status(post) for post in reversed(tagged[:size] if least else tagged[-size:])]


SNOWFLAKE = 1000 << 16
"""An id is the milliseconds and sixteen bits more."""


def _status(post: Said) -> dict[str, Any]:
    home, number = f"https://{post.network}.example", post.number * SNOWFLAKE
    return {
        "id": str(number),
        "created_at": _moment(post.at),
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": post.language,
        "uri": f"{home}/users/{post.author}/statuses/{number}",
        "url": f"{home}/@{post.author}/{number}",
        "edited_at": None,
        "content": f"<p>{_marked(post.words, home)}</p>",
        "reblog": None,
        "account": {
            "acct": post.author, "username": post.author, "bot": False, "note": "", "url": f"{home}/@{post.author}",
        },
        "tags": [{"name": tag, "url": f"{home}/tags/{tag}"} for tag in sorted(post.tags)],
    }  # fmt: skip


def _marked(words: str, home: str) -> str:
    """The words as the network marks up what is in them. Links are shown short and kept whole."""
    text = html.escape(words, quote=False)
    text = LINK.sub(_shortened, text)
    text = MENTION.sub(
        rf'<span class="h-card"><a href="{home}/@\1" class="u-url mention">@<span>\1</span></a></span>', text
    )
    return TAG.sub(
        lambda tag: f'<a href="{home}/tags/{tag[1]}" class="mention hashtag" rel="tag">#<span>{tag[1]}</span></a>', text
    )


def _shortened(link: re.Match[str]) -> str:
    scheme, _, rest = link[0].partition("//")
    shown, hidden = rest[:30], rest[30:]
    return (
        f'<a href="{link[0]}" rel="nofollow noopener"><span class="invisible">{scheme}//</span>'
        f'<span class="ellipsis">{shown}</span><span class="invisible">{hidden}</span></a>'
    )


def _lemmy(path: str, query: Mapping[str, str], posts: Sequence[Said]) -> tuple[int, Any]:
    """The posts of a community, newest first; deleted ones stay, marked so (github.com/LemmyNet/lemmy-js-client)."""
    if path == "/api/v3/post":
        post = _numbered(posts, query["id"])
        return (404, {"error": "couldnt_find_post"}) if post is None else (200, {"post_view": _view(post)})
    size, skipped = int(query["limit"]), int(query.get("page_cursor", "P0")[1:], 16)
    following = f"P{skipped + size:x}" if skipped + size < len(posts) else None
    page = list(reversed(posts))[skipped : skipped + size]
    return 200, {"posts": [_view(post) for post in page], "next_page": following}


def _view(post: Said) -> dict[str, Any]:
    home = f"https://{post.network}.example"
    title, _, words = post.words.partition("\n")
    return {
        "post": {
            "id": post.number,
            "name": title,
            "body": words or None,
            "ap_id": f"{home}/post/{post.number}",
            "published": _moment(post.at),
            "deleted": post.gone,
            "removed": False,
            "locked": False,
            "nsfw": False,
            "local": True,
        },
        "creator": {"name": post.author, "actor_id": f"{home}/u/{post.author}"},
        "counts": {"score": 1, "comments": 0},
    }


NETWORKS: Mapping[str, Callable[[str, Mapping[str, str], Sequence[Said]], tuple[int, Any]]] = {
    "hacker_news": _hacker_news,
    "lemmy": _lemmy,
    "mastodon": _mastodon,
}
