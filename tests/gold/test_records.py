"""The gold records in data/gold: that their labels are of the right kind and agree among themselves."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.nlp import read_record
from pipeline.terms import Cause, Kind, SourceKind, Status

FILES = ("posts", "times", "causes", "stories", "held/posts", "held/times", "held/causes", "held/stories")
OF_AN_OUTAGE = ("services", "start", "end", "start_loose", "start_date", "duration_s", "cause_accept", "status", "kind")
LABELS = {
    *OF_AN_OUTAGE,
    "is_outage",
    "provider",
    "end_loose",
    "cause_stated",
    "cause_hedged",
    "denied_causes",
    "regions",
    "merged_id",
}


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    folder = Path(__file__).resolve().parent.parent.parent / "data" / "gold"
    return [
        json.loads(line)
        for name in FILES
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def instant(text: str) -> datetime:
    assert text.endswith("Z"), text
    return datetime.fromisoformat(text)


def test_no_id_and_no_text_stands_twice(records: list[dict[str, Any]]) -> None:
    assert len(records) >= 450
    assert len({record["id"] for record in records}) == len(records)
    assert len({(record.get("title"), record.get("text", "").casefold()) for record in records}) == len(records)


def test_the_pipeline_can_read_each_record(records: list[dict[str, Any]]) -> None:
    for record in records:
        read_record(record)
        assert record["kind"] in list(SourceKind), record["id"]


def test_labels_are_known_and_of_the_closed_sets(records: list[dict[str, Any]]) -> None:
    for record in records:
        gold = record["gold"]
        assert set(gold) <= LABELS, record["id"]
        causes = gold.get("cause_accept", []) + gold.get("denied_causes", [])
        assert set(causes) <= set(Cause), record["id"]
        assert not set(gold.get("cause_accept", [])) & set(gold.get("denied_causes", [])), record["id"]
        assert gold.get("cause_stated", True) or "cause_accept" not in gold, record["id"]
        assert gold.get("status", "unknown") in list(Status), record["id"]
        assert gold.get("kind", "unknown") in list(Kind), record["id"]


def test_what_is_no_outage_has_no_other_label(records: list[dict[str, Any]]) -> None:
    for record in records:
        if record["gold"].get("is_outage") is False:
            assert list(record["gold"]) == ["is_outage"], record["id"]


def test_times_are_in_order_and_agree_with_the_duration(records: list[dict[str, Any]]) -> None:
    for record in records:
        if "published" not in record:
            continue
        gold, published = record["gold"], instant(record["published"])
        start, end = (instant(gold[key]) if gold.get(key) else None for key in ("start", "end"))
        assert all(time <= published for time in (start, end) if time), record["id"]
        if start and end and "duration_s" in gold:
            assert end - start == timedelta(seconds=gold["duration_s"]), record["id"]
        if "start_date" in gold:
            assert date.fromisoformat(gold["start_date"]) <= published.date(), record["id"]


def test_half_of_the_posts_are_no_outages_and_a_seventh_is_not_english(records: list[dict[str, Any]]) -> None:
    posts = [record for record in records if record["kind"] == "social" and "post" in record["id"]]
    quiet = sum(not record["gold"]["is_outage"] for record in posts) / len(posts)
    foreign = sum("lang" in record for record in posts) / len(posts)
    assert 0.4 <= quiet <= 0.6
    assert foreign >= 1 / 7
