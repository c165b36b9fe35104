"""Logs of polls over years through the crawler: every incident once, with its updates and its life, none invented.

What is expected is counted from the records of the log, without any of our parsers. In the suite a sample
of each log's polls is fed; ``OUTAGEWIRE_WHOLE_LOGS=1`` feeds all 10,541 and prints the figures (with ``-s``);
``OUTAGEWIRE_FED_LOGS`` names a folder of stores that such a run left, to be counted again without it.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.real.poll_logs import LOGS, Incident, Poll, feed

pytestmark = [pytest.mark.shared, pytest.mark.slow]

WHOLE = os.environ.get("OUTAGEWIRE_WHOLE_LOGS") == "1"
# Polls between two of the sample: the large bodies of Google and AWS take longest.
STRIDES = {"google": 500, "amazon": 270, "github": 200, "digitalocean": 240, "oracle": 30}
STAMP = re.compile(r'<span class="yellowfg">\s*([^<]*?)\s*</span>')
MARKUP = re.compile(r"<[^>]*>|\W|_")


def second(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)


def bare(update: tuple[Any, ...]) -> tuple[Any, ...]:
    """The update without what its words may be spaced or marked with."""
    return (*update[:-1], MARKUP.sub("", unescape(update[-1])))


@dataclass(frozen=True)
class Facts:
    """How one vendor's record is read here: who it is, its state, its updates, and when it was opened."""

    identity: Callable[[Incident], Any]
    state: Callable[[Incident], str]
    updates: Callable[[Incident], set[Any]]
    opened: Callable[[Incident], datetime]
    window: Callable[[Iterable[Incident]], datetime | None]
    # Whether a record that appears is the one that left the list at the same poll, under another key.
    heir: Callable[[Incident, Incident], bool] = lambda _new, _old: False


def amazon_renamed(new: Incident, old: Incident) -> bool:
    """AWS sets the date of an event anew now and then, and the date is a part of its key; its clocks stay.

    Of 22 such events two had no clock left that they had before: nothing tells that they are not others,
    so the earlier is told as withdrawn and the later as new, here and in the store.
    """
    clocks = [set(STAMP.findall(record["description"])) for record in (new, old)]
    titles = [re.sub(r"^\s*\[\w+\]\s*", "", record["summary"]) for record in (new, old)]
    near = abs(int(new["date"]) - int(old["date"])) < 86_400
    return new["service"] == old["service"] and near and titles[0] == titles[1] and bool(clocks[0] & clocks[1])


def google_is_over(record: Incident) -> bool:
    return bool(record.get("end")) or max(record["updates"], key=lambda u: u["when"]).get("status") == "AVAILABLE"


def google_updates(record: Incident) -> set[Any]:
    # Disruption, outage and information are one state of ours, so a change among them is no other update.
    states = {"AVAILABLE": "over", None: None}
    return {
        (second(u["created"]), second(u["when"]), states.get(u.get("status"), "open"), u["text"])
        for u in record["updates"]
    }


def statuspage_updates(record: Incident) -> set[Any]:
    return {
        (u["id"], second(u.get("display_at") or u["created_at"]), u["status"], u["body"] or "")
        for u in record["incident_updates"]
    }


def amazon_updates(record: Incident) -> set[Any]:
    pieces = STAMP.split(record["description"])
    # The day before a clock comes and goes as the event goes on.
    clocks = [stamp.rpartition(", ")[2] for stamp in pieces[1::2]]
    return set(zip(clocks, pieces[2::2], strict=True))


