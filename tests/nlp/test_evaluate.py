"""Scoring labelled texts: bad lines are refused with a reason and cost no other line its score."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.evaluate import evaluate

TEXT = "Slack was down from 09:10 to 10:25 UTC on 4 March 2026 after a certificate expired."
GOLD = {
    "is_outage": True,
    "services": ["Slack"],
    "start": "2026-03-04T09:10:00Z",
    "end": "2026-03-04T10:25:00Z",
    "duration_s": 4500,
    "cause_accept": ["certificate_expiry"],
}


def line(text: str = TEXT, **labels: object) -> str:
    return json.dumps({"id": "1", "published": "2026-03-04T12:00:00Z", "text": text, "gold": labels or GOLD})


def test_every_label_is_a_row_of_its_own() -> None:
    said = evaluate([line()])
    assert {name: tally.right for name, tally in said.tallies.items()} == dict.fromkeys(
        ("relevance", "service", "service found", "start", "end", "duration", "cause"), 1
    )


def test_a_wrong_answer_counts_against_both_shares() -> None:
    row = evaluate([line(start="2026-03-04T07:00:00Z")]).as_json()["fields"]["start"]
    assert (row["labelled"], row["answered"], row["right"], row["precision"], row["recall"]) == (1, 1, 0, 0.0, 0.0)


def test_an_end_that_the_text_does_not_tell_may_not_be_given() -> None:
    told, open_ = evaluate([line(end=None)]), evaluate([line("Slack is down since 09:10 UTC.", end=None)])
    assert told.tallies["end left open"].right == 0
    assert open_.tallies["end left open"].right == 1


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{not json", "not JSON"),
        ("[1, 2]", "no labels"),
        (json.dumps({"id": "2", "text": TEXT}), "no labels"),
        (json.dumps({"id": "2", "gold": {"is_outage": True}}), "text"),
        (line(start="yesterday"), "labels"),
        (line(services=7), "labels"),
        (line(start_date="tomorrow"), "labels"),
        (line(duration_s="long"), "labels"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_the_rest_is_scored(bad: str, why: str) -> None:
    said = evaluate([line(), "", bad, line()])
    assert said.tallies["service"].right == 2
    (refused,) = said.refused
    assert refused.startswith("line 3: ")
    assert why in refused
    assert any(refused in row for row in said.table(errors=0))


def test_a_file_without_any_labelled_record_cannot_be_scored() -> None:
    with pytest.raises(UsageError, match="line 1"):
        evaluate(["no json at all"])


def test_the_command_says_by_its_exit_code_that_a_line_was_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{line()}\n{{broken\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "evaluate", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "line 2: this is not JSON" in done.stdout
    assert "Traceback" not in done.stderr
