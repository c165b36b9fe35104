"""Reading the columns of an uncompressed Parquet file without nesting: as much as the recorded counts need.

Format: https://parquet.apache.org/docs/file-format/ (Thrift's compact protocol, dictionary and plain pages).
A library for it would be a hundred megabytes for one file.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

MAGIC = b"PAR1"
DOUBLE, INT64, BYTES = 5, 2, 6
PLAIN, OLD_DICTIONARY, DICTIONARY = 0, 2, 8


def read_columns(path: Path, names: set[str]) -> dict[str, list[Any]]:
    """The columns of these names, None where a value is missing. Raises `ValueError` for what is not of this form."""
    raw = path.read_bytes()
    if raw[:4] != MAGIC or raw[-4:] != MAGIC:
        raise ValueError(f"{path} is no Parquet file")
    (length,) = struct.unpack("<I", raw[-8:-4])
    footer = _Thrift(raw, len(raw) - 8 - length).struct()
    columns: dict[str, list[Any]] = {}
    for group in footer[4]:
        for chunk in group[1]:
            meta = chunk[3]
            name = meta[3][-1].decode()
            if name in names:
                if meta[4] != 0:
                    raise ValueError(f"column {name} is compressed")
                columns.setdefault(name, []).extend(_column(raw, meta))
    return columns


def _column(raw: bytes, meta: dict[int, Any]) -> list[Any]:
    kind, wanted, at = meta[1], meta[5], min(meta[9], meta.get(11, meta[9]))
    dictionary: list[Any] = []
    values: list[Any] = []
    while len(values) < wanted:
        reader = _Thrift(raw, at)
        header = reader.struct()
        body = raw[reader.at : reader.at + header[3]]
        at = reader.at + header[3]
        if 7 in header:
            dictionary = _plain(body, kind, header[7][1])
        elif 5 in header:
            values += _page(body, kind, header[5], dictionary)
        else:
            raise ValueError("a page of an unknown kind")
    return values


def _page(body: bytes, kind: int, header: dict[int, Any], dictionary: list[Any]) -> list[Any]:
    count, encoding = header[1], header[2]
    (length,) = struct.unpack_from("<I", body)
    defined = _hybrid(body[4 : 4 + length], 1, count)
    rest, present = body[4 + length :], sum(defined)
    if encoding == PLAIN:
        found = _plain(rest, kind, present)
    elif encoding in (OLD_DICTIONARY, DICTIONARY):
        found = [dictionary[n] for n in _hybrid(rest[1:], rest[0], present)]
    else:
        raise ValueError(f"encoding {encoding} is not known here")
    if present == count:
        return found
    told = iter(found)
    return [next(told) if there else None for there in defined]


def _plain(body: bytes, kind: int, count: int) -> list[Any]:
    if kind == DOUBLE:
        return list(struct.unpack_from(f"<{count}d", body))
    if kind == INT64:
        return list(struct.unpack_from(f"<{count}q", body))
    if kind != BYTES:
        raise ValueError(f"type {kind} is not known here")
    found, at = [], 0
    for _ in range(count):
        (length,) = struct.unpack_from("<I", body, at)
        found.append(body[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return found


def _hybrid(body: bytes, width: int, count: int) -> list[int]:
    """Runs of one value, and values packed bit by bit, in turn."""
    found: list[int] = []
    reader, size, mask = _Thrift(body, 0), (width + 7) // 8, (1 << width) - 1
    while len(found) < count:
        head = reader.varint()
        if head & 1:
            groups = head >> 1
            bits = int.from_bytes(body[reader.at : reader.at + groups * width], "little")
            reader.at += groups * width
            for _ in range(groups):
                part = bits & ((1 << (8 * width)) - 1)
                bits >>= 8 * width
                found += [(part >> (n * width)) & mask for n in range(8)]
        else:
            value = int.from_bytes(body[reader.at : reader.at + size], "little")
            reader.at += size
            found += [value] * (head >> 1)
    return found[:count]


class _Thrift:
    """A reader of Thrift's compact protocol: structs as dictionaries by field number."""

    def __init__(self, raw: bytes, at: int) -> None:
        self.raw, self.at = raw, at

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.raw[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def _signed(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def struct(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        field = 0
        while True:
            head = self.raw[self.at]
            self.at += 1
            if head == 0:
                return found
            field = field + (head >> 4) if head >> 4 else self._signed()
            found[field] = self._value(head & 15, in_struct=True)

    def _value(self, kind: int, *, in_struct: bool) -> Any:  # noqa: PLR0911 - one a type
        match kind:
            case 1 | 2:
                if in_struct:
                    return kind == 1
                self.at += 1
                return self.raw[self.at - 1] == 1
            case 3:
                self.at += 1
                return self.raw[self.at - 1]
            case 4 | 5 | 6:
                return self._signed()
            case 7:
                self.at += 8
                return struct.unpack_from("<d", self.raw, self.at - 8)[0]
            case 8:
                length = self.varint()
                self.at += length
                return self.raw[self.at - length : self.at]
            case 9 | 10:
                head = self.raw[self.at]
                self.at += 1
                length = head >> 4 if head >> 4 < 15 else self.varint()
                return [self._value(head & 15, in_struct=False) for _ in range(length)]
            case 12:
                return self.struct()
        raise ValueError(f"a Thrift value of kind {kind}")
