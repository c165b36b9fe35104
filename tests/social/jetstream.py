"""An imitation on loopback of Jetstream: a websocket that sends what follows a cursor, paced or at once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, RejectConnection, RejectData, Request, TextMessage

BLOCK = 64
COLLECTION = "app.bsky.feed.post"


@dataclass
class Relay:
    """The events by their number, oldest first, and how the relay treats who asks."""

    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    second: bool = False
    kept_from: int = 0
    per_second: float = 0.0
    asked: list[str] = field(default_factory=list)
    port: int = 0
    cut_after: int = 0

    @property
    def url(self) -> str:
        path = "/xrpc/network.bsky.jetstream.subscribeEvents" if self.second else "/subscribe"
        return f"http://127.0.0.1:{self.port}{path}"


def first_wire(
    number: int, at: datetime, did: str, text: str, *, operation: str = "create"
) -> tuple[int, dict[str, Any]]:
    """An event of the older wire: its number is its microsecond."""
    mark = int(at.timestamp() * 1_000_000)
    commit: dict[str, Any] = {"rev": "r", "operation": operation, "collection": COLLECTION, "rkey": f"k{number}"}
    if operation != "delete":
        commit |= {"cid": "c", "record": record(at, text)}
    return mark, {"did": did, "time_us": mark, "kind": "commit", "commit": commit}


def second_wire(
    number: int, at: datetime, did: str, text: str, *, operation: str = "create"
) -> tuple[int, dict[str, Any]]:
    """The same event of the newer wire, numbered in sequence."""
    payload: dict[str, Any] = {
        "$type": "network.bsky.jetstream.subscribeEvents#commit",
        "seq": number,
        "did": did,
        "time": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "rev": "r",
        "operation": operation,
        "collection": COLLECTION,
        "rkey": f"k{number}",
    }
    if operation != "delete":
        payload |= {"cid": "c", "record": record(at, text)}
    return number, {"$type": "message", "payload": payload}


def record(at: datetime, text: str) -> dict[str, Any]:
    created = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"$type": COLLECTION, "text": text, "createdAt": created, "langs": ["en"]}


async def _client(relay: Relay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    connection = WSConnection(ConnectionType.SERVER)
    while True:
        data = await reader.read(65536)
        if not data:
            return
        if data.startswith(b"GET /robots.txt"):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        connection.receive_data(data)
        event = next(iter(connection.events()), None)
        if isinstance(event, Request):
            break
    relay.asked.append(event.target)
    query = parse_qs(urlsplit(event.target).query)
    cursor = int(query["cursor"][0]) if "cursor" in query else None
    if cursor is not None and cursor < relay.kept_from and relay.second:
        writer.write(connection.send(RejectConnection(status_code=400, has_body=True)))
        writer.write(connection.send(RejectData(data=b'{"error":"CursorTooOld"}')))
        await writer.drain()
        return
    writer.write(connection.send(AcceptConnection()))
    await _send(relay, connection, writer, max(cursor or 0, relay.kept_from))
    # Now the stream is silent, until who reads it goes away.
    await reader.read(65536)


async def _send(relay: Relay, connection: WSConnection, writer: asyncio.StreamWriter, cursor: int) -> None:
    began, sent = asyncio.get_running_loop().time(), 0
    for number, event in relay.events:
        if number < cursor:
            continue
        if writer.is_closing():
            return
        writer.write(connection.send(TextMessage(json.dumps(event, ensure_ascii=False))))
        sent += 1
        if relay.cut_after and sent >= relay.cut_after:
            writer.write(connection.send(CloseConnection(1011)))
            await writer.drain()
            return
        if sent % BLOCK == 0 or relay.per_second:
            await writer.drain()
        if relay.per_second:
            ahead = sent / relay.per_second - (asyncio.get_running_loop().time() - began)
            if ahead > 0.01:
                await asyncio.sleep(ahead)
    await writer.drain()


def serve() -> Iterator[Relay]:
    relay, loop = Relay(), asyncio.new_event_loop()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _client(relay, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    ready = threading.Event()
    server: list[asyncio.Server] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        server.append(loop.run_until_complete(asyncio.start_server(client, "127.0.0.1", 0)))
        relay.port = server[0].sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(5)
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(server[0].close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


Build = Callable[..., tuple[int, dict[str, Any]]]
