"""A visit of a page that has two lists, and of one whose feed is all there is."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Source, digest
from pipeline.store import Store
from pipeline.terms import SourceKind
from spiders.base import BESIDES_EVERY, FEW, SourceSpider
from spiders.ledger import Ledger
from tests.spiders.loopback import Answer, Crawls, Web, incident, incidents, make_source

FIRST, SECOND, FEED = "/api/v2/incidents.json", "/api/v2/scheduled-maintenances.json", "/history.atom"


def works(*keys: str) -> Answer:
    records = [
        incident(0, f"New disks, part {key}")
        | {"id": key, "status": "completed", "impact": "maintenance", "scheduled_for": "2026-11-18T10:30:00Z"}
        for key in keys
    ]
    for record in records:
        record["incident_updates"] = [record["incident_updates"][0] | {"id": f"u{record['id']}", "status": "completed"}]
    return Answer(json.dumps({"page": {}, "scheduled_maintenances": records}).encode())


def problems(*numbers: int) -> Answer:
    return Answer(incidents(incident(1000, created_at="2026-01-01T00:00:00Z"), *(incident(n) for n in numbers)))


def withdrawn(walks: Crawls) -> dict[str, bool]:
    with Store(walks.db) as store:
        return {r["native_id"]: r["withdrawn_at"] is not None for r in store.db["reports"].rows}


def issues(walks: Crawls) -> dict[str, str]:
    with Store(walks.db) as store:
        return {r["code"]: r["detail"] for r in store.db["issues"].rows}


def test_neither_list_withdraws_what_only_the_other_holds(past_web: Web, walks: Crawls) -> None:
    page = make_source("page", past_web.url)
    past_web.routes |= {FIRST: problems(1, 2), SECOND: works("m0", "m1", "m2")}
    past_web.routes[SECOND] = works("m0", "m1", "m2")
    assert walks(page)["new"] == 6
    past_web.routes |= {FIRST: problems(1, 2, 3)}
    assert walks(page)["withdrawn"] == 0
    past_web.routes |= {SECOND: works("m0", "m1", "m2", "m3")}
    assert walks(page)["withdrawn"] == 0
    assert not any(withdrawn(walks).values())


def test_each_list_withdraws_its_own(past_web: Web, walks: Crawls) -> None:
    page = make_source("page", past_web.url)
    early = json.loads(works("m0", "m1").body)
    early["scheduled_maintenances"][0]["created_at"] = "2026-01-01T00:00:00Z"
    past_web.routes |= {FIRST: problems(1, 2), SECOND: Answer(json.dumps(early).encode())}
    walks(page)
    del early["scheduled_maintenances"][1]
    past_web.routes |= {FIRST: problems(2), SECOND: Answer(json.dumps(early).encode())}
    assert walks(page)["withdrawn"] == 2
    assert {key for key, gone in withdrawn(walks).items() if gone} == {"inc1", "m1"}


def test_a_page_without_the_second_list_is_whole(past_web: Web, walks: Crawls) -> None:
    past_web.routes[FIRST] = problems(1)
    summary = walks(make_source("page", past_web.url))
    assert summary["outcomes"] == {"ok": 1}
    assert sorted(past_web.paths()) == sorted([FIRST, SECOND])  # both are asked for at once
    assert issues(walks) == {}


@pytest.mark.parametrize("answer", [Answer(b"no", 403), Answer(b"<html></html>"), Answer(b"")])
def test_a_second_list_that_fails_is_named_and_fails_nothing(answer: Answer, past_web: Web, walks: Crawls) -> None:
    past_web.routes |= {FIRST: problems(1), SECOND: answer}
    summary = walks(make_source("page", past_web.url))
    assert summary["outcomes"] == {"ok": 1}
    assert summary["failed"] == []
    assert SECOND in issues(walks)["besides_failed"]


def test_a_second_list_does_not_make_up_for_the_first(past_web: Web, walks: Crawls) -> None:
    past_web.routes |= {FIRST: Answer(b"<html></html>"), SECOND: works("m1")}
    assert walks(make_source("page", past_web.url))["outcomes"] == {"bad_shape": 1}


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_the_feed_stands_in_for_an_api_that_is_off(status: int, repository: Path, past_web: Web, walks: Crawls) -> None:
    body = (repository / "tests/fixtures/statuspage_past/history.atom").read_bytes()
    past_web.routes |= {FIRST: Answer(b"no", status), FEED: Answer(body)}
    summary = walks(make_source("page", past_web.url))
    assert summary["outcomes"] == {"ok": 1}
    assert list(withdrawn(walks)) == ["inc0000000b1"]
    assert f"answered {status}" in issues(walks)["fell_back_to_feed"]
    assert walks(make_source("page", past_web.url))["outcomes"] == {"unchanged": 1}
    with Store(walks.db) as store:
        assert next(iter(store.db["issues"].rows))["count"] == 2


@pytest.mark.parametrize("feed", [Answer(b"none", 404), Answer(b"<html></html>")])
def test_without_a_feed_the_first_answer_is_the_reason(feed: Answer, past_web: Web, walks: Crawls) -> None:
    past_web.routes |= {FIRST: Answer(b"no", 404), FEED: feed}
    summary = walks(make_source("page", past_web.url))
    assert summary["outcomes"] == {"http_error": 1}
    assert "incidents.json: the server answered 404 Not Found; " in summary["failed"][0]["error"]
    assert "fell_back_to_feed" not in issues(walks)


def test_a_server_error_is_no_reason_for_the_feed(past_web: Web, walks: Crawls) -> None:
    past_web.routes |= {FIRST: Answer(b"no", 503, {"Retry-After": "60"})}
    assert walks(make_source("page", past_web.url))["outcomes"] == {"http_error": 1}
    assert FEED not in past_web.paths()


def asked_besides(store: Store, sources: list[Source], now: datetime) -> set[str]:
    ledger: Any = Ledger(store, None, store.start_run("nightly", now), lambda: now)  # type: ignore[arg-type]
    spider = SourceSpider(sources, ledger)
    return {source.name for source in sources if spider._takes_turn(source)}


def test_a_great_night_asks_each_second_list_on_one_night_in_seven(tmp_path: Path, now: datetime) -> None:
    sources = [Source(f"s{n}", "statuspage", SourceKind.STATUS, f"https://s{n}.example") for n in range(100)]
    with Store(tmp_path / "work.db") as store:
        nights = [asked_besides(store, sources, now.replace(day=day)) for day in range(1, 8)]
        assert asked_besides(store, sources, now.replace(day=7)) == nights[6], "a night that is taken up goes on"
        assert asked_besides(store, sources[:FEW], now.replace(day=8)) == {s.name for s in sources[:FEW]}
    assert set.union(*nights) == {s.name for s in sources}
    assert sum(map(len, nights)) == len(sources)
    assert nights[0] == {s.name for s in sources if int(digest(s.name), 16) % BESIDES_EVERY == 0}
