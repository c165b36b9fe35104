"""The raw archive, `data/archive.db`: every body that was fetched, as it came, and when.

`bodies` holds each body once, under its SHA-256: compressed with zstd, either whole or as a delta,
which is the same with the previous body of its URL as zstd's dictionary. After `FULL_EVERY` deltas in a row
comes a whole copy, so that reading one body takes a bounded number of steps. `captures` holds one
row for each answer. A body is checked against its hash whenever it is read.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zstandard
from sqlite_utils import Database
from sqlite_utils.db import NotFoundError, Table
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.errors import ArchiveError
from pipeline.model import iso, parse_iso
from spiders.replay import HEADERS_AS_RECEIVED, RecordedResponse, read_warc

FULL_EVERY = 20
LEVEL = 3
BUSY_TIMEOUT = 30.0
"""Seconds that a writer waits for another."""
MAX_WINDOW = 1 << 27

# How the bytes travelled; beside a decoded body these would mislead whoever reads the WARC.
_TRAVEL = frozenset({"content-encoding", "transfer-encoding"})


class Archive:
    """The archive at `path`, created where there is none. Raises `ArchiveError` where it is no archive."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.db = Database(sqlite3.connect(path, timeout=BUSY_TIMEOUT))
            self.db.enable_wal()
            # A crash of the machine may cost the last answers, never the file: WAL keeps it whole.
            self.db.execute("PRAGMA synchronous = NORMAL")
            self._create()
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError(f"{path}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. What was put is already in it."""
        self.db.close()

    def put(self, url: str, fetched_at: datetime, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> str:
        """Keep one answer in one transaction and answer the SHA-256 of its body, in hex.

        The same answer (URL, time, status and body) put twice is kept once.
        """
        body_hash = hashlib.sha256(body).hexdigest()
        capture = {
            "url": url,
            "fetched_at": iso(fetched_at),
            "status": status,
            "headers": json.dumps([list(pair) for pair in headers]),
            "body_hash": body_hash,
        }
        with self.db.conn:
            if not self._bodies.count_where("hash = ?", [body_hash]):
                self._bodies.insert({"hash": body_hash, "size": len(body), **self._packed(url, body)})
            self._captures.insert(capture, ignore=True)
        return body_hash

    def get(self, body_hash: str) -> bytes:
        """The body of this hash, bit for bit. Raises `ArchiveError` where it cannot be restored."""
        chain: list[dict[str, Any]] = []
        wanted: str | None = body_hash
        while wanted is not None:
            if len(chain) > FULL_EVERY:
                raise ArchiveError(f"the body {body_hash} lies behind too many deltas")
            try:
                chain.append(self._bodies.get(wanted))
            except NotFoundError as error:
                raise ArchiveError(f"the body {body_hash} needs {wanted}, which is not in the archive") from error
            wanted = chain[-1]["base"]
        body = None
        for row in reversed(chain):
            body = _unpack(row, body)
        return body or b""

    def captures(self, url: str | None = None) -> Iterator[dict[str, Any]]:
        """The rows of `captures` in the order they were put, of one URL or of all."""
        if url is None:
            return self._captures.rows_where(order_by="id")
        return self._captures.rows_where("url = ?", [url], order_by="id")

    def export_warc(self, path: Path) -> int:
        """Write every capture as a gzipped WARC 1.1 file and answer how many. Raises `ArchiveError`."""
        count = 0
        try:
            with path.open("wb") as file:
                writer = WARCWriter(file, gzip=True, warc_version="1.1")
                for row in self.captures():
                    writer.write_record(_record(writer, row, self.get(row["body_hash"])))
                    count += 1
        except OSError as error:
            raise ArchiveError(f"{path}: {error}") from error
        return count

    def import_warc(self, path: Path) -> int:
        """Put every response of a WARC file and answer how many. Raises `ArchiveError`."""
        count = 0
        for r in read_warc(path):
            self.put(r.url, r.fetched_at, r.status, r.headers, r.body)
            count += 1
        return count

    def latest(self, url: str) -> RecordedResponse | None:
        """The answer of `url` that was put last, or `None`. Raises `ArchiveError`."""
        row = next(self._captures.rows_where("url = ?", [url], order_by="id desc", limit=1), None)
        moment = parse_iso(row["fetched_at"]) if row else None
        if row is None or moment is None:
            return None
        headers = [(name, value) for name, value in json.loads(row["headers"])]
        return RecordedResponse(url, moment, row["status"], headers, self.get(row["body_hash"]))

    @property
    def _bodies(self) -> Table:
        return self.db.table("bodies")

    @property
    def _captures(self) -> Table:
        return self.db.table("captures")

    def _create(self) -> None:
        if self._bodies.exists() and self._captures.exists():
            return
        body = {"hash": str, "size": int, "base": str, "depth": int, "data": bytes}
        self._bodies.create(
            body, pk="hash", not_null={"size", "depth", "data"}, foreign_keys=[("base", "bodies", "hash")], strict=True
        )
        capture = {"id": int, "url": str, "fetched_at": str, "status": int, "headers": str, "body_hash": str}
        self._captures.create(
            capture,
            pk="id",
            not_null=set(capture) - {"id"},
            foreign_keys=[("body_hash", "bodies", "hash")],
            strict=True,
        )
        self._captures.create_index(["url", "fetched_at", "status", "body_hash"], unique=True)

    def _packed(self, url: str, body: bytes) -> dict[str, Any]:
        """The stored form of a new body: whole, or as a delta where that is smaller."""
        base, depth, delta = self._delta_to_previous(url, body)
        small = {"base": base, "depth": depth, "data": delta}
        # A delta this small beats any whole copy; otherwise both are made and compared.
        if base is not None and len(delta) * 20 < len(body):
            return small
        whole = zstandard.compress(body, LEVEL)
        return small if base is not None and len(delta) < len(whole) else {"base": None, "depth": 0, "data": whole}

    def _delta_to_previous(self, url: str, body: bytes) -> tuple[str | None, int, bytes]:
        """The hash to build on, the number of deltas then in a row, and the delta; `None` for the hash without one."""
        none = (None, 0, b"")
        previous = next(self._captures.rows_where("url = ?", [url], order_by="id desc", limit=1), None)
        if previous is None or not body:
            return none
        try:
            base = self._bodies.get(previous["body_hash"])
            if base["depth"] >= FULL_EVERY or not base["size"]:
                return none
            return base["hash"], base["depth"] + 1, _delta(body, self.get(base["hash"]))
        except (ArchiveError, NotFoundError):
            # The previous body is damaged: this one must not depend on it, and reading that one still raises.
            return none


def _dictionary(body: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _delta(body: bytes, base: bytes) -> bytes:
    # The window has to reach back over the whole of both bodies, or early parts of the base are out of sight.
    reach = min((len(body) + len(base)).bit_length(), MAX_WINDOW.bit_length() - 1)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, window_log=max(reach, 10), write_content_size=True
    )
    return zstandard.ZstdCompressor(dict_data=_dictionary(base), compression_params=parameters).compress(body)


def _unpack(row: dict[str, Any], base: bytes | None) -> bytes:
    try:
        known = None if base is None else _dictionary(base)
        body = zstandard.ZstdDecompressor(dict_data=known, max_window_size=MAX_WINDOW).decompress(row["data"])
    except zstandard.ZstdError as error:
        raise ArchiveError(f"the body {row['hash']} cannot be restored: {error}") from error
    if hashlib.sha256(body).hexdigest() != row["hash"]:
        raise ArchiveError(f"the body {row['hash']} is not what was put")
    return body


def _record(writer: WARCWriter, row: dict[str, Any], body: bytes) -> Any:
    """One capture as a WARC response; headers that would not come back the same are kept beside it."""
    received: list[tuple[str, str]] = [(name, value) for name, value in json.loads(row["headers"])]
    written = [pair for pair in received if _keeps(pair, len(body))]
    fields = {"WARC-Date": row["fetched_at"]}
    if written != received:
        fields[HEADERS_AS_RECEIVED] = json.dumps(received)
    status = row["status"]
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    return writer.create_warc_record(
        row["url"],
        "response",
        payload=BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders(f"{status} {reason}", written, protocol="HTTP/1.1"),
        warc_headers_dict=fields,
    )


def _keeps(pair: tuple[str, str], size: int) -> bool:
    name, value = pair
    if name.lower() in _TRAVEL or (name.lower() == "content-length" and value != str(size)):
        return False
    plain = f"{name}{value}"
    return (
        bool(name and value) and plain.isascii() and plain.isprintable() and value == value.strip() and ":" not in name
    )
