"""Reading the window of one text without spaCy: the pure functions behind the two components."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipeline.components.blocks import find_blocks
from pipeline.components.choose_when import Window, choose_when
from pipeline.components.finds import Meta
from pipeline.components.when import find_times
from pipeline.model import compose

PUBLISHED = datetime(2024, 7, 11, 15, 30, tzinfo=UTC)  # a Thursday

Read = Callable[..., Window]


def read_window(
    text: str,
    published: datetime | None = PUBLISHED,
    *,
    title: str = "",
    kind: str = "postmortem",
    timezone: str | None = None,
) -> Window:
    meta = Meta(id="t1", title_end=len(title), kind=kind, source="ours", published=published, timezone=timezone)
    whole = compose(title, text)
    blocks = find_blocks(whole, meta)
    return choose_when(find_times(whole, blocks, meta), blocks, meta)


@pytest.fixture(scope="session")
def read() -> Read:
    """`read(text, published, ...)` gives the window of a text."""
    return read_window
