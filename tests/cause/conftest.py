"""The components of the room alone, so that its tests need no other part of the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import spacy
from spacy.tokens import Doc

import pipeline.components.cause
import pipeline.components.context
import pipeline.components.sentences  # noqa: F401  (registers its factory, as the two above do)
from pipeline.components.choose_cause import CauseChoice, choose_cause
from pipeline.components.finds import Find, Meta, add, finds

ReadCause = Callable[..., Doc]
TellWhy = Callable[..., CauseChoice]


@pytest.fixture(scope="session")
def read_cause() -> ReadCause:
    """Read a text; `services` maps names that stand in it to slugs, as the services component would find them."""
    nlp = spacy.blank("en")
    nlp.add_pipe("outagewire_sentences")
    cause = nlp.create_pipe("outagewire_cause")
    context = nlp.create_pipe("outagewire_context")

    def read(
        text: str,
        *,
        published: datetime | None = None,
        services: dict[str, str] | None = None,
        service: str | None = None,
        more: list[Find] | None = None,
    ) -> Doc:
        doc = nlp(text)
        doc._.meta = Meta(published=published, service=service)
        named = [(name, slug, text.index(name)) for name, slug in (services or {}).items()]
        named.sort(key=lambda n: n[2])
        add(doc, [Find("service", at, at + len(name), name, slug, "test") for name, slug, at in named])
        add(doc, more or [])
        context(cause(doc))
        return doc

    return read


@pytest.fixture(scope="session")
def why(read_cause: ReadCause) -> TellWhy:
    """What is chosen for a text."""

    def tell(text: str, **known: object) -> CauseChoice:
        return choose_cause(finds(read_cause(text, **known)))

    return tell
