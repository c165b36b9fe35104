from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotation import Annotation, Mention
from pipeline.catalogue import Service, build
from pipeline.claims import QUOTE_LIMIT, ReadReport, build_claim, is_claim, quote
from pipeline.model import iso
from pipeline.terms import Kind, Precision, SourceKind, Speaker, Status

CATALOGUE = build(
    {
        "quillpad": Service("quillpad", "Quillpad", "quillpad", "Quillpad", "productivity"),
        "quillpad-sync": Service(
            "quillpad-sync", "Quillpad Sync", "quillpad", "Quillpad", "productivity", parent="quillpad"
        ),
        "vantar": Service("vantar", "Vantar", "vantar", "Vantar", "cloud_hosting"),
    }
)
REPORT: dict[str, Any] = {
    "id": "r1",
    "source": "quillpad",
    "url": "https://status.quillpad.example/1",
    "title": "Notes do not load",
    "summary": None,
    "text": "Notes did not load from 08:41 to 09:55 UTC.",
    "published_at": "2026-11-18T09:00:00Z",
    "started_at": "2026-11-18T09:00:00Z",
    "ended_at": "2026-11-18T10:05:00Z",
    "status": "resolved",
    "kind": "outage",
    "severity": "unknown",
    "components": '["Sync"]',
    "regions": "[]",
    "withdrawn_at": None,
    "author_hash": None,
    "first_seen_at": "2026-11-20T03:00:00Z",
}
NOTHING = Annotation("r1").as_json()


def read(
    source_kind: SourceKind = SourceKind.STATUS,
    home: str | None = "quillpad",
    said: dict[str, Any] | None = None,
    **report: Any,
) -> ReadReport:
    return ReadReport(REPORT | report, source_kind, home, NOTHING | (said or {}))


def test_an_onset_stated_to_the_minute_beats_the_moment_the_incident_was_opened() -> None:
    said = {"started_at": "2026-11-18T08:41:00Z", "started_precision": "minute"}
    claim = build_claim(read(said=said), CATALOGUE)
    assert (iso(claim.started_at), claim.started_precision) == ("2026-11-18T08:41:00Z", Precision.MINUTE)


def test_a_start_that_the_operator_set_by_hand_beats_the_prose() -> None:
    said = {"started_at": "2026-11-18T08:30:00Z", "started_precision": "minute"}
    claim = build_claim(read(said=said, started_at="2026-11-18T08:41:00Z"), CATALOGUE)
    assert (iso(claim.started_at), claim.started_precision) == ("2026-11-18T08:41:00Z", Precision.EXACT)


def test_without_a_stated_onset_the_record_speaks() -> None:
    said = {"started_at": "2026-11-18T00:00:00Z", "started_precision": "day"}
    claim = build_claim(read(said=said), CATALOGUE)
    assert iso(claim.started_at) == "2026-11-18T09:00:00Z"
    assert iso(claim.ended_at) == "2026-11-18T10:05:00Z"


@pytest.mark.parametrize(("rule", "end"), [("when.posted_last", "10:05"), ("when.until", "10:30")])
def test_the_records_end_beats_the_moment_of_the_last_post_and_no_stated_end(rule: str, end: str) -> None:
    last = Mention("ended_at", "10:30", "2026-11-18T10:30:00Z", 0, 5, rule, 0.4)
    said = Annotation("r1", ended_at=datetime(2026, 11, 18, 10, 30, tzinfo=UTC), ended_precision=Precision.MINUTE)
    claim = build_claim(read(said=replace(said, mentions=(last,)).as_json()), CATALOGUE)
    assert iso(claim.ended_at) == f"2026-11-18T{end}:00Z"


def test_prose_that_ends_before_it_starts_gives_way_to_the_record() -> None:
    said = {
        "started_at": "2026-11-18T12:00:00Z",
        "started_precision": "minute",
        "ended_at": "2026-11-18T11:00:00Z",
        "ended_precision": "minute",
    }
    claim = build_claim(read(said=said), CATALOGUE)
    assert (iso(claim.started_at), iso(claim.ended_at)) == ("2026-11-18T09:00:00Z", "2026-11-18T10:05:00Z")


def test_the_end_is_unknown_where_nobody_states_one() -> None:
    claim = build_claim(read(ended_at=None), CATALOGUE)
    assert (claim.ended_at, claim.ended_precision) == (None, None)


def test_a_status_page_speaks_of_its_own_services() -> None:
    blamed = build_claim(read(said={"services": ["vantar"]}), CATALOGUE)
    part = build_claim(read(said={"services": ["vantar", "quillpad-sync"]}), CATALOGUE)
    assert (blamed.services, part.services) == (("quillpad",), ("quillpad-sync",))
    assert blamed.provider == "quillpad"


