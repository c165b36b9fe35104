"""The walk through history over loopback: whole, once, in bounds, and taken up where it stopped."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from pipeline.store import Store
from tests.spiders.loopback import Answer, Crawls, Web, incident, incidents, make_source

# Page by page, three months each; the second page has a quiet month, the third is a quiet quarter.
PAST = (
    {(2026, 11): ["a1"], (2026, 10): ["a2", "a3"], (2026, 9): ["a4"]},
    {(2026, 8): [], (2026, 7): ["b1"], (2026, 6): ["b2"]},
    {(2026, 5): [], (2026, 4): [], (2026, 3): []},
    {(2026, 2): ["d1"], (2026, 1): [], (2025, 12): ["d2"]},
    {(2025, 11): ["e1"], (2025, 10): [], (2025, 9): ["e2"]},
)
CODES = [code for months in PAST for codes in months.values() for code in codes]
NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def listed(months: dict[tuple[int, int], list[str]]) -> Answer:
    stamp = "{} <var data-var='date'>12</var>, <var data-var='time'>10:58</var> - <var data-var='time'>14:13</var> UTC"
    records = [
        {
            "name": NAMES[month - 1],
            "year": year,
            "starts_on": 1,
            "days": 30,
            "incidents": [
                {"code": c, "name": c, "message": "Over.", "impact": "minor", "timestamp": stamp.format("Oct")}
                for c in codes
            ],
        }
        for (year, month), codes in months.items()
    ]
    return Answer(json.dumps({"months": records}).encode())


def one(code: str, **more: Any) -> Answer:
    key = {"id": f"9{CODES.index(code)}", "code": code, **more}
    record = incident(0, f"Errors of {code}") | key | {"scheduled_for": None, "postmortem_body": None}
    for update in record["incident_updates"]:
        update["id"] = f"u-{code}"
    return Answer(json.dumps(record).encode())


@pytest.fixture
def past(past_web: Web) -> Web:
    for number, months in enumerate(PAST, 1):
        past_web.routes[f"/history.json?page={number}"] = listed(months)
    for number in range(6, 12):
        past_web.routes[f"/history.json?page={number}"] = listed({(2025, 6 - number): []} if number < 6 else {})
    for code in CODES:
        past_web.routes[f"/incidents/{code}.json"] = one(code)
    return past_web


def walk(walks: Crawls, web: Web, **order: Any) -> dict[str, Any]:
    return walks(make_source("page", web.url), history=True, **order)


def row(walks: Crawls) -> dict[str, Any]:
    with Store(walks.db) as store:
        return dict(next(store.db.query("SELECT * FROM source_runs ORDER BY run_id DESC, rowid DESC LIMIT 1")))


def stored(walks: Crawls) -> set[str]:
    with Store(walks.db) as store:
        return {r["native_id"] for r in store.db["reports"].rows}


def codes_of_issues(walks: Crawls) -> dict[str, int]:
    with Store(walks.db) as store:
        return {r["code"]: r["count"] for r in store.db["issues"].rows}


def test_the_whole_past_is_read_once_and_a_second_walk_asks_nothing(past: Web, walks: Crawls) -> None:
    summary = walk(walks, past)
    assert summary["outcomes"] == {"ok": 1}
    assert stored(walks) == set(CODES)
    asked = past.paths()
    assert len(asked) == len(set(asked)) == 8 + len(CODES)
    assert "/history.json?page=8" in asked
    with Store(walks.db) as store:
        assert store.db["report_updates"].count == len(CODES)
        assert next(iter(store.db["sources"].rows_where("name = 'page'")))["last_ok_at"] is None
    again = walk(walks, past)
    assert again["outcomes"] == {"unchanged": 1}
    assert past.paths() == asked
    assert codes_of_issues(walks) == {}


def test_what_the_nightly_visit_has_is_not_asked_for(past: Web, walks: Crawls) -> None:
    held = [incident(0) | {"id": code, "name": f"Errors of {code}"} for code in ("a1", "a2")]
    for number, record in enumerate(held):
        record["incident_updates"] = [record["incident_updates"][0] | {"id": f"v{number}"}]
    past.routes["/api/v2/incidents.json"] = Answer(incidents(*held))
    walks(make_source("page", past.url))
    walk(walks, past)
    assert stored(walks) == set(CODES)
    assert past.times("/incidents/a1.json") == past.times("/incidents/a2.json") == 0
    assert past.times("/incidents/a3.json") == 1


def test_a_walk_that_was_killed_goes_on_where_it_was(past: Web, walks: Crawls) -> None:
    walk(walks, past, kill_after=5, code=137)
    before = past.paths()
    assert 5 <= len(stored(walks)) < len(CODES)
    walk(walks, past)
    assert stored(walks) == set(CODES)
    twice = [path for path in set(past.paths()) if past.times(path) > 1]
    assert len(twice) == 1, "only the page whose body was not stored yet"
    assert twice == [before[-1]]


def test_a_day_bounds_the_walk_and_a_later_one_goes_deeper(past: Web, walks: Crawls) -> None:
    walk(walks, past, since=date(2026, 7, 1))
    assert stored(walks) == {"a1", "a2", "a3", "a4", "b1"}
    assert [p for p in past.paths() if "history" in p] == ["/history.json?page=1", "/history.json?page=2"]
    walk(walks, past)
    assert stored(walks) == set(CODES)
    assert past.times("/history.json?page=1") == past.times("/incidents/b1.json") == 1


def test_a_run_is_bounded_and_says_how_to_go_on(past: Web, walks: Crawls) -> None:
    walk(walks, past, settings={"OUTAGEWIRE_HISTORY_PAGES": 2})
    assert stored(walks) == {"a1", "a2", "a3", "a4", "b1", "b2"}
    assert row(walks)["error"] == "stopped after 2 pages of the list, at 2026-06; start it again to go on"
    walk(walks, past, settings={"OUTAGEWIRE_HISTORY_INCIDENTS": 1})
    assert len(stored(walks)) == 7
    assert "stopped after 1 incidents" in row(walks)["error"]
    walk(walks, past)
    assert stored(walks) == set(CODES)
    assert all(past.times(path) == 1 for path in past.paths())


@pytest.mark.parametrize("path", ["/history.json?page=2", "/incidents/a3.json"])
def test_a_server_that_asks_for_a_pause_gets_it(path: str, past: Web, walks: Crawls) -> None:
    right = past.routes[path]
    past.routes[path] = Answer(b"slow down", 429, {"Retry-After": "120"})
    summary = walk(walks, past)
    assert summary["outcomes"] == {"http_error": 1}
    assert "come back after 120" in summary["failed"][0]["error"]
    assert past.paths()[-1] == path
    assert past.times(path) == 1
    past.routes[path] = right
    assert walk(walks, past)["outcomes"] == {"ok": 1}
    assert stored(walks) == set(CODES)


def test_an_incident_whose_page_is_gone_is_named_and_left_alone(past: Web, walks: Crawls) -> None:
    past.routes["/incidents/b1.json"] = Answer(b"none", 404)
    assert walk(walks, past)["outcomes"] == {"ok": 1}
    assert stored(walks) == set(CODES) - {"b1"}
    assert codes_of_issues(walks) == {"history_incident_missing": 1}
    walk(walks, past)
    assert past.times("/incidents/b1.json") == 1


def test_an_incident_that_fails_is_tried_on_three_runs(past: Web, walks: Crawls) -> None:
    past.routes["/incidents/b1.json"] = Answer(b'{"months": []}')
    for _ in range(4):
        walk(walks, past)
    assert past.times("/incidents/b1.json") == 3
    assert stored(walks) == set(CODES) - {"b1"}
    assert codes_of_issues(walks) == {"history_incident_failed": 3}


def test_three_failures_in_a_row_end_the_walk_for_now(past: Web, walks: Crawls) -> None:
    for code in ("a1", "a2", "a3"):
        past.routes[f"/incidents/{code}.json"] = Answer(b"{}")
    summary = walk(walks, past)
    assert summary["outcomes"] == {"bad_shape": 1}
    assert "3 incidents in a row failed" in summary["failed"][0]["error"]
    assert past.times("/incidents/a4.json") == 0


def test_the_page_of_another_incident_is_named_and_not_asked_for_again(past: Web, walks: Crawls) -> None:
    past.routes["/incidents/b1.json"] = Answer(json.dumps(incident(0) | {"code": "elsewhere"}).encode())
    walk(walks, past)
    walk(walks, past)
    assert past.times("/incidents/b1.json") == 1
    assert codes_of_issues(walks) == {"history_other_incident": 1}


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (Answer(b"none", 404), "unchanged", "no history offered: the server answered 404"),
        (Answer(b"<html></html>"), "bad_shape", "page 1 of the list: the body is an HTML page"),
        (Answer(b"no", 403), "http_error", "page 1 of the list: the server answered 403"),
    ],
)
def test_a_list_that_is_not_there(answer: Answer, outcome: str, words: str, past: Web, walks: Crawls) -> None:
    past.routes["/history.json?page=1"] = answer
    assert walk(walks, past)["outcomes"] == {outcome: 1}
    assert row(walks)["error"].startswith(words)
    assert past.paths() == ["/history.json?page=1"]


def test_a_platform_without_a_past_is_asked_for_nothing(past: Web, walks: Crawls) -> None:
    summary = walks(make_source("cloud", past.url, "google_cloud"), history=True)
    assert summary["outcomes"] == {"unchanged": 1}
    assert row(walks)["error"] == "no history offered"
    assert past.paths(robots=True) == []
