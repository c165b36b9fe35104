"""The golden of a body: what its platform reads in it, as JSON to be read by a person and compared by a test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.model import Gone, Issue, Posting, Report, Source, iso
from spiders.platforms import get_platform

SUFFIX = ".golden.json"
KINDS = {b"{": ".json", b"[": ".json", b"<": ".xml", b"B": ".ics"}


def golden_text(
    reports: Sequence[Report], issues: Sequence[Issue], posts: Sequence[Posting | Gone] | None = None
) -> str:
    """What was read, without what is unset; of a network of posts these instead of reports."""
    said = {"reports": [_plain(asdict(r)) for r in reports], "issues": [_plain(asdict(i)) for i in issues]}
    if posts is not None:
        said = {"posts": [_plain(asdict(p)) for p in posts], "issues": said["issues"]}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item not in (None, ())}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def keep_fixture(folder: Path, source: Source, url: str, body: bytes, stem: str) -> Path:
    """Write a body of `source` as ``<platform>/<stem>.<kind>`` with its golden beside it, and answer where it is."""
    said = list(get_platform(source.platform).parse(body, source))
    path = folder / source.platform / (stem + _kind_of(url, body))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    posts = [s for s in said if isinstance(s, Posting | Gone)]
    issues = [s for s in said if isinstance(s, Issue)]
    text = golden_text([s for s in said if isinstance(s, Report)], issues, posts or None)
    path.with_name(path.name + SUFFIX).write_text(text, encoding="utf-8")
    return path


def _kind_of(url: str, body: bytes) -> str:
    suffix = Path(urlsplit(url).path).suffix
    if suffix in {".json", ".rss", ".atom", ".xml", ".ics", ".js", ".htm", ".html"}:
        return suffix
    if b"<html" in body[:1024].lower():
        return ".htm"
    return KINDS.get(body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1], ".txt")
