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
    return [train._example(*pair) for pair in train.sample()]


def test_training_again_gives_the_same_weights(few) -> None:
    assert train.fit(few).to_bytes() == train.fit(few).to_bytes()


def test_training_again_gives_the_scores_that_stand_beside_the_weights(few) -> None:
    kept = json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))["sample"]
    again = train.scores_of(few)
    assert len(again) == len(kept) > 150
    assert max(abs(one - other) for one, other in zip(again, kept, strict=True)) < 0.1, "make train"


def test_order_does_not_matter(few) -> None:
    seen = batch([text.seen for text in few])
    forward, backward = train.fit(few).predict(seen), train.fit(few[::-1]).predict(seen)
    assert np.abs(forward - backward).max() < 0.02


def test_what_it_did_not_learn_from_it_mostly_knows(few) -> None:
    judged = list(train.held_out(few))
    right = sum(text.label is said for text, said in judged) / len(judged)
    assert right > 0.7


def test_weights_ship_and_say_from_what(few) -> None:
    counts = json.loads(WEIGHTS.with_suffix(".json").read_text(encoding="utf-8"))["texts"]
    for path in sorted((train.ROOT / "data" / "training").glob("*.txt")):
        assert counts[train.origin(path)] == len(list(train.read_lines(path)))
    assert WEIGHTS.stat().st_size < 10_000_000
    assert learned().predict(batch([few[0].seen])).shape == (1, 1)


@pytest.mark.shared
def test_shipped_weights_know_what_they_learned_from(shared) -> None:
    files = [shared / "gold" / f"{name}.jsonl" for name in GOLD]
    pairs = [(train.origin(path), record) for path in files for record in [*train.records_of(path)][::10]]
    texts = [train._example(*pair) for pair in pairs]
    said = learned().predict(batch([text.seen for text in texts]))[:, 0]
    right = [(s + text.before > 0) == text.label for s, text in zip(said, texts, strict=True)]
    assert sum(right) / len(right) > 0.98


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


def test_a_passage_has_the_kind_of_its_file_and_no_title(tmp_path: Path) -> None:
    path = tmp_path / "passages-postmortem.txt"
    path.write_text("+ Failover worked, the way back did not.\n- The drill ended at noon.\n", encoding="utf-8")
    records = list(train.read_lines(path))
    assert [record["kind"] for record in records] == ["postmortem"] * 2
    assert [record["gold"]["is_outage"] for record in records] == [True, False]
    assert not any("title" in record for record in records)


def test_sentences_that_state_no_cause_teach_nothing(tmp_path: Path) -> None:
    path = tmp_path / "causes" / "first.txt"
    path.parent.mkdir()
    path.write_text("# a remark\ndns: A zone was empty.\nunknown: We are looking into it.\n", encoding="utf-8")
    assert [record["text"] for record in train.records_of(path)] == ["A zone was empty."]


def test_a_record_without_its_title_is_its_text_or_what_the_title_said() -> None:
    both = {"id": "one", "kind": "news", "title": "Shop gone", "text": "It came back at ten."}
    assert train.without_title(both) == {"id": "one", "kind": "news", "text": "It came back at ten."}
    assert train.without_title(both | {"text": ""})["text"] == "Shop gone"
