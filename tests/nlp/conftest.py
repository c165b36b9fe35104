"""The whole pipeline, loaded once, and a short way to have a text read by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from spacy.language import Language

from pipeline.annotation import Annotation
from pipeline.nlp import annotate, load

ReadText = Callable[..., Annotation]


@pytest.fixture(scope="session")
def language() -> Language:
    return load()


@pytest.fixture
def read_text(language: Language) -> ReadText:
    """Read a title, and a text where there is one."""

    def read(title: str, text: str | None = None, **more: Any) -> Annotation:
        return annotate(language, {"id": "t1", "title": title, "text": text} | more)

    return read
