"""How long a host asks us to wait, in every form in which it may say so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.http import Response

from spiders.middlewares import wanted_wait

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"Retry-After": "30"}, 30),
        (503, {"Retry-After": "Fri, 20 Nov 2026 03:01:00 GMT"}, 60),
        (429, {"Retry-After": "Fri, 20 Nov 2026 02:01:00 GMT"}, 0),
        (429, {"Retry-After": "-5"}, 0),
        (429, {"Retry-After": "later"}, None),
        (429, {"Retry-After": "nan"}, None),
        (429, {"Retry-After": "inf"}, None),
        (429, {}, None),
        (429, {"X-RateLimit-Reset": "2026-11-20T03:05:00.000000Z"}, 300),
        (429, {"X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, 90),
        (429, {"X-RateLimit-Reset": "12"}, 12),
        (429, {"X-RateLimit-Reset": "2026-11-20T03:05:00"}, None),
        (200, {"X-RateLimit-Reset": "12"}, None),
        (200, {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "12"}, None),
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12"}, 12),
        (200, {"X-RateLimit-Remaining": "0.0", "X-RateLimit-Reset": "12"}, 12),
    ],
)
def test_wait(status: int, headers: dict[str, str], wait: float | None) -> None:
    assert wanted_wait(Response("https://a.example", status, headers), NOW) == wait
