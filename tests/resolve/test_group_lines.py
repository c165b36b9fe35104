from __future__ import annotations

import json

import pytest

from pipeline.grouping import group_lines


def line(report, service="parley", **more):
    row = {
        "id": report,
        "is_outage": True,
        "services": [service],
        "started_at": None,
        "published": "2026-03-02T09:00:00Z",
    }
    return json.dumps(row | more)


@pytest.fixture
def outages(small_catalogue):
    def run(*lines):
        return [json.loads(out) for out in group_lines(lines, small_catalogue)]

    return run


def test_one_id_for_all_that_tell_of_one_outage_and_null_for_the_rest(outages):
    out = outages(line("a"), line("b", published="2026-03-02"), line("c", "bazaar"), line("d", is_outage=False))
    assert out[0]["outage"] == out[1]["outage"]
    assert out[2]["outage"] not in (None, out[0]["outage"])
    assert out[3]["outage"] is None
    assert [row["id"] for row in out] == ["a", "b", "c", "d"]


def test_the_line_is_kept_as_it_was_written(small_catalogue):
    raw = '{ "id": "a",  "is_outage": true, "services": ["parley"], "note": "caf\\u00e9 – 1e3", "x": 1.50 }'
    (out,) = group_lines([raw + "\n"], small_catalogue)
    assert out.startswith(raw[:-1].rstrip())
    assert json.loads(out)["outage"]


def test_grouping_twice_is_grouping_once(small_catalogue):
    once = list(group_lines([line("a"), line("b"), line("c", is_outage=False)], small_catalogue))
    assert [json.loads(x) for x in group_lines(once, small_catalogue)] == [json.loads(x) for x in once]


def test_order_does_not_matter(outages):
    lines = [line("a", published="2026-03-02T12:00:00Z"), line("b"), line("c", "bazaar"), line("b", title="Again")]
    forward = {row["id"]: row["outage"] for row in outages(*lines)}
    assert {row["id"]: row["outage"] for row in outages(*reversed(lines))} == forward


def test_a_line_with_an_error_passes_with_null(outages):
    assert outages('{"id": "a", "error": "no text"}') == [{"id": "a", "error": "no text", "outage": None}]


@pytest.mark.parametrize(
    ("bad", "identity"),
    [
        ("{not json", None),
        ("[1, 2]", None),
        ('"text"', None),
        ("3", None),
        ("{}", None),
        ('{"id": "a"}', "a"),
        ('{"id": true, "is_outage": true, "services": []}', True),
        ('{"id": null, "is_outage": true, "services": []}', None),
        ("[" * 100_000, None),
        ('{"id": "a", "is_outage": true}', "a"),
        (line("a", status="exploded"), "a"),
        (line("a", published="yesterday"), "a"),
        (line("a", started_at="2026-03-02T09:00:00"), "a"),
        (line("a", services=[3]), "a"),
        (line("a", components=[3]), "a"),
        (line("a", title=5), "a"),
        (line("a", source={}), "a"),
        (line("a", duration_minutes="an hour"), "a"),
        (line("a", published="9999-12-31T23:59:59Z"), "a"),
        (line("a", published="0001-01-01T00:00:00+14:00"), "a"),
        (line("a", started_at="0001-01-01T00:00:00Z"), "a"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_rest_goes_on(outages, bad, identity):
    first, second = outages(bad, line("z"))
    assert first["id"] == identity
    assert first["error"]
    assert "outage" not in first
    assert second["outage"]


def test_a_service_without_a_date_stands_alone(outages):
    out = outages(line("a", published=None), line("b", published=None))
    assert out[0]["outage"] != out[1]["outage"]
    assert None not in (out[0]["outage"], out[1]["outage"])


def test_two_incidents_of_one_page_are_two_outages(outages):
    page = {
        "source": "page",
        "source_kind": "status",
        "started_at": "2026-03-02T08:00:00Z",
        "started_precision": "minute",
    }
    out = outages(line("a", **page), line("b", **page))
    assert out[0]["outage"] != out[1]["outage"]


def test_an_id_may_be_a_number_as_annotate_passes_it_on(outages):
    first, second = outages(line(7), line("z"))
    assert first["id"] == 7
    assert first["outage"] == second["outage"]


def test_empty_lines_and_no_lines(outages):
    assert outages() == []
    assert outages("", "  \n") == []
