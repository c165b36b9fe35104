"""What a source's `url` says behind ``#``, and the clocks of pages that leave out their zone.

Platforms whose API stands on another host than the page are given by the API's address. What the API
does not tell may follow behind ``#``, which is never sent: the page's own host, or the time zone in
which the page writes its times::

    url = "https://api.status.io/1.0/status/0123456789abcdef01234567#status.brightbox.example"
    url = "https://status.brightbox.example#Europe/Vienna"
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from urllib.parse import urldefrag
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.model import Source
from spiders.scalars import inner, is_set, maybe_key, need_key
from spiders.strict import Reading

__all__ = [
    "api_address",
    "inner",
    "is_set",
    "maybe_key",
    "need_key",
    "page_address",
    "page_zone",
    "zone_named",
    "zoned_time",
]


def api_address(source: Source) -> str:
    """`source.url` as it is asked for: without what stands behind ``#``."""
    return urldefrag(source.url).url.rstrip("/")


def page_address(source: Source) -> str | None:
    """The page whose host stands behind ``#`` in `source.url`, or `None`."""
    host = urldefrag(source.url).fragment
    return f"https://{host}" if "." in host else None


def page_zone(source: Source) -> tzinfo | None:
    """The time zone that stands behind ``#`` in `source.url`, or `None`."""
    return zone_named(urldefrag(source.url).fragment)


def zone_named(name: str | None) -> tzinfo | None:
    """The time zone of this name in the IANA database, or `None`."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zoned_time(
    reading: Reading, value: object, zone: tzinfo | None, where: str, native_id: str | None = None
) -> datetime | None:
    """The moment that a clock without a zone shows in `zone`; a time that states its own keeps it.

    `None` where it is absent, cannot be read, or no zone is known; the last is noted once for each field.
    """
    if not isinstance(value, str) or ":" not in value:
        return reading.time(value, where, native_id)
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return reading.time(value, where, native_id)
    if moment.tzinfo is not None:
        return reading.time(value, where, native_id)
    if zone is None:
        reading.note("unknown_zone", f"{where}: no time states its zone")
        return None
    return reading.time(moment.replace(tzinfo=zone).isoformat(), where, native_id)
