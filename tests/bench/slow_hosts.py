"""Many hosts on loopback in one process: a status page each, whose answer takes 200 ms."""

from __future__ import annotations

import asyncio
import hashlib
import json
import resource
import sys
from pathlib import Path

DELAY_S = 0.2
INCIDENTS = 12


def body(host: str) -> bytes:
    """A Statuspage `incidents.json` of this host's own."""
    key = hashlib.sha256(host.encode()).hexdigest()
    incidents = []
    for n in range(INCIDENTS):
        at = f"2026-11-{1 + n:02d}T09:{n:02d}:00.000Z"
        update = {"status": "investigating", "body": f"Some requests to part {n} of {host} fail.", "display_at": at}
        update |= {"id": f"{key[:8]}u{n}", "created_at": at, "updated_at": at, "affected_components": None}
        update |= {
            "incident_id": f"{key[:8]}i{n}",
            "deliver_notifications": True,
            "custom_tweet": None,
            "tweet_id": None,
        }
        fix = update | {"id": f"{key[:8]}f{n}", "status": "resolved", "body": "The requests succeed again."}
        fix["display_at"] = fix["created_at"] = fix["updated_at"] = at.replace("T09", "T10")
        incident = {"id": f"{key[:8]}i{n}", "name": f"Errors in part {n}", "status": "resolved", "impact": "minor"}
        incident |= {"created_at": at, "started_at": at, "updated_at": fix["created_at"], "monitoring_at": None}
        incident |= {"resolved_at": fix["created_at"], "shortlink": f"https://stspg.example/{n}", "page_id": key[:12]}
        incidents.append(incident | {"incident_updates": [fix, update], "components": [], "reminder_intervals": None})
    page = {
        "id": key[:12],
        "name": host,
        "url": f"https://{host}",
        "time_zone": "Etc/UTC",
        "updated_at": "2026-11-20T00:00:00Z",
    }
    return json.dumps({"page": page, "incidents": incidents[::-1]}).encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    request = await reader.readuntil(b"\r\n\r\n")
    host = writer.get_extra_info("sockname")[0]
    await asyncio.sleep(DELAY_S)
    if b" /robots.txt " in request.split(b"\r\n", 1)[0]:
        head, content = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n", b"none"
    else:
        content = body(host)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
    writer.write(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(content) + content)
    await writer.drain()
    writer.close()


async def main() -> None:
    hosts, port = json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])
    servers = [await asyncio.start_server(answer, host, port) for host in hosts]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main())
