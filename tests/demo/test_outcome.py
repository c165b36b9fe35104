"""The demo against its own truth: what the two recorded nights ought to say, field by field."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from datasette.app import Datasette

from pipeline.demo import highlights
from pipeline.operating_point import CHOSEN
from spiders.record_posts import read_posts

# How many of the 36 outages (of the 4 chains) must be right. A floor only goes up.
FLOORS = {
    "reports": 20,
    "service": 30,
    "started_at": 28,
    "ended_at": 24,
    "cause": 25,
    "hedged": 28,
    "status": 28,
    "kind": 28,
    "certainty": 30,
    "causes": 2,
    "signal": 36,
    "lead": 36,
}
FALSE_OUTAGES = 1
SECONDS = 60


@pytest.fixture(scope="module")
def demo(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `outagewire demo --no-serve` filled."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "pipeline.cli", "demo", "--no-serve", "--db", str(folder / "work.db")]
    started = time.monotonic()
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < SECONDS
    return folder


@pytest.fixture(scope="module")
def published(demo: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(f"file:{demo / 'outages.db'}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    yield db
    db.close()


@pytest.fixture(scope="module")
def truth(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "data/demo/expected.toml").read_text(encoding="utf-8"))


def place(url: str) -> str:
    """An AWS report's address is its page and a fragment; of the others the address itself."""
    return urlsplit(url).fragment or url


def told(published: sqlite3.Connection) -> dict[str, str]:
    """The outage that each report belongs to, those of public posts aside."""
    rows = published.execute(
        """select r.url, o.outage_id from outage_reports o join reports r on r.id = o.report_id
        join sources s on s.name = r.source where s.kind <> 'social'"""
    )
    return {place(url): outage for url, outage in rows}


def outage_of(published: sqlite3.Connection, belongs: dict[str, str], wanted: dict[str, Any]) -> sqlite3.Row | None:
    """The outage that most of the reports tell of; where posts alone tell of it, the one that they rose for."""
    homes = Counter(belongs[place(url)] for url in wanted["reports"] if place(url) in belongs)
    if homes:
        (found, _), *_ = homes.most_common(1)
        return cast("sqlite3.Row", published.execute("select * from outages where id = ?", [found]).fetchone())
    rows = published.execute("select * from outages where service = ?", [wanted["service"]])
    return next((r for r in rows if r["first_signal_at"] and judged(r, wanted)["signal"]), None)


def is_near(value: str | None, wanted: datetime | None, minutes: int) -> bool:
    if value is None or wanted is None:
        return value is None and wanted is None
    return abs(datetime.fromisoformat(value) - wanted) <= timedelta(minutes=minutes)


def judged(outage: sqlite3.Row, wanted: dict[str, Any]) -> dict[str, bool]:
    """For each field whether it is right."""
    return dict(judge(outage, wanted))


