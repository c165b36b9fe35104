"""Turning the pages of a list that has the newest posts first, until what the last visit read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pipeline.model import iso, parse_iso
from spiders.platforms import Page, Turn

FIRST_VISIT = timedelta(hours=24)
"""How far the first visit goes back."""


def turn_back(page: Page, times: Iterable[datetime | None], following: str | None) -> Turn:
    """On to `following`, unless this page reaches back to the last visit, or is the last. The cursor is a time."""
    known = [moment for moment in times if moment is not None]
    newest = iso(max(known)) if known else page.cursor
    floor = parse_iso(page.cursor) or page.now - FIRST_VISIT
    done = not known or min(known) < floor
    return Turn(None if done else following, newest or iso(page.now))
