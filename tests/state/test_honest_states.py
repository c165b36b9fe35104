"""What the site may say of a source and of an outage: unknown is never green, and silence is no recovery."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pipeline.extract import pipeline
from pipeline.nlp import annotate
from pipeline.terms import Outcome, Status

SERVICE = "github"  # any of the catalogue's: the page itself is invented
HOUR = timedelta(hours=1)
PHASES = ("phase", "status", "ended_at")


def incident(number: int, day: int, status: str = "resolved", **more: Any) -> dict[str, Any]:
    begun = f"2026-11-{day:02d}T01:{number:02d}:00.000Z"
    update = {"id": f"u{number}", "status": status, "body": "Uploads fail.", "created_at": begun, "display_at": begun}
    return {
        "id": f"inc{number}",
        "name": "Uploads fail",
        "status": status,
        "impact": "major",
        "created_at": begun,
        "started_at": begun,
        "updated_at": begun,
        "resolved_at": begun if status == "resolved" else None,
        "incident_updates": [update],
        **more,
    }


def listing(*incidents: dict[str, Any]) -> dict[str, Any]:
    return {"page": {"id": "p", "name": "Quarry"}, "incidents": list(incidents)}


def phase_of(tables: dict[str, list[dict[str, Any]]], status: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in PHASES) for row in tables["outages"] if row["status"] == status]


@pytest.mark.parametrize(
    "left",
    [
        [incident(7, 17), incident(8, 17)],
        [incident(7, 17, "monitoring")],
        [],
    ],
    ids=["newer ones fill the list", "only open ones are listed", "nothing is listed"],
)
def test_an_open_incident_that_left_the_list_is_not_over(page: Any, left: list[dict[str, Any]]) -> None:
    quarry = page("statuspage", SERVICE)
    quarry.night(listing(incident(1, 15, "investigating"), incident(2, 14)))
    assert phase_of(quarry.published(), "investigating") == [("ongoing", "investigating", None)]
    quarry.night(listing(*left))
    assert [row["withdrawn_at"] for row in quarry.rows() if row["native_id"] == "inc1"] == [None]
    assert phase_of(quarry.published(), "investigating") == [("ongoing", "investigating", None)]
    for _ in range(8):
        quarry.night(listing(*left))
    tables = quarry.published()
    assert phase_of(tables, "investigating") == [("unknown", "investigating", None)]
    # Not known to be over, and not counted as going on: the page was read, and tells of none.
    state = next(row for row in tables["services"] if row["slug"] == SERVICE)
    assert state["state"] == "none_known"


def test_a_list_that_is_cut_shorter_withdraws_and_ends_nothing(page: Any) -> None:
    quarry = page("statuspage", SERVICE)
    many = [incident(n, 16 - n, "investigating" if n == 9 else "resolved") for n in range(1, 12)]
    quarry.night(listing(*many))
    quarry.night(listing(*many[:4]))
    assert {row["withdrawn_at"] for row in quarry.rows()} == {None}
    assert [row["status"] for row in quarry.rows()].count("investigating") == 1


def test_nights_that_fail_end_nothing_and_make_the_service_unknown(page: Any) -> None:
    quarry = page("statuspage", SERVICE)
    quarry.night(listing(incident(1, 16, "investigating"), incident(2, 14)))
    before = quarry.rows()
    for outcome in (Outcome.TIMEOUT, Outcome.EMPTY, Outcome.BAD_SHAPE, Outcome.HTTP_ERROR):
        quarry.failed_night(outcome)
    assert quarry.rows() == before
    assert phase_of(quarry.published(), "investigating") == [("ongoing", "investigating", None)]
    tables = quarry.published(quarry.now + 9 * 24 * HOUR)
    assert phase_of(tables, "investigating") == [("unknown", "investigating", None)]
    assert next(row for row in tables["services"] if row["slug"] == SERVICE)["state"] == "unknown"


def test_a_source_tells_its_last_good_fetch_its_failures_and_its_age(page: Any) -> None:
    quarry = page("statuspage", SERVICE)

    def health(hours: float = 0) -> tuple[Any, ...]:
        row = next(
            r for r in quarry.published(quarry.now - 24 * HOUR + hours * HOUR)["sources"] if r["name"] == "quarry"
        )
        keys = ("state", "last_ok_at", "age_hours", "consecutive_failures", "last_outcome", "last_error")
        return tuple(row[key] for key in keys)

    assert health() == ("unknown", None, None, 0, None, None)
    quarry.night(listing(incident(1, 15)))
    assert health() == ("ok", "2026-11-16T03:00:00Z", 0.0, 0, "ok", None)
    assert health(48) == ("ok", "2026-11-16T03:00:00Z", 48.0, 0, "ok", None)
    assert health(48.1)[:3] == ("stale", "2026-11-16T03:00:00Z", 48.1)
    quarry.failed_night()
    assert health() == ("failing", "2026-11-16T03:00:00Z", 24.0, 1, "timeout", "no answer in 30 seconds")
    quarry.failed_night(Outcome.HTTP_ERROR, "the server answered 503")
    quarry.failed_night(Outcome.DNS, "no such host")
    assert health() == ("stale", "2026-11-16T03:00:00Z", 72.0, 3, "dns", "no such host")
    quarry.night(listing(incident(1, 15)))
    assert health() == ("ok", "2026-11-20T03:00:00Z", 0.0, 0, "ok", None)


def test_an_open_incident_outranks_components_that_are_all_well(page: Any) -> None:
    quarry = page("site24x7", SERVICE)
    opened = {
        "enc_inc_id": "i1",
        "incident_title": "Uploads fail",
        "incident_began_at": "2026-11-16T01:00:00+0000",
        "incident_severity": "Major Outage",
        "incident_severity_id": 6,
        "incident_affected_components": [{"display_name": "Uploads"}],
        "incident_status_updates": [
            {
                "incident_status_desc": "We look into it.",
                "incident_status_id": 11,
                "status_updated_at": "2026-11-16T01:05:00+0000",
            }
        ],
    }
    well = {"enc_component_id": "c1", "display_name": "Uploads", "component_status": "1"}
    body = {"data": {"current_status": [well], "active_incident_details": [opened]}}
    quarry.night(body)
    quarry.night(body)
    tables = quarry.published()
    assert phase_of(tables, "investigating") == [("ongoing", "investigating", None)]
    assert next(row for row in tables["services"] if row["slug"] == SERVICE)["state"] == "outage"


def test_a_standing_fault_that_is_over_is_shown_as_over(page: Any) -> None:
    quarry = page("statuscake", SERVICE)
    for word in ("Down", "Up"):
        quarry.night({"TestData": [{"TestID": "0", "Name": "Uploads", "Status": word}]})
    (row,) = quarry.published()["outages"]
    assert (row["phase"], row["status"], row["ended_at"]) == ("over", "resolved", "2026-11-17T03:00:00Z")
    # When it was seen to be over is not exactly when it was.
    assert row["ended_precision"] == "day"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Resolved: major outage of file uploads", None),
        ("[Resolved] Major outage", "Uploads were down for all users."),
        ("Major outage", "Resolved - The major outage of uploads is over."),
        ("Critical: all uploads down", "This incident has been resolved."),
    ],
)
def test_the_word_for_the_state_outranks_the_words_for_the_impact(title: str, text: str | None) -> None:
    record = {"id": "1", "kind": "status", "title": title, "text": text, "published": "2026-11-16T03:00:00Z"}
    assert annotate(pipeline(), {k: v for k, v in record.items() if v}).status is Status.RESOLVED


@pytest.mark.parametrize("impact", ["major", "critical"])
def test_a_record_that_is_resolved_is_over_however_bad_it_was(page: Any, impact: str) -> None:
    quarry = page("statuspage", SERVICE)
    components = [{"id": "c", "name": "Uploads", "status": "major_outage"}]
    quarry.night(listing(incident(1, 15, "resolved", impact=impact, name="Major outage", components=components)))
    assert [row[:2] for row in phase_of(quarry.published(), "resolved")] == [("over", "resolved")]


def test_a_feed_that_names_the_state_in_its_title_is_read_by_it(page: Any) -> None:
    quarry = page("status_feed", SERVICE)
    entry = (
        "<item><guid>https://status.quarry.example/i/1</guid><title>Resolved: Major outage</title>"
        "<description>All uploads failed.</description><pubDate>Sun, 15 Nov 2026 12:00:00 GMT</pubDate></item>"
    )
    head = "<?xml version='1.0'?><rss version='2.0'><channel><title>Status</title>"
    quarry.night(f"{head}<link>https://status.quarry.example</link>{entry}</channel></rss>".encode())
    assert [row[:2] for row in phase_of(quarry.published(), "resolved")] == [("over", "resolved")]
