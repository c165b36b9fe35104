"""The download handler of websockets: a piece of a stream as one body, one message a line.

A stream has no end, so a piece ends where it is large enough ("full"), where nothing came for a while
("idle"), after a set time ("time"), or where the other side closes ("closed"). Nothing is acknowledged on such
a stream: who reads on asks for the next piece from the last message that was stored, and TCP holds the
other side back meanwhile. The response says in ``X-Stream-End`` how the piece ended.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.utils.defer import maybe_deferred_to_future
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    RejectData,
    TextMessage,
)
from wsproto.events import Request as Handshake
from wsproto.utilities import ProtocolError

from pipeline.terms import Outcome
from spiders.failures import FetchError

READ = 1 << 16
MOST_MESSAGE = 1 << 20
"""Bytes of one message: a post with all that surrounds it has a few thousand."""
MOST_REFUSAL = 1 << 14
ENDED = "X-Stream-End"


@dataclass(slots=True)
class Piece:
    """What was read of a stream so far."""

    most: int
    messages: list[bytes] = field(default_factory=list)
    size: int = 0
    partial: list[str] = field(default_factory=list)
    partial_size: int = 0
    end: str | None = None
    status: int | None = None
    refusal: bytes = b""

    def text(self, data: str, *, finished: bool) -> None:
        """Take in a message, or a part of one."""
        self.partial.append(data)
        self.partial_size += len(data)
        if self.partial_size > MOST_MESSAGE:
            raise FetchError(Outcome.TOO_LARGE, f"a message of the stream is larger than {MOST_MESSAGE} characters")
        if finished:
            line = "".join(self.partial).replace("\n", " ").encode()
            self.partial, self.partial_size = [], 0
            self.messages.append(line)
            self.size += len(line) + 1
            if self.size >= self.most:
                self.end = "full"


class StreamHandler:
    """Reads one piece of the stream behind a ``ws`` or ``wss`` address."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._agent: str = settings["USER_AGENT"]
        self._most = settings.getint("OUTAGEWIRE_STREAM_BYTES")
        self._seconds = settings.getfloat("OUTAGEWIRE_STREAM_SECONDS")
        self._idle = settings.getfloat("OUTAGEWIRE_STREAM_IDLE")
        self._patience = settings.getfloat("DOWNLOAD_TIMEOUT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StreamHandler:
        """Scrapy makes one a scheme."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """One piece as a response of status 200, or the refusal of the handshake. Raises `FetchError`."""
        host = urlsplit(request.url).netloc
        try:
            reader, writer = await asyncio.wait_for(self._connect(request.url), self._patience)
        except TimeoutError as error:
            raise FetchError(Outcome.TIMEOUT, f"{host} did not accept a connection in time") from error
        except OSError as error:
            raise FetchError(Outcome.CONNECTION, f"the connection to {host} failed: {error}") from error
        try:
            piece = await self._read(request.url, reader, writer)
        except (ProtocolError, UnicodeError) as error:
            raise FetchError(Outcome.BAD_SHAPE, f"{host} does not speak websocket: {error}") from error
        except OSError as error:
            raise FetchError(Outcome.CONNECTION, f"the connection to {host} failed: {error}") from error
        finally:
            writer.close()
        status = piece.status or 200
        body = b"\n".join(piece.messages) if status == 200 else piece.refusal
        return Response(request.url, status, Headers({ENDED: piece.end or "closed"}), body, request=request)

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _connect(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the very address that the guarded resolver let through."""
        from twisted.internet import reactor  # noqa: PLC0415 - Scrapy installs it first

        parts = urlsplit(url)
        host = parts.hostname or ""
        address = await maybe_deferred_to_future(reactor.resolve(host))  # type: ignore[arg-type]
        secure = parts.scheme == "wss"
        return await asyncio.open_connection(
            address,
            parts.port or (443 if secure else 80),
            ssl=ssl.create_default_context() if secure else None,
            server_hostname=host if secure else None,
            limit=READ,
        )

    async def _read(self, url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Piece:
        parts = urlsplit(url)
        connection = WSConnection(ConnectionType.CLIENT)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        agent = [(b"User-Agent", self._agent.encode("latin-1", "replace"))]
        writer.write(connection.send(Handshake(parts.netloc, target, extra_headers=agent)))
        piece = Piece(self._most)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds
        accepted = False
        while piece.end is None:
            wait = min(self._idle if accepted else self._patience, max(0.0, until - loop.time()))
            try:
                data = await asyncio.wait_for(reader.read(READ), wait)
            except TimeoutError:
                if not accepted:
                    raise FetchError(Outcome.TIMEOUT, f"{parts.netloc} did not answer the handshake") from None
                piece.end = "time" if loop.time() >= until else "idle"
                break
            if not data:
                piece.end = "closed"
                break
            connection.receive_data(data)
            accepted = self._take(connection, writer, piece) or accepted
            if loop.time() >= until:
                piece.end = piece.end or "time"
        if not accepted and piece.status is None:
            raise FetchError(Outcome.CONNECTION, f"{parts.netloc} closed the connection during the handshake")
        return piece

    @staticmethod
    def _take(connection: WSConnection, writer: asyncio.StreamWriter, piece: Piece) -> bool:
        """Take in what came; whether the handshake was accepted by it."""
        accepted = False
        for event in connection.events():
            match event:
                case AcceptConnection():
                    accepted = True
                case TextMessage():
                    piece.text(event.data, finished=event.message_finished)
                case Ping():
                    writer.write(connection.send(event.response()))
                case CloseConnection():
                    piece.end = "closed"
                case RejectConnection():
                    piece.status = event.status_code
                    piece.end = None if event.has_body else "closed"
                case RejectData():
                    piece.refusal = (piece.refusal + bytes(event.data))[:MOST_REFUSAL]
                    piece.end = "closed" if event.body_finished else None
                case BytesMessage():
                    raise FetchError(Outcome.BAD_SHAPE, "the stream sends binary messages, which were not asked for")
        return accepted
