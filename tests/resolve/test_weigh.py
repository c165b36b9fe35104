from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.belief import Evidence, Post
from pipeline.resolve import resolve
from pipeline.terms import Cause, Certainty, Kind, Precision, Severity, SourceKind, Status, Symptom

STATUS, NEWS, SOCIAL, POSTMORTEM = SourceKind.STATUS, SourceKind.NEWS, SourceKind.SOCIAL, SourceKind.POSTMORTEM


@pytest.fixture
def believed(small_catalogue, later):
    """The one outage of these claims."""

    def believe(*claims):
        found = resolve(claims, as_of=later, catalogue=small_catalogue)
        assert len(found.outages) == 1
        return found.outages[0]

    return believe


def verdicts(outage, field):
    return {
        (w.evidence.report_id, w.evidence.value): (w.chosen, w.reason)
        for w in outage.evidence
        if w.evidence.field == field
    }


def caused(claim, report, cause, **more):
    return claim(report, cause=cause, causes=(cause,), **more)


def test_the_providers_post_mortem_beats_a_hedged_story(believed, claim):
    story = caused(claim, "a", Cause.SECURITY_ATTACK, hour=9, told=11, cause_hedged=True)
    own = caused(claim, "b", Cause.CONFIG_CHANGE, hour=9, told=300, source_kind=POSTMORTEM, rank=0)
    outage = believed(story, own)
    assert (outage.cause, outage.cause_hedged) == (Cause.CONFIG_CHANGE, False)
    assert verdicts(outage, "cause") == {
        ("b", "config_change"): (True, "the provider's own word"),
        ("a", "security_attack"): (False, "the provider says otherwise"),
    }


def test_of_equals_the_plain_statement_beats_the_hedged_one(believed, claim):
    plain = caused(claim, "a", Cause.DNS, hour=9, told=10)
    hedged = caused(claim, "b", Cause.SECURITY_ATTACK, hour=9, told=12, cause_hedged=True)
    outage = believed(plain, hedged)
    assert outage.cause is Cause.DNS
    assert verdicts(outage, "cause")["b", "security_attack"] == (False, "hedged, and another report states it")


def test_a_chain_is_kept_in_order_with_evidence_for_each_link(believed, claim):
    links = (Cause.CONFIG_CHANGE, Cause.CAPACITY_OVERLOAD)
    evidence = tuple(Evidence("cause", link, "a", "text", "cause.test", 0.9, "So it said.", 1, 4) for link in links)
    outage = believed(claim("a", hour=9, cause=links[0], causes=links, evidence=evidence))
    assert outage.causes == links
    assert all(chosen for chosen, _ in verdicts(outage, "cause").values())


def test_an_unknown_cause_stays_unknown(believed, claim):
    outage = believed(claim("a", hour=9), claim("b", told=10))
    assert (outage.cause, outage.causes, verdicts(outage, "cause")) == (Cause.UNKNOWN, (), {})


def test_an_open_incident_outranks_a_story_that_says_it_is_over(believed, claim, later):
    page = claim("a", hour=9, source_kind=STATUS, status=Status.MONITORING)
    story = claim("b", told=12, status=Status.RESOLVED, ended_at=page.started_at + timedelta(hours=2))
    outage = believed(page, story)
    assert (outage.status, outage.ended_at) == (Status.MONITORING, None)
    assert [chosen for chosen, _ in verdicts(outage, "ended_at").values()] == [False]


def test_a_resolved_incident_outranks_a_story_that_says_it_goes_on(believed, claim):
    page = claim("a", hour=9, source_kind=STATUS, status=Status.RESOLVED)
    assert believed(page, claim("b", told=20, status=Status.INVESTIGATING)).status is Status.RESOLVED


def test_of_stories_the_later_knows_the_state(believed, claim):
    stories = (claim("b", told=10, status=Status.INVESTIGATING), claim("a", told=14, status=Status.RESOLVED))
    outage = believed(*stories)
    assert outage.status is Status.RESOLVED
    assert verdicts(outage, "status")["b", "investigating"] == (False, "published earlier")


def test_a_page_with_several_incidents_of_one_outage_is_done_when_all_are(believed, claim):
    done = claim("a", "nimbus-disks", hour=9, source_kind=STATUS, group="g", status=Status.RESOLVED, told=10)
    still = claim("b", "nimbus-mail", hour=9, source_kind=STATUS, group="g", status=Status.IDENTIFIED, told=9)
    outage = believed(done, still)
    assert outage.status is Status.IDENTIFIED
    assert verdicts(outage, "status")["a", "resolved"] == (False, "another incident of this outage is still open")


def test_a_withdrawn_report_with_nothing_else_is_retracted(believed, claim, later):
    gone = claim("a", hour=9, source_kind=STATUS, status=Status.INVESTIGATING, withdrawn=True, withdrawn_at=later)
    outage = believed(gone)
    assert (outage.status, outage.certainty) == (Status.RETRACTED, Certainty.SUSPECTED)
    assert outage.timeline[-1].event == "withdrawn"
    assert believed(gone, claim("b", told=10, status=Status.RESOLVED)).status is Status.RESOLVED


