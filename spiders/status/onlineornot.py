"""OnlineOrNot: the page's feed, read as any status page's feed is (`spiders.status.status_feed`).

The page itself is server-rendered and has no JSON API. The address of a feed is unverified, so none is guessed:
`source.url` is the feed, or a page that declares one on its own host (`spiders.locate`).
"""

from __future__ import annotations

from spiders.status.status_feed import KIND, parse, start, window

__all__ = ["KIND", "parse", "start", "window"]
