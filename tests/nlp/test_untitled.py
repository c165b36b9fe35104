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
        ("social", "is spotify not loading for anybody?? ... nvm it was my vpn", False),
        ("social", "the spotify app is dead on my phone... oh, it was still in flight mode, my bad", False),
        ("social", "Tried flight mode, a new sim, nothing. EE has no signal in all of Leeds since 8", True),
        ("social", "sorry for the spam, but slack is down for our whole company", True),
        ("social", "my bad luck: vodafone is down in all of berlin", True),
        ("social", "my talk on outages at cloudflare is tomorrow at three, room 5", False),
        ("social", "no electricity in our street since six, so no netflix and no tea", False),
        ("social", "court lets the airline's suit over last year's crowdstrike crash go on", False),
        ("social", "revolut shows me an hourglass and nothing else, my flatmate's does the same", True),
        ("social", "Hi Jo, we know that some of you can't see your balance in the Monzo app. We're on it.", True),
    ],
)
def test_untitled(kind, text, outage) -> None:
    said = annotate(pipeline(), {"id": "one", "kind": kind, "text": text, "published": "2026-03-03T10:00:00Z"})
    assert said.is_outage is outage


@pytest.mark.parametrize(
    ("title", "text", "outage"),
    [
        ("The year's ten largest outages, ranked", "Number ten: the mail service in May, two hours down.", False),
        ("The year's ten largest outages", "We ranked the failures of AWS, Slack and Zoom; here they are.", False),
        ("Mail service down", "The mail service has been down since ten, its maker said on Monday.", True),
    ],
)
def test_a_list_is_no_report(title, text, outage) -> None:
    record = {"id": "one", "kind": "news", "title": title, "text": text, "published": "2026-03-03T10:00:00Z"}
    assert annotate(pipeline(), record).is_outage is outage


def test_a_post_with_a_title_is_read_as_one_voice() -> None:
    parted = {"id": "one", "kind": "social", "title": "So quiet in the office", "published": "2026-03-03T10:00:00Z"}
    said = annotate(pipeline(), parted | {"text": "Every Verizon phone on our floor shows SOS and nobody can call."})
    assert said.is_outage
