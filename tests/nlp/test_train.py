"""Training the classifier of relevance: from the texts of the repository, and the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline import train
from pipeline.components.judge import WEIGHTS, batch, learned
from pipeline.errors import UsageError

GOLD = (
    "headlines",
    "modern_news",
    "modern_posts",
    "news_study",
    "posts",
    "postmortems",
    "provider_reports",
    "tech_news",
)


@pytest.fixture(scope="module")
def few() -> list[train.Example]:
    folder = train.ROOT / "data" / "training"
    return [
        train._example(train.origin(path), r) for path in sorted(folder.glob("*.txt")) for r in train.read_lines(path)
    ]


def test_training_again_gives_the_same_weights(few) -> None:
    assert train.fit(few).to_bytes() == train.fit(few).to_bytes()


def test_order_does_not_matter(few) -> None:
    seen = batch([text.seen for text in few])
    forward, backward = train.fit(few).predict(seen), train.fit(few[::-1]).predict(seen)
    assert np.abs(forward - backward).max() < 0.02


def test_what_it_did_not_learn_from_it_mostly_knows(few) -> None:
    judged = list(train.held_out(few))
    right = sum(text.label is said for text, said in judged) / len(judged)
    assert right > 0.78


def test_weights_ship_and_say_from_what(few) -> None:
    counts = json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))
    own = {text.origin for text in few}
    assert {origin: counts.get(origin) for origin in own} == {o: sum(t.origin == o for t in few) for o in own}
    assert WEIGHTS.stat().st_size < 10_000_000
    assert learned().predict(batch([few[0].seen])).shape == (1, 1)


@pytest.mark.shared
@pytest.mark.slow
def test_training_again_gives_the_scores_of_the_shipped_weights(shared) -> None:
    texts = train.examples(shared / "gold" / f"{name}.jsonl" for name in GOLD)
    seen, before = batch([text.seen for text in texts]), np.array([text.before for text in texts])
    label = np.array([text.label for text in texts])
    again, shipped = (((m.predict(seen)[:, 0] + before) > 0) == label for m in (train.fit(texts), learned()))
    assert abs(again.mean() - shipped.mean()) < 0.004
    assert (again == shipped).mean() > 0.99


@pytest.mark.parametrize("line", ["down again", "* what", "+ "])
def test_a_line_without_a_label_is_refused(tmp_path: Path, line) -> None:
    path = tmp_path / "posts.txt"
    path.write_text(f"# a remark\n+ mail is down\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 3"):
        list(train.read_lines(path))


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"id": 1, "title": "Mail is down"}', encoding="utf-8")
    with pytest.raises(UsageError, match=r"texts\.jsonl cannot be read"):
        list(train.records_of(path))