def test_of_two_pages_the_earlier_start_is_taken(believed, claim):
    late = claim("a", hour=9.5, source_kind=STATUS, group="g")
    early = claim("b", hour=9, source_kind=STATUS, group="g")
    outage = believed(late, early)
    assert outage.started_at == early.started_at


def test_the_start_is_the_finer_then_the_post_mortems_of_the_best_placed(believed, claim):
    page = claim("a", hour=9.5, source_kind=STATUS)
    own = claim("b", hour=9.75, told=200, source_kind=POSTMORTEM, rank=0)
    coarse = claim("c", hour=0, told=10, rank=0, started_precision=Precision.DAY)
    press = claim("d", hour=8.75)
    outage = believed(page, own, coarse, press)
    assert outage.started_at == own.started_at
    reasons = {report: reason for (report, _), (_, reason) in verdicts(outage, "started_at").items()}
    assert reasons == {
        "a": "said while it went on",
        "b": "the provider's own word",
        "c": "less precise",
        "d": "the provider says otherwise",
    }


def test_the_duration_is_computed_only_from_times_to_the_minute(believed, claim):
    page = claim("a", hour=9, source_kind=STATUS, status=Status.RESOLVED)
    to_minute = {"ended_at": page.started_at + timedelta(minutes=95), "ended_precision": Precision.MINUTE}
    outage = believed(claim("a", hour=9, source_kind=STATUS, **to_minute))
    assert outage.duration_minutes == 95
    assert verdicts(outage, "duration_minutes") == {
        ("a", "95"): (True, "from the start and the end, both to the minute")
    }
    to_hour = to_minute | {"ended_precision": Precision.HOUR}
    assert believed(claim("a", hour=9, source_kind=STATUS, **to_hour)).duration_minutes is None


def test_one_moment_for_start_and_end_is_no_duration_of_nothing(believed, claim):
    lone = {"ended_at": claim("b", hour=9).started_at, "ended_precision": Precision.MINUTE}
    assert believed(claim("a", hour=9, source_kind=STATUS, **lone)).duration_minutes is None


def test_an_advisory_lasts_no_time(believed, claim):
    window = {"ended_at": claim("b", hour=9.05).started_at, "ended_precision": Precision.MINUTE}
    told = claim("a", hour=9, source_kind=STATUS, kind=Kind.ADVISORY, duration_minutes=3, **window)
    outage = believed(told)
    assert outage.duration_minutes is None
    assert verdicts(outage, "duration_minutes")["a", "3"] == (False, "an advisory tells of no failure")


def test_times_to_the_minute_outweigh_a_duration_told_in_words(believed, claim):
    page = claim("a", hour=9, source_kind=STATUS, duration_minutes=60)
    times = {"ended_at": page.started_at + timedelta(minutes=95), "ended_precision": Precision.MINUTE}
    own = believed(claim("a", hour=9, source_kind=STATUS, duration_minutes=60, **times))
    assert own.duration_minutes == 95
    reason = "the start and the end, both to the minute, say otherwise"
    assert verdicts(own, "duration_minutes")["a", "60"] == (False, reason)
    press = believed(claim("a", hour=9, source_kind=STATUS, **times), claim("b", told=10, duration_minutes=90))
    assert press.duration_minutes == 95
    assert verdicts(press, "duration_minutes")["b", "90"] == (False, "about the same")


def test_an_end_before_the_start_is_an_issue_and_no_value(small_catalogue, claim, later):
    odd = claim("a", hour=9, ended_at=claim("x", hour=5).started_at, ended_precision=Precision.MINUTE)
    found = resolve([odd], as_of=later, catalogue=small_catalogue)
    assert found.outages[0].ended_at is None
    assert [i.code for i in found.issues] == ["end_before_start"]


def test_an_end_known_to_the_day_is_dropped_without_complaint(small_catalogue, claim, later):
    vague = claim("a", hour=9, ended_at=claim("x", hour=0).started_at, ended_precision=Precision.DAY)
    found = resolve([vague], as_of=later, catalogue=small_catalogue)
    assert (found.outages[0].ended_at, found.issues) == (None, ())


def test_starts_of_equals_a_day_apart_are_an_issue(small_catalogue, claim, later):
    first = claim("a", "nimbus-disks", hour=9, source_kind=STATUS, group="g")
    second = claim("b", "nimbus-mail", hour=50, source_kind=STATUS, group="g")
    found = resolve([first, second], as_of=later, catalogue=small_catalogue)
    assert [i.code for i in found.issues] == ["starts_disagree"]
    assert found.outages[0].started_at == first.started_at


