from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

FIRST, SECOND = "2026-11-19T03:00:00Z", "2026-11-20T03:00:00Z"


@pytest.fixture(scope="module")
def undisturbed(repository: Path, tmp_path_factory: pytest.TempPathFactory, night_of: Any) -> Any:
    """Both databases after one night that nothing disturbed."""
    night = night_of(repository, tmp_path_factory.mktemp("undisturbed"))
    code, out, err = night.run(FIRST, "--json")
    assert code in (0, 1), err
    return night.tables(), json.loads(out)


def difference(one: Any, other: Any) -> dict[str, tuple[list[Any], list[Any]]]:
    """By table: the rows that only the one has, and those that only the other has."""
    found = {}
    for database in one:
        assert set(one[database]) == set(other[database])
        for table, rows in one[database].items():
            mine, theirs = set(rows), set(other[database][table])
            if mine != theirs:
                found[f"{database}: {table}"] = (sorted(mine - theirs, key=repr), sorted(theirs - mine, key=repr))
    return found


def test_the_summary_counts_what_the_tables_hold(undisturbed: Any) -> None:
    tables, summary = undisturbed
    work = tables["work.db"]
    assert summary["sources"] == len(work["source_runs"]) > 0
    assert summary["new_reports"] == len(work["reports"]) > 0
    assert summary["outages"] == len(work["outages"]) == len(tables["outages.db"]["outages"]) > 0
    assert {row["outcome"] for row in summary["failed"]} <= set(summary["outcomes"])


@pytest.mark.slow
@pytest.mark.parametrize("word", ["crawl: ", "extract: ", "resolve: ", "publish: "])
def test_a_night_that_was_killed_ends_with_the_tables_of_an_undisturbed_one(
    night: Any, undisturbed: Any, word: str
) -> None:
    night.kill_when_it_says(FIRST, word)
    code, _, err = night.run(FIRST)
    assert code in (0, 1), err
    assert difference(night.tables(), undisturbed[0]) == {}


def test_a_second_start_says_so_and_exits(night: Any) -> None:
    night.db.parent.mkdir(exist_ok=True)
    with FileLock(night.db.with_name("nightly.lock")):
        code, out, err = night.run(FIRST)
    assert (code, out) == (2, "")
    assert err.startswith("outagewire nightly: a nightly run is under way")
    assert err.count("\n") == 1


def test_a_night_that_is_done_is_not_done_again_and_none_goes_back(night: Any, undisturbed: Any) -> None:
    night.run(SECOND)
    before = night.tables()
    code, out, err = night.run(SECOND, "--json")
    assert (code, json.loads(out)["run"]) == (0, "20261120T030000Z-nightly"), err
    code, out, err = night.run(FIRST)
    assert (code, out) == (2, "")
    assert "it cannot go back" in err
    assert night.tables() == before


def test_too_many_failed_sources_end_in_exit_1_with_their_list(night: Any) -> None:
    code, out, err = night.run(FIRST, "--max-failed", "0")
    assert code == 1, err
    failed = [line for line in out.splitlines() if line.startswith("  ")]
    assert len(failed) >= 3
    assert all(len(line.split(maxsplit=2)) == 3 for line in failed)


def test_the_second_night_adds_what_is_new_and_repeats_nothing(night: Any) -> None:
    night.run(FIRST)
    before = night.tables()["work.db"]
    code, out, err = night.run(SECOND, "--json")
    assert code in (0, 1), err
    after = night.tables()["work.db"]
    summary = json.loads(out)
    assert summary["new_reports"] == len(after["reports"]) - len(before["reports"])
    ids = {row[0] for row in before["outages"]}
    redirected = {row[0] for row in after["outage_redirects"]}
    assert ids <= {row[0] for row in after["outages"]} | redirected
