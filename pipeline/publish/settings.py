"""How Datasette is set up for this site: its settings and its metadata."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

DATABASE = "outages"

# Suggesting facets makes a table page of a million rows forty times slower, so it is off; a facet
# that was asked for by name is still computed.
SETTINGS: dict[str, bool | int] = {
    "suggest_facets": False,
    "default_page_size": 30,
    "default_facet_size": 8,
    "facet_time_limit_ms": 200,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 1000,
    "default_cache_ttl": 60,
    "allow_download": True,
}

# In the repository it stands at the top; the wheel carries it beside this module.
PLACES = (
    Path(__file__).resolve().parents[2] / "datasette-metadata.json",
    Path(__file__).resolve().parent / "metadata.json",
)


@cache
def metadata_file() -> Path:
    """Where `datasette-metadata.json` is; raises `FileNotFoundError` when the installation lacks it."""
    for place in PLACES:
        if place.is_file():
            return place
    raise FileNotFoundError("datasette-metadata.json is missing from this installation")


@cache
def metadata() -> dict[str, Any]:
    """The titles, descriptions and canned queries of the site."""
    loaded: dict[str, Any] = json.loads(metadata_file().read_text(encoding="utf-8"))
    return loaded