def judge(outage: sqlite3.Row, wanted: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    allowed = {k: v if isinstance(v, list) else [v] for k, v in wanted.items()}
    yield "service", outage["service"] in allowed["service"]
    if "started_on" in wanted:
        yield "started_at", (outage["started_at"] or "")[:10] == wanted["started_on"].isoformat()
    else:
        yield "started_at", is_near(outage["started_at"], wanted.get("started_at"), wanted["within_minutes"])
    yield "ended_at", is_near(outage["ended_at"], wanted.get("ended_at"), wanted["within_minutes"])
    for field in ("cause", "status", "kind", "certainty"):
        yield field, outage[field] in allowed[field]
    yield "signal", is_near(outage["first_signal_at"], wanted.get("first_signal_at"), 2)
    yield "lead", outage["lead_minutes"] == wanted.get("lead_minutes")
    yield "hedged", bool(outage["cause_hedged"]) == wanted["hedged"]
    if "causes" in wanted:
        chains = [c if isinstance(c, list) else wanted["causes"] for c in wanted["causes"]]
        yield "causes", json.loads(outage["causes"]) in chains


def test_the_demo_says_what_happened(published: sqlite3.Connection, truth: dict[str, Any]) -> None:
    belongs, right = told(published), Counter[str]()
    for wanted in truth["outage"]:
        row = outage_of(published, belongs, wanted)
        if row is None:
            continue
        urls = {place(url) for url in wanted["reports"]}
        right["reports"] += {url for url, outage in belongs.items() if outage == row["id"]} == urls
        right.update(field for field, good in judged(row, wanted).items() if good)
    assert {field: right[field] for field, floor in FLOORS.items() if right[field] < floor} == {}


def test_what_is_no_outage_does_not_become_one(published: sqlite3.Connection, truth: dict[str, Any]) -> None:
    belongs = told(published)
    wrong = [row["url"] for row in truth["unrelated"] if place(row["url"]) in belongs]
    assert len(wrong) <= FALSE_OUTAGES, wrong


def test_what_nobody_suffers_from_is_no_outage_however_much_is_posted(
    published: sqlite3.Connection, truth: dict[str, Any]
) -> None:
    for quiet in truth["quiet"]:
        span = [quiet["service"], f"{quiet['from']:%Y-%m-%dT%H:%M:%SZ}", f"{quiet['until']:%Y-%m-%dT%H:%M:%SZ}"]
        for table in ("outages", "signal_spikes"):
            sql = f"select * from {table} where service = ? and started_at between ? and ?"
            assert [dict(row) for row in published.execute(sql, span)] == [], quiet["why"]
    echo = "select * from signals where service = 'cumulon-cloud' and bin_minutes = 60 and posts > 1"
    assert [row["authors"] < 2 for row in published.execute(echo)] == [True], "several posts, and one voice"


def test_a_spike_is_found_within_minutes_and_by_few_people(published: sqlite3.Connection) -> None:
    spikes = published.execute("select * from signal_spikes").fetchall()
    assert len(spikes) >= 9
    for spike in spikes:
        assert 5 <= spike["authors"] <= 30
        assert spike["p_value"] < CHOSEN.chance
        late = datetime.fromisoformat(spike["detected_at"]) - datetime.fromisoformat(spike["started_at"])
        assert timedelta() < late <= timedelta(minutes=20)


def test_the_lag_of_status_pages_is_told_and_what_cannot_be_judged(published: sqlite3.Connection) -> None:
    league = {row["provider"]: row for row in published.execute("select * from status_page_lag")}
    assert sum(row["heard_first"] > 0 for row in league.values()) >= 4
    assert sum(row["judged"] > 0 for row in league.values()) >= 10
    first = league["tallybrook-payments"]
    assert (first["lead_judged"], first["heard_first"]) == (1, 0)
    assert first["lead_median_minutes"] < 0
    for provider in ("oakling", "emberplay-studios", "parlorium"):
        assert league[provider]["never_posted"] >= 1
        assert league[provider]["lead_judged"] == 0


def test_the_published_file_names_nobody(demo: Path, repository: Path) -> None:
    public = b"".join(path.read_bytes() for path in demo.glob("outages.db*"))
    people = {post.author for post in read_posts(repository / "data/demo/posts.toml").said}
    assert len(people) >= 60
    assert [name for name in people if name.encode() in public] == []
    with closing(sqlite3.connect(demo / "work.db")) as work:
        hashes = [
            row[0] for row in work.execute("select distinct author_hash from reports where author_hash is not null")
        ]
        keys = [row[0] for row in work.execute("select native_id from reports where url like '%/api/v1/statuses/%'")]
    assert len(hashes) >= 50
    assert [key for key in (*hashes, *keys) if key.encode() in public] == []


def test_a_deleted_post_leaves_the_record(published: sqlite3.Connection, repository: Path) -> None:
    (gone,) = (post for post in read_posts(repository / "data/demo/posts.toml").said if post.gone)
    rows = published.execute("select * from reports where url = ?", [f"https://lemmory.example/post/{gone.number}"])
    assert [(row["title"], row["withdrawn_at"] is not None) for row in rows] == [("a post", True)]
    said = gone.words.partition("\n")[0]
    assert published.execute("select count(*) from outage_evidence where quote = ?", [said]).fetchone()[0] == 0


def test_the_pages_of_the_demo_answer_and_show_it(demo: Path) -> None:
    public = demo / "outages.db"
    pages = dict(highlights(public))
    assert {"suspected: posts alone", "likely: posts and the press", "heard before it was told"} <= set(pages)
    assert pages["how late status pages are"] == "/lag"
    assert len(set(pages.values())) == len(pages), "each line shows something else"

    async def ask() -> dict[str, str]:
        datasette = Datasette([str(public)])
        await datasette.invoke_startup()
        answers = {what: await datasette.client.get(path) for what, path in pages.items()}
        for database in datasette.databases.values():
            database.close()
        assert {answer.status_code for answer in answers.values()} == {200}
        return {what: answer.text for what, answer in answers.items()}

    told = asyncio.run(ask())
    assert "may have had an outage" in told["suspected: posts alone"]
    assert "Likely: at least two independent kinds of source" in told["likely: posts and the press"]
    assert "36 minutes before the provider" in told["heard before it was told"]
    assert "−16 minutes" in told["how late status pages are"]
    assert "Confirmed: the provider itself says so" in told["told by many reports"]
    assert "none is known" in told["never told by the provider"]
    assert "No post of the provider is known: " in told["how late status pages are"]


def test_the_demo_shows_one_of_everything(published: sqlite3.Connection) -> None:
    def count(where: str) -> int:
        return int(published.execute(f"select count(*) from outages where {where}").fetchone()[0])

    assert count("1") >= 15
    assert count("report_count > 1") >= 5
    for where in ("phase = 'ongoing'", "status = 'retracted'", "kind = 'maintenance'", "certainty = 'suspected'"):
        assert count(where) >= 1, where
    assert published.execute("select count(*) from sources").fetchone()[0] >= 12
    assert published.execute("select count(*) from reports").fetchone()[0] >= 60
    states = {row[0] for row in published.execute("select distinct state from sources")}
    assert {"ok", "failing"} <= states


def test_every_time_of_the_demo_is_utc(published: sqlite3.Connection) -> None:
    for (value,) in published.execute("select started_at from outages where started_at is not null"):
        assert datetime.fromisoformat(value).tzinfo == UTC
