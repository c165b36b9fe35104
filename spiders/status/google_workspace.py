"""Google Workspace: ``incidents.json`` of the dashboard at ``www.google.com/appsstatus/dashboard``.

The schema is Google Cloud's (`google_cloud`), without places. What differs is the description: it is
Markdown under the headings "Title" and "Description". Its product "Gemini" is the assistant within
Workspace, another service than the API of that name, which no dashboard of this format reports on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Issue, Report, Source
from pipeline.terms import SourceKind
from spiders.status import google_cloud
from spiders.status.google_cloud import start, window

__all__ = ["KIND", "parse", "start", "window"]

KIND = SourceKind.STATUS

_TITLE = re.compile(r"Title:\s*(?P<title>.+?)\s*(?:\bDescription:.*)?", re.IGNORECASE)


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each incident of the body, then the issues met. Raises `ShapeError`."""
    for said in google_cloud.parse(body, source):
        found = _TITLE.fullmatch(said.title) if isinstance(said, Report) else None
        yield replace(said, title=found["title"]) if found and isinstance(said, Report) else said
