"""Train the classifier of relevance: ``python -m pipeline.train [--gold FILE ...]``.

It learns from the labelled texts of the repository (`data/training`, `data/gold`) and from further
files of labelled records. The texts of others that stand there stay there: what is kept of them are
the weights, `pipeline/weights/relevance.bin`, and `relevance.json` beside it, with counts and the scores
of a sample of our own. The same texts give the same weights. With ``--folds`` it prints what it gets right
on the fifth of each file that it did not learn from, five times over.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from thinc.api import Adam, Model

from pipeline.components.finds import finds
from pipeline.components.impact import choose_impact
from pipeline.components.judge import WEIGHTS, Features, batch, blank
from pipeline.components.relevance import RULE_SHARE, all_features, standing, sum_of_rules
from pipeline.components.told import tell
from pipeline.errors import UsageError
from pipeline.extract import pipeline
from pipeline.model import digest
from pipeline.nlp import choose_service, read_record

ROOT = Path(__file__).parent.parent
ROUNDS = 250
RATE = 0.05
PULL = 0.25
"""Strength of the pull towards no opinion (L2), against a loss that is summed over the texts."""
WEAK = 0.6
"""What a label counts that nobody checked by hand."""
SKETCH = 0.8
"""What a line of `data/training` counts: it was written to teach, and is plainer than what people write."""
CAUSE = 0.2
"""What a sentence of `data/training/causes` counts: it was written to teach something else."""
COUNTS = {"data/training/causes": CAUSE, "data/training": SKETCH}
"""What a label counts by the beginning of its origin; others count 1."""
FOLDS = 5
SAMPLED = 10
NOT_SEEN = ["outagewire_blocks", "outagewire_when", "outagewire_cause", "outagewire_learned_cause", "outagewire_state"]
"""Components whose finds relevance does not look at."""
KINDS = {
    "posts": "social",
    "slang": "social",
    "forum": "social",
    "headlines": "news",
    "stories": "news",
    "articles": "news",
    "passages-news": "news",
    "passages-status": "status",
    "passages-postmortem": "postmortem",
}
"""Kind of source by the name of a file, or by what stands before its hyphen."""
PASSAGES = ("news", "news", "postmortem", "status")
BOTH_WAYS = frozenset(f"data/training/{stem}" for stem in ("headlines", "stories", "stories-slow", "stories-turns"))
"""Files whose texts are also learned from without their titles, as passages; see `without_title`."""
BARE = ", bare"
UNTITLED = frozenset({"posts", "slang", "passages"})
PARAGRAPH = re.compile(r"\s*\|\|\s*")
WHEN = "2026-03-03T10:00:00Z"


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text as the model sees it; `before` is what the rules say of it, in log odds."""

    origin: str
    id: str
    label: bool
    weight: float
    seen: Features
    before: float


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of `data/training`: a sign, a blank and the text.

    ``||`` parts a headline from the text, and after that paragraphs.
    """
    family = path.stem.partition("-")[0]
    kind = KINDS.get(path.stem) or KINDS[family]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        sign, _, said = line.partition(" ")
        if sign not in {"+", "-"} or not said.strip():
            raise UsageError(f"{path.name}, line {number}: a line is + or -, a blank and a text")
        head, _, rest = said.partition("||")
        record = {"id": f"{path.stem}-{digest(said)}", "kind": kind, "published": WHEN}
        record |= (
            {"text": said}
            if family in UNTITLED
            else {"title": head.strip(), "text": PARAGRAPH.sub("\n\n", rest.strip())}
        )
        yield record | {"gold": {"is_outage": sign == "+"}}


def read_causes(path: Path) -> Iterator[dict[str, Any]]:
    """The sentences of a file of `data/training/causes` that state a cause, as passages that tell of an outage."""
    for line in path.read_text(encoding="utf-8").splitlines():
        category, _, said = line.partition(": ")
        if said and not line.startswith("#") and category != "unknown":
            key = digest(said)
            kind = PASSAGES[int(key, 16) % len(PASSAGES)]
            yield {"id": f"cause-{key}", "kind": kind, "text": said, "published": WHEN, "gold": {"is_outage": True}}


def read_gold(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines that say whether they tell of an outage."""
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["gold"].get("is_outage") is not None:
            yield record


def examples(further: Iterable[Path] = ()) -> list[Example]:
    """Every labelled text of the repository and of further files. Raises `UsageError` where one cannot be read."""
    kinds = ("training/*.txt", "training/causes/*.txt", "gold/*.jsonl")
    own = [path for kind in kinds for path in sorted((ROOT / "data").glob(kind))]
    labelled = [(origin(path), record) for path in (*own, *further) for record in records_of(path)]
    bare = [(f"{place}{BARE}", without_title(record)) for place, record in labelled if place in BOTH_WAYS]
    return [_example(*pair) for pair in (*labelled, *bare)]


def without_title(record: Mapping[str, Any]) -> dict[str, Any]:
    """The same record as a passage: its text, or its title where that is all there is."""
    return {key: record[key] for key in record if key != "title"} | {"text": record["text"] or record["title"]}


def sample() -> list[tuple[str, dict[str, Any]]]:
    """Every `SAMPLED`-th line of `data/training`, with its origin: few enough to be learned anew in a test."""
    paths = sorted((ROOT / "data" / "training").glob("*.txt"))
    return [(origin(path), record) for path in paths for record in [*read_lines(path)][::SAMPLED]]


