"""How well the gate and the language pipeline read short posts: `python -m tests.bench.posts_report [FOLDER]`.

FOLDER holds `gold/posts.jsonl`, `gold/modern_posts.jsonl` (labelled) and `replay/hn` (titles without labels, nearly
all of which tell of no outage); by default ``../shared``. For each reader (the gate alone, the pipeline alone, one
after the other) precision and recall with 95 % Wilson intervals; a gate is meant to have the recall, not the precision.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.evaluate import wilson
from pipeline.gate import passes
from pipeline.nlp import annotate, load

LABELLED = ("posts", "modern_posts")
READERS = ("gate", "pipeline", "gate + pipeline")


@dataclass(frozen=True, slots=True)
class Judged:
    """One post: its label where it has one, and what each reader said."""

    words: str
    label: bool | None
    gate: bool
    pipeline: bool

    def by(self, reader: str) -> bool:
        return {"gate": self.gate, "pipeline": self.pipeline}.get(reader, self.gate and self.pipeline)


def labelled(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with (folder / "gold" / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def titles(folder: Path) -> Iterator[dict[str, Any]]:
    """The titles of `replay/hn`: one file names its columns, the other has the title in the fourth."""
    for path in sorted((folder / "replay" / "hn").glob("*.csv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            lines = list(csv.reader(file))
        column = lines[0].index("title") if "title" in lines[0] else 3
        for number, line in enumerate(lines[1:] if "title" in lines[0] else lines):
            if len(line) > column and line[column].strip():
                yield {"id": f"{path.name}:{number}", "kind": "social", "title": line[column]}


def judge(records: Iterator[dict[str, Any]]) -> list[Judged]:
    nlp = load()
    return [
        Judged(
            " ".join(filter(None, (r.get("title"), r.get("text")))),
            (r.get("gold") or {}).get("is_outage"),
            passes(r.get("title"), r.get("text"), kind="social"),
            annotate(nlp, r).is_outage,
        )
        for r in records
    ]


def table(name: str, posts: Sequence[Judged]) -> Iterator[str]:
    """Precision and recall over the posts that have a label."""
    known = [post for post in posts if post.label is not None]
    outages = [post for post in known if post.label]
    yield f"{name}: {len(outages)} outages, {len(known) - len(outages)} others"
    for reader in READERS:
        said = [post for post in known if post.by(reader)]
        right = sum(bool(post.label) for post in said)
        yield f"  {reader:16} P {share(right, len(said))}   R {share(right, len(outages))}"


def share(right: int, of: int) -> str:
    low, high = wilson(right, of)
    return f"{right:3}/{of:<3} = {right / of if of else 0:.3f} ({low:.3f} to {high:.3f})"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.posts_report", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parents[3] / "shared")
    parser.add_argument(
        "--show", type=int, default=0, help="print so many titles that gate and pipeline take for outages"
    )
    args = parser.parse_args()
    read = {name: judge(labelled(args.folder, name)) for name in LABELLED}
    every = [post for posts in read.values() for post in posts]
    for name, posts in {**read, "both": every}.items():
        sys.stdout.write("\n".join(table(name, posts)) + "\n")
    found = judge(titles(args.folder))
    sys.stdout.write(f"hn titles, without labels: {len(found)}\n")
    for reader in READERS:
        said = [post for post in found if post.by(reader)]
        sys.stdout.write(f"  {reader:16} {len(said):5} = {len(said) / len(found):.4f}\n")
    for post in [post for post in found if post.by("gate + pipeline")][: args.show]:
        sys.stdout.write(f"    {post.words}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
