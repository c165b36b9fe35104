"""Which service goes first, and under which name it is shown; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation
from pipeline.catalogue import add_nicknames, load_catalogue
from pipeline.errors import CatalogueError

ReadText = Callable[..., Annotation]


def test_products_in_a_list_go_before_their_house(read_text: ReadText) -> None:
    text = "Some customers of Atlassian lost access to Jira, Confluence and Opsgenie, which are down since Monday."
    assert read_text("Atlassian's week", text, kind="news").services[0] in {"jira", "confluence", "opsgenie"}


def test_carrier_goes_before_the_many_it_carries(read_text: ReadText) -> None:
    text = "Reddit, Twitch and Spotify were unreachable for an hour. Fastly, which delivers their pages, had a bug."
    assert read_text("Half of the web went dark", text, kind="news").services[0] == "fastly"


def test_two_that_fail_have_no_carrier(read_text: ReadText) -> None:
    text = "Reddit and Twitch were unreachable for an hour. Fastly said that its network was fine."
    assert read_text("A dark hour", text, kind="news").services[0] in {"reddit", "twitch"}


def test_short_name_in_a_list_is_the_product_of_the_house(read_text: ReadText) -> None:
    said = read_text("Gmail, Drive and Docs are down", kind="news")
    assert {"gmail", "google-drive", "google-docs"} <= set(said.services)
    assert read_text("The mail is late, Docs and crates are lost", kind="news").services == ()


def test_slang_for_the_cause_is_the_cause(read_text: ReadText) -> None:
    said = read_text("", "grubhub says it's bc google cloud went down", kind="social")
    assert said.services[0] == "grubhub"


def test_company_whose_work_stops_is_the_one_that_fails(read_text: ReadText) -> None:
    said = read_text("Delta cancels flights as computers fail", "A CrowdStrike update is to blame.", kind="news")
    assert said.services[0] == "delta-air-lines"


@pytest.mark.parametrize(
    ("title", "text", "kind", "name"),
    [
        ("", "box.com spins forever, box drive too", "social", "Box"),
        ("", "tmobile SOS mode in half of the town", "social", "T-Mobile"),
        ("", "warzone kicked everyone out of the lobby", "social", "Call of Duty"),
        ("Vodafone Portugal down after attack", "Vodafone Portugal lost its 4G network.", "news", "Vodafone Portugal"),
        ("Docomo outage", "Docomo's network was down.", "news", "NTT Docomo"),
    ],
)
def test_name_that_is_shown(read_text: ReadText, title: str, text: str, kind: str, name: str) -> None:
    assert read_text(title, text, kind=kind).service_names[0] == name


def test_host_stands_for_a_part_on_the_own_page(read_text: ReadText) -> None:
    said = read_text("repo.jenkins-ci.org down", "repo.jenkins-ci.org is down.", kind="status", source="jenkins-status")
    assert said.service_names == ("repo.jenkins-ci.org",)
    elsewhere = read_text("repo.jenkins-ci.org down", kind="social")
    assert "jenkins" not in elsewhere.services


def test_page_goes_before_those_it_blames(read_text: ReadText) -> None:
    text = "ci.jenkins.io is slow since the AKS cluster lost a node."
    assert read_text("AKS cluster trouble", text, kind="status", source="jenkins-status").services[0] == "jenkins"


def test_nickname_leads_to_its_service_and_is_refused_without_one() -> None:
    assert load_catalogue().named("gdrive") == ("google-drive",)
    assert "zap" in load_catalogue().services["whatsapp"].ambiguous
    with pytest.raises(CatalogueError, match="quill"):
        add_nicknames({}, {"sure": {"quill": "quillmail"}})


def test_product_goes_before_a_provider_that_is_only_named(read_text: ReadText) -> None:
    text = "An update on Yahoo Mail. This week we had a long outage, for which we are sorry. Yahoo has learned from it."
    assert read_text("Yahoo's hard week", text, kind="news").services[0] == "yahoo-mail"


def test_products_that_failed_stand_beside_their_house(read_text: ReadText) -> None:
    text = (
        "Google and its services were unreachable this morning. Nobody could open Gmail, Google Plus, "
        "Google Drive or YouTube. Google is sorry."
    )
    assert {"gmail", "google-drive", "youtube"} <= set(
        read_text("Google says outage is over", text, kind="news").services
    )


def test_outage_that_is_blamed_on_something_is_no_cause(read_text: ReadText) -> None:
    said = read_text("Google blames Gmail outage on a full disk", "Gmail was slow for an hour.", kind="news")
    assert said.services[0] == "gmail"


def test_what_another_takes_down_weighs_less(read_text: ReadText) -> None:
    text = "Yesterday's Windows Azure crash, caused by a lost name, briefly interrupted the new Xbox console's launch."
    assert read_text("A crash and a launch", text, kind="news").services[0] == "microsoft-azure"


def test_word_of_a_cloud_in_a_title_weighs_less_than_a_product_by_its_name(read_text: ReadText) -> None:
    text = "Google App Engine was down for six hours, and nobody could deploy to App Engine. Google is sorry."
    assert read_text("Slow Datastore", text, kind="news").services[0] == "google-app-engine"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Every Verizon phone in the house sits in SOS mode, the AT&T crew is unbothered", "verizon"),
        ("Snowflake queries failing in AWS us-west-2 since noon", "snowflake"),
        ("An over-strict quota kept Zendesk from answering, Google explains", "zendesk"),
        ("nothing loads over my Vodafone line; point the router at Cloudflare and it all comes back", "vodafone"),
        ("somebody fat-fingered a filter and AS174 is down, half of Warsaw is gone with it", "cogent"),
    ],
)
def test_unharmed_place_and_way_round_are_not_what_failed(read_text: ReadText, text: str, slug: str) -> None:
    assert read_text("", text, kind="social").services[0] == slug


@pytest.mark.parametrize(
    "text",
    [
        "three seconds is less than large banks need, and calls fail",
        "a line card was defective and calls fail",
        "branch staff say it is nationwide, nothing works",
        "it paused sign-ups and the site is down",
        "the worker restarts ad infinitum and our own app is down",
        "site çöktü, bari bana bir kahve getir",
        "my cousin zain says the shop won't open, error 500",
    ],
)
def test_word_in_another_sense_is_no_service(read_text: ReadText, text: str) -> None:
    others = {"three-uk", "line", "branch", "nationwide", "ups", "telmex", "getir", "zain"}
    assert not others & set(read_text("", text, kind="social").services)
