"""Short passages of our own: every category in several wordings, chains, hedges, denials, rumours, fixes, vague words.

`accept` is what may be answered (`unknown` alone: nothing is stated), `causes` the whole chain with its root first.
The passages are also what the rules were written by: the floors hold what is known, they say little of what is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.nlp import annotate, load

PASSAGES = [json.loads(line) for line in (Path(__file__).parent / "passages.jsonl").read_text("utf-8").splitlines()]
Row = tuple[Mapping[str, Any], str, list[str], bool]
MEASURES: Mapping[str, tuple[float, Callable[[Row], bool | None]]] = {
    "cause": (0.95, lambda r: None if "unknown" in r[0]["accept"] else r[1] in r[0]["accept"]),
    "answered": (0.96, lambda r: None if r[1] == "unknown" else r[1] in r[0]["accept"]),
    "abstains": (0.96, lambda r: r[1] == "unknown" if r[0]["accept"] == ["unknown"] else None),
    "hedge": (0.96, lambda r: None if r[1] == "unknown" or "hedged" not in r[0] else r[3] == r[0]["hedged"]),
    "denied": (0.97, lambda r: r[1] not in r[0]["denied"] if "denied" in r[0] else None),
    "chain": (0.62, lambda r: r[2] == r[0]["causes"] if "causes" in r[0] else None),
}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    nlp = load()
    told = []
    for number, passage in enumerate(PASSAGES):
        record = {"id": number, "kind": "news", "published": "2024-07-11T15:30:00Z", "text": passage["text"]}
        said = annotate(nlp, record)
        told.append((passage, str(said.cause), [str(c) for c in said.causes], said.cause_hedged))
    return told


def test_there_are_passages_of_every_category() -> None:
    assert len(PASSAGES) >= 450
    assert len({p["text"] for p in PASSAGES}) == len(PASSAGES)
    assert len({cause for p in PASSAGES for cause in p["accept"]}) == 20


@pytest.mark.parametrize("measure", MEASURES)
def test_the_share_of_right_answers_stays(rows: list[Row], measure: str) -> None:
    floor, right = MEASURES[measure]
    judged = [(row[0]["text"], ok) for row in rows if (ok := right(row)) is not None]
    wrong = [text for text, ok in judged if not ok]
    assert judged
    assert 1 - len(wrong) / len(judged) >= floor, wrong
