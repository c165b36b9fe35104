"""The first 200 polls of Google's list of incidents, in order, against a count of the log by other means.

"Fed again" has three meanings, and each holds:

* Every body twice in a row, as a crawl meets a page that has not changed: the second one writes nothing.
* All polls once more from the start, each with the time at which it was taken: a recording that is fed
  again. What was observed before the latest answer is no news of what is known, so nothing is written.
* An old body that the server really gives once more is another thing. It is what the source says now, and
  an incident that reads as it did last week was edited back. To pass over every body that was ever seen
  would lose that, so only the latest hash is remembered (`tests/store` holds the way there and back).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.catalogue import load_catalogue
from pipeline.model import Batch, BatchResult, Fetch, digest
from pipeline.store import Store
from spiders.archive import Archive
from spiders.contents import read_body
from spiders.platforms import get_platform
from tests.real.conftest import WORLD
from tests.spiders.loopback import Answer, Crawls, make_source

pytestmark = pytest.mark.shared

POLLS = 200
SITE = "https://status.cloud.google.com"
LIST = f"{SITE}/incidents.json"


@dataclass
class Poll:
    """One poll: when it was, the body as the server gave it, and the log's line."""

    at: datetime
    body: bytes
    line: dict[str, Any]


def key_of(record: dict[str, Any]) -> str:
    return record.get("id") or f"{record['service_key']}-{record['number']}"


@pytest.fixture(scope="module")
def polls(shared: Path) -> list[Poll]:
    """The bodies, put together again from the log, the latest incident first as Google lists them."""
    held: dict[str, tuple[str, str]] = {}
    found = []
    with gzip.open(shared / "replay/gcp-feed-replay/gcp_replay.jsonl.gz", "rt", encoding="utf-8") as log:
        for _, text in zip(range(POLLS), log, strict=False):
            line = json.loads(text)
            held |= {key_of(record): (record["begin"], json.dumps(record)) for record in line["changed"]}
            for key in line["gone"]:
                del held[key]
            assert len(held) == line["feed_len"]
            body = "[" + ",".join(record for _, record in sorted(held.values(), reverse=True)) + "]"
            found.append(Poll(datetime.fromisoformat(line["polled_at"]), body.encode(), line))
    return found


@dataclass
class Count:
    """What the log says, counted without any of our parsers.

    An incident is known by the second in which its first update was written, since the log renames
    all of them when Google changed its schema. `states` holds the latest state of each.
    """

    states: dict[datetime, dict[str, Any]] = field(default_factory=dict)
    names: dict[datetime, set[str]] = field(default_factory=dict)
    updates: set[tuple[Any, ...]] = field(default_factory=set)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: int = 0
    edits: int = 0
    withdrawn: set[datetime] = field(default_factory=set)

    def take(self, line: dict[str, Any]) -> None:
        for record in line["changed"]:
            self.held[key_of(record)] = record
            self._change(record)
        gone = [self.held.pop(key) for key in line["gone"]]
        listed = {first_words(record) for record in self.held.values()}
        oldest = min(second(record["end"]) for record in self.held.values() if record.get("end"))
        for record in gone:
            onset = min(second(record[key]) for key in ("begin", "created") if record.get(key))
            if first_words(record) not in listed and onset > oldest:
                self.withdrawn.add(first_words(record))

    def _change(self, record: dict[str, Any]) -> None:
        key, state = first_words(record), state_of(record)
        before = self.states.get(key)
        if before is not None:
            # One schema of a single day had no creation time: it did not take back the one that was known.
            state["created"] = state["created"] or before["created"]
            different = [name for name in state if state[name] != before[name]]
            self.changes += bool(different)
            self.edits += any(before[name] is not None for name in different)
        self.states[key] = state
        self.names.setdefault(key, set()).add(key_of(record))
        self.updates |= {(key, *update) for update in state["updates"]}


def second(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)


def first_words(record: dict[str, Any]) -> datetime:
    return min(second(update["created"]) for update in record["updates"])


def state_of(record: dict[str, Any]) -> dict[str, Any]:
    products = {product["title"] for product in record.get("affected_products", [])}
    return {
        "title": " ".join(record["external_desc"].split()),
        "begin": second(record["begin"]),
        "end": second(record["end"]) if record.get("end") else None,
        "over": bool(record.get("end")) or max(record["updates"], key=lambda u: u["when"]).get("status") == "AVAILABLE",
        "created": second(record["created"]) if record.get("created") else None,
        "severity": record.get("severity"),
        "impact": record.get("status_impact") or record.get("severity"),
        "products": frozenset(products or {record["service_name"]}),
        "updates": frozenset(
            (second(u["created"]), second(u["when"]), u.get("status"), u["text"]) for u in record["updates"]
        ),
    }


@pytest.fixture(scope="module")
def log(polls: list[Poll]) -> Count:
    count = Count()
    for poll in polls:
        count.take(poll.line)
    return count


@dataclass
class Fed:
    """The store after all polls, and what each of them was told to have changed."""

    store: Store
    batches: list[Batch]
    first: list[BatchResult]
    again: list[BatchResult]

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        return {t: sorted(self.store.db.execute(f"select * from {t}"), key=repr) for t in WORLD}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.store.db.execute(sql))


@pytest.fixture(scope="module")
def fed(polls: list[Poll], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fed]:
    source, platform = make_source("google-cloud", SITE, "google_cloud", "google-cloud"), get_platform("google_cloud")
    with Store(tmp_path_factory.mktemp("polls") / "work.db") as store:
        store.sync_catalogue(load_catalogue().services.values())
        store.sync_sources([source])
        fed = Fed(store, [], [], [])
        for poll in polls:
            said = read_body(platform, poll.body, source)
            fetch = Fetch(LIST, poll.at, 200, digest(poll.body, length=64), len(poll.body))
            run = store.start_run("crawl", poll.at)
            batch = Batch(source.name, run.id, fetch, said.reports, said.issues, said.complete, said.window_start)
            fed.batches.append(batch)
            fed.first.append(store.save_batch(batch))
            fed.again.append(store.save_batch(batch))
        yield fed


