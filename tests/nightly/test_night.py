from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

EARLIER, FIRST, SECOND = "2026-11-18T03:00:00Z", "2026-11-19T03:00:00Z", "2026-11-20T03:00:00Z"


@pytest.fixture(scope="module")
def first(repository: Path, tmp_path_factory: pytest.TempPathFactory, night_of: Any) -> Any:
    """One night that nothing disturbed, of which no source may fail: the night, its exit code and its summary."""
    night = night_of(repository, tmp_path_factory.mktemp("undisturbed"))
    code, out, err = night.run(FIRST, "--json")
    assert out, err
    return night, code, json.loads(out)


@pytest.fixture(scope="module")
def undisturbed(first: Any) -> Any:
    """Both databases after that night."""
    return first[0].tables()


@pytest.fixture
def next_day(repository: Path, tmp_path: Path, night_of: Any, first: Any) -> Any:
    """A copy of that night's files, to go on from."""
    shutil.copytree(first[0].db.parent, tmp_path, dirs_exist_ok=True)
    return night_of(repository, tmp_path)


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


def test_the_summary_counts_what_the_tables_hold(first: Any, undisturbed: Any) -> None:
    tables, summary = undisturbed, first[2]
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
    assert difference(night.tables(), undisturbed) == {}


def test_a_second_start_says_so_and_exits(night: Any) -> None:
    night.db.parent.mkdir(exist_ok=True)
    with FileLock(night.db.with_name("nightly.lock")):
        code, out, err = night.run(FIRST)
    assert (code, out) == (2, "")
    assert err.startswith("outagewire nightly: a nightly run is under way")
    assert err.count("\n") == 1


def test_a_night_that_is_done_is_not_done_again_and_none_goes_back(next_day: Any, first: Any, undisturbed: Any) -> None:
    code, out, err = next_day.run(FIRST, "--json")
    assert (code, json.loads(out)) == first[1:], err
    code, out, err = next_day.run(EARLIER)
    assert (code, out) == (2, "")
    assert "it cannot go back" in err
    assert next_day.tables() == undisturbed


def test_too_many_failed_sources_end_in_exit_1_with_their_list(first: Any, next_day: Any) -> None:
    assert first[1] == 1
    _, out, _ = next_day.run(FIRST)
    failed = [line for line in out.splitlines() if line.startswith("  ")]
    assert len(failed) == len(first[2]["failed"]) >= 3
    assert all(len(line.split(maxsplit=2)) == 3 for line in failed)


def test_the_second_night_adds_what_is_new_and_repeats_nothing(next_day: Any, undisturbed: Any) -> None:
    before = undisturbed["work.db"]
    code, out, err = next_day.run(SECOND, "--json")
    assert code in (0, 1), err
    after = next_day.tables()["work.db"]
    summary = json.loads(out)
    assert summary["new_reports"] == len(after["reports"]) - len(before["reports"])
    ids = {row[0] for row in before["outages"]}
    redirected = {row[0] for row in after["outage_redirects"]}
    assert ids <= {row[0] for row in after["outages"]} | redirected
