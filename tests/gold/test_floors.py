"""What the pipeline reads right of the gold sentences may not fall below its floors (`data/gold/floors.toml`).

``OUTAGEWIRE_WRITE_FLOORS=1`` raises the floors to what is reached now and takes up new sentences;
``OUTAGEWIRE_LOWER_FLOORS='why'`` also lowers them and writes the reason beside.
"""

from __future__ import annotations

import os
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluate import evaluate
from tests.conftest import REPOSITORY

GOLD = REPOSITORY / "data" / "gold"
FLOORS = GOLD / "floors.toml"
FEWEST = 10
"""Labels below which a share says too little to hold anyone to it."""
SLACK = 0.005


def measure(path: Path) -> dict[str, float]:
    """F1 of every field with enough labels, cut to three digits."""
    fields = evaluate(path.read_text(encoding="utf-8").splitlines()).as_json()["fields"]
    return {name: int(row["f1"] * 1000) / 1000 for name, row in sorted(fields.items()) if row["labelled"] >= FEWEST}


def read_floors() -> dict[str, Any]:
    return tomllib.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}


def write_floors(floors: dict[str, Any]) -> None:
    lines = ["# F1 by file and field below which the suite fails. See tests/gold/test_floors.py."]
    for name, floor in sorted(floors.items()):
        lines += [
            "",
            f"[{name}]",
            *(f'"{k}" = {v if isinstance(v, float) else repr(v).replace(chr(39), chr(34))}' for k, v in floor.items()),
        ]
    FLOORS.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("path", sorted(GOLD.glob("*.jsonl")), ids=lambda path: path.stem)
def test_no_field_falls_below_its_floor(path: Path) -> None:
    reached, digest = measure(path), sha256(path.read_bytes()).hexdigest()[:16]
    why = os.environ.get("OUTAGEWIRE_LOWER_FLOORS")
    if why or os.environ.get("OUTAGEWIRE_WRITE_FLOORS"):
        floors = read_floors()
        old = {} if why else floors.get(path.stem, {})
        kept: dict[str, Any] = {"digest": digest} | ({"lowered": why} if why else {})
        floors[path.stem] = kept | {name: max(share, old.get(name, 0.0)) for name, share in reached.items()}
        write_floors(floors)
    floor = read_floors()[path.stem]
    assert floor["digest"] == digest, f"{path.name} has changed: OUTAGEWIRE_WRITE_FLOORS=1 takes it up"
    wanted = {name: share for name, share in floor.items() if name not in {"digest", "lowered"}}
    assert set(wanted) == set(reached)
    fallen = {name: (share, reached[name]) for name, share in wanted.items() if reached[name] < share - SLACK}
    assert not fallen, f"below the floor (floor, reached): {fallen}"
