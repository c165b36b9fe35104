"""Where an address has moved for good, by the redirects that an answer came through."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

from scrapy.http import Response

PERMANENT = frozenset({301, 308})


def moved_to(url: str, response: Response) -> str | None:
    """Where the permanent redirects at the beginning of the way lead; None where the first one is temporary."""
    meta = response.meta
    steps: Sequence[str] = [*meta.get("redirect_urls", ())[1:], response.url]
    place = None
    for step, reason in zip(steps, meta.get("redirect_reasons", ()), strict=False):
        if reason not in PERMANENT:
            break
        place = urljoin(url, step)
    return place