GOOGLE = Facts(
    # The log renames every incident when Google changed its schema; the second of its first words stayed.
    identity=lambda record: min(second(update["created"]) for update in record["updates"]),
    state=lambda record: "over" if google_is_over(record) else "open",
    updates=google_updates,
    opened=lambda record: min(second(record[key]) for key in ("begin", "created") if record.get(key)),
    window=lambda records: min((second(r["end"]) for r in records if r.get("end")), default=None),
)
AMAZON = Facts(
    identity=LOGS["amazon"].key,
    state=lambda r: "over" if r["summary"].strip().startswith("[") or str(r["status"]) == "0" else "open",
    updates=amazon_updates,
    opened=lambda record: datetime.fromtimestamp(int(record["date"]), UTC),
    window=lambda records: min((datetime.fromtimestamp(int(r["date"]), UTC) for r in records), default=None),
    heir=amazon_renamed,
)
STATUSPAGE = Facts(
    identity=LOGS["github"].key,
    state=lambda record: str(record["status"]),
    updates=statuspage_updates,
    opened=lambda record: second(record["created_at"]),
    window=lambda _records: None,
)
FACTS = {"google": GOOGLE, "amazon": AMAZON}


@dataclass
class Expected:
    """What a log says, in the order of its polls."""

    facts: Facts
    key: Callable[[Incident], str]
    names: dict[str, Any] = field(default_factory=dict)
    lives: dict[Any, list[str]] = field(default_factory=dict)
    updates: dict[Any, set[Any]] = field(default_factory=dict)
    last: dict[Any, set[Any]] = field(default_factory=dict)
    opened: dict[Any, datetime] = field(default_factory=dict)
    withdrawn: set[Any] = field(default_factory=set)
    polls: int = 0
    _held: dict[str, Incident] = field(default_factory=dict)

    def take(self, poll: Poll) -> None:
        self.polls += 1
        left = {key: record for key, record in self._held.items() if key not in poll.held}
        for key, record in poll.held.items():
            if key not in self.names:
                before = [name for name, old in left.items() if self.facts.heir(record, old)]
                # Who an incident is was settled when it was first seen: its first words may be edited later.
                self.names[key] = self.names[before[0]] if before else self.facts.identity(record)
            if self._held.get(key) != record:
                self._change(self.names[key], record)
        self._held = poll.held
        window = self.facts.window(poll.held.values())
        if window is None:
            return
        listed = {self.names[key] for key in poll.held}
        self.withdrawn -= listed
        self.withdrawn |= {who for who, opened in self.opened.items() if who not in listed and opened > window}

    def _change(self, who: Any, record: Incident) -> None:
        life, state = self.lives.setdefault(who, []), self.facts.state(record)
        if life[-1:] != [state]:
            life.append(state)
        said = self.facts.updates(record)
        self.updates[who] = self.updates.get(who, set()) | said
        self.last[who] = said
        self.opened[who] = min(self.facts.opened(record), self.opened.get(who, datetime.max.replace(tzinfo=UTC)))


@dataclass
class Stored:
    """What the store holds of one source, by the incident's identity in the log."""

    reports: dict[Any, Incident]
    lives: dict[Any, list[str]]
    updates: dict[Any, int]
    current: dict[Any, int]
    issues: list[tuple[str, str]]


def read_store(path: Path, name: str, expected: Expected) -> Stored:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute("select * from reports where source = ?", [name])]
        earlier: dict[str, list[str]] = {}
        for version in db.execute("select report_id, content from report_versions order by replaced_at"):
            earlier.setdefault(version["report_id"], []).append(_state(name, json.loads(version["content"])))
        count = "select report_id, count(*) from report_updates {} group by report_id"
        ever = {row[0]: row[1] for row in db.execute(count.format(""))}
        now = {row[0]: row[1] for row in db.execute(count.format("where replaced_at is null"))}
        issues = list(db.execute("select code, detail from issues where source = ?", [name]))
    # An incident that the log does not know keeps its own key, and so is seen to be invented.
    who = {row["id"]: expected.names.get(row["native_id"], row["native_id"]) for row in rows}
    assert len(set(who.values())) == len(rows)
    lives = {
        who[row["id"]]: [state for state, _ in groupby([*earlier.get(row["id"], []), _state(name, row)])]
        for row in rows
    }
    return Stored(
        {who[row["id"]]: row for row in rows},
        lives,
        {who[key]: ever.get(key, 0) for key in who},
        {who[key]: now.get(key, 0) for key in who},
        [tuple(issue) for issue in issues],
    )


