"""The objects in a page's JSON-LD blocks. Blocks that are no JSON are common and say nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup


def linked_data(soup: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """Each object that stands alone, in a list or in a ``@graph``."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            value: Any = json.loads(script.get_text())
        except (ValueError, RecursionError):
            continue
        for thing in value if isinstance(value, list) else [value]:
            graph = thing.get("@graph", [thing]) if isinstance(thing, dict) else []
            yield from (part for part in (graph if isinstance(graph, list) else []) if isinstance(part, dict))
