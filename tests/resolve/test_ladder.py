"""Spikes and reports together: which outages there are, how certain each is, and what stands behind it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.ladder import ECHO, ONE_KIND, PROVIDER, SPIKE, TWO_KINDS
from pipeline.model import outage_id
from pipeline.resolve import resolve
from pipeline.signals import measure
from pipeline.terms import Certainty, Precision, SourceKind, Status, Symptom
from tests.resolve.conftest import DAY, make_claim
from tests.resolve.test_signals import posts

STATUS, SOCIAL = SourceKind.STATUS, SourceKind.SOCIAL
CROWD = [2, 6, 9, 9, 7, 5, 3]


@pytest.fixture
def told(small_catalogue):
    def resolved(*claims, hour=20.0):
        now = DAY + timedelta(hours=hour)
        return resolve(claims, as_of=now, catalogue=small_catalogue, signals=measure(claims, as_of=now)).outages

    return resolved


def rule(outage):
    (one,) = (w for w in outage.evidence if w.evidence.field == "certainty")
    assert one.chosen
    assert one.reason
    assert one.evidence.value == outage.certainty
    return one.evidence.rule


def test_a_spike_alone_is_suspected_with_a_few_posts_and_no_name(told):
    (outage,) = told(*posts(CROWD))
    assert (outage.certainty, rule(outage)) == (Certainty.SUSPECTED, SPIKE)
    assert outage.services == ("parley",)
    assert outage.title == "Public posts report trouble with Parley"
    assert outage.first_signal_at is not None
    assert outage.first_signal_at == outage.started_at
    assert outage.started_precision is Precision.HOUR
    assert outage.official_posted_at is None
    assert len(outage.reports) == 5
    assert [w for w in outage.evidence if w.evidence.rule == "signal:spike" and w.evidence.field == "first_signal_at"]
    assert "detected" in {t.event for t in outage.timeline}


def test_whether_a_past_spike_is_over_is_not_known(told):
    assert told(*posts(CROWD))[0].status is Status.UNKNOWN
    assert told(*posts(CROWD), hour=9.6)[0].status is Status.SUSPECTED


def test_how_many_complained_is_said_of_the_time_in_which_they_did(told):
    def said(outage):
        (one,) = (w.reason for w in outage.evidence if w.evidence.field == "first_signal_at")
        return one.partition(":")[0]

    assert said(told(*posts(CROWD))[0]) == "41 people complained within 35 minutes"
    assert said(told(*posts(CROWD), hour=9.6)[0]) == "41 people have complained so far"


def test_posts_below_a_spike_make_no_outage(told):
    assert told(*posts([1, 0, 0, 1])) == ()


def test_with_the_press_it_is_likely(told):
    (outage,) = told(*posts(CROWD), make_claim("n", told=10.5))
    assert (outage.certainty, rule(outage)) == (Certainty.LIKELY, TWO_KINDS)
    assert outage.first_signal_at < outage.first_report_at or outage.first_report_at < DAY + timedelta(hours=10)


def test_a_spike_after_the_story_may_be_its_echo(told):
    (outage,) = told(*posts(CROWD), make_claim("n", told=8.5))
    assert (outage.certainty, rule(outage)) == (Certainty.SUSPECTED, ECHO)
    assert outage.first_signal_at is not None


def test_one_post_is_no_second_kind(told):
    (outage,) = told(make_claim("p", told=9.0, source_kind=SOCIAL), make_claim("n", hour=8.9, told=9.5))
    assert (outage.certainty, rule(outage)) == (Certainty.SUSPECTED, ONE_KIND)
    assert outage.first_signal_at is None


def test_the_providers_word_confirms_and_the_lead_can_be_told(told):
    (outage,) = told(*posts(CROWD), make_claim("s", hour=9, told=9.8, source_kind=STATUS))
    assert (outage.certainty, rule(outage)) == (Certainty.CONFIRMED, PROVIDER)
    assert outage.official_posted_at - outage.first_signal_at > timedelta(minutes=30)
    assert outage.started_precision is Precision.MINUTE


def test_the_lead_counts_from_the_first_post_and_not_from_the_bin_around_it(told):
    (outage,) = told(*posts(CROWD, start=9 + 4 / 60), make_claim("s", hour=9, told=9.8, source_kind=STATUS))
    assert outage.first_signal_at == DAY + timedelta(hours=9, minutes=4)
    (lone,) = told(*posts(CROWD, start=9 + 4 / 60))
    assert lone.first_signal_at == lone.started_at == DAY + timedelta(hours=9, minutes=4)
    assert {w.evidence.value for w in lone.evidence if w.evidence.field == "first_signal_at"} == {
        "2026-03-02T09:04:00Z"
    }


def test_an_outage_is_not_named_after_a_post_where_the_same_night_brought_more(told):
    page = make_claim("z", hour=9, told=9.8, source_kind=STATUS)
    (outage,) = told(*posts(CROWD), page)
    assert outage.id == outage_id("z")
    (later,) = told(*posts(CROWD), replace(page, first_seen_at=page.first_seen_at + timedelta(days=1)))
    assert later.id == told(*posts(CROWD))[0].id


def test_a_withdrawn_word_confirms_nothing(told):
    (outage,) = told(*posts(CROWD), make_claim("s", hour=9, told=9.8, source_kind=STATUS, withdrawn=True),
                     make_claim("n", told=10.5))  # fmt: skip
    assert outage.certainty is Certainty.LIKELY


def test_a_spike_of_another_service_or_day_is_another_outage(told):
    page = make_claim("s", "bazaar", hour=9, told=9.8, source_kind=STATUS, ended_at=DAY + timedelta(hours=10),
                      ended_precision=Precision.MINUTE)  # fmt: skip
    assert len(told(*posts(CROWD), page)) == 2
    later_day = posts(CROWD, start=38.0, service="bazaar")
    found = told(*later_day, page, hour=60)
    assert [o.first_signal_at is None for o in sorted(found, key=lambda o: o.started_at)] == [True, False]


def test_two_spikes_of_an_evening_are_one_outage_and_of_two_days_two(told):
    assert len(told(*posts(CROWD), *posts(CROWD, start=11.5))) == 1
    assert len(told(*posts(CROWD), *posts(CROWD, start=33.0), hour=60)) == 2


def test_what_many_say_hints_at_symptom_and_region_and_what_one_says_does_not(told):
    crowd = posts(CROWD, symptoms=(Symptom.LOGIN,), regions=("Oslo",))
    odd = make_claim("odd", told=9.3, source_kind=SOCIAL, author_hash="odd", symptoms=(Symptom.DATA_LOSS,))
    (outage,) = told(*crowd, odd)
    assert outage.symptoms == (Symptom.LOGIN,)
    assert outage.regions == ("Oslo",)
    assert "signal:words_together" in {w.evidence.rule for w in outage.evidence}


def test_neither_order_nor_repetition_matters_and_the_id_stays(told):
    claims = [*posts(CROWD), make_claim("n", told=10.5), make_claim("s", "bazaar", hour=9, source_kind=STATUS)]
    shuffled = random.Random(3).sample(claims, len(claims))
    assert told(*claims) == told(*shuffled) == told(*claims, *claims)
    (before,) = told(*posts(CROWD))
    (after,) = (o for o in told(*posts(CROWD), make_claim("n", told=10.5, seen=60)) if "parley" in o.services)
    assert before.id == after.id
