"""Passages of every form in which texts tell time, read by the whole pipeline (tests/when/passages/*.toml).

A row has a `text` and what has to be read in it: `start` and `end` ("2024-07-09 14:05" is a minute of UTC, with
seconds exact, with " hour" or " part_of_day" behind it so precise; "2024-07-09" a day, "2024-07" a month), `minutes`,
an `issue` by its code, and how many `windows` are kept. What a row leaves out must not be read. `published`
("" for none) and `timezone` are the record's; `free = true` holds only what the row names.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline import nlp
from pipeline.annotation import Annotation
from pipeline.model import iso

PUBLISHED = "2024-07-11T15:30:00Z"  # a Thursday
FOLDER = Path(__file__).parent / "passages"
LENGTHS = {7: "month", 10: "day", 16: "minute", 19: "exact"}


def rows() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.toml")):
        with file.open("rb") as opened:
            passages = tomllib.load(opened)["passages"]
        found += [pytest.param(row, id=f"{file.stem}-{i}") for i, row in enumerate(passages, 1)]
    return found


@pytest.fixture(scope="module")
def pipeline():
    return nlp.load()


def moment(said: str | None) -> tuple[str | None, str | None]:
    """The time and its precision as a row writes them."""
    if said is None:
        return None, None
    precision = said[11:].partition(" ")[2]
    written = said[: -len(precision) - 1] if precision else said
    full = written + "2024-01-01 00:00:00"[len(written) :]
    return full.replace(" ", "T") + "Z", precision or LENGTHS[len(written)]


def read(pipeline: Any, row: dict[str, Any]) -> Annotation:
    record = {"id": "p", "text": row["text"], "kind": row.get("kind", "postmortem")}
    record |= {key: row[key] for key in ("timezone", "title") if key in row}
    published = row.get("published", PUBLISHED)
    return nlp.annotate(pipeline, record | ({"published": published} if published else {}))


def said(annotation: Annotation) -> dict[str, Any]:
    return {
        "start": (iso(annotation.started_at), annotation.started_precision),
        "end": (iso(annotation.ended_at), annotation.ended_precision),
        "minutes": annotation.duration_minutes,
    }


@pytest.mark.parametrize("row", rows())
def test_passage(pipeline, row):
    annotation = read(pipeline, row)
    expected = {"start": moment(row.get("start")), "end": moment(row.get("end")), "minutes": row.get("minutes")}
    got = said(annotation)
    if row.get("free"):
        expected = {key: value for key, value in expected.items() if key in row}
        got = {key: got[key] for key in expected}
    assert got == expected, row["text"]
    if "issue" in row:
        assert row["issue"] in {i.code for i in annotation.issues}
    if row.get("quiet"):
        assert not annotation.issues
    if "windows" in row:
        starts = {m.value for m in annotation.mentions if m.field == "started_at"}
        assert len(starts) == row["windows"]


def test_enough_of_them():
    assert len(rows()) >= 200
