"""What is learned of sentences that state a cause: it speaks where the rules are silent, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import train_cause
from pipeline.components.learned_cause import (
    CLASSES,
    MOST_CHARACTERS,
    MOST_OF_STORY,
    WEIGHTS,
    judge_sentence,
    model,
    sentence_features,
    telling_words,
)
from pipeline.errors import UsageError
from pipeline.nlp import annotate
from pipeline.terms import Cause


@pytest.fixture(scope="module")
def sentences() -> list[train_cause.Sentence]:
    return train_cause.read_sentences()


def test_training_again_gives_the_shipped_weights(sentences) -> None:
    again, shipped = train_cause.fit(sentences), model()
    for name in ("W", "b"):
        assert abs(again.get_param(name) - shipped.get_param(name)).max() < 1e-3
    assert WEIGHTS.stat().st_size < 10_000_000


def test_every_cause_has_sentences(sentences) -> None:
    assert {s.cause for s in sentences} == set(CLASSES)


def test_held_out_sentences_are_answered_rightly_or_left_alone(sentences) -> None:
    judged = list(train_cause.held_out(sentences, folds=1))
    stated = [(s.cause, said) for s, said in judged if s.cause is not Cause.UNKNOWN and said is not Cause.UNKNOWN]
    none = [said for s, said in judged if s.cause is Cause.UNKNOWN]
    assert none.count(Cause.UNKNOWN) / len(none) > 0.85
    assert sum(label is said for label, said in stated) / len(stated) > 0.6


def test_the_words_that_tell_stand_inside_the_sentence() -> None:
    sentence = "For the whole evening the chillers had stopped and machines shut themselves down."
    cause, states = judge_sentence(sentence)
    first, last = telling_words(sentence, Cause.COOLING)
    assert cause is Cause.COOLING
    assert 0 <= states <= 1
    assert 0 <= first < last <= len(sentence)
    assert len(sentence[first:last].split()) <= 6


def read(language, text: str):
    return annotate(language, {"id": "1", "kind": "news", "text": text})


def test_a_rule_is_not_overruled(language) -> None:
    said = read(language, "Mailbird was down because of an expired certificate, and it got too hot in the server room.")
    assert said.cause is Cause.CERTIFICATE_EXPIRY


PADDING = "The firm has offices in nine towns and sells lamps. "


def test_a_long_text_that_is_no_story_is_left_to_the_rules(language) -> None:
    text = PADDING * (MOST_CHARACTERS // 40) + "Servers got too hot for the chillers that evening."
    said = annotate(language, {"id": "1", "kind": "status", "text": text})
    assert not [m for m in said.mentions if m.rule == "learned.cause"]


def test_a_story_is_read_to_its_end_and_an_endless_one_is_not(language) -> None:
    told = "It got so hot in the server hall that the machines shut themselves down, the chillers having quit."
    assert read(language, PADDING * (MOST_CHARACTERS // 40) + told).cause is Cause.COOLING
    endless = read(language, PADDING * (MOST_OF_STORY // 40) + told)
    assert not [m for m in endless.mentions if m.rule == "learned.cause"]


def test_what_led_up_to_a_later_link_of_the_chain_is_the_root(language) -> None:
    said = read(language, "We edited a setting of the log. By noon Mailbird was down because of a full disk.")
    assert said.cause is Cause.CONFIG_CHANGE
    assert said.causes[1:] == (Cause.DATABASE_STORAGE,)


def test_what_a_crowd_guesses_is_no_cause(language) -> None:
    assert (
        read(language, "Mailbird is down. Some pointed at a power failure in its data centre.").cause is Cause.UNKNOWN
    )
    said = read(language, "Mailbird is down. It was caused by a power failure in its data centre.")
    assert said.cause is Cause.POWER


@pytest.mark.parametrize("line", ["down again", "weather: it rained", "dns: "])
def test_a_line_without_a_cause_is_refused(tmp_path: Path, line) -> None:
    (tmp_path / "causes").mkdir()
    (tmp_path / "causes" / "a.txt").write_text(f"# a remark\ndns: names do not resolve\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 3"):
        train_cause.read_sentences(tmp_path)


def test_features_are_each_there_once() -> None:
    keys, counts = sentence_features("a router and a router and a router")
    assert len(set(keys)) == len(keys)
    assert set(counts) == {1.0}
