"""Names that no catalogue knows, told by what stands around them; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation
from pipeline.components.unknown_names import split_names

ReadText = Callable[..., Annotation]

STORIES = [
    ("Booking site Travelnest hit by day-long outage", "It was offline for most of Wednesday.", "?Travelnest"),
    ("Fernbank Outage Leaves Shoppers Unable To Pay", "", "?Fernbank"),
    ("Thousands Locked Out As Tavolio Goes Down Across Europe", "", "?Tavolio"),
    ("Thousands report problems with Zestcast", "", "?Zestcast"),
    ("Reservation system Sabrona fails, flights delayed", "", "?Sabrona"),
    ("Norvik Air's systems crash", "Norvik Air said that its booking system was down for four hours.", "?Norvik Air"),
    ("No app, no ticket", "Parkwell, an app that drivers in ten towns need to pay, was down all day.", "?Parkwell"),
    ("Fernbank outage blamed on Microsoft", "Fernbank was down for three hours on Monday.", "?Fernbank"),
    ("Clinics on paper", "Hollin & Sons blamed its network supplier. Hollin & Sons has 40 clinics.", "?Hollin & Sons"),
    ("Lab results stuck: LabbLink failed for nine hours", "", "?LabbLink"),
    ("No beer for an hour", "The cashless system Tapwise had lost its connection, organisers said.", "?Tapwise"),
    ("Huts without guests", "Hollinruf, with which beds are booked in 90 huts, was out from Friday on.", "?Hollinruf"),
    ("Card readers fail at markets", "The readers of Tillwise Pay refused every card from 5pm on.", "?Tillwise Pay"),
    ("Cars could not charge on Sunday", "Redlane's chargers refused to start for five hours.", "?Redlane"),
    ("Lessons without marks", "Vellumbook, the gradebook that most use, was unavailable all day.", "?Vellumbook"),
    ("University of Tarnmouth network down for third day", "", "?University of Tarnmouth"),
    ("Norbank app locks out customers on payday", "", "?Norbank"),
    ("Cloudmere DNS failure takes shops offline", "", "?Cloudmere"),
    ("Panne géante chez Postnord Libre", "", "?Postnord Libre"),
    ("Smart ovens stay cold after an update of Hearthwise", "Hearthwise's update broke them.", "?Hearthwise"),
    ("Talkwise: messages delayed by up to an hour", "", "?Talkwise"),
    ("Skywharf blames DNS for lost bookings", "Agents could not book ferries for five hours.", "?Skywharf"),
    ("Therapists see blank screens", "Wellnest's video calls went black during sessions.", "?Wellnest"),
    ("Kassawerk fällt aus, Läden schließen", "", "?Kassawerk"),
    ("Cafés give away coffee as Tillhub North tills die", "", "?Tillhub North"),
    ("Brokerage Tradewell suffers outage", "Rivals such as Robinhood were not affected.", "?Tradewell"),
]
POSTS = [
    ("is quillmail down for anyone else?", "?quillmail"),
    ("pixelpost is down or is it just me", "?pixelpost"),
    ("vaultly.io not loading for me", "?vaultly.io"),
    ("quillmail down for anyone else?", "?quillmail"),
    ("quillpost login error 500 all morning", "?quillpost"),
    ("#Quillmail down in all our shops", "?Quillmail"),
    ("no internet from Quillnet since 6am, whole street out", "?Quillnet"),
]


@pytest.mark.parametrize(("title", "text", "name"), STORIES)
def test_unknown_service_of_a_story(read_text: ReadText, title: str, text: str, name: str) -> None:
    assert read_text(title, text, kind="news").services[:1] == (name,)


@pytest.mark.parametrize(("text", "name"), POSTS)
def test_unknown_service_of_a_post(read_text: ReadText, text: str, name: str) -> None:
    assert read_text(text, kind="social").services[:1] == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "is everyone down for pizza tonight?",
        "my dad is down for anything",
        "Stocks are down again today",
        "is he down?",
        "Brazilian apps are down after the flood",
        "RPC failed, HTTP 500 in the logs",
        "Dashboards are unavailable",
        "The minister Anna Quill could not open the site",
    ],
)
def test_people_and_things_are_no_services(read_text: ReadText, text: str) -> None:
    assert read_text(text, kind="social").services == ()


def test_first_word_of_a_headline_may_be_any_word(read_text: ReadText) -> None:
    said = read_text("Card payments fail at cafes", "It began when Tillwise, a processor, went down.", kind="news")
    assert said.services == ("?Tillwise",)


def test_place_is_no_service(read_text: ReadText) -> None:
    said = read_text("no signal on verizon in downtown Quillton, phone says SOS only", kind="social")
    assert said.services == ("verizon",)


def test_names_in_a_headline_with_capitals_are_told_apart() -> None:
    run = "Massive Quillmail Outage Hits Inkpot's Customers"
    assert split_names(run) == [("Quillmail", 8), ("Inkpot", 30)]
    assert split_names("Booking Thousands Of The") == []


def test_internet_of_a_place_is_a_service(read_text: ReadText) -> None:
    said = read_text("Massive internet outages in Kazakhstan", "Traffic was cut off this week.", kind="news")
    assert said.services[:1] == ("?Internet in Kazakhstan",)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Radar glitch grounds flights", "Controllers lost the feed of their radar. Nobody was hurt."),
        ("Storm leaves Quillay offline", "Gusts bent the mast between Orkney and Quillay."),
        ("Uhr MESZ down", None),
        ("AS64500 is down", None),
        ("Pumps at the Quill valley stopped", "The Quill valley went dead."),
    ],
)
def test_words_places_and_networks_are_no_names(read_text: ReadText, title: str, text: str | None) -> None:
    assert not any(name.startswith("?") for name in read_text(title, text, kind="news").services)


def test_kind_of_house_is_cut_off_in_front_of_a_name() -> None:
    assert split_names("Beim Zahlungsdienstleister Quillpay Terminal") == [("Quillpay Terminal", 27)]
