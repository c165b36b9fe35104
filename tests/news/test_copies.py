"""Copies of one text: found whatever their order, linked to the first, and no second witness."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.catalogue import load_catalogue
from pipeline.copies import link_copies, spans
from pipeline.likeness import Copy, Likeness, draw, find_copies, plain_address, plain_headline, resemblance
from pipeline.model import Batch, Fetch, Report, Source, report_id
from pipeline.resolve import resolve
from pipeline.store import Store
from pipeline.terms import Certainty, SourceKind
from pipeline.witnesses import independent
from tests.resolve.conftest import make_claim

T0 = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
AGENCY = (
    "The payment network of Brightbox was unreachable for most of Wednesday morning, and shops across three "
    "provinces took cash alone. A spokesman said that a change of the routing tables had cut both data centres "
    "off from the banks at ten past eight. Engineers took the change back at half past nine, and the last "
    "terminals came up an hour later. The company had promised after a failure in spring that no single change "
    "could do this again. The regulator has asked for a report within five days, and the minister said that "
    "shops should be paid for what they lost."
)
OTHER = (
    "Commuters waited in the rain when the ticket machines of the northern line stopped selling tickets on "
    "Wednesday. The operator blamed an expired certificate on the server that the machines ask for prices, "
    "which had been renewed on a test system only. Staff let people travel without tickets until the "
    "afternoon, when a new certificate was installed. It was the second such day this year, and the "
    "passengers' union wants to know why nobody keeps a list of the dates."
)


def like(key: str, hours: float = 0, **more: object) -> Likeness:
    fields = {"source": key, "address": f"{key}.example/{key}", "headline": "", "sketch": None}
    return Likeness(key, said_at=T0 + timedelta(hours=hours), **{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.lantern.example/2026/outage/?utm_source=rss&utm_medium=feed",
        "http://lantern.example/2026/outage",
        "https://m.lantern.example/2026/outage/amp/",
        "https://amp.lantern.example/2026/outage#top",
    ],
)
def test_one_page_has_one_address(url: str) -> None:
    assert plain_address(url) == "lantern.example/2026/outage"


def test_a_page_that_is_told_by_its_query_keeps_it_and_a_front_page_has_no_address() -> None:
    assert plain_address("https://l.example/story?id=7&fbclid=x") == "l.example/story?id=7"
    assert plain_address("https://www.l.example/") == ""


def test_a_headline_is_known_without_its_house_and_a_short_one_says_nothing() -> None:
    assert plain_headline("Brightbox payments fail across three provinces - The Lantern") == plain_headline(
        "BRIGHTBOX payments fail across three provinces"
    )
    assert plain_headline("Is Brightbox down?") == ""


def test_wording_is_compared_and_not_subject() -> None:
    cut = AGENCY[: AGENCY.index("The regulator")]
    framed = f"PORTVILLE, 18 November (Agency). {AGENCY} Read more of our coverage of payments here."
    whole, shorter, edited, other = (draw(text) or "" for text in (AGENCY, cut, framed, OTHER))
    assert resemblance(whole, edited) > 0.8
    assert resemblance(whole, shorter) > 0.6
    assert resemblance(whole, other) < 0.1
    assert draw("Too short to be told from another.") is None


def test_copies_lead_to_the_first_in_any_order() -> None:
    sketch, headline = draw(AGENCY), "brightbox payments fail across three provinces"
    reports = [
        like("agency", 0, sketch=sketch, headline=headline),
        like("paper", 2, sketch=draw(AGENCY + " The Lantern will report on.")),
        like("moved", 3, address="agency.example/agency"),
        like("search", 4, headline=headline),
        like("rival", 4, sketch=draw(OTHER), headline=headline),
        like("years-later", 24 * 400, sketch=sketch, headline=headline),
    ]
    expected = [
        Copy("paper", "agency", "wording"), Copy("moved", "agency", "address"), Copy("search", "agency", "headline"),
    ]  # fmt: skip
    for seed in range(6):
        random.Random(seed).shuffle(reports)
        assert sorted(find_copies(reports), key=lambda c: c.report_id) == sorted(expected, key=lambda c: c.report_id)


def test_what_many_texts_share_makes_no_copies_of_them() -> None:
    frame = "Readers have told us that they cannot reach it. We asked the company and will tell you what it says. " * 3
    rng, words = random.Random(4), (AGENCY + OTHER).split()
    texts = [frame + " ".join(rng.sample(words, 120)) for _ in range(30)]
    reports = [like(f"r{n}", n, sketch=draw(text)) for n, text in enumerate(texts)]
    assert find_copies(reports) == []


def test_spans_that_touch_are_one() -> None:
    days = [T0, T0 + timedelta(days=3), T0 + timedelta(days=60)]
    assert [(b - a).days for a, b in spans(days)] == [17, 14]


def collected(store: Store, source: str, text: str, at: datetime) -> str:
    store.sync_sources([Source(source, "feed", SourceKind.NEWS, f"https://{source}.example/feed")], retire=False)
    run = store.start_run("crawl", at)
    url, title = f"https://{source}.example/story", f"Brightbox stands still, {source} says"
    report = Report(f"{source}-1", title, url, text=text, published_at=at)
    fetch = Fetch(f"https://{source}.example/feed", at, 200, source, 1)
    store.save_batch(Batch(source, run.id, fetch, (report,)))
    return report_id(source, f"{source}-1")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_links_are_the_same_however_the_nights_fall(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Each report comes in a night of its own; the one that was published first is the first, even if it came last."""
    telling = [("agency", AGENCY, 0), ("paper", f"{AGENCY} More soon.", 5), ("gazette", f"Agency. {AGENCY}", 24 * 4)]
    with Store(tmp_path / "work.db") as store:
        ids = {}
        for place in order:
            name, text, hours = telling[place]
            ids[name] = collected(store, name, text, T0 + timedelta(hours=hours))
            link_copies(store)
        copies = {row[0]: row[1] for row in store.copies()}
        assert copies == {ids["paper"]: ids["agency"], ids["gazette"]: ids["agency"]}
        assert link_copies(store) == 2  # nothing new, nothing done
        # Its own words make a copy a report again.
        collected(store, "paper", OTHER, T0 + timedelta(hours=5))
        link_copies(store)
        assert {row[0] for row in store.copies()} == {ids["gazette"]}


