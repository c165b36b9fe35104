"""`backfill` reads files of anyone's: what is no record is refused by its number, and the rest is stored."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.backfill import Backfilled, backfill
from pipeline.store import Store

GOOD = {"id": "1", "source": "paper", "title": "Harbour was down", "published": "2026-11-02T10:00:00Z"}


@pytest.fixture
def stored(tmp_path: Path, now: datetime) -> Any:
    def run(body: bytes) -> tuple[Backfilled, list[dict[str, Any]]]:
        path = tmp_path / "old.jsonl"
        path.write_bytes(body)
        with Store(tmp_path / "work.db") as store:
            result = backfill(store, store.start_run("backfill", now), [path])
            return result, list(store.db.query("SELECT * FROM reports ORDER BY native_id"))

    return run


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1, 2]", "not an object but list"),
        ("null", "not an object but NoneType"),
        ("{", "Expecting property name"),
        ("[" * 100_000, "recursion"),
        ('{"id": "x", "title": "down"}', "'source' is missing"),
        ('{"source": "paper", "title": "down"}', "'id' is missing"),
        ('{"id": {"a": 1}, "source": "paper", "title": "down"}', "id and source must be named"),
        ('{"id": null, "source": null, "title": "down"}', "id and source must be named"),
        ('{"id": "2", "source": "", "title": "down"}', "id and source must be named"),
        ('{"id": "2", "source": {"a": 1}, "title": "down"}', "source is not a text but dict"),
        ('{"id": "2", "source": "paper", "title": 5}', "title is not a text but int"),
        ('{"id": "2", "source": "paper", "text": ["down"]}', "text is not a text but list"),
        ('{"id": "2", "source": "paper", "title": "  "}', "neither title nor text"),
        ('{"id": "2", "source": "paper", "title": "down", "url": 7}', "url is not a text but int"),
        ('{"id": "2", "source": "paper", "title": "down", "kind": "rumour"}', "'rumour' is not a valid SourceKind"),
        ('{"id": "2", "source": "paper", "title": "half a pair \\ud800"}', "surrogates not allowed"),
        ('{"id": "2", "source": "paper", "title": "x", "published": "9999-12-31T23:59:59Z"}', "of the year 9999"),
        ('{"id": "2", "source": "paper", "title": "x", "published": "0001-01-01T00:00:00+14:00"}', "all years"),
    ],
)
def test_what_is_no_record_is_named_and_the_rest_is_stored(stored: Any, line: str, reason: str) -> None:
    result, reports = stored(f"{line}\n{json.dumps(GOOD)}\n".encode())
    [refused] = result.refused
    assert refused.startswith("old.jsonl:1: ")
    assert reason in refused
    assert [report["title"] for report in reports] == ["Harbour was down"]


def test_only_line_feeds_end_lines_and_a_byte_order_mark_is_no_part_of_one(stored: Any) -> None:
    broken = GOOD | {"id": "2", "text": "One line.\u2028The next.\u0085The last."}
    lines = (json.dumps(row, ensure_ascii=False) for row in (GOOD, broken))
    result, reports = stored(b"\xef\xbb\xbf" + "\n\n".join(lines).encode())
    assert (result.new, result.refused) == (2, ())
    assert reports[1]["text"] == broken["text"]


def test_twice_is_once(stored: Any) -> None:
    body = json.dumps(GOOD).encode()
    assert stored(body)[0].new == 1
    assert stored(body)[0] == Backfilled(new=0, known=1)
