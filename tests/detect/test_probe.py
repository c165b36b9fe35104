"""The bounds of one look at a page, and what counts as a move."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from pipeline.model import Source
from pipeline.terms import Outcome, SourceKind
from spiders import probe
from spiders.ledger import Visit
from spiders.moves import moved_to
from spiders.probe import Answer, Prober, address_key

HERE = "https://status.brightbox.example"


def prober(asked: list[str]) -> Prober:
    async def fetch(_visit: Visit, url: str) -> Answer:
        asked.append(url)
        return Answer(url, url, Outcome.OK)

    spider: Any = SimpleNamespace(fetch=fetch)
    visit = Visit(Source("x", "", SourceKind.STATUS, ""), datetime(2026, 11, 20, tzinfo=UTC))
    return Prober(spider, visit)


async def ask_all(one: Prober, urls: list[str]) -> list[Answer]:
    return [await one.ask(url) for url in urls]


def test_an_address_is_asked_for_once_and_a_page_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "MAX_ASKED", 3)
    asked: list[str] = []
    urls = [HERE, f"{HERE}/", f"{HERE}#Europe/Vienna", f"{HERE}/a", f"{HERE}/b", f"{HERE}/c", HERE]
    answers = asyncio.run(ask_all(prober(asked), urls))
    assert asked == [HERE, f"{HERE}/a", f"{HERE}/b"]
    assert [answer.outcome for answer in answers] == [Outcome.OK] * 5 + [Outcome.ERROR, Outcome.OK]
    assert "its share" in (answers[5].error or "")


def test_after_its_time_a_page_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "MAX_SECONDS", -1.0)
    asked: list[str] = []
    (answer,) = asyncio.run(ask_all(prober(asked), [HERE]))
    assert (asked, answer.outcome) == ([], Outcome.ERROR)


@pytest.mark.parametrize(
    ("way", "moved"),
    [
        ([], None),
        ([(301, "https://a.example/")], "https://a.example/"),
        ([(308, "https://a.example/"), (302, "https://a.example/en")], "https://a.example/"),
        ([(302, "https://a.example/"), (301, "https://b.example/")], None),
        ([(301, "https://a.example/"), (308, "https://b.example/")], "https://b.example/"),
    ],
)
def test_a_move_is_the_permanent_beginning_of_the_way(way: list[tuple[int, str]], moved: str | None) -> None:
    steps = [HERE, *(url for _, url in way)]
    meta = {"redirect_urls": steps[:-1], "redirect_reasons": [reason for reason, _ in way]} if way else {}
    assert moved_to(HERE, Response(steps[-1], request=Request(steps[-1], meta=meta))) == moved


def test_the_same_address_in_two_spellings_has_one_key() -> None:
    assert address_key(HERE) == address_key(f"{HERE}/") != address_key(f"{HERE}/en")
    assert address_key(f"{HERE}/en#x") == f"{HERE}/en"