def test_a_copy_is_no_second_witness(later: datetime) -> None:
    news = make_claim("n1", hour=8.0)
    blog = replace(make_claim("p1", hour=8.0, source_kind=SourceKind.POSTMORTEM), copy_of="n1")
    (told,) = resolve([news, blog], as_of=later, catalogue=load_catalogue()).outages
    assert (told.certainty, told.source_count, len(told.reports)) == (Certainty.SUSPECTED, 1, 2)
    (other,) = resolve([news, replace(blog, copy_of=None)], as_of=later, catalogue=load_catalogue()).outages
    assert (other.certainty, other.source_count) == (Certainty.LIKELY, 2)


def test_of_copies_without_their_first_one_stands_and_the_providers_word_stays() -> None:
    copies = [replace(make_claim(f"c{n}", source=f"s{n}"), copy_of="gone") for n in range(3)]
    assert len(independent(copies)) == 1
    official = replace(make_claim("own", source_kind=SourceKind.STATUS), copy_of="c0")
    assert official in independent([make_claim("c0"), official])


def test_a_conversation_is_one_outage(later: datetime) -> None:
    first = make_claim("m1", hour=8.0, source_kind=SourceKind.SOCIAL, thread="t1", source="list")
    answer = make_claim("m2", told=60.0, source_kind=SourceKind.SOCIAL, thread="t1", source="list")
    apart = make_claim("m3", told=60.0, source_kind=SourceKind.SOCIAL, thread="t2", source="list")
    found = resolve([first, answer, apart], as_of=later, catalogue=load_catalogue()).outages
    assert sorted(sorted(r.report_id for r in o.reports) for o in found) == [["m1", "m2"], ["m3"]]
