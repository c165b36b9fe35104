"""What is learned of sentences that tell a root: it is heard beside the rules, in what a text says around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import train_cause
from pipeline.cause_sentences import Sentence, read_sentences
from pipeline.components.judged_sentences import (
    CLASSES,
    WEIGHTS,
    judge_sentences,
    model,
    sentence_features,
    telling_words,
)
from pipeline.components.learned_cause import MOST_CHARACTERS, MOST_OF_STORY
from pipeline.errors import UsageError
from pipeline.nlp import annotate
from pipeline.terms import Cause


@pytest.fixture(scope="module")
def told() -> list[Sentence]:
    return train_cause.read_all()


def test_training_again_gives_the_shipped_weights(told) -> None:
    again, shipped = train_cause.fit(told), model()
    for name in ("W", "b"):
        assert abs(again.get_param(name) - shipped.get_param(name)).max() < 1e-3


def test_weights_are_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.parent.glob("*.bin")) < 10_000_000


def test_every_cause_has_sentences(told) -> None:
    assert {s.cause for s in told} == set(CLASSES)


def test_held_out_sentences_are_answered_rightly_or_left_alone(told) -> None:
    judged = list(train_cause.held_out(told, folds=1))
    stated = [(s.cause, said) for s, said in judged if s.cause is not Cause.UNKNOWN and said is not Cause.UNKNOWN]
    none = [said for s, said in judged if s.cause is Cause.UNKNOWN]
    assert none.count(Cause.UNKNOWN) / len(none) > 0.9
    assert sum(label is said for label, said in stated) / len(stated) > 0.8


def test_the_words_that_tell_stand_inside_the_sentence() -> None:
    sentence = "For the whole evening the chillers had stopped and machines shut themselves down."
    [judged] = judge_sentences(sentence, [(0, len(sentence))])
    first, last = telling_words(sentence, Cause.COOLING)
    assert judged.cause is Cause.COOLING
    assert 0 <= judged.states <= 1
    assert 0 <= judged.plainness <= 1
    assert 0 <= first < last <= len(sentence)
    assert len(sentence[first:last].split()) <= 6


def read(language, text: str):
    return annotate(language, {"id": "1", "kind": "news", "text": text})


def test_what_a_rule_finds_plainly_is_not_overruled(language) -> None:
    said = read(language, "Mailbird was down because of an expired certificate, and it got too hot in the server room.")
    assert said.cause is Cause.CERTIFICATE_EXPIRY


def test_a_cause_that_another_sentence_leaves_open_is_not_taken(language) -> None:
    text = "Mailbird's queries fail. Engineers backed out this evening's release."
    left_open = "Whether the release was to blame has not been established."
    assert read(language, f"{text} {left_open}").cause is Cause.UNKNOWN
    plain = read(language, f"Mailbird is down because of an expired certificate. {left_open}")
    assert plain.cause is Cause.CERTIFICATE_EXPIRY


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
    with pytest.raises(UsageError, match=r"a.txt, line 3"):
        read_sentences(tmp_path)


def test_features_are_each_there_once() -> None:
    keys, counts = sentence_features("a router and a router and a router")
    assert len(set(keys)) == len(keys)
    assert set(counts) == {1.0}
