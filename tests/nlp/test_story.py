"""One story told in full: every field with its span."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.language import Language

from pipeline.annotation import Annotation
from pipeline.model import compose
from pipeline.nlp import annotate
from pipeline.terms import Cause, Precision, Status

ReadText = Callable[..., Annotation]
TITLE = "ChatGPT is back up after a worldwide outage of one hour"
TEXT = (
    "OpenAI's chat robot ChatGPT stood still on March 20th, 2023. The outage lasted for about an hour, and people "
    "all over the world were unable to log in.\n\n"
    "The company has not named the reason. First signs suggest that a problem with its network architecture "
    "may have caused the failure. The issue has been resolved."
)


def check_story(said: Annotation, whole: str) -> None:
    assert said.is_outage
    assert (said.services, said.provider) == (("chatgpt",), "openai")
    assert said.started_at is not None
    assert (said.started_at.date().isoformat(), said.started_precision) == ("2023-03-20", Precision.DAY)
    assert said.duration_minutes == 60
    assert said.regions == ("global",)
    assert (said.cause, said.cause_hedged) == (Cause.NETWORK, True)
    assert said.status == Status.RESOLVED
    spans = {m.field: whole[m.start : m.end] == m.text for m in said.mentions}
    assert all(spans.values())
    assert {"service", "region", "started_at", "duration_minutes", "cause", "status", "kind", "symptom"} <= set(spans)


def test_our_own_telling(read_text: ReadText) -> None:
    check_story(read_text(TITLE, TEXT, kind="news"), compose(TITLE, TEXT))


@pytest.mark.shared
def test_the_story_the_project_started_from(language: Language, shared: Path) -> None:
    record = json.loads((shared / "gold" / "seed.jsonl").read_text(encoding="utf-8"))
    check_story(annotate(language, record), compose(record["title"], record["text"]))
