"""What one hostile text brings about stays with that text."""

from __future__ import annotations

import json
import time

import pytest

from pipeline.extract import annotate_lines


@pytest.mark.parametrize(
    "title",
    ["Logs show 9999-12-31 23:00 PST as the expiry", "It was 00:30 IST on 0001-01-01", "Down for five \u017feconds"],
)
def test_a_text_at_the_edge_of_time_does_not_stop_the_lines_after_it(title: str) -> None:
    lines = [json.dumps({"id": "odd", "title": title}), json.dumps({"id": "good", "title": "Slack is down"})]
    answers = [json.loads(line) for line in annotate_lines(lines)]
    assert [answer["id"] for answer in answers] == ["odd", "good"]
    assert answers[1]["services"] == ["slack"]


def test_a_long_run_of_one_mark_costs_no_more_than_its_length() -> None:
    text = "Slack is down. " + "=" * 60_000
    began = time.process_time()
    (answer,) = [json.loads(line) for line in annotate_lines([json.dumps({"id": "run", "text": text})])]
    assert time.process_time() - began < 10
    assert answer["services"] == ["slack"]
