"""The gate lets through what may speak of an outage, and little of what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gate import Group, alternation, flatten, load_groups, passes, screen

GOLD = ("posts", "modern_posts", "headlines", "tech_news", "modern_news", "news_study")
FLOOR, OWN_FLOOR = 0.98, 0.96


@pytest.mark.parametrize(
    "group", [g for g in load_groups() if g.level in ("strong", "weak")], ids=lambda group: group.id
)
def test_group_lets_its_example_through(group: Group) -> None:
    found = {word for word in screen(group.example, kind="social").words if by_word().get(word) == group.id}
    assert found, f"{group.example!r} does not pass by {group.id}"


@pytest.mark.parametrize("group", [g for g in load_groups() if g.level == "faint"], ids=lambda group: group.id)
def test_two_faint_words_are_a_weak_one(group: Group) -> None:
    assert any(word in screen(group.example, kind="social").words[0].split() for word in group.words)


@pytest.mark.parametrize("group", load_groups(), ids=lambda group: group.id)
def test_words_are_written_as_they_are_matched(group: Group) -> None:
    for word in group.words:
        assert word.strip("*"), group.id
        assert "*" not in word.strip("*"), word
        assert word == flatten(word)


@pytest.mark.parametrize(
    "post",
    [
        "is github down?",
        "GitHub down for anyone else?",
        "I can’t log in to Slack",
        "anyone else having trouble with Discord this morning",
        "Cloudflare 502 everywhere",
        "#slackdown again, lovely",
        "Ist PayPal gerade kaputt?",
        "ChatGPTが落ちてる",
        "决済サービスで障害".replace("决", "決"),
        "o Nubank caiu aqui",
        "WhatsApp ne marche pas chez moi",
        "WhatsApp no me funciona desde hace una hora",
        "non riesco ad accedere a Gmail",
        "DigiD ligt eruit",
        "Discordエラー",
        "Tesla's Autopilot cloud: Docker Hub gone",
        "revolut shows me a padlock, my flatmate's phone the very same",
        "the tills at tesco take cash only tonight",
        "Hi Sam, we know some of you can't see your Monzo pots this morning. We're on it.",
        "whatsapp'ta tek tik, evdekiler de aynı",
        "TIM muta a Lecce dalle otto, pure da mia madre",
    ],
)
def test_complaint_passes(post: str) -> None:
    assert passes(None, post, kind="social")


@pytest.mark.parametrize(
    "post",
    [
        "Get down with the new album tonight",
        "My sourdough starter is doing fine",
        "GitHub adds a dark theme",
        "Our stock is down 3 % today",
        "The power outage on our street is over",
        "障害者スポーツの話",
        "I opted out of Facebook years ago",
        "everyone has the same cold since monday",
        "my netflix bill went up by two euros",
        "#countdown to the holidays",
        "",
    ],
)
def test_other_talk_does_not(post: str) -> None:
    assert not passes(post, kind="social")


def test_weak_word_needs_company() -> None:
    assert not passes("It is broken", kind="social")
    assert passes("The server is broken", kind="social")
    assert passes("Dropbox is broken", kind="social")
    assert screen("Dropbox is broken", kind="social").words == ("broken", "dropbox")


def test_faint_words_need_each_other_and_company() -> None:
    assert not passes("Gmail opens a new office", kind="social")
    assert not passes("It would not open", kind="social")
    assert passes("Gmail would not open", kind="social")


def test_nearly_every_outage_of_our_own_posts_passes(repository: Path) -> None:
    lines = (repository / "data" / "gold" / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    outages = [r for r in map(json.loads, lines) if r["gold"].get("is_outage")]
    passed = [r for r in outages if passes(r.get("title"), r.get("text"), kind="social")]
    assert len(passed) / len(outages) >= OWN_FLOOR


def test_status_page_always_passes() -> None:
    assert passes("Planned work", kind="status")


def test_no_more_is_read_than_the_language_pipeline_weighs() -> None:
    assert not passes("A long story", "word " * 300 + "an outage", kind="news")


@given(st.text(), st.text())
def test_any_text_is_answered(title: str, text: str) -> None:
    assert isinstance(passes(title, text, kind="social"), bool)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=6), min_size=1, max_size=30))
def test_every_word_is_found_by_the_one_pattern(words: list[str]) -> None:
    pattern = alternation(words)
    assert all((match := pattern.search(f"« {word} »")) and match.group() == word for word in words)


@pytest.mark.shared
def test_nearly_every_labelled_outage_passes(shared: Path) -> None:
    outages = [record for name in GOLD for record in _records(shared, name) if record["gold"].get("is_outage")]
    passed = [record for record in outages if passes(record.get("title"), record.get("text"), kind="news")]
    assert len(passed) / len(outages) >= FLOOR


def by_word() -> dict[str, str]:
    return {word.strip("*"): group.id for group in load_groups() for word in group.words}


def _records(shared: Path, name: str) -> list[dict[str, object]]:
    lines = (shared / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
