from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.clusters import group_claims
from pipeline.kinship import Families
from pipeline.terms import Cause, Kind, Precision, Severity, SourceKind, Status

STATUS, NEWS, SOCIAL, POSTMORTEM = SourceKind.STATUS, SourceKind.NEWS, SourceKind.SOCIAL, SourceKind.POSTMORTEM


@pytest.fixture
def grouped(small_catalogue, now):
    """The groups as sorted lists of report ids."""

    def group(*claims):
        found = group_claims(claims, Families.of(small_catalogue), now)
        return sorted(sorted(c.report_id for c in members) for members in found)

    return group


def test_stories_of_one_service_and_time_are_one_outage(grouped, claim):
    assert grouped(claim("a", hour=9), claim("b", told=14), claim("c", "bazaar", hour=9)) == [["a", "b"], ["c"]]


def test_two_incidents_of_one_page_stay_apart_even_when_they_overlap(grouped, claim):
    first = claim("a", hour=9, source_kind=STATUS, ended_at=None, status=Status.INVESTIGATING)
    second = claim("b", hour=9.5, source_kind=STATUS)
    assert grouped(first, second) == [["a"], ["b"]]


def test_the_provider_may_say_that_two_incidents_are_one(grouped, claim):
    first = claim("a", "nimbus-disks", hour=9, source_kind=STATUS, group="g1")
    second = claim("b", "nimbus-mail", hour=15, source_kind=STATUS, group="g1")
    assert grouped(first, second, claim("c", "nimbus-mail", hour=15, source_kind=STATUS)) == [["a", "b"], ["c"]]


def test_products_with_one_start_set_by_hand_are_one_event(grouped, claim):
    def entry(report, service, told):
        return claim(report, service, hour=9, told=told, source_kind=STATUS)

    assert grouped(entry("a", "nimbus-disks", 9.5), entry("b", "nimbus-mail", 9.75)) == [["a", "b"]]
    # Opened at that very moment, by the clock: no such sign.
    assert grouped(entry("a", "nimbus-disks", 9), entry("b", "nimbus-mail", 9)) == [["a"], ["b"]]
    # Two incidents of one service are two.
    assert grouped(entry("a", "nimbus-mail", 9.5), entry("b", "nimbus-mail", 9.75)) == [["a"], ["b"]]


def test_one_incident_on_two_pages_of_a_provider_is_one(grouped, claim):
    title = "Login fails for single sign-on"
    page = claim("a", hour=9, source_kind=STATUS, title=title)
    feed = claim("b", hour=9.1, source_kind=STATUS, title=title, source="second page")
    other = claim("c", hour=9.1, source_kind=STATUS, title="Search results late", source="third page")
    assert grouped(page, feed, other) == [["a", "b"], ["c"]]


def test_a_story_goes_to_the_incident_that_it_fits_best(grouped, claim):
    small = claim("a", hour=8, source_kind=STATUS, severity=Severity.MINOR, ended_at=None)
    large = claim("b", hour=8.5, source_kind=STATUS, severity=Severity.CRITICAL, title="Voice calls drop everywhere")
    assert grouped(small, large, claim("c", told=11, title="Parley voice calls drop")) == [["a"], ["b", "c"]]


def test_shared_regions_and_parts_decide_between_incidents(grouped, claim):
    east = claim("a", "nimbus-disks", hour=8, source_kind=STATUS, regions=("us-east-1",))
    west = claim("b", "nimbus-disks", hour=8, source_kind=STATUS, regions=("eu-west-1",))
    story = claim("c", "nimbus-disks", told=12, regions=("eu-west-1",))
    assert grouped(east, west, story) == [["a"], ["b", "c"]]


def test_a_report_on_the_parent_joins_the_child_but_children_do_not_join(grouped, claim):
    disks = claim("a", "nimbus-disks", hour=9, source_kind=STATUS)
    story = claim("b", "nimbus", told=11)
    mail = claim("c", "nimbus-mail", hour=20, told=20)
    assert grouped(disks, story, mail) == [["a", "b"], ["c"]]
    assert grouped(claim("a", "nimbus-disks", hour=9), claim("b", "nimbus-mail", hour=9)) == [["a"], ["b"]]


def test_services_named_together_are_one_outage(grouped, claim):
    stories = (claim("a", "films", told=10), claim("b", "photos films", told=11), claim("c", "photos", told=12))
    assert grouped(*stories) == [["a", "b", "c"]]


def test_those_who_suffer_from_a_dependency_have_an_outage_of_their_own(grouped, claim):
    cloud = claim("a", "nimbus", hour=9, source_kind=STATUS)
    shop = claim("b", "bazaar nimbus", hour=9, cause=Cause.THIRD_PARTY, causes=(Cause.THIRD_PARTY,))
    assert grouped(cloud, shop) == [["a"], ["b"]]


