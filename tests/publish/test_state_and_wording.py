"""What may be said of sources, services and outages, and in which words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline import wording
from pipeline.model import iso
from pipeline.public_rows import clip, place, web_address
from pipeline.public_state import phase, service_state, source_state
from pipeline.terms import Cause, Certainty, Kind, Outcome


def source(now: datetime, hours: float | None, outcome: str | None, failures: int = 0) -> dict[str, Any]:
    well = iso(now - timedelta(hours=hours)) if hours is not None else None
    tried = iso(now) if outcome else None
    return {"last_try_at": tried, "last_ok_at": well, "last_outcome": outcome, "consecutive_failures": failures}


@pytest.mark.parametrize(
    ("hours", "outcome", "failures", "state"),
    [
        (1, "ok", 0, "ok"),
        (48, "unchanged", 0, "ok"),
        (49, "ok", 0, "stale"),
        (1, "timeout", 1, "failing"),
        (None, "dns", 4, "failing"),
        (1, "empty", 1, "failing"),
        (49, "timeout", 2, "stale"),
        (None, "ok", 0, "unknown"),
        (1, "a word from tomorrow", 0, "unknown"),
        (None, None, 0, "unknown"),
    ],
)
def test_a_source_is_ok_only_when_it_was_read_well_and_lately(
    now: datetime, hours: float | None, outcome: str | None, failures: int, state: str
) -> None:
    assert source_state(source(now, hours, outcome, failures), now) == state


def test_a_source_that_is_switched_off_is_unknown(now: datetime) -> None:
    assert source_state(source(now, 1, Outcome.OFF, 0), now) == "unknown"


@pytest.mark.parametrize("outcome", [o for o in Outcome if o.failed])
def test_no_bad_outcome_is_ever_ok(now: datetime, outcome: Outcome) -> None:
    # What is switched off was not asked: that is no failure, and nothing is known.
    assert source_state(source(now, 1, outcome, 0), now) == ("unknown" if outcome is Outcome.OFF else "failing")


def test_a_service_is_never_up() -> None:
    assert [service_state(2, 0), service_state(0, 1), service_state(0, 0)] == ["outage", "none_known", "unknown"]


@pytest.mark.parametrize(
    ("status", "started", "ended", "heard", "expected"),
    [
        ("investigating", -2, None, -1, "ongoing"),
        ("suspected", None, None, -1, "ongoing"),
        ("monitoring", -400, None, -169, "unknown"),
        ("investigating", -2, None, None, "unknown"),
        ("unknown", -2, None, -1, "unknown"),
        ("identified", 5, None, -1, "upcoming"),
        ("identified", -5, 3, -1, "ongoing"),
        ("monitoring", -5, -1, -1, "over"),
        ("resolved", -5, None, -1, "over"),
        ("retracted", -5, -1, -1, "retracted"),
    ],
)
def test_phase(
    now: datetime, status: str, started: int | None, ended: int | None, heard: int | None, expected: str
) -> None:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None else now + timedelta(hours=hours)

    row = {"status": status, "started_at": iso(at(started)), "ended_at": iso(at(ended))}
    assert phase(row, at(heard), now) == expected


@pytest.mark.parametrize(
    ("precision", "words", "short", "machine"),
    [
        ("exact", "08:05 UTC on 3 March 2026", "3 Mar 2026, 08:05", "2026-03-03T08:05:00Z"),
        ("minute", "08:05 UTC on 3 March 2026", "3 Mar 2026, 08:05", "2026-03-03T08:05:00Z"),
        ("hour", "about 08:05 UTC on 3 March 2026", "3 Mar 2026, about 08:05", "2026-03-03T08:05:00Z"),
        ("part_of_day", "roughly 08:05 UTC on 3 March 2026", "3 Mar 2026, roughly 08:05", "2026-03-03T08:05:00Z"),
        ("day", "some time on 3 March 2026", "3 Mar 2026", "2026-03-03"),
        ("month", "some time in March 2026", "Mar 2026", "2026-03"),
    ],
)
def test_a_time_claims_no_more_than_its_precision(precision: str, words: str, short: str, machine: str) -> None:
    text = "2026-03-03T08:05:00Z"
    assert wording.moment(text, precision) == words
    assert wording.moment_in_table(text, precision) == short
    assert wording.machine_time(text, precision) == machine


def test_an_unknown_time_is_unknown_and_a_wrong_precision_an_error() -> None:
    assert wording.moment(None, "day") == "unknown"
    with pytest.raises(ValueError, match="fortnight"):
        wording.moment("2026-03-03T08:05:00Z", "fortnight")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(None, "unknown"), (0, "less than a minute"), (1, "1 minute"), (60, "1 hour"), (95, "1 hour 35 minutes"),
     (1440, "1 day"), (1501, "1 day 1 hour"), (3 * 1440 + 30, "3 days")],
)  # fmt: skip
def test_length(minutes: int | None, words: str) -> None:
    assert wording.length(minutes) == words


def test_every_category_has_words() -> None:
    assert set(wording.CAUSES) == set(Cause)
    assert set(wording.CERTAINTIES) == set(Certainty)
    assert set(wording.EVENTS) == set(Kind)


def facts(**more: Any) -> dict[str, Any]:
    base = {
        "kind": "outage", "started_at": "2026-03-03T08:00:00Z", "started_precision": "hour",
        "ended_at": "2026-03-03T09:00:00Z", "duration_minutes": 60, "cause": "network", "cause_hedged": 1,
        "certainty": "confirmed", "regions": ["global"],
    }  # fmt: skip
    return base | more


def test_the_sentence_tells_the_facts_and_the_hedge() -> None:
    told = wording.sentence(facts(), "over", ["Parley"], "Parley Inc.")
    assert told == (
        "Parley (Parley Inc.) had an outage for 1 hour from about 08:00 UTC on 3 March 2026, worldwide. "
        "Suspected cause: the network. Confirmed: the provider itself says so."
    )


def test_the_sentence_claims_nothing_that_is_unknown() -> None:
    blank = facts(started_at=None, started_precision=None, ended_at=None, duration_minutes=None, cause="unknown")
    told = wording.sentence(blank | {"regions": [], "certainty": "suspected"}, "unknown", [], None)
    assert told == (
        "An unnamed service had an outage, start unknown. Whether it is over is not known. "
        "Suspected: no word of the provider, and no two independent kinds of source."
    )


def test_a_length_is_told_although_nobody_says_that_it_is_over() -> None:
    told = wording.sentence(facts(ended_at=None, certainty="likely"), "unknown", ["Parley"], "Parley")
    assert "It is said to have lasted 1 hour. Whether it is over is not known." in told


@pytest.mark.parametrize(
    ("kind", "phase", "words"),
    [
        ("outage", "ongoing", "Parley may have had an outage since about"),
        ("outage", "unknown", "Parley may have had an outage from about"),
        ("degradation", "unknown", "Parley may have been degraded from about"),
        ("degradation", "ongoing", "Parley may have been degraded since about"),
    ],
)
def test_what_only_a_crowd_tells_of_is_not_stated_as_a_fact(kind: str, phase: str, words: str) -> None:
    heard = facts(kind=kind, certainty="suspected", first_signal_at="2026-03-03T08:00:00Z")
    assert wording.sentence(heard, phase, ["Parley"], "Parley").startswith(words)
    told = wording.sentence(heard | {"certainty": "likely"}, phase, ["Parley"], "Parley")
    assert "may have" not in told


def test_a_retraction_says_so() -> None:
    told = wording.sentence(facts(cause="unknown"), "retracted", ["Parley", "Harbour"], None)
    assert told.startswith("A report of trouble at Parley, with 1 more service,")
    assert "was retracted" in told


@pytest.mark.parametrize(
    ("regions", "words"),
    [([], "2026. "), (["a"], ", in a."), (["a", "b"], ", in a and b."), (["a", "b", "c"], ", in a, b and c."),
     (["a", "b", "c", "d", "e"], ", in a, b, c and 2 more.")],
)  # fmt: skip
def test_regions_are_named_up_to_three(regions: list[str], words: str) -> None:
    assert words in wording.sentence(facts(regions=regions), "over", ["Parley"], "Parley")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//parley.example", "http://", "http://[", "",
     None, " java\nscript:alert(1)", "ftp://parley.example/x"],
)  # fmt: skip
def test_only_addresses_of_the_web_are_published(url: str | None) -> None:
    assert web_address(url) is None


def test_an_address_of_the_web_stays_as_it_is() -> None:
    assert web_address(" https://parley.example/a?b=c#d ") == "https://parley.example/a?b=c#d"


def test_clip_makes_one_short_line() -> None:
    assert clip("a\x00b\n\n c\x9b") == "a b c"
    assert clip("Mail\u2066 is \u202enwod\u202c today\u2069") == "Mail is nwod today"
    assert clip("x" * 280) == "x" * 280
    assert clip("x" * 281) == "x" * 279 + "…"
    assert clip(None) is None


def test_words_are_found_in_their_quotation_or_nowhere() -> None:
    assert place("the switch broke", "switch") == (4, 10)
    assert place("the switch broke", "router") == (None, None)
    assert place(None, "router") == (None, None)
    assert place("the switch broke", None) == (None, None)
