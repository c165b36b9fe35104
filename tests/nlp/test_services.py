"""Which services a text tells of, the one that failed first; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation

ReadText = Callable[..., Annotation]

FIRST = [
    ("GitHub is down for the second time today", "github"),
    ("Is Discord down right now?", "discord"),
    ("Amazon EC2 outage in the east hits shops", "amazon-ec2"),
    ("Slack's outage left offices silent", "slack"),
    ("slack is down again", "slack"),
    ("X is down and nobody can post about it", "x"),
    ("#GitHubDown and my release is due", "github"),
    ("Microsoft Teams outage: meetings fail across Europe", "microsoft-teams"),
    ("Unlike Facebook, Reddit suffers an outage this morning", "reddit"),
    ("Users of Spotify cannot log in", "spotify"),
    ("status.github.com reports errors for pull requests", "github"),
    ("AWS outage takes down Snapchat", "amazon-web-services"),
]


@pytest.mark.parametrize(("title", "slug"), FIRST)
def test_first_service(read_text: ReadText, title: str, slug: str) -> None:
    assert read_text(title).services[:1] == (slug,)


@pytest.mark.parametrize(
    "title",
    [
        "Put the box on the shelf before it closes",
        "Teams of nurses ring in the new year",
        "The signal was weak and the steam engine slow",
        "A linear model with slack in it",
        "The server was down: polar cold, jitter on the line, a knock at the plane, upbound trains late, error 500",
        "The app is down, the live chat failed and the magic link of the dev community is broken",
        "A plain outage of the website: the puppet will materialize and teleport a bubble, the element is down",
    ],
)
def test_ordinary_words_are_no_services(read_text: ReadText, title: str) -> None:
    assert read_text(title).services == ()


def test_several_services_in_order_of_weight(read_text: ReadText) -> None:
    said = read_text("Facebook and Instagram are down", "Both Facebook and Instagram went offline at noon.")
    assert said.services == ("facebook", "instagram")
    assert said.service_names == ("Facebook", "Instagram")
    assert said.provider == "meta"


def test_part_goes_before_the_whole(read_text: ReadText) -> None:
    said = read_text("Elevated errors for Amazon S3", "AWS says that Amazon S3 answers slowly.", kind="status")
    assert said.services == ("amazon-s3",)
    assert said.provider == "amazon-web-services"


def test_own_page_names_the_service_where_the_text_does_not(read_text: ReadText) -> None:
    said = read_text("Elevated error rates", "We are investigating.", kind="status", service="github")
    assert said.services == ("github",)


def test_source_of_a_status_text_is_evidence_for_a_common_word(read_text: ReadText) -> None:
    said = read_text("Errors for Lambda functions", "We see errors.", kind="status", source="aws-status")
    assert said.services == ("aws-lambda",)


def test_jargon_of_a_provider_stands_for_its_product(read_text: ReadText) -> None:
    said = read_text("Connectivity", "Some instances lost power.", kind="status", source="aws-status")
    assert said.services[0] == "amazon-ec2"


def test_unknown_name_by_its_surroundings(read_text: ReadText) -> None:
    said = read_text("Quillmail is down", "Users of Quillmail cannot log in since noon.")
    assert said.services == ("?Quillmail",)
    assert said.service_names == ("?Quillmail",)
    assert said.provider is None


def test_witness_is_not_the_patient(read_text: ReadText) -> None:
    said = read_text("Netflix down for thousands", "Downdetector shows 9,000 reports of problems with Netflix.")
    assert said.services == ("netflix",)


def test_former_name_is_shown_as_the_text_has_it(read_text: ReadText) -> None:
    said = read_text("Twitter goes down", "Twitter was unreachable for an hour.")
    assert (said.services, said.service_names) == (("x",), ("Twitter",))


def test_mention_points_at_the_name(read_text: ReadText) -> None:
    title, text = "Morning trouble", "At nine Spotify stopped. Spotify is down for many."
    whole = f"{title}\n\n{text}"
    [mention] = [m for m in read_text(title, text).mentions if m.field == "service"]
    assert (mention.value, whole[mention.start : mention.end]) == ("spotify", "Spotify")


def test_parts_that_are_named_become_components(read_text: ReadText) -> None:
    said = read_text("Incident with Pull Requests and Webhooks", "We look into it.", kind="status", service="github")
    assert said.services == ("github",)
    assert set(said.components) >= {"Pull Requests", "Webhooks"}


def test_what_a_title_on_the_own_page_says_is_failing_is_a_component(read_text: ReadText) -> None:
    said = read_text("Billing Exports outage", "We are investigating.", kind="status", service="digitalocean")
    assert said.services == ("digitalocean",)
    assert said.components == ("Billing Exports",)
