from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.finds import whole
from pipeline.components.lexicon import Lexicon, flatten
from pipeline.components.sentences import starts
from pipeline.nlp import VERSION, version


def test_components_find_nothing_to_complain_about(language: Language) -> None:
    problems = language.analyze_pipes()["problems"]
    assert {name: found for name, found in problems.items() if found} == {}


def test_order_is_that_of_the_config(language: Language) -> None:
    assert language.pipe_names[0] == "outagewire_sentences"
    assert language.pipe_names[-1] == "outagewire_relevance"


def test_version_changes_with_a_rule_and_with_nothing_else(tmp_path: Path) -> None:
    for name in ("nlp.py", "catalogue.py", "config.cfg", "echoes.py"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "notes.txt").write_text("a", encoding="utf-8")
    before = version(tmp_path)
    (tmp_path / "notes.txt").write_text("b", encoding="utf-8")
    assert version(tmp_path) == before
    (tmp_path / "rules" / "state.toml").write_text("a = 1", encoding="utf-8")
    assert version(tmp_path) != before
    assert len(VERSION) == len(before) == 12


def test_empty_text_is_read(language: Language) -> None:
    doc = Doc(language.vocab)
    for _, component in language.pipeline:
        doc = component(doc)
    assert not doc._.finds


def test_sentences_end_where_a_new_one_begins(language: Language) -> None:
    doc = language("Mail is slow. On Dec. 3 at 5 p.m. ET it broke.\n\nA new part\nof the same line.")
    assert [s.text.strip() for s in doc.sents] == [
        "Mail is slow.",
        "On Dec. 3 at 5 p.m. ET it broke.",
        "A new part\nof the same line.",
    ]
    assert starts("") == [0]


@given(st.text(alphabet="ab1 ,.'’\n\t\u00a0é漢🙂", max_size=60))
def test_tokens_give_the_text_back(language: Language, text: str) -> None:
    doc = language.make_doc(text)
    assert doc.text == text == whole(doc)
    assert all(token.text.strip() or token.text.isspace() for token in doc)


def test_lexicon_takes_the_longest_phrase_at_the_edges_of_words() -> None:
    lexicon = Lexicon([("Amazon", 1), ("Amazon EC2", 2), ("AT&T", 3)])
    found = list(lexicon.scan(flatten("Amazon EC2 and amazonian AT&T's Amazon\nEC2")))
    assert [payload for _, _, payload in found] == [2, 3, 2]


def test_flat_text_has_as_many_characters() -> None:
    text = "İstanbul’s\tMAIL\u00a0ẞ"
    assert len(flatten(text)) == len(text)