def scores_of(texts: Sequence[Example]) -> list[float]:
    """What a model that learned from these texts alone says of them, in log odds.

    It is written down beside the weights: where rules, concepts or features have changed since, or where
    training no longer gives the same, it differs.
    """
    said = fit(texts).predict(batch([text.seen for text in texts]))[:, 0]
    return [round(float(s) + text.before, 2) for s, text in zip(said, texts, strict=True)]


def records_of(path: Path) -> Iterator[dict[str, Any]]:
    """The labelled records of one file. Raises `UsageError` where it cannot be read."""
    try:
        if path.suffix == ".txt":
            yield from read_causes(path) if path.parent.name == "causes" else read_lines(path)
        else:
            yield from read_gold(path)
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{path} cannot be read as labelled texts: {error}") from error


def origin(path: Path) -> str:
    """How a file is called in tables: by its place in the repository, or by its folder."""
    inside = path.is_relative_to(ROOT)
    return str((path.relative_to(ROOT) if inside else Path(path.parent.name, path.name)).with_suffix(""))


def _example(place: str, record: Mapping[str, Any]) -> Example:
    nlp, gold = pipeline(), record["gold"]
    reading = read_record(record)
    doc = nlp.make_doc(reading.text)
    doc._.meta = reading.meta
    with nlp.select_pipes(disable=NOT_SEEN):
        doc = nlp(doc)
    service, kind = (
        choose_service(doc, reading),
        choose_impact(finds(doc, "kind", "severity", "symptom"), reading.meta).kind,
    )
    found, stands = finds(doc, "relevance"), standing(service, reading.meta)
    told = tell(reading.text, reading.meta, service, finds(doc, "service"))
    before = sum_of_rules(found, reading.meta, kind, told, size=len(reading.text), service=stands)
    seen = all_features(reading.text, found, reading.meta, kind, service, told)
    counts = (CAUSE if place.endswith(BARE) else count for start, count in COUNTS.items() if place.startswith(start))
    weight = WEAK if gold.get("weak") else next(counts, 1.0)
    return Example(place, str(record["id"]), bool(gold["is_outage"]), weight, seen, RULE_SHARE * before)


def fit(texts: Sequence[Example]) -> Model[Any, Any]:
    """The model that has learned from these texts: logistic regression, the rules' sum given."""
    model = blank()
    optimizer = Adam(RATE, L2=PULL, L2_is_weight_decay=False, grad_clip=0.0)
    seen = batch([text.seen for text in texts])
    label = np.array([[text.label] for text in texts], dtype="float32")
    weight = np.array([[text.weight] for text in texts], dtype="float32")
    before = np.array([[text.before] for text in texts], dtype="float32")
    for done in range(ROUNDS):
        optimizer.learn_rate = RATE * (1 - done / ROUNDS)  # it comes to rest, whatever the order of the texts
        said, back = model.begin_update(seen)
        back(((1 / (1 + np.exp(-said - before)) - label) * weight).astype("float32"))
        model.finish_update(optimizer)
    return model


def fold_of(text: Example) -> int:
    """Which fifth a text belongs to, by its id."""
    return int(digest(text.id), 16) % FOLDS


def held_out(texts: Sequence[Example]) -> Iterator[tuple[Example, bool]]:
    """Each text with what a model says of it that has not learned from it."""
    for fold in range(FOLDS):
        others, rest = ([t for t in texts if (fold_of(t) == fold) is mine] for mine in (False, True))
        said = fit(others).predict(batch([t.seen for t in rest]))[:, 0]
        yield from ((t, bool(s + t.before > 0)) for t, s in zip(rest, said, strict=True))


def table(judged: Iterable[tuple[Example, bool]]) -> Iterator[str]:
    """For each file: labels, precision, recall and F1."""
    counts: dict[str, list[int]] = {}
    for text, said in judged:
        row = counts.setdefault(text.origin, [0, 0, 0, 0])
        row[2 * text.label + said] += 1
    yield f"{'file':28} {'texts':>6} {'P':>6} {'R':>6} {'F1':>6} {'quiet':>6}"
    for origin, (quiet, alarms, missed, right) in sorted(counts.items()):
        precision, recall = right / max(1, right + alarms), right / max(1, right + missed)
        f1 = 2 * right / max(1, 2 * right + alarms + missed)
        share = quiet / (quiet + alarms) if quiet + alarms else 1.0
        total = quiet + alarms + missed + right
        yield f"{origin:28} {total:6} {precision:6.3f} {recall:6.3f} {f1:6.3f} {share:6.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, write the weights, and tell from how many texts."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.train", description=__doc__.split("\n\n")[0])
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="further files of labelled records")
    parser.add_argument("--folds", action="store_true", help="print cross-validated scores and write nothing")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args(arguments)
    try:
        texts = examples(args.gold)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if args.folds:
        sys.stdout.writelines(f"{line}\n" for line in table(held_out(texts)))
        return 0
    args.out.write_bytes(fit(texts).to_bytes())
    learned_from = Counter(text.origin for text in texts)
    record = {"texts": learned_from, "sample": scores_of([_example(*pair) for pair in sample()])}
    args.out.with_suffix(".json").write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{args.out}: learned from {len(texts)} texts\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
