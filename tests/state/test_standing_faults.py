"""The faults of parts whose pages show present states alone, through reading and the store."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ShapeError

FIRST = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
NIGHT = timedelta(days=1)


def checks(*states: str) -> dict[str, Any]:
    return {"TestData": [{"TestID": str(n), "Name": f"Test {n}", "Status": s} for n, s in enumerate(states)]}


def monitors(word: str, since: str | None = None) -> dict[str, Any]:
    down = {"lastDowntime": {"date": since}} if since else {}
    monitor = {"monitorId": 7, "name": "Checkout", "statusClass": word, **down}
    return {"status": "ok", "psp": {"monitors": [monitor], "totalMonitors": 1, "timezone": "+00:00"}}


def test_a_fault_ends_when_its_part_is_shown_to_be_well(page: Any) -> None:
    quarry = page("statuscake")
    quarry.night(checks("Down", "Up"))
    quarry.night(checks("Down", "Up"))
    assert quarry.life() == [("investigating", None, None)]
    result = quarry.night(checks("Up", "Up"))
    assert (result.new, result.changed, result.withdrawn) == (0, 1, 0)
    assert quarry.life() == [("resolved", "2026-11-18T03:00:00Z", None)]
    assert [row["native_status"] for row in quarry.rows()] == ["Up"]
    # How it read before is kept.
    earlier = [json.loads(row["content"]) for row in quarry.store.db["report_versions"].rows]
    assert [(row["status"], row["native_status"]) for row in earlier] == [("investigating", "Down")]


def test_a_later_fault_of_the_same_part_is_another_report(page: Any) -> None:
    quarry = page("statuscake")
    for word in ("Down", "Up", "Up", "Down", "Down"):
        quarry.night(checks(word))
    first, second = quarry.rows()
    assert (first["native_id"], second["native_id"]) == ("test-0@20261116T030000Z", "test-0@20261119T030000Z")
    assert quarry.life() == [("resolved", "2026-11-17T03:00:00Z", None), ("investigating", None, None)]


@pytest.mark.parametrize(
    "body", [checks("Up", "Down")["TestData"][1:], [], [{"TestID": "0", "Name": "Test 0", "Status": "Odd"}]]
)
def test_a_part_that_is_not_shown_to_be_well_stays_ill(page: Any, body: list[Any]) -> None:
    """It is missing, nothing is listed at all, or its word is not known: none of these is a recovery."""
    quarry = page("statuscake")
    quarry.night(checks("Down"))
    quarry.night({"TestData": body})
    assert quarry.life()[0] == ("investigating", None, None)


def test_a_body_that_cannot_be_read_ends_nothing(page: Any) -> None:
    quarry = page("statuscake")
    quarry.night(checks("Down"))
    for broken in (b"", b"<html>busy</html>", b"{}", b'{"TestData": null}'):
        with pytest.raises(ShapeError):
            quarry.night(broken)
    assert quarry.life() == [("investigating", None, None)]


def test_a_paused_monitor_tells_of_no_recovery(page: Any) -> None:
    quarry = page("uptimerobot")
    quarry.night(monitors("danger"))
    quarry.night(monitors("paused"))
    assert quarry.life() == [("investigating", None, None)]
    quarry.night(monitors("success"))
    assert quarry.life() == [("resolved", "2026-11-18T03:00:00Z", None)]


def test_a_fault_with_a_start_of_its_own_ends_by_the_next_one(page: Any) -> None:
    quarry = page("uptimerobot")
    quarry.night(monitors("danger", "2026-11-15 20:00:00"))
    quarry.night(monitors("danger", "2026-11-16 22:30:00"))
    assert quarry.life() == [("resolved", "2026-11-16T22:30:00Z", None), ("investigating", None, None)]
    quarry.night(monitors("success"))
    assert quarry.life()[1] == ("resolved", "2026-11-18T03:00:00Z", None)


def test_a_fault_that_the_page_shows_again_under_the_same_start_goes_on(page: Any) -> None:
    quarry = page("uptimerobot")
    quarry.night(monitors("danger", "2026-11-15 20:00:00"))
    quarry.night(monitors("success"))
    quarry.night(monitors("danger", "2026-11-15 20:00:00"))
    assert quarry.life() == [("investigating", None, None)]
    quarry.night(monitors("success"))
    assert quarry.life() == [("resolved", "2026-11-19T03:00:00Z", None)]


def cast(state: str, word: str) -> bytes:
    status = f'<span class="status-list-component-status-text component-{state}">{word}</span>'
    return f"<html><body><ul><li><b>Uploads</b> {status}</li></ul></body></html>".encode()


def kuma(status: int) -> dict[str, Any]:
    beats = [{"status": status, "time": "2026-11-16 02:59:00", "msg": "", "ping": None}]
    return {"heartbeatList": {"1": beats}, "uptimeList": {}}


def duty(*, error: bool) -> bytes:
    page = {"globalStatusHeadline": "We have a problem", "globalStatusHeadlineHasError": error}
    data = json.dumps({"layout": {"layout_settings": {"statusPage": page}}})
    return f'<html><script id="data" type="application/json">{data}</script></html>'.encode()


def component(code: str) -> dict[str, Any]:
    return {"enc_component_id": "c1", "display_name": "Uploads", "component_status": code}


# A body with one fault, and one in which the same part is well.
SHAPES: dict[str, tuple[object, object]] = {
    "statuscake": (checks("Down"), checks("Up")),
    "uptimerobot": (monitors("danger"), monitors("success")),
    "statuscast": (cast("degraded", "Degraded"), cast("available", "Available")),
    "statushub": tuple(  # type: ignore[dict-item]
        {"counters": {"count_status_1": 9 - n, "count_status_2": n, "count_status_3": 0}} for n in (2, 0)
    ),
    "hyperping": ({"indicator": "outage"}, {"indicator": "up"}),
    "lambstatus": tuple(  # type: ignore[dict-item]
        [{"componentID": "c1", "name": "Uploads", "status": word}] for word in ("Major Outage", "Operational")
    ),
    "upptime": tuple(  # type: ignore[dict-item]
        [{"name": "Uploads", "slug": "uploads", "status": word, "uptime": "99.1%"}] for word in ("down", "up")
    ),
    "uptime_kuma": (kuma(0), kuma(1)),
    "sorry": tuple(  # type: ignore[dict-item]
        {"components": [{"id": 1, "name": "Uploads", "state": word}], "meta": {}}
        for word in ("degraded", "operational")
    ),
    "site24x7": tuple({"data": {"current_status": [component(code)]}} for code in ("6", "1")),  # type: ignore[dict-item]
    "pagerduty": (duty(error=True), duty(error=False)),
}


@pytest.mark.parametrize("platform", SHAPES)
def test_on_every_page_of_states_two_faults_are_two_reports_with_ends(page: Any, platform: str) -> None:
    ill, well = SHAPES[platform]
    quarry = page(platform)
    for body in (ill, ill, well, ill, well):
        quarry.night(body)
    assert quarry.life() == [("resolved", "2026-11-18T03:00:00Z", None), ("resolved", "2026-11-20T03:00:00Z", None)]


def test_every_platform_that_reads_states_is_among_these(repository: Path) -> None:
    users = {
        path.stem
        for path in (repository / "spiders" / "status").glob("*.py")
        if "from spiders.standing import" in path.read_text(encoding="utf-8")
    }
    assert users == SHAPES.keys()


def test_a_part_that_an_open_incident_names_is_left_to_it(page: Any) -> None:
    """The page still shows it as ill, so its own fault is not told as over either."""
    quarry = page("site24x7")
    quarry.night({"data": {"current_status": [component("6")]}})
    update = {"incident_status_desc": "We look into it.", "incident_status_id": 11}
    incident = {
        "enc_inc_id": "i1",
        "incident_title": "Uploads fail",
        "incident_began_at": "2026-11-17T01:00:00+0000",
        "incident_severity": "Major Outage",
        "incident_severity_id": 6,
        "incident_affected_components": [{"display_name": "Uploads"}],
        "incident_status_updates": [{**update, "status_updated_at": "2026-11-17T01:00:00+0000"}],
    }
    quarry.night({"data": {"current_status": [component("6")], "active_incident_details": [incident]}})
    assert [row["status"] for row in quarry.rows()] == ["investigating", "investigating"]


def test_a_fault_that_grows_worse_is_the_same_fault(page: Any) -> None:
    quarry = page("lambstatus")
    for word in ("Partial Outage", "Major Outage", "Operational"):
        quarry.night([{"componentID": "c1", "name": "Uploads", "status": word}])
    assert quarry.life() == [("resolved", "2026-11-18T03:00:00Z", None)]
    assert [row["severity"] for row in quarry.rows()] == ["critical"]


def test_of_two_parts_of_one_name_the_ill_one_counts(page: Any) -> None:
    quarry = page("statuscake")
    twins = [{"Name": "Uploads", "Status": word} for word in ("Up", "Down")]
    quarry.night({"TestData": twins})
    assert quarry.life() == [("investigating", None, None)]


def test_bodies_that_are_fed_again_change_nothing(page: Any) -> None:
    quarry = page("statuscake")
    for word in ("Down", "Down", "Up", "Down", "Up"):
        quarry.night(checks(word))
    before = (quarry.rows(), list(quarry.store.db["standing_faults"].rows))
    assert len(before[0]) == 2
    results = [quarry.store_body(at, body) for at, body in quarry.told]
    assert {(r.new, r.changed, r.withdrawn) for r in results} == {(0, 0, 0)}
    assert (quarry.rows(), list(quarry.store.db["standing_faults"].rows)) == before


def test_a_late_body_with_a_fault_that_nobody_saw_opens_nothing(page: Any) -> None:
    """What is known since may be that it is over, and nothing would ever end it."""
    quarry = page("statuscake")
    quarry.now += NIGHT
    quarry.night(checks("Up"))
    quarry.store_body(FIRST, json.dumps(checks("Down")).encode())
    assert quarry.rows() == []
