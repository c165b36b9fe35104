"""Public posts: a stream of 10,000 posts a minute, paging under limits, and the gate's speed.

The stream is an imitation of Jetstream on loopback. First a backlog of nine minutes is caught up with, as after
a pause, in pieces and with the connection cut in the middle of them; then the stream is read while it is told at its
own pace. Known beforehand is which posts the gate lets through, so that each one that is missing or stored twice is
counted. Memory is the peak of the crawling process, beside that of a crawl of a stream a tenth as long.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.gate import passes
from tests.social import jetstream, networks
from tests.social.reading import FAST, PATHS, complaints, numbers, rows, source, sources
from tests.spiders.loopback import START, Crawls

A_MINUTE = 10_000
BACKLOG_MINUTES = 9
LIVE_SECONDS = 15
GATE_BUDGET = 20_000
MEMORY_BUDGET = 1.25
ORDINARY = (
    "what a sunset over the harbour tonight",
    "my cat has opinions about the new sofa and none of them are kind",
    "reading about bridges again, recommendations welcome",
    "it is raining and I have soup",
    "three goals in ten minutes, unbelievable match",
    "new album on friday, here is the first song",
    "shipping the beta next week, wish us luck",
    "does anyone know a good dentist in the north of town",
)
COMPLAINTS = (
    "is GitHub down for anyone else",
    "cannot log in to Slack since noon",
    "Cloudflare 502 on every site I run",
)

Row = tuple[str, str, str, bool | None]
Found = list[Row]


def measure(folder: Path) -> Found:
    """All rows of this part."""
    return [*_stream(folder), *_networks(folder), _gate()]


def _events(minutes: float, until: datetime, *, first: int = 1, seed: int = 5) -> list[tuple[int, dict[str, Any]]]:
    """So many minutes of posts; about one in a hundred complains, and each two-hundredth is told twice."""
    chance, count = random.Random(seed), int(A_MINUTE * minutes)
    began = until - timedelta(minutes=minutes)
    events = []
    for n in range(count):
        number = first + n
        words = chance.choice(COMPLAINTS if number % 100 == 0 else ORDINARY)
        at = began + timedelta(seconds=60 * minutes * n / count)
        events.append(jetstream.first_wire(number, at, f"did:plc:{chance.randrange(5000):024}", f"{words} ({number})"))
        if number % 200 == 0:
            events.append(events[-1])
    return events


def _stream(folder: Path) -> Found:
    with _served(jetstream.serve) as relay:
        relay.events = _events(BACKLOG_MINUTES / 10, START - timedelta(seconds=20))
        small = _read(folder / "small", relay, {})
        relay.events = _events(BACKLOG_MINUTES, START - timedelta(seconds=20))
        relay.cut_after = int(A_MINUTE * BACKLOG_MINUTES * 0.7)
        crawls = Crawls(folder / "backlog")
        cut = _read(crawls, relay, {})
        relay.cut_after = 0
        crawls.now = START + timedelta(minutes=1)
        rest = _read(crawls, relay, {})
        posts = A_MINUTE * BACKLOG_MINUTES
        held, wanted = numbers(crawls.db, "bluesky"), list(range(100, posts + 1, 100))
        rate = posts / (cut["seconds"] + rest["seconds"])
        ratio = max(cut["peak"], rest["peak"]) / small["peak"]
        return [_told(f"stream, backlog of {BACKLOG_MINUTES} minutes", held, wanted, f"{rate * 60:,.0f} a minute"),
                ("  peak memory, ten times the posts",
                 f"{max(cut['peak'], rest['peak']) / 1e6:.0f} MB to {small['peak'] / 1e6:.0f} MB, ratio {ratio:.2f}",
                 f"<= {MEMORY_BUDGET}", ratio <= MEMORY_BUDGET),
                _live(folder, relay)]  # fmt: skip


def _live(folder: Path, relay: jetstream.Relay) -> Row:
    """The stream as it is told: 10,000 posts a minute, a quarter of a minute long."""
    relay.events = _events(LIVE_SECONDS / 60, START - timedelta(seconds=1))
    relay.per_second = A_MINUTE / 60
    crawls = Crawls(folder / "live")
    began = time.monotonic()
    _read(crawls, relay, {"OUTAGEWIRE_STREAM_SECONDS": 4 * LIVE_SECONDS})
    wall = time.monotonic() - began
    wanted = list(range(100, int(A_MINUTE * LIVE_SECONDS / 60) + 1, 100))
    return _told("stream, told at 10,000 a minute", numbers(crawls.db, "bluesky"), wanted, f"read in {wall:.0f} s")


def _read(where: Path | Crawls, relay: jetstream.Relay, more: dict[str, Any]) -> dict[str, Any]:
    crawls = where if isinstance(where, Crawls) else Crawls(where)
    settings = {"OUTAGEWIRE_STREAM_IDLE": 1.0, **more}
    return crawls(source("bluesky", relay.url), settings=settings, patience=300)


def _networks(folder: Path) -> Found:
    """Six networks of 600 posts each, every one of which refuses its first two requests (429, Retry-After)."""
    with _served(networks.serve) as network:
        network.tell(600, START - timedelta(minutes=10), every=40)
        network.refusals = {
            prefix: [(429, {"Retry-After": "1"}), (429, {"Retry-After": "1"})]
            for prefix in ("/hn/", "/lobsters/", "/api/v1/", "/api/v3/", "/r/", "/repos/")
        }
        crawls = Crawls(folder / "networks")
        began = time.monotonic()
        summary = crawls(*sources(network), settings=FAST, patience=300)
        wall = time.monotonic() - began
        wanted = complaints(network.posts)
        lost = doubled = 0
        for platform in PATHS:
            held = numbers(crawls.db, platform)
            expected = [n for n in wanted if n > 560] if platform == "mastodon" else wanted
            lost += len(set(expected) - set(held))
            doubled += len(held) - len(set(held))
        ok = summary["outcomes"] == {"ok": len(PATHS)} and not lost and not doubled
        seen = rows(crawls.db, "SELECT sum(seen), sum(passed) FROM post_counts")[0]
        told = f"{seen[0]} posts, {seen[1]} pass; {lost} lost, {doubled} twice; {wall:.0f} s"
        return [("six networks, each with two refusals", told, "0 lost, 0 twice", ok)]


def _told(what: str, held: list[int], wanted: list[int], more: str) -> Row:
    lost, doubled = len(set(wanted) - set(held)), len(held) - len(set(held))
    other = len(set(held) - set(wanted))
    figures = f"{len(held)} of {len(wanted)} held, {lost} lost, {doubled} twice, {other} others; {more}"
    return (what, figures, "0 lost, 0 twice", not (lost or doubled or other))


def _gate() -> Row:
    """Texts a second that the gate judges, on one core."""
    chance = random.Random(3)
    texts = [chance.choice(ORDINARY) for _ in range(40_000)]
    texts[::100] = [chance.choice(COMPLAINTS) for _ in range(400)]
    passes(None, "the server is dead", kind="social")
    began = time.process_time()
    passed = sum(passes(None, text, kind="social") for text in texts)
    rate = len(texts) / (time.process_time() - began)
    return (
        "gate",
        f"{rate:,.0f} texts a second, {passed} of 400 let through",
        f">= {GATE_BUDGET:,}",
        rate >= GATE_BUDGET,
    )


@contextmanager
def _served(serve: Callable[[], Any]) -> Any:
    with closing(serve()) as server:
        yield next(server)
