"""What an answer says besides its body: its headers, when it was seen, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from scrapy.http import Response

from pipeline.model import Fetch


def header(response: Response, name: bytes) -> str | None:
    """The value of one header, None where it is missing or blank."""
    return (response.headers.get(name) or b"").decode("latin-1").strip() or None


def header_pairs(response: Response) -> tuple[tuple[str, str], ...]:
    """The headers of an answer, as the archive keeps them."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )


def seen_at(meta: Mapping[str, Any], clock: Callable[[], datetime]) -> datetime:
    """When an answer was seen: in a replay, when it was recorded.

    A live answer is never older than the one that is remembered, even if the clock was set back
    since: the store takes no news from an older one.
    """
    recorded: datetime | None = meta.get("recorded_at")
    if recorded is not None:
        return recorded
    memory: Fetch | None = meta.get("memory")
    now = clock()
    return now if memory is None else max(now, memory.fetched_at)


def fetch_of(response: Response, clock: Callable[[], datetime]) -> Fetch:
    """The memory of an answer."""
    meta = response.meta
    return Fetch(
        url=meta["asked"],
        fetched_at=seen_at(meta, clock),
        status=response.status,
        body_hash=meta["body_hash"],
        size=len(response.body),
        etag=header(response, b"ETag"),
        last_modified=header(response, b"Last-Modified"),
    )
