"""Short passages of our own: every category in several wordings, chains, hedges, denials, rumours, fixes, vague words.

`accept` is what may be answered (`unknown` alone: nothing is stated), `causes` the whole chain with its root first,
`kind` what the text is where it is no news. The passages are also what the rules were written by: the floors hold what
is known, they say little of what is not. Of `further_passages.jsonl` each of four parts was written before its errors
were looked at; at first sight 0.62, 0.67, 0.66 and 0.50 of them were read rightly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.nlp import annotate, load

Row = tuple[Mapping[str, Any], str, list[str], bool]
MEASURES: Mapping[str, Callable[[Row], bool | None]] = {
    "cause": lambda r: None if "unknown" in r[0]["accept"] else r[1] in r[0]["accept"],
    "answered": lambda r: None if r[1] == "unknown" else r[1] in r[0]["accept"],
    "abstains": lambda r: r[1] == "unknown" if r[0]["accept"] == ["unknown"] else None,
    "hedge": lambda r: None if r[1] == "unknown" or "hedged" not in r[0] else r[3] == r[0]["hedged"],
    "denied": lambda r: r[1] not in r[0]["denied"] if "denied" in r[0] else None,
    "chain": lambda r: r[2] == r[0]["causes"] if "causes" in r[0] else None,
}
FLOORS = {
    "passages": {"cause": 0.95, "answered": 0.95, "abstains": 0.96, "hedge": 0.96, "denied": 0.97, "chain": 0.62},
    "further_passages": {
        "cause": 0.84,
        "answered": 0.93,
        "abstains": 0.95,
        "hedge": 0.97,
        "denied": 1.0,
        "chain": 0.25,
    },
}


def passages(name: str) -> list[dict[str, Any]]:
    lines = (Path(__file__).parent / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    nlp = load()
    told: dict[str, list[Row]] = {}
    for name in FLOORS:
        for number, passage in enumerate(passages(name)):
            record = {"id": number, "kind": "news", "published": "2024-07-11T15:30:00Z", **passage}
            said = annotate(nlp, record)
            row = (passage, str(said.cause), [str(c) for c in said.causes], said.cause_hedged)
            told.setdefault(name, []).append(row)
    return told


def test_there_are_passages_of_every_category() -> None:
    every = [p for name in FLOORS for p in passages(name)]
    assert len(every) >= 850
    assert len({p["text"] for p in every}) == len(every)
    assert len({cause for p in every for cause in p["accept"]}) == 20


@pytest.mark.parametrize(
    ("name", "measure"), [(name, measure) for name, floors in FLOORS.items() for measure in floors]
)
def test_the_share_of_right_answers_stays(rows: dict[str, list[Row]], name: str, measure: str) -> None:
    judged = [(row[0]["text"], ok) for row in rows[name] if (ok := MEASURES[measure](row)) is not None]
    wrong = [text for text, ok in judged if not ok]
    assert judged
    assert 1 - len(wrong) / len(judged) >= FLOORS[name][measure], wrong
