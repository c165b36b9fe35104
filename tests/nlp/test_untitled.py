"""Relevance of passages that have no headline: what kind of source says it decides how much evidence is needed."""

from __future__ import annotations

import pytest

from pipeline.extract import pipeline
from pipeline.nlp import annotate


@pytest.mark.parametrize(
    ("kind", "text", "outage"),
    [
        ("postmortem", "The failover left two nodes that both took themselves for the leader.", True),
        ("postmortem", "Scheduled maintenance on 4 May from 22:00 to 23:00 UTC.", False),
        ("status", "We will upgrade the databases on Sunday between 02:00 and 04:00 UTC.", False),
        ("news", "A stale route swallowed the carrier's calls in two provinces until the evening.", True),
        ("news", "Storms left 20,000 homes without power and closed three roads.", False),
        ("news", "The lender will open its app to children from May, and hopes for a million new customers.", False),
        ("social", "selling my zoom lens, the ring is stuck but the glass is clean", False),
    ],
)
def test_untitled(kind, text, outage) -> None:
    said = annotate(pipeline(), {"id": "one", "kind": kind, "text": text, "published": "2026-03-03T10:00:00Z"})
    assert said.is_outage is outage