def _state(name: str, row: Incident) -> str:
    if name in FACTS:
        return "over" if row["status"] == "resolved" else "open"
    return str(row["native_status"])


@pytest.fixture(scope="module")
def fed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, int]]]:
    if given := os.environ.get("OUTAGEWIRE_FED_LOGS"):
        return Path(given), {}
    work = tmp_path_factory.mktemp("polls")
    outcomes: dict[str, dict[str, int]] = {}
    # Apart, so that a log of few polls does not wait for one of many.
    for part in (["google"], ["amazon"], ["github", "digitalocean", "oracle"]) if WHOLE else [list(LOGS)]:
        folder = work / part[0] if WHOLE else work
        folder.mkdir(exist_ok=True)
        outcomes |= feed(shared / "replay", folder, {name: 1 if WHOLE else STRIDES[name] for name in part})
    return work, outcomes


@pytest.mark.parametrize("name", LOGS)
def test_every_incident_of_a_log_is_there_once_with_its_life(
    name: str, fed: tuple[Path, dict[str, dict[str, int]]], shared: Path
) -> None:
    log, (work, outcomes) = LOGS[name], fed
    expected = Expected(FACTS.get(name, STATUSPAGE), log.key)
    for poll in log.polls(shared / "replay", 1 if WHOLE else STRIDES[name]):
        expected.take(poll)
    part = name if name in FACTS else "github"
    stored = read_store(work / part / "work.db" if WHOLE else work / "work.db", name, expected)
    union = log.union(shared / "replay")
    if WHOLE:
        sys.stdout.write(figures(name, expected, stored, union) + "\n")
        assert expected.names.keys() == union.keys()
    if outcomes:
        assert sum(outcomes[name].values()) == expected.polls
        assert outcomes[name].keys() <= {"ok", "unchanged"}
    assert stored.issues == []
    assert stored.reports.keys() == expected.lives.keys()
    assert expected.names.keys() <= union.keys()
    assert stored.lives == expected.lives
    # An edit of the markup alone is another update where it changes the words' spacing.
    least = {who: len(set(map(bare, said))) for who, said in expected.updates.items()}
    odd = {w: (least[w], n, len(expected.updates[w])) for w, n in stored.updates.items()}
    assert {who: counts for who, counts in odd.items() if counts != tuple(sorted(counts))} == {}
    # Fewer are listed where the body shows the newest alone; what slid out of it stays.
    assert [who for who, said in expected.last.items() if stored.current[who] < len(said)] == []
    withdrawn = {who for who, row in stored.reports.items() if row["withdrawn_at"]}
    assert withdrawn == expected.withdrawn


def figures(name: str, expected: Expected, stored: Stored, union: dict[str, Incident]) -> str:
    """One line of counts, those of the log before those of the store."""
    pairs: dict[str, tuple[int, int]] = {
        "incidents": (len(expected.lives), len(stored.reports)),
        "updates": (sum(map(len, expected.updates.values())), sum(stored.updates.values())),
        "current updates": (sum(map(len, expected.last.values())), sum(stored.current.values())),
        "changes of state": (sum(map(len, expected.lives.values())), sum(map(len, stored.lives.values()))),
        "withdrawn": (len(expected.withdrawn), sum(bool(r["withdrawn_at"]) for r in stored.reports.values())),
        "lives that differ": (0, sum(stored.lives.get(who) != life for who, life in expected.lives.items())),
    }
    counts = ", ".join(f"{what} {told} / {held}" for what, (told, held) in pairs.items())
    return f"{name}: {expected.polls} polls, {len(union)} keys in the union; {counts}"
