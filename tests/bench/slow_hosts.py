"""Many hosts on loopback in one process, as a file says: pages that answer after a pause, and hosts that are ill.

The file is JSON: for each address its `manner` and its `pages`, the fixture behind each target (null is a
status page of the host's own making). Arguments: the file, the port, the pause in seconds.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import hashlib
import json
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INCIDENTS = 12
HANG, ERROR_PAGE, DRIP, ENDLESS = "hang", "error_page", "drip", "endless"
ERROR = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>"
PIECE = b'{"name": "again and again"}, ' * 2000
TYPES = {".json": "application/json", ".rss": "application/rss+xml", ".xml": "application/xml", ".htm": "text/html"}
LAST_WORDS = (ConnectionError, asyncio.IncompleteReadError)


def statuspage_body(host: str) -> bytes:
    """A Statuspage `incidents.json` of this host's own."""
    key = hashlib.sha256(host.encode()).hexdigest()
    incidents = []
    for n in range(INCIDENTS):
        at = f"2026-11-{1 + n:02d}T09:{n:02d}:00.000Z"
        update: dict[str, Any] = {"id": f"{key[:8]}u{n}", "status": "investigating", "incident_id": f"{key[:8]}i{n}"}
        update |= {"body": f"Some requests to part {n} of {host} fail.", "custom_tweet": None, "tweet_id": None}
        update |= {"display_at": at, "created_at": at, "updated_at": at}
        update |= {"affected_components": None, "deliver_notifications": True}
        fix = update | {"id": f"{key[:8]}f{n}", "status": "resolved", "body": "The requests succeed again."}
        fix["display_at"] = fix["created_at"] = fix["updated_at"] = at.replace("T09", "T10")
        incident = {"id": f"{key[:8]}i{n}", "name": f"Errors in part {n}", "status": "resolved", "impact": "minor"}
        incident |= {"created_at": at, "started_at": at, "updated_at": fix["created_at"], "monitoring_at": None}
        incident |= {"resolved_at": fix["created_at"], "shortlink": f"https://stspg.example/{n}", "page_id": key[:12]}
        incidents.append(incident | {"incident_updates": [fix, update], "components": [], "reminder_intervals": None})
    page = {"id": key[:12], "name": host, "url": f"https://{host}", "time_zone": "Etc/UTC"}
    page |= {"updated_at": "2026-11-20T00:00:00Z"}
    return json.dumps({"page": page, "incidents": incidents[::-1]}).encode()


@dataclass
class Hosts:
    """What the hosts answer, and how many connections they saw."""

    plan: Mapping[str, Mapping[str, Any]]
    pause: float
    fixtures: dict[str, bytes] = field(default_factory=dict)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end or to the patience of who asks."""
        with contextlib.suppress(*LAST_WORDS):
            request = await reader.readuntil(b"\r\n\r\n")
            target = request.split(b" ", 2)[1].decode()
            host = writer.get_extra_info("sockname")[0]
            await self._answer(host, self.plan[host], target, reader, writer)
        writer.close()

    async def _answer(
        self,
        host: str,
        told: Mapping[str, Any],
        target: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        manner = told["manner"]
        if manner == HANG:
            await reader.read()  # until the other side gives up
            return
        await asyncio.sleep(self.pause)
        if target == "/robots.txt":
            await _send(writer, b"404 Not Found", b"text/plain", b"none")
        elif manner == ERROR_PAGE:
            await _send(writer, b"200 OK", b"text/html", ERROR)
        elif manner in (DRIP, ENDLESS):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{")
            while not reader.at_eof():
                writer.write(b" " if manner == DRIP else PIECE)
                await writer.drain()
                await asyncio.sleep(1 if manner == DRIP else 0)
        elif target in told["pages"]:
            fixture = told["pages"][target]
            mime = TYPES.get(Path(fixture).suffix, "text/plain") if fixture else "application/json"
            await _send(writer, b"200 OK", mime.encode(), self._body(host, fixture))
        else:
            await _send(writer, b"404 Not Found", b"text/plain", b"none")

    def _body(self, host: str, fixture: str | None) -> bytes:
        """The fixture with some white space of the host's own behind it: no two hosts serve the same bytes."""
        if fixture is None:
            return statuspage_body(host)
        if fixture not in self.fixtures:
            self.fixtures[fixture] = Path(fixture).read_bytes()
        number = int.from_bytes(bytes(map(int, host.split("."))))
        mark = "\n" + f"{number:b}".translate({48: " ", 49: "\t"}) + "\n"
        body = self.fixtures[fixture]
        return body + mark.encode("utf-16-be" if body.startswith(codecs.BOM_UTF16_BE) else "utf-8")


async def _send(writer: asyncio.StreamWriter, status: bytes, mime: bytes, body: bytes) -> None:
    head = b"HTTP/1.1 %b\r\nContent-Type: %b; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    writer.write(head % (status, mime, len(body)) + body)
    await writer.drain()


async def main() -> None:
    plan, port = json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])
    hosts = Hosts(plan, float(sys.argv[3]))
    servers = [await asyncio.start_server(hosts.answer, host, port) for host in plan]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main())
