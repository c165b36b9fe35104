"""Imitations on loopback of the networks whose posts are read: paging, limits, expired cursors, deleted posts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

COMPLAINTS = (
    "GitHub is down for everyone here, says @ada.l",
    "anyone else unable to log in to Slack? ask me at bo@mail.example",
    "Cloudflare 502 errors on all our sites, see https://social.example/@cy",
    "PayPal payments keep failing with error 503",
)
CHATTER = (
    "The tomatoes are ripe at last",
    "Reading a fine book about bridges",
    "New post on my garden",
    "Good morning",
)


@dataclass
class Told:
    """One post of a network."""

    number: int
    at: datetime
    author: str
    complains: bool
    deleted: bool = False

    @property
    def text(self) -> str:
        words = COMPLAINTS if self.complains else CHATTER
        return f"{words[self.number % len(words)]} ({self.number})"


@dataclass
class Network:
    """The posts of all networks at once, and how the server treats who asks."""

    posts: list[Told] = field(default_factory=list)
    refusals: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, count: int, until: datetime, *, every: float = 20.0, complains: int = 5) -> list[Told]:
        """So many more posts, the last one at `until`, of which one in `complains` tells of an outage."""
        first = len(self.posts) + 1
        new = [
            Told(n, until - timedelta(seconds=every * (first + count - 1 - n)), f"author{n % 40}", n % complains == 0)
            for n in range(first, first + count)
        ]
        self.posts += new
        return new

    def standing(self) -> list[Told]:
        return [post for post in self.posts if not post.deleted]

    def times(self, prefix: str) -> int:
        return sum(path.startswith(prefix) for path in self.asked)


Answer = tuple[int, Any]


def hacker_news(network: Network, path: str, query: dict[str, str]) -> Answer:
    if item := re.fullmatch(r"/v0/item/(\d+)\.json", path):
        post = network.posts[int(item[1]) - 1]
        return 200, {"id": post.number, "type": "story"} | ({"deleted": True} if post.deleted else {"by": post.author})
    since, until = (int(re.sub(r"\D", "", part)) for part in query["numericFilters"].split(","))
    size, number = int(query["hitsPerPage"]), int(query["page"])
    found = [p for p in reversed(network.standing()) if since <= int(p.at.timestamp()) < until]
    hits = [
        {
            "objectID": str(p.number),
            "title": p.text,
            "url": None,
            "author": p.author,
            "points": 1,
            "num_comments": 0,
            "created_at": iso(p.at),
            "created_at_i": int(p.at.timestamp()),
            "story_text": None,
            "_tags": ["story"],
        }
        for p in found[:1000][number * size : (number + 1) * size]
    ]
    pages = -(-min(len(found), 1000) // size)
    return 200, {"hits": hits, "nbHits": len(found), "page": number, "nbPages": pages, "hitsPerPage": size}


def lobsters(network: Network, path: str, _query: dict[str, str]) -> Answer:
    if item := re.fullmatch(r"/lobsters/s/l(\d+)\.json", path):
        return (404, {}) if network.posts[int(item[1]) - 1].deleted else (200, {"short_id": f"l{item[1]}"})
    found = re.search(r"/page/(\d+)", path)
    number = int(found[1]) if found else 1
    stories = list(reversed(network.standing()))[(number - 1) * 25 : number * 25]
    return 200, [
        {
            "short_id": f"l{p.number}",
            "short_id_url": f"https://lobste.rs/s/l{p.number}",
            "created_at": p.at.astimezone().isoformat(timespec="milliseconds"),
            "title": p.text,
            "url": "",
            "score": 1,
            "flags": 0,
            "comment_count": 0,
            "description": "",
            "description_plain": "",
            "comments_url": f"https://lobste.rs/s/l{p.number}/x",
            "submitter_user": p.author,
            "tags": ["ops"],
        }
        for p in stories
    ]


def mastodon(network: Network, path: str, query: dict[str, str]) -> Answer:
    if item := re.fullmatch(r"/api/v1/statuses/(\d+)", path):
        post = network.posts[int(item[1]) - 1]
        return (404, {"error": "Record not found"}) if post.deleted else (200, {"id": item[1]})
    posts, tag = network.standing(), path.rpartition("/")[2]
    least = int(query.get("min_id", 0))
    following = [p for p in posts if p.number > least]
    size = min(40, int(query["limit"]))
    block = following[:size] if least else following[-size:]
    return 200, [
        {
            "id": str(p.number),
            "uri": f"https://social.example/users/{p.author}/statuses/{p.number}",
            "url": f"https://social.example/@{p.author}/{p.number}",
            "created_at": iso(p.at),
            "edited_at": None,
            "visibility": "public",
            "content": f"<p>{p.text} <a href='https://social.example/tags/{tag}'>#<span>{tag}</span></a></p>",
            "spoiler_text": "",
            "language": "en",
            "reblog": None,
            "tags": [{"name": tag, "url": f"https://social.example/tags/{tag}"}],
            "account": {"id": "1", "acct": p.author, "bot": False, "note": ""},
        }
        for p in reversed(block)
    ]


def lemmy(network: Network, path: str, query: dict[str, str]) -> Answer:
    if path == "/api/v3/post":
        post = network.posts[int(query["id"]) - 1]
        return 200, {"post_view": {"post": {"id": post.number, "deleted": post.deleted, "removed": False}}}
    token = query.get("page_cursor", "P0")
    if not re.fullmatch(r"P\d+", token):
        return 400, {"error": "couldnt_find_post"}
    at, size = int(token[1:]), int(query["limit"])
    posts = list(reversed(network.posts))
    views = [
        {
            "post": {
                "id": p.number,
                "ap_id": f"https://lemmy.example/post/{p.number}",
                "name": p.text,
                "body": None,
                "published": iso(p.at),
                "deleted": p.deleted,
                "removed": False,
                "creator_id": 1,
                "community_id": 2,
                "nsfw": False,
                "locked": False,
                "local": True,
            },
            "creator": {"actor_id": f"https://lemmy.example/u/{p.author}"},
            "community": {"id": 2},
            "counts": {"score": 1},
        }
        for p in posts[at : at + size]
    ]
    return 200, {"posts": views, "next_page": f"P{at + size}" if at + size < len(posts) else None}


def reddit(network: Network, path: str, query: dict[str, str]) -> Answer:
    if path == "/api/info":
        wanted = [network.posts[int(query["id"].removeprefix("t3_")) - 1]]
    else:
        posts = list(reversed(network.posts))
        at = next((n + 1 for n, p in enumerate(posts) if f"t3_{p.number}" == query.get("after")), 0)
        wanted = posts[at : at + int(query["limit"])]
    children = [
        {
            "kind": "t3",
            "data": {
                "id": str(p.number),
                "name": f"t3_{p.number}",
                "title": p.text,
                "selftext": "[deleted]" if p.deleted else "",
                "author": "[deleted]" if p.deleted else p.author,
                "subreddit": "sysadmin",
                "score": 1,
                "permalink": f"/r/sysadmin/comments/{p.number}/x/",
                "created_utc": float(int(p.at.timestamp())),
            },
        }
        for p in wanted
    ]
    last = children[-1]["data"]["name"] if len(children) == int(query.get("limit", 0)) else None
    return 200, {"kind": "Listing", "data": {"children": children, "after": last}}


def github(network: Network, path: str, query: dict[str, str]) -> Answer:
    if item := re.fullmatch(r"/repos/acme/status/issues/(\d+)", path):
        return (410, {}) if network.posts[int(item[1]) - 1].deleted else (200, {"number": int(item[1])})
    since = datetime.fromisoformat(query["since"])
    found = [p for p in network.standing() if p.at >= since][: int(query["per_page"])]
    return 200, [
        {
            "html_url": f"https://github.com/acme/status/issues/{p.number}",
            "number": p.number,
            "title": p.text,
            "body": None,
            "user": {"login": p.author, "type": "User"},
            "labels": [],
            "state": "open",
            "created_at": iso(p.at),
            "updated_at": iso(p.at),
            "comments": 0,
        }
        for p in found
    ]


NETWORKS: dict[str, Callable[[Network, str, dict[str, str]], Answer]] = {
    "/hn/": hacker_news,
    "/v0/": hacker_news,
    "/lobsters/": lobsters,
    "/api/v1/": mastodon,
    "/api/v3/": lemmy,
    "/r/": reddit,
    "/api/info": reddit,
    "/repos/": github,
}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        network: Network = self.server.network
        parts = urlsplit(self.path)
        prefix = next((p for p in NETWORKS if parts.path.startswith(p)), None)
        with network.lock:
            network.asked.append(self.path)
            network.headers.append(dict(self.headers))
            refusals = network.refusals.get(prefix or "", [])
            if prefix is None:
                self._send(404, {}, {"error": "none"})
            elif refusals:
                status, headers = refusals.pop(0)
                self._send(status, headers, {"error": "not now"})
            else:
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                status, answer = NETWORKS[prefix](network, parts.path, query)
                self._send(status, {}, answer)
        self.close_connection = True

    def _send(self, status: int, headers: dict[str, str], answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    network: Network


def serve() -> Iterator[Network]:
    server = Server(("127.0.0.1", 0), Handler)
    server.network = Network(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.network
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