def test_outages_of_a_busy_service_are_not_chained(grouped, claim):
    stories = [claim(f"r{day:02d}{n}", told=24 * day + 6 * n) for day in range(9) for n in range(4)]
    groups = grouped(*stories)
    width = [(int(g[-1][1:3]) - int(g[0][1:3])) * 24 + (int(g[-1][3]) - int(g[0][3])) * 6 for g in groups]
    assert len(groups) > 4
    assert max(width) <= 36


def test_stated_days_that_follow_each_other_need_more_than_the_service(grouped, claim):
    def day(report, number, title):
        return claim(report, hour=24 * number, told=24 * number + 20, started_precision=Precision.DAY, title=title)

    assert grouped(day("a", 0, "Chat stops"), day("b", 1, "Uploads slow")) == [["a"], ["b"]]
    assert grouped(day("a", 0, "Voice calls drop"), day("b", 1, "Voice calls drop")) == [["a", "b"]]


def test_a_story_told_while_the_incident_lasts_is_about_it(grouped, claim):
    long = claim("a", hour=0, source_kind=STATUS, status=Status.MONITORING)
    assert grouped(long, claim("b", told=24 * 5)) == [["a", "b"]]
    assert grouped(replace(long, status=Status.RESOLVED), claim("b", told=24 * 5)) == [["a"], ["b"]]


def test_a_post_mortem_is_placed_by_its_stated_start_alone(grouped, claim):
    incident = claim("a", hour=9, source_kind=STATUS)
    assert grouped(incident, claim("b", hour=9, told=24 * 90, source_kind=POSTMORTEM)) == [["a", "b"]]
    assert grouped(incident, claim("b", told=12, source_kind=POSTMORTEM)) == [["a"], ["b"]]


def test_a_month_joins_only_where_there_is_one_outage(grouped, claim):
    whole = claim("m", hour=-24, told=24 * 200, started_precision=Precision.MONTH)
    assert grouped(whole, claim("a", hour=9)) == [["a", "m"]]
    assert grouped(whole, claim("a", hour=9), claim("b", hour=240)) == [["a"], ["b"], ["m"]]


def test_no_service_or_no_time_stands_alone(grouped, claim):
    nowhere = (claim("a", "", hour=9), claim("b", "", hour=9))
    nowhen = (claim("c", told=None, title="Down"), claim("d", told=None, title="Down"))
    assert grouped(*nowhere, *nowhen) == [["a"], ["b"], ["c"], ["d"]]


def test_an_undated_copy_of_a_story_joins_it_under_its_whole_title(grouped, claim):
    title = "Parley falls silent while a million meetings wait"
    assert grouped(claim("a", told=9, title=title), claim("b", told=None, title=title.upper())) == [["a", "b"]]
    # Two outages under one title: no saying which.
    twice = (claim("a", told=9, title=title), claim("c", told=9 + 24 * 30, title=title))
    assert grouped(*twice, claim("b", told=None, title=title)) == [["a"], ["b"], ["c"]]


def test_maintenance_never_groups_with_outages(grouped, claim):
    work = claim("a", hour=9, source_kind=STATUS, kind=Kind.MAINTENANCE)
    assert grouped(work, claim("b", hour=9), claim("c", hour=9, kind=Kind.MAINTENANCE)) == [["a", "c"], ["b"]]


def test_a_name_outside_of_the_catalogue_is_matched_without_regard_to_case(grouped, claim):
    assert grouped(claim("a", "?Harbour", hour=9), claim("b", "?harbour", told=12)) == [["a", "b"]]


def test_a_start_long_after_its_report_is_a_misreading(grouped, claim):
    odd = claim("b", hour=24 * 40, told=10)
    assert grouped(claim("a", hour=9), odd) == [["a", "b"]]


def test_an_ongoing_report_with_a_stated_start_keeps_the_outage_open(grouped, claim):
    first = claim("a", hour=9, told=10)
    later = claim("b", hour=9, told=24 * 4, status=Status.INVESTIGATING)
    story = claim("c", told=24 * 4 + 5)
    assert grouped(first, later, story) == [["a", "b", "c"]]
    assert grouped(first, replace(later, status=Status.UNKNOWN), story) == [["a", "b"], ["c"]]


def test_an_open_incident_is_not_believed_to_last_for_ever(grouped, claim, now):
    stale = claim("a", hour=0, source_kind=STATUS, status=Status.INVESTIGATING)
    story = claim("b", told=(now - stale.first_seen_at) / timedelta(hours=1))
    assert grouped(stale, story) == [["a"], ["b"]]
