"""OnlineOrNot: the page's feed, read as any status page's feed is (`spiders.status.status_feed`).

The page itself is server-rendered and has no JSON API. The address of a feed is unverified, so none is guessed:
`source.url` is the feed, and a page there is another shape.
"""

from __future__ import annotations

from spiders.status.status_feed import KIND, parse, start, window

__all__ = ["KIND", "parse", "start", "window"]
