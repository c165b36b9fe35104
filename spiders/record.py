"""A recorded web from readable files: ``python -m spiders.record data/demo data/demo.warc.gz``.

The folder holds `web.toml` (which address answered what, and when) and the bodies under `web/`; where it has posts as
well (`posts.toml`), `spiders.record_posts` makes answers of networks of them.
The same folder always gives the same records: dates come from the table and record ids are hashes,
so the recording can be compared with its sources. The compressed bytes may differ with the zlib in use.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.errors import ArchiveError, OutagewireError
from pipeline.model import digest, iso
from spiders.record_posts import asked_of

_REQUIRED = frozenset({"url", "file", "at"})
_KEYS = _REQUIRED | {"status", "type", "headers"}
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of one address: what was asked for, when, and what came back."""

    url: str
    at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def read_captures(folder: Path) -> list[Capture]:
    """Every capture that `web.toml` and `posts.toml` in `folder` declare, by time and then by address.

    Raises `ArchiveError` for an unknown key, a missing body, a time without a zone or two
    captures of one address at one time.
    """
    path = folder / "web.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path}: {error}") from error
    types: Mapping[str, str] = table.get("types", {})
    captures = [c for entry in table.get("capture", []) for c in _captures(entry, types, folder / "web")]
    captures += [_capture(a.url, a.at, a.answer.status, JSON, a.answer.body) for a in asked_of(folder)]
    captures.sort(key=lambda c: (c.at, c.url))
    for one, other in pairwise(captures):
        if (one.url, one.at) == (other.url, other.at):
            raise ArchiveError(f"{path}: two captures of {one.url} at {iso(one.at)}")
    return captures


def _captures(entry: Mapping[str, Any], types: Mapping[str, str], web: Path) -> Iterator[Capture]:
    """The captures of one table entry: one for each of its times."""
    if wrong := (set(entry) - _KEYS) | (_REQUIRED - set(entry)):
        raise ArchiveError(f"web.toml: {entry.get('url')}: unknown or missing keys {sorted(wrong)}")
    url, file = str(entry["url"]), web / str(entry["file"])
    try:
        body = file.read_bytes()
    except OSError as error:
        raise ArchiveError(f"web.toml: {url}: {error}") from error
    kind = entry.get("type") or types.get(file.suffix)
    if kind is None:
        raise ArchiveError(f"web.toml: {url}: no content type is declared for {file.suffix!r}")
    for at in entry["at"]:
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise ArchiveError(f"web.toml: {url}: {at!r} is not a time with a zone")
        status = int(entry.get("status", 200))
        yield _capture(url, at.astimezone(UTC), status, str(kind), body, entry.get("headers", {}))


def _capture(
    url: str, at: datetime, status: int, kind: str, body: bytes, more: Mapping[str, str] = MappingProxyType({})
) -> Capture:
    headers = {
        "Date": format_datetime(at, usegmt=True),
        "Content-Type": kind,
        "Content-Length": str(len(body)),
        **more,
    }
    return Capture(url, at, status, tuple(headers.items()), body)


def write_warc(captures: Sequence[Capture], target: Path) -> int:
    """Write the captures as one gzipped WARC 1.0 file and answer how many there are.

    A record's id is a UUID made of the hash of its address, time, status and body.
    """
    with target.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for capture in captures:
            name = digest(capture.url, str(iso(capture.at)), str(capture.status), capture.body, length=64)
            writer.write_record(
                writer.create_warc_record(
                    capture.url,
                    "response",
                    payload=BytesIO(capture.body),
                    length=len(capture.body),
                    http_headers=StatusAndHeaders(
                        f"{capture.status} {HTTPStatus(capture.status).phrase}",
                        list(capture.headers),
                        protocol="HTTP/1.1",
                    ),
                    warc_headers_dict={
                        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>",
                        "WARC-Date": str(iso(capture.at)),
                    },
                )
            )
    return len(captures)


def main(argv: Sequence[str] | None = None) -> int:
    """Build the recording. Answers 0, or 2 with one clear line when it cannot be built."""
    parser = argparse.ArgumentParser(
        prog="python -m spiders.record",
        description="Build a WARC file from a folder of readable captures.",
        epilog="example: python -m spiders.record data/demo data/demo.warc.gz",
    )
    parser.add_argument("folder", type=Path, help="the folder with web.toml and web/")
    parser.add_argument("target", type=Path, help="the WARC file to write")
    options = parser.parse_args(argv)
    try:
        count = write_warc(read_captures(options.folder), options.target)
    except OutagewireError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{options.target}: {count} captures\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
