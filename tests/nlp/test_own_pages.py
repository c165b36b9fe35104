"""Reports on a service's own page, and texts that name nobody; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation
from pipeline.catalogue import Service, build, load_catalogue
from pipeline.components.page_owner import page_owner
from pipeline.components.parts_named import titled_parts
from pipeline.errors import CatalogueError

ReadText = Callable[..., Annotation]
AWS, GCP, AZURE = "aws-status", "gcp-status", "azure-status-history"


def first(said: Annotation) -> str:
    return said.services[0]


@pytest.mark.parametrize(
    ("title", "text", "source", "slug"),
    [
        ("Increased error rates", "Calls of the UpdateThingShadow API fail.", AWS, "aws-iot-core"),
        ("Increased error rates", "We see errors for API invokes in one Region.", AWS, "amazon-api-gateway"),
        ("Network connectivity", "Some instances lost their network. Some EBS volumes are slow.", AWS, "amazon-ec2"),
        ("Connectivity", "Some database instances were unreachable.", AWS, "amazon-relational-database-service"),
        ("Console errors", "We see errors for the Athena Management Console.", AWS, "amazon-athena"),
        ("Packet loss", "We see packet loss for Cloud Interconnect.", GCP, "google-cloud-networking"),
        (
            "Several GCP products fail",
            "Cloud Run and Firestore meet errors.",
            GCP,
            "google-cloud-infrastructure-components",
        ),
        (
            "01/02/2025",
            "01/02/2025\nRCA - Azure Bastion - West\nSummary: Azure Storage is slow.",
            AZURE,
            "azure-bastion",
        ),
        ("01/02/2025", "01/02/2025\nPIR - Services impacted after a fire\nNone.", AZURE, "azure-multiple-services"),
    ],
)
def test_product_of_a_report(read_text: ReadText, title: str, text: str, source: str, slug: str) -> None:
    assert first(read_text(title, text, kind="status", source=source)) == slug


def test_product_stands_behind_the_entry_it_is_filed_under(read_text: ReadText) -> None:
    said = read_text("Cloud VPN gateways lose packets", "Cloud VPN is affected.", kind="status", source=GCP)
    assert said.services[:2] == ("google-cloud-networking", "cloud-vpn")
    news = read_text("Google Cloud VPN outage", "Google Cloud VPN was down for an hour.", kind="news")
    assert first(news) == "cloud-vpn"


def test_what_is_not_affected_is_not_the_patient(read_text: ReadText) -> None:
    text = "We see errors for the EC2 API. Connectivity to load balancers was not affected."
    assert first(read_text("Errors", text, kind="status", source=AWS)) == "amazon-ec2"


def test_bare_name_of_a_product_is_not_another_houses(read_text: ReadText) -> None:
    said = read_text(
        "Load balancers answer slowly", "Our load balancers are slow.", kind="status", service="digitalocean"
    )
    assert said.services == ("digitalocean",)


def test_own_service_goes_before_a_stranger(read_text: ReadText) -> None:
    said = read_text("Kimi is down", "Kimi went down at noon.", kind="status", service="together-ai")
    assert first(said) == "together-ai"


def test_furniture_of_a_status_page_names_nobody(read_text: ReadText) -> None:
    text = "Some users may see slow downloads.\nPowered by\nStatuspage\nThis incident affected: Box Platform."
    assert read_text("Slow downloads", text, kind="news").services == ("box",)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Image builds and Volumes are down", ["Image builds", "Volumes"]),
        ("Inkpot 3 Large outage", ["Inkpot 3 Large"]),
        ("Elevated errors on the Vellum endpoint", ["Vellum endpoint"]),
        ("Elevated error rates", []),
    ],
)
def test_parts_of_a_title(title: str, parts: list[str]) -> None:
    assert [find.value for find in titled_parts(title, ())] == parts


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("https://github.com/npm/cli/issues/12", "npm"),
        ("https://github.com/someone/Quillmail/issues/3", "?Quillmail"),
        ("https://github.com/quill/quillmail-issues/issues/3", "?quillmail"),
        ("https://github.com/someone/Quillmail", None),
        ("https://status.figma.com/incidents/9", "figma"),
        ("https://www.reddit.com/r/status/comments/1", None),
        ("https://news.example.org/story", None),
        ("not an address", None),
        (None, None),
    ],
)
def test_owner_of_a_page(address: str | None, owner: str | None) -> None:
    assert page_owner(address, load_catalogue()) == owner


def test_page_answers_where_the_text_names_nobody(read_text: ReadText) -> None:
    address = "https://github.com/someone/Quillmail/issues/3"
    assert read_text("same for me, all day long", kind="social", url=address).services == ("?Quillmail",)
    assert read_text("Discord is down here too", kind="social", url=address).services == ("discord",)


def test_fuller_name_is_shown(read_text: ReadText) -> None:
    assert read_text("Azure outage", "Azure was down.").service_names == ("Microsoft Azure",)
    said = read_text("Azure AD outage", "Azure Active Directory (Azure AD) was down. Azure AD is back.")
    assert said.service_names[0] == "Azure Active Directory"


def test_entry_that_is_filed_under_has_to_exist() -> None:
    with pytest.raises(CatalogueError, match="filed under"):
        build({"a": Service("a", "A", "p", "P", "ai", filed_under="b")})
