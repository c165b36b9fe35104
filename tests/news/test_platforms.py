"""Searches and mailing lists: what each body says, what another shape does, and what is never kept of a message."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import ShapeError
from pipeline.model import Issue, Posting, Report, Source, iso
from spiders.conversations import hear
from spiders.news import gdelt, hyperkitty, mbox, news_search, pipermail
from spiders.news.mbox import own_words
from spiders.news.rotation import NAMES, name_slices, queries
from spiders.platforms import Occasion, get_platform

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SOURCES = {
    "pipermail": "https://lists.harbour.example/pipermail/cablewatch/",
    "hyperkitty": "https://lists.harbour.example/archives/list/harbourmen@lists.harbour.example/",
    "news_search": "https://news.google.com/rss/search?q={query}+when:1d&hl=en-US&gl=US&ceid=US:en",
    "gdelt": "https://api.gdeltproject.org/api/v2/doc/doc?query={query}&mode=artlist&format=json",
}
INPUTS = sorted(
    path.relative_to(FIXTURES).as_posix()
    for key in SOURCES
    for path in (FIXTURES / key).iterdir()
    if not path.name.endswith(".golden.json")
)
NOW = datetime(2026, 11, 5, 3, tzinfo=UTC)
SALT = b"s" * 32


def source(key: str, **more: Any) -> Source:
    return Source(f"{key}_example", key, get_platform(key).kind, SOURCES[key], **more)


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item not in (None, (), False)}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("name", INPUTS)
def test_a_body_reads_as_its_golden_says(name: str) -> None:
    path = FIXTURES / name
    said = list(get_platform(path.parent.name).parse(path.read_bytes(), source(path.parent.name)))
    parts = {"postings": Posting, "reports": Report, "issues": Issue}
    read = {part: plain([asdict(s) for s in said if isinstance(s, kind)]) for part, kind in parts.items()}
    golden = path.with_name(path.name + ".golden.json")
    if os.environ.get("OUTAGEWIRE_WRITE_GOLDENS") == "1":
        golden.write_text(json.dumps(read, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read == json.loads(golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", sorted(SOURCES))
@pytest.mark.parametrize(
    "body", [b"<html><body>Sign in</body></html>", b"Your query was too short.", b"\x1f\x8bbroken"]
)
def test_another_shape_is_no_silence(key: str, body: bytes) -> None:
    with pytest.raises(ShapeError):
        list(get_platform(key).parse(body, source(key)))


# Searches


def test_each_night_asks_a_bounded_slice_and_all_names_have_their_turn() -> None:
    ours = source("news_search", language="de")
    nights = [queries(ours, Occasion(NOW, turn), 8) for turn in range(len(name_slices()) // 7 + 1)]
    assert {len(night) for night in nights} == {8}
    assert {night[0] for night in nights} == {'("Störung" OR "Ausfall")'}
    asked = {query for night in nights for query in night[1:]}
    assert len(asked) == len(name_slices())
    assert nights[0][1:] != nights[1][1:]
    assert queries(ours, Occasion(NOW, 3), 8) == queries(ours, Occasion(NOW, 3), 8)
    assert all(query.count('"') // 2 <= NAMES + 2 for query in asked)


def test_a_search_without_a_place_for_words_is_asked_as_it_stands() -> None:
    fixed = Source("fixed", "news_search", news_search.KIND, "https://news.google.com/rss/search?q=AWS+outage")
    assert news_search.plan(fixed, Occasion(NOW, 2)) == news_search.start(fixed) == [fixed.url]


def test_the_words_stand_in_the_address_as_a_query() -> None:
    (first, second, *_) = gdelt.plan(source("gdelt"), Occasion(NOW, 5))
    assert parse_qs(urlsplit(first).query)["query"] == ['("outage" OR "is down")']
    assert parse_qs(urlsplit(second).query)["query"][0].startswith('("')
    assert parse_qs(urlsplit(second).query)["mode"] == ["artlist"]


def test_only_an_address_of_the_publishers_is_followed() -> None:
    google = list(news_search.parse(fixture("news_search/google.rss"), source("news_search")))
    bing = list(news_search.parse(fixture("news_search/bing.rss"), source("news_search")))
    assert [news_search.follow(r) for r in google if isinstance(r, Report)] == [None, None]
    assert [news_search.follow(r) for r in bing if isinstance(r, Report)] == [
        "https://post.quay.example/2026/harbour-fibre?id=7"
    ]


def test_searches_that_allow_personal_use_alone_are_switched() -> None:
    assert news_search.needs(source("news_search")) == "OUTAGEWIRE_PERSONAL_FEEDS"
    assert (
        news_search.needs(Source("own", "news_search", news_search.KIND, "https://search.example/rss?q={query}"))
        is None
    )


# Mailing lists


def test_months_are_read_from_the_index_and_never_guessed() -> None:
    leads = pipermail.leads(fixture("pipermail/index.htm"), source("pipermail"))
    assert {lead.url.rpartition("/")[2]: f"{lead.ended_at:%Y-%m-%d}" for lead in leads} == {
        "2026-November.txt": "2026-12-01",
        "2026-September.txt.gz": "2026-10-01",
        "2025-December.txt.gz": "2026-01-01",
    }
    assert leads == sorted(leads, key=lambda lead: lead.ended_at, reverse=True)


def test_an_export_asks_for_the_days_since_the_last_message() -> None:
    ours = source("hyperkitty")
    (first,) = hyperkitty.plan(ours, Occasion(NOW))
    assert first.endswith("/export/harbourmen@lists.harbour.example-2026-11.mbox.gz?start=2026-10-06&end=2026-11-06")
    (later,) = hyperkitty.plan(ours, Occasion(NOW, 9, NOW - timedelta(hours=30)))
    assert later.endswith("?start=2026-11-01&end=2026-11-06")


def test_a_compressed_month_reads_as_the_plain_one() -> None:
    body = fixture("pipermail/2026-November.txt")
    read = list(pipermail.parse(body, source("pipermail")))
    assert list(pipermail.parse(gzip.compress(body), source("pipermail"))) == read
    with pytest.raises(ShapeError, match="cut short"):
        list(pipermail.parse(gzip.compress(body)[:-12], source("pipermail")))


def test_a_bomb_is_noticed_before_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "MOST_BYTES", 100_000)
    with pytest.raises(ShapeError, match="unpacks to more"):
        list(pipermail.parse(gzip.compress(b"x" * 10_000_000), source("pipermail")))


@pytest.mark.parametrize("key", ["pipermail", "hyperkitty"])
def test_nothing_that_is_kept_tells_who_wrote_it(key: str) -> None:
    name = {"pipermail": "2026-November.txt", "hyperkitty": "export.mbox"}[key]
    heard = hear(get_platform(key), fixture(f"{key}/{name}"), source(key), SALT)
    assert heard.reports
    kept = repr(heard)
    for word in ("ada", "quill", "rob@", "millrace.example", "inkwell", "sasha", "tove", "lund", "0100", "@harbour"):
        assert word not in kept.lower().replace(SOURCES[key], ""), word


def test_a_thread_is_kept_whole_and_others_are_only_counted() -> None:
    heard = hear(get_platform("pipermail"), fixture("pipermail/2026-November.txt"), source("pipermail"), SALT)
    assert [report.title for report in heard.reports] == ["Harbour Fibre down in Portville?"] * 3
    assert len({report.thread for report in heard.reports}) == 1
    authors = [report.author_hash for report in heard.reports]
    assert (authors[0] == authors[2], authors[0] == authors[1], heard.screened) == (True, False, 1)
    assert (
        hear(get_platform("pipermail"), fixture("pipermail/2026-November.txt"), source("pipermail"), b"t" * 32)
        .reports[0]
        .author_hash
        not in authors
    )


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("It is down.\n\n-- \nAda\n+00 555", "It is down."),
        ("It is down.\n\nBest regards,\nAda Quill\nHarbour", "It is down."),
        ("Hello everyone,\n\nIt is down.\n\n- Ada", "It is down."),
        ("> is it down?\nYes.\n> since when?\nSince noon.", "Yes.\n\nSince noon."),
        ("Yes.\n\nAm Di., 3. Nov. 2026 um 09:12 Uhr schrieb Ada <a@b.example>:\n> Ist es?", "Yes."),
        ("Yes.\n\n-----Original Message-----\nFrom: Ada\nIs it?", "Yes."),
        ("Yes.\nSent from my phone", "Yes."),
        ("Resolved", "Resolved"),
        (
            "We wrote to them at noon.\nThey wrote back: all is well.",
            "We wrote to them at noon.\nThey wrote back: all is well.",
        ),
        ("> only a quotation", ""),
    ],
)
def test_a_message_is_what_it_says_itself(text: str, own: str) -> None:
    assert own_words(text) == own


def test_a_hostile_file_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    one = b"From a at b.example  Tue Nov  3 08:12:40 2026\nMessage-ID: <%d@x>\nIn-Reply-To: <%d@x>\n\nIt is down.\n\n"
    ring = b"".join(one % (n, (n + 1) % 50) for n in range(50))
    letters = [letter for letter in mbox.read_letters(ring) if not isinstance(letter, str)]
    assert len(letters) == 50  # answers in a ring come to an end
    monkeypatch.setattr(mbox, "MOST_MESSAGES", 20)
    said = list(mbox.read_letters(ring))
    assert len(said) == 21
    assert isinstance(said[0], str)
