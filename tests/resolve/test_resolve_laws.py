"""The laws: order does not matter, twice is once, an id stays or leads on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalogue import Service, build
from pipeline.model import outage_id
from pipeline.resolve import resolve
from pipeline.terms import Cause, Kind, Precision, SourceKind, Status

KINDS = st.sampled_from(list(SourceKind))
HOURS = st.one_of(st.none(), st.integers(0, 90))
SERVICES = st.sampled_from(
    ["", "nimbus", "nimbus-disks", "parley", "photos films", "films", "bazaar nimbus", "?Harbour"]
)


@st.composite
def claims(draw, claim, least=0):
    """Up to fourteen claims on few services within four days, as dense as no page is."""
    found = []
    for n in range(draw(st.integers(least, 14))):
        hour = draw(HOURS)
        ended = draw(HOURS)
        made = claim(
            f"r{n:02d}",
            draw(SERVICES),
            hour,
            told=draw(HOURS),
            seen=100 + n // 2,
            source_kind=draw(KINDS),
            source=draw(st.sampled_from(["one", "two"])),
            title=draw(st.sampled_from(["Login fails", "Uploads to shared folders wait in line", "Down"])),
            kind=draw(st.sampled_from([Kind.OUTAGE, Kind.OUTAGE, Kind.MAINTENANCE, Kind.UNKNOWN])),
            status=draw(st.sampled_from(list(Status))),
            cause=draw(st.sampled_from([Cause.UNKNOWN, Cause.DNS, Cause.THIRD_PARTY])),
            withdrawn=draw(st.booleans()),
            group=draw(st.sampled_from([None, None, None, "g"])),
            regions=draw(st.sampled_from([(), ("global",), ("eu-west-1", "global")])),
        )
        if hour is not None:
            made = replace(made, started_precision=draw(st.sampled_from(list(Precision))))
        if ended is not None:
            made = replace(made, ended_at=made.first_seen_at + timedelta(hours=ended - 100))
        found.append(made)
    return found


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_order_and_repetition_do_not_matter(data, claim, small_catalogue, later):
    told = data.draw(claims(claim))
    shuffled = [*told, *told[:3]]
    Random(data.draw(st.integers(0, 9999))).shuffle(shuffled)
    assert resolve(shuffled, as_of=later, catalogue=small_catalogue) == resolve(
        told, as_of=later, catalogue=small_catalogue
    )


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_every_id_stays_or_leads_on_when_reports_are_added(data, claim, small_catalogue, later):
    told = data.draw(claims(claim, least=2))
    cut = data.draw(st.integers(1, len(told)))
    # What is first seen in one run comes in one piece.
    before = [c for c in told if c.first_seen_at <= told[cut - 1].first_seen_at]
    old = resolve(before, as_of=later, catalogue=small_catalogue)
    new = resolve(told, as_of=later, catalogue=small_catalogue)
    known = {o.id for o in new.outages} | {gone for gone, _ in new.redirects}
    assert {o.id for o in old.outages} | {gone for gone, _ in old.redirects} <= known


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_what_comes_out_is_whole(data, claim, small_catalogue, later):
    told = data.draw(claims(claim))
    found = resolve(told, as_of=later, catalogue=small_catalogue)
    assert sorted(r.report_id for o in found.outages for r in o.reports) == sorted(c.report_id for c in told)
    ids = [o.id for o in found.outages]
    assert len(set(ids)) == len(ids)
    assert {new for _, new in found.redirects} <= set(ids)
    assert not {old for old, _ in found.redirects} & set(ids)
    for outage in found.outages:
        proven = {w.evidence.field for w in outage.evidence if w.chosen}
        said = {
            "started_at": outage.started_at,
            "ended_at": outage.ended_at,
            "duration_minutes": outage.duration_minutes,
        }
        said |= {"services": outage.services, "regions": outage.regions, "title": outage.title}
        said |= {name: None if getattr(outage, name) == "unknown" else 1 for name in ("status", "kind", "cause")}
        assert {name for name, value in said.items() if value not in (None, ())} <= proven
        assert not (outage.started_at and outage.ended_at and outage.ended_at < outage.started_at)
        assert [r.anchor for r in outage.reports].count(True) == 1


def test_a_report_that_bridges_two_outages_keeps_the_older_id(claim, later):
    def part(slug):
        return Service(slug, slug, "prism", "Prism", "test", aliases=(slug,))

    catalogue = build({slug: part(slug) for slug in ("films", "photos")})
    films = claim("a", "films", told=10, seen=20)
    photos = claim("b", "photos", told=10, seen=22)
    before = resolve([films, photos], as_of=later, catalogue=catalogue)
    assert [o.id for o in before.outages] == sorted([outage_id("a"), outage_id("b")])
    bridge = claim("c", "photos films", told=9.5, seen=40)
    after = resolve([films, photos, bridge], as_of=later, catalogue=catalogue)
    assert [o.id for o in after.outages] == [outage_id("a")]
    assert (outage_id("b"), outage_id("a")) in after.redirects
