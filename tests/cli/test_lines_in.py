"""Files of JSON lines as other programs write them: with a byte order mark, through a file or standard input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from pipeline.terminal import opened

MARKED = '\ufeff{"id": "1"}\n{"id": "2"}\n'.encode()
LINES = ['{"id": "1"}\n', '{"id": "2"}\n']


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "marked.jsonl"
    path.write_bytes(MARKED)
    with opened(path) as lines:
        assert list(lines) == LINES
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MARKED), encoding="utf-8"))
    with opened(None) as lines:
        assert list(lines) == LINES
