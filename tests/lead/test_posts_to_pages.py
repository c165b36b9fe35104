"""From posts, a story and a status page to the published lead: the real reading, believing and publishing."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from pipeline.catalogue import load_catalogue
from pipeline.check import run_checks
from pipeline.export import publish
from pipeline.extract import extract
from pipeline.model import Batch, Fetch, Report, Source, Update
from pipeline.nightly import believe
from pipeline.signals import measure
from pipeline.store import Store
from pipeline.terms import Kind, SourceKind, Status

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCES = (
    Source("a-stream", "feed", SourceKind.SOCIAL, "https://posts.example/stream"),
    Source("a-paper", "feed", SourceKind.NEWS, "https://paper.example/feed"),
    Source("slack", "statuspage", SourceKind.STATUS, "https://status.slack.example", service="slack"),
)
ASKED = ("Is {} down for anyone else?", "{} is down, getting errors everywhere", "Can't log in to {}, is it down?")


def crowd(name: str, start: datetime, seed: int) -> list[Report]:
    """Forty people within forty minutes, and one who never stops."""
    chance = random.Random(seed)
    made = []
    for n in range(46):
        who = f"{seed:04x}{n:012x}" if n < 40 else "f" * 16
        key = f"{name}-{n}"
        made.append(
            Report(
                native_id=key,
                title=chance.choice(ASKED).format(name),
                url=f"https://posts.example/{key}",
                published_at=start + timedelta(seconds=int(chance.triangular(0, 2400, 900))),
                author_hash=who,
            )
        )
    return made


def store_all(store: Store) -> None:
    store.sync_catalogue(load_catalogue().services.values())
    store.sync_sources(SOURCES)
    run = store.start_run("nightly", NOW)
    story = Report(
        "story", "Discord is down for thousands of users", "https://paper.example/story",
        text="Discord is down. The chat service stopped working on Monday morning, users report.",
        published_at=START + timedelta(minutes=70),
    )  # fmt: skip
    page = Report(
        "incident", "Messages fail to send", "https://status.slack.example/incident",
        published_at=START + timedelta(minutes=50), started_at=START + timedelta(minutes=50),
        status=Status.INVESTIGATING, kind=Kind.OUTAGE,
        updates=(Update("u1", START + timedelta(minutes=50), "We are looking into it.", Status.INVESTIGATING),),
    )  # fmt: skip
    posts = [
        *crowd("GitHub", NOW - timedelta(minutes=45), 1),
        *crowd("Discord", START, 2),
        *crowd("Slack", START, 3),
        Report("odd", "Is Netflix down?", "https://posts.example/odd", published_at=START, author_hash="a" * 16),
    ]
    for name, reports in (("a-stream", posts), ("a-paper", [story]), ("slack", [page])):
        fetch = Fetch(f"https://{name}.example/all", NOW, 200, name, 100)
        store.save_batch(Batch(name, run.id, fetch, tuple(reports)))


def test_a_story_that_many_pass_on_is_one_voice_even_when_its_words_are_gone(tmp_path: Path) -> None:
    """Most posts have no title: their words alone tell an echo, and are not kept for ever."""
    shares = [
        Report(
            f"share-{n}", "", f"https://posts.example/share-{n}", author_hash=f"{n:016x}",
            text=f"Discord is down, number {n} says so too https://paper.example/story?from={n}",
            published_at=START + timedelta(minutes=n),
        )
        for n in range(30)
    ]  # fmt: skip
    with Store(tmp_path / "work.db") as store:
        store.sync_catalogue(load_catalogue().services.values())
        store.sync_sources(SOURCES)
        run = store.start_run("nightly", NOW)
        fetch = Fetch("https://a-stream.example/all", NOW, 200, "a", 100)
        store.save_batch(Batch("a-stream", run.id, fetch, tuple(shares)))
        extract(store, workers=1, now=NOW)
        for purged in (0, len(shares)):
            assert store.purge_posts(NOW - timedelta(days=1 - 2 * bool(purged)), NOW) == purged
            found = measure(list(store.claims(load_catalogue())), as_of=NOW)
            hour = next(b for b in found.bins if b.bin_minutes == 60)
            assert (hour.posts, hour.authors, found.spikes) == (len(shares), 1, ())


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("lead")
    with Store(folder / "work.db") as store:
        store_all(store)
        extract(store, workers=1, now=NOW)
        run = store.start_run("resolve", NOW)
        for _ in range(2):
            believe(store, run, lambda _: None)
        run_checks(store)
        publish(store, folder / "outages.db", as_of=NOW)
    return folder / "outages.db"


@pytest.fixture
def outages(public: Any) -> Any:
    db = Database(public)
    yield {row["service"]: row for row in db["outages"].rows}
    db.close()


def test_a_suspected_a_likely_and_a_confirmed_outage(outages: Any) -> None:
    assert {s: o["certainty"] for s, o in outages.items()} == {
        "github": "suspected",
        "discord": "likely",
        "slack": "confirmed",
    }
    assert outages["github"]["phase"] == "ongoing"
    assert all(o["first_signal_at"] for o in outages.values())


def test_the_lead_is_told_where_it_can_be_judged(outages: Any) -> None:
    assert 30 <= outages["slack"]["lead_minutes"] <= 50
    assert outages["slack"]["official_lag_minutes"] >= outages["slack"]["lead_minutes"]
    assert outages["slack"]["lead_unjudged"] is None
    assert outages["github"]["lead_minutes"] is None
    assert outages["github"]["lead_unjudged"] == "no_official_post"


def test_the_tables_hold_the_bins_the_spikes_and_the_league(public: Any) -> None:
    db = Database(public)
    assert {row["service"] for row in db["signal_spikes"].rows} == {"github", "discord", "slack"}
    assert {row["bin_minutes"] for row in db["signals"].rows} == {5, 15, 60}
    assert all(row["authors"] <= row["posts"] for row in db["signals"].rows)
    league = {row["provider"]: row for row in db["status_page_lag"].rows}
    assert league["salesforce"]["judged"] == 1
    assert league["salesforce"]["heard_first"] == 1
    assert league["discord"]["never_posted"] == 1
    db.close()


def test_the_pages_tell_it_and_name_nobody(public: Any, outages: Any) -> None:
    async def ask() -> list[str]:
        datasette = Datasette([str(public)])
        await datasette.invoke_startup()
        paths = ["/", "/lag", "/about", *(f"/outage/{o['id']}" for o in outages.values())]
        answers = [await datasette.client.get(path) for path in paths]
        for database in datasette.databases.values():
            database.close()
        assert {answer.status_code for answer in answers} == {200}
        return [answer.text for answer in answers]

    front, lag, about, *each = asyncio.run(ask())
    assert 'href="/lag"' in front
    assert "Public posts report trouble with GitHub" in front
    assert "Slack" in lag or "Salesforce" in lag
    assert "ladder:two_kinds" in about
    assert any(
        "before the provider&#39;s first post" in page or "before the provider's first post" in page for page in each
    )
    assert "worldwide" not in "".join(each)
    everything = json.dumps([front, lag, *each])
    assert "f" * 16 not in everything
    assert "0001000000000000" not in everything
