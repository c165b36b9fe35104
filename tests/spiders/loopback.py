"""A small web on loopback that can answer in every bad way, and crawls of it in processes of their own."""

from __future__ import annotations

import contextlib
import gzip
import json
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pipeline.model import Source
from pipeline.terms import SourceKind
from tests.spiders import crawl_runner


@dataclass
class Answer:
    """What an address answers. `stream` yields the body piece by piece instead; `cut` closes before the end."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: Callable[[], Iterator[bytes]] | None = None
    cut: int = 0
    delay: float = 0


@dataclass
class Web:
    """The server's routes, by path or by host and path, and what it was asked."""

    routes: dict[str, Answer | Callable[[Any], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self, *, robots: bool = False) -> list[str]:
        return [path for _, path, _ in self.asked if robots or path != "/robots.txt"]

    def times(self, path: str) -> int:
        return self.paths(robots=True).count(path)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        web, host = self.server.web, self.headers.get("Host", "").rpartition(":")[0]
        with web.lock:
            web.asked.append((host, self.path, dict(self.headers)))
        route = web.routes.get(host + self.path) or web.routes.get(self.path) or Answer(status=404, body=b"none")
        answer = route(self) if callable(route) else route
        etag = answer.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            answer = Answer(status=304, headers={"ETag": etag})
        time.sleep(answer.delay)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._send(answer)
        self.close_connection = True

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        if answer.stream is None:
            self.send_header("Content-Length", str(len(answer.body) + answer.cut))
        self.end_headers()
        self.wfile.write(answer.body)
        for piece in answer.stream() if answer.stream else ():
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_args: object) -> None:
        pass


def serve() -> Iterator[Web]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.web = Web(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.web
    server.shutdown()
    server.server_close()
    thread.join()


START = datetime.fromisoformat("2026-11-20T03:00:00+00:00")
FAST = {"DOWNLOAD_DELAY": 0, "OUTAGEWIRE_BACKOFF": 0.01, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "LOG_LEVEL": "ERROR"}


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([crawl_runner.__name__])


@dataclass
class Crawls:
    """Crawls into one store, each in a process of its own and an hour after the one before."""

    folder: Path
    now: datetime = START
    log: str = ""
    job: str = "test"

    @property
    def db(self) -> Path:
        return self.folder / "work.db"

    @property
    def archive(self) -> Path:
        return self.folder / "archive.db"

    def __call__(self, *sources: Source, code: int = 0, patience: float = 60, **order: Any) -> dict[str, Any]:
        order["settings"] = {**FAST, **order.get("settings", {})}
        order.update(job=self.job, db=self.db, archive=self.archive, sources=sources, now=self.now)
        self.folder.mkdir(parents=True, exist_ok=True)
        result = self.folder / f"{self.job}.json"
        result.unlink(missing_ok=True)
        process = FORKS.Process(target=crawl_runner.run_order, args=(order, result))
        process.start()
        process.join(patience)
        self.log = result.with_suffix(".log").read_text(encoding="utf-8")
        assert process.exitcode == code, self.log[-4000:]
        self.now += timedelta(hours=1)
        return json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}


def make_source(name: str, url: str, platform: str = "statuspage", service: str | None = None) -> Source:
    kind = SourceKind.NEWS if platform == "feed" else SourceKind.STATUS
    return Source(name=name, platform=platform, kind=kind, url=url, service=service)


def incident(number: int, title: str = "Errors in the API", **more: Any) -> dict[str, Any]:
    return {
        "id": f"inc{number}",
        "name": title,
        "status": "resolved",
        "impact": "minor",
        "created_at": "2026-11-18T10:00:00.000Z",
        "started_at": "2026-11-18T09:55:00.000Z",
        "updated_at": "2026-11-18T11:00:00.000Z",
        "resolved_at": "2026-11-18T11:00:00.000Z",
        "shortlink": "https://stspg.example/x",
        "components": [],
        "incident_updates": [
            {
                "id": f"upd{number}",
                "status": "resolved",
                "body": "This is over.",
                "created_at": "2026-11-18T11:00:00.000Z",
                "display_at": "2026-11-18T11:00:00.000Z",
                "affected_components": [],
            }
        ],
        **more,
    }


def incidents(*records: dict[str, Any]) -> bytes:
    return json.dumps({"page": {"id": "p", "name": "Example"}, "incidents": list(records or [incident(1)])}).encode()


NOON = "Wed, 18 Nov 2026 12:00:00 GMT"


def entry(number: int, link: str, title: str = "A service was down", date: str = NOON) -> str:
    return (
        f"<item><guid isPermaLink='false'>e{number}</guid><title>{title}</title><link>{link}</link>"
        f"<description>Users could not log in.</description><pubDate>{date}</pubDate></item>"
    )


def rss(*entries: str) -> bytes:
    head = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>News</title>"
    return f"{head}<link>https://n.example</link>{''.join(entries)}</channel></rss>".encode()


def page(words: str) -> bytes:
    text = "".join(f"<p>{words} It went on for part {n} of the morning, and the team said so.</p>" for n in range(6))
    return (
        f"<html><head><title>Story</title></head><body><article><h1>Story</h1>{text}</article></body></html>".encode()
    )


def zipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