@pytest.mark.parametrize(
    ("kind", "home", "rank"),
    [
        (SourceKind.STATUS, "quillpad", 0),
        (SourceKind.POSTMORTEM, "quillpad", 0),
        (SourceKind.NEWS, "quillpad", 0),
        (SourceKind.POSTMORTEM, None, 1),
        (SourceKind.NEWS, None, 2),
        (SourceKind.NEWS, "vantar", 2),
        (SourceKind.SOCIAL, None, 3),
    ],
)
def test_how_well_placed_a_source_is(kind: SourceKind, home: str | None, rank: int) -> None:
    assert build_claim(read(kind, home, {"services": ["quillpad"]}), CATALOGUE).rank == rank


def test_an_unknown_native_word_leaves_the_reading_of_the_prose() -> None:
    claim = build_claim(read(said={"status": "monitoring"}, status="unknown", kind=None), CATALOGUE)
    assert (claim.status, claim.kind) == (Status.MONITORING, Kind.UNKNOWN)


def test_news_is_a_claim_only_where_it_was_read_as_one() -> None:
    assert is_claim(read(SourceKind.STATUS))
    assert not is_claim(read(SourceKind.NEWS))
    assert is_claim(read(SourceKind.NEWS, said={"is_outage": True}))


def test_evidence_carries_the_sentence_and_the_native_field() -> None:
    text = f"{REPORT['title']}\n\n{REPORT['text']}"
    start = text.index("08:41")
    mention = Mention("started_at", "08:41", "2026-11-18T08:41:00Z", start, start + 5, "range", 0.9)
    claim = build_claim(read(said={"mentions": [mention.as_json()]}), CATALOGUE)
    stated = [e for e in claim.evidence if e.field == "started_at"]
    assert [(e.origin, e.value) for e in stated] == [
        ("native", "2026-11-18T09:00:00Z"),
        ("text", "2026-11-18T08:41:00Z"),
    ]
    assert stated[1].quote == "Notes did not load from 08:41 to 09:55 UTC."
    assert ("component", "Sync") in [(e.field, e.value) for e in claim.evidence]


def test_a_duration_counts_only_where_words_state_it() -> None:
    assert build_claim(read(said={"duration_minutes": 41}), CATALOGUE).duration_minutes is None
    words = Mention("duration_minutes", "41 minutes", "41", 0, 5, "when.stated", 0.9).as_json()
    said = {"duration_minutes": 41, "mentions": [words]}
    assert build_claim(read(said=said), CATALOGUE).duration_minutes == 41


def test_a_quote_that_reaches_from_the_title_is_cut_to_the_text() -> None:
    text = "Outage of 6 May\n\nOn 6 May, from 08:52, notes were gone."
    assert quote(text, text.index("6 May"), text.index("08:52") + 5) == "On 6 May, from 08:52, notes were gone."


def test_a_quote_is_the_one_sentence() -> None:
    text = "It began at noon. Version 2.5 was to blame, they said. All is well now."
    start = text.index("2.5")
    assert quote(text, start, start + 3) == "Version 2.5 was to blame, they said."


@given(st.text(max_size=900), st.integers(0, 900), st.integers(0, 60))
def test_a_quote_is_never_longer_than_its_limit(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    assert len(quote(text, start, min(start + length, len(text)))) <= QUOTE_LIMIT


@pytest.mark.parametrize(
    ("kind", "title"),
    [(kind, what) for kind, what in zip(SourceKind, ("notice", "story", "post", "review"), strict=True)],
)
def test_a_text_without_a_title_is_called_what_it_is(kind: SourceKind, title: str) -> None:
    assert build_claim(read(kind, title=""), CATALOGUE).title == f"A {title}"
    assert (
        build_claim(read(kind, title="", said={"service_names": ["Vantar"]}), CATALOGUE).title
        == f"A {title} about Vantar"
    )


@pytest.mark.parametrize(("context", "speaker"), [(("by users", "hedged"), Speaker.USERS), (("hedged",), None)])
def test_the_evidence_of_a_cause_tells_who_says_it(context: tuple[str, ...], speaker: Speaker | None) -> None:
    guess = Mention("cause", "Notes", "network", 0, 5, "network.word", 0.5, context)
    claim = build_claim(read(said=Annotation("r1", mentions=(guess,)).as_json()), CATALOGUE)
    assert [e.said_by for e in claim.evidence if e.field == "cause"] == [speaker]


@pytest.mark.parametrize(
    "sentence",
    [
        "By 10:15 p.m. ET the service was working again.",
        "The U.S. East region was back first.",
        "Dr. Ama Boateng called it the fault of generator No. 4.",
    ],
)
def test_the_point_of_an_abbreviation_ends_no_quotation(sentence: str) -> None:
    text = f"It failed at noon. {sentence} Nobody was hurt."
    at = text.index(sentence) + len(sentence) - 4
    assert quote(text, at, at + 2) == sentence