def test_a_start_in_the_future_is_believed_of_maintenance_alone(small_catalogue, claim, later):
    ahead = (later - claim("x", hour=0).started_at) / timedelta(hours=1) + 100
    outage = claim("a", hour=ahead, source_kind=STATUS)
    work = claim("b", hour=ahead, source_kind=STATUS, kind=Kind.MAINTENANCE)
    found = {o.kind: o for o in resolve([outage, work], as_of=later, catalogue=small_catalogue).outages}
    assert found[Kind.OUTAGE].started_at is None
    assert found[Kind.MAINTENANCE].started_at == work.started_at


def test_certainty_grows_with_independent_kinds_of_source(believed, claim):
    post, story = claim("a", told=9, source_kind=SOCIAL), claim("b", told=10)
    assert believed(post).certainty is Certainty.SUSPECTED
    assert believed(story, claim("c", told=11, source="another paper")).certainty is Certainty.SUSPECTED
    assert believed(post, story).certainty is Certainty.LIKELY
    assert believed(post, claim("d", hour=8, source_kind=STATUS)).certainty is Certainty.CONFIRMED


def test_lists_come_from_the_best_placed_and_global_only_where_nothing_else_is_said(believed, claim):
    page = claim("a", hour=9, source_kind=STATUS, regions=("eu-west-1",), components=("Login",))
    story = claim("b", told=10, regions=("global", "Europe"), symptoms=(Symptom.ERRORS,))
    outage = believed(page, story)
    assert (outage.regions, outage.components, outage.symptoms) == (("eu-west-1",), ("Login",), (Symptom.ERRORS,))
    assert verdicts(outage, "regions")["b", "Europe"] == (False, "a better placed report names others")
    assert believed(claim("a", hour=9, regions=("global",))).regions == ("global",)
    assert believed(claim("a", hour=9, regions=("global",)), claim("b", told=10, regions=("Oslo",))).regions == (
        "Oslo",
    )


def test_the_main_service_is_the_officials_and_others_are_of_the_provider(believed, claim):
    page = claim("a", "films", hour=9, source_kind=STATUS)
    story = claim("b", "films photos bazaar", told=10)
    outage = believed(page, story)
    assert outage.services == ("films", "photos")
    assert outage.provider == "prism"
    assert not verdicts(outage, "services")["b", "bazaar"][0]


def test_severity_and_title_are_the_pages(believed, claim):
    page = claim("a", hour=9, source_kind=STATUS, severity=Severity.MINOR, title="Some calls fail")
    outage = believed(page, claim("b", told=8, severity=Severity.CRITICAL, title="Parley is gone"))
    assert (outage.severity, outage.title) == (Severity.MINOR, "Some calls fail")


def test_the_two_clocks_and_the_timeline(believed, claim):
    page = claim("a", hour=9, told=9.5, source_kind=STATUS, seen=40, status=Status.RESOLVED)
    story = claim("b", told=9.25, seen=41)
    outage = believed(page, story)
    assert outage.first_report_at == story.published_at
    assert outage.official_posted_at == page.published_at
    assert outage.first_seen_at == page.first_seen_at
    assert [(e.event, e.report_id) for e in outage.timeline] == [("started", "a"), ("reported", "b"), ("posted", "a")]


def test_mentions_are_evidence_under_the_outages_own_field_names(believed, claim):
    said = Evidence("service", "parley", "a", "text", "services.name", 0.9, "Parley is down.", 0, 6)
    outage = believed(claim("a", hour=9, evidence=(said,)))
    kept = [w for w in outage.evidence if w.evidence.field == "services"]
    assert [(w.chosen, w.evidence.quote, w.evidence.rule) for w in kept] == [(True, "Parley is down.", "services.name")]


def test_a_blamed_dependency_with_an_outage_is_linked(small_catalogue, claim, later):
    cloud = claim("a", "nimbus-disks", hour=9, source_kind=STATUS)
    shop = claim("b", "bazaar nimbus", hour=10, cause=Cause.THIRD_PARTY, causes=(Cause.THIRD_PARTY,))
    apart = claim("c", "nimbus", hour=24 * 20)
    found = resolve([cloud, shop, apart], as_of=later, catalogue=small_catalogue)
    owner = {r.report_id: o.id for o in found.outages for r in o.reports}
    assert [(link.cause_outage, link.effect_outage) for link in found.links] == [(owner["a"], owner["b"])]
    assert "nimbus" in found.links[0].reason


def test_the_timeline_tells_each_post_with_the_state_it_gave(believed, claim):
    nine = claim("x", hour=9).started_at
    posts = (
        Post(nine, Status.INVESTIGATING, "We look into it."),
        Post(nine + timedelta(minutes=20), Status.IDENTIFIED, "A router failed."),
        Post(nine + timedelta(minutes=50), Status.RESOLVED, "It is over."),
    )
    outage = believed(claim("a", hour=9, source_kind=STATUS, status=Status.RESOLVED, posts=posts))
    posted = [(e.at, e.status, e.quote) for e in outage.timeline if e.event == "posted"]
    assert posted == [(p.at, p.status, p.quote) for p in posts]