def test_reports_and_updates_are_those_of_the_log(fed: Fed, polls: list[Poll], log: Count) -> None:
    assert [len(b.reports) for b in fed.batches] == [poll.line["feed_len"] for poll in polls]
    assert not any(b.issues for b in fed.batches)
    assert len(log.states) == len(fed.rows("select 1 from reports")) == sum(r.new for r in fed.first)
    assert len(log.updates) == len(fed.rows("select 1 from report_updates"))
    last = sum(len(state["updates"]) for state in log.states.values())
    assert last == len(fed.rows("select 1 from report_updates where replaced_at is null"))


def test_versions_are_those_of_the_log(fed: Fed, log: Count) -> None:
    assert sum(r.changed for r in fed.first) == log.changes
    assert len(fed.rows("select 1 from report_versions")) == log.edits > 0


def test_versions_are_at_most_those_of_the_union(fed: Fed, polls: list[Poll], log: Count, shared: Path) -> None:
    """The log as a whole counts a version for every difference, of a schema as well."""
    with gzip.open(shared / "replay/gcp-feed-replay/gcp_union.jsonl.gz", "rt", encoding="utf-8") as union:
        versions = {row["key"]: row["versions"] for row in map(json.loads, union)}
    # Whoever goes by two names is counted under each.
    most = {first: sum(versions[name] for name in names) for first, names in log.names.items()}
    stored = fed.rows(
        "select r.native_id, count(v.report_id) from reports r"
        " left join report_versions v on v.report_id = r.id group by r.id"
    )
    by_name = {name: first for first, names in log.names.items() for name in names}
    assert len(stored) == len(most)
    assert [name for name, earlier in stored if earlier + 1 > most[by_name[name]]] == []


def test_what_is_withdrawn_is_told_from_what_is_old(fed: Fed, log: Count) -> None:
    withdrawn = {row[0] for row in fed.rows("select native_id from reports where withdrawn_at is not null")}
    assert sum(r.withdrawn for r in fed.first) == len(log.withdrawn) == len(withdrawn) > 0
    by_name = {name: first for first, names in log.names.items() for name in names}
    assert {by_name[name] for name in withdrawn} == log.withdrawn


def test_every_poll_twice_in_a_row_writes_nothing(fed: Fed) -> None:
    assert {(r.new, r.changed, r.withdrawn) for r in fed.again} == {(0, 0, 0)}


def test_all_polls_again_from_the_start_write_nothing(fed: Fed) -> None:
    before = fed.dump()
    results = [fed.store.save_batch(batch) for batch in fed.batches]
    assert {(r.new, r.changed, r.withdrawn) for r in results} == {(0, 0, 0)}
    assert fed.dump() == before
    memory = fed.store.memory(LIST)
    assert memory is not None
    assert memory.body_hash == fed.batches[-1].fetch.body_hash


def test_over_http_a_sample_fares_as_it_does_directly(web: Any, polls: list[Poll], tmp_path: Path) -> None:
    """Every fourteenth poll through the crawler, twice; the store ends as it does when these are stored directly."""
    sample = polls[::14]
    source = make_source("google-cloud", web.url, "google_cloud", "google-cloud")
    crawls = Crawls(tmp_path)
    totals = {"new": 0, "changed": 0, "withdrawn": 0}
    count = Count()
    for poll in sample:
        web.routes["/incidents.json"] = Answer(poll.body)
        crawls.now = poll.at
        first = crawls(source)
        crawls.now = poll.at + timedelta(minutes=1)
        second_time = crawls(source)
        assert (first["outcomes"], second_time["outcomes"]) == ({"ok": 1}, {"unchanged": 1})
        assert all(second_time[key] == 0 for key in totals)
        totals = {key: totals[key] + first[key] for key in totals}
        listed = {key_of(record): record for record in json.loads(poll.body)}
        changed = [r for key, r in listed.items() if count.held.get(key) != r]
        count.take({"changed": changed, "gone": [key for key in count.held if key not in listed]})
    assert totals == {"new": len(count.states), "changed": count.changes, "withdrawn": len(count.withdrawn)}


@pytest.mark.slow
def test_a_recording_that_is_fed_again_writes_nothing(polls: list[Poll], outagewire_in: Any, tmp_path: Path) -> None:
    """Through the command: two polls as a WARC file, each read as it stood then, and the first of them once more."""
    sample = [polls[0], polls[-1]]
    recording = tmp_path / "polls.warc.gz"
    with Archive(tmp_path / "recorded.db") as archive:
        for poll in sample:
            archive.put(LIST, poll.at, 200, (("Content-Type", "application/json"),), poll.body)
        archive.export_warc(recording)
    command = outagewire_in(tmp_path)
    folder = command.sources({"google_cloud": {"google-cloud": {"url": SITE}}})

    def replay(poll: Poll, minutes: int) -> dict[str, Any]:
        as_of = (poll.at + timedelta(minutes=minutes)).isoformat()
        row: dict[str, Any] = command.crawl(folder, "--replay", recording, "--as-of", as_of)["google-cloud"]
        return row

    rows = [replay(poll, 1) for poll in sample]
    assert [(row["outcome"], row["items"]) for row in rows] == [("ok", poll.line["feed_len"]) for poll in sample]
    before = command.dump()
    late = replay(sample[0], 2)
    assert (late["outcome"], late["new"], late["changed"]) == ("ok", 0, 0)
    assert command.dump() == before
