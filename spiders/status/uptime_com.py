"""Uptime.com: the page's feed, read as any status page's feed is (`spiders.status.status_feed`).

A page has its feed at ``/statuspage/<name>/subscribe/rss``; on a domain of its own only its HTML tells the name.
`source.url` is the feed or the page, whose HTML then leads to it (`spiders.locate`; the name's place is unverified).
"""

from __future__ import annotations

from spiders.status.status_feed import KIND, parse, start, window

__all__ = ["KIND", "parse", "start", "window"]
