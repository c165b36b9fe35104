"""A machine whose clock was set back still takes what a site says as its latest word."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

from tests.spiders.loopback import START, Answer, incident, incidents, make_source


def test_a_clock_that_was_set_back_loses_no_change(web: Any, crawls: Any) -> None:
    source = make_source("quill", web.url)
    for title, now in (("Errors in the API", START), ("Errors everywhere", START - timedelta(days=2))):
        web.routes["/api/v2/incidents.json"] = Answer(incidents(incident(1, title)))
        crawls.now = now
        assert crawls(source)["outcomes"] == {"ok": 1}
    with sqlite3.connect(crawls.db) as db:
        assert list(db.execute("select title from reports")) == [("Errors everywhere",)]
        assert list(db.execute("select fetched_at from fetches")) == [("2026-11-20T03:00:00Z",)]
