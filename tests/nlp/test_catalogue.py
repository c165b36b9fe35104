from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.catalogue import Service, build, load_catalogue, read_service, slugify
from pipeline.errors import CatalogueError

GOOD = {"name": "Quillmail", "provider": "Quill & Sons", "category": "productivity", "aliases": ["Quillmail", "Quill"]}


def test_table_becomes_a_record() -> None:
    service = read_service("quillmail", GOOD | {"ambiguous": ["Quill"]})
    assert (service.provider, service.provider_name) == ("quill-and-sons", "Quill & Sons")
    assert service.ambiguous == ("Quill",)
    assert service.parent is None


@pytest.mark.parametrize("change", [{"colour": "red"}, {"ambiguous": ["Pen"]}])
def test_unknown_key_and_stray_name_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(CatalogueError, match="quillmail"):
        read_service("quillmail", GOOD | change)


def test_missing_key_is_refused() -> None:
    with pytest.raises(CatalogueError, match="missing"):
        read_service("quillmail", {"name": "Quillmail"})


def test_parent_has_to_exist() -> None:
    with pytest.raises(CatalogueError, match="no such parent"):
        build({"a": Service("a", "A", "p", "P", "ai", parent="b")})


def test_lineage_names_and_domains() -> None:
    catalogue = load_catalogue()
    assert catalogue.lineage("amazon-ec2") == ("amazon-web-services", "amazon")
    assert catalogue.named("GITHUB") == ("github",)
    assert catalogue.by_domain["github.com"] == "github"
    assert catalogue.joined("together") == catalogue.named("Together AI")
    assert catalogue.get("no-such") is None


@pytest.mark.parametrize(
    ("name", "slug"), [("T-Mobile US", "t-mobile-us"), ("Canal+", "canal-plus"), ("Telefónica", "telefonica")]
)
def test_slugs(name: str, slug: str) -> None:
    assert slugify(name) == slug


def test_every_service_is_reached_by_its_own_name() -> None:
    catalogue = load_catalogue()
    assert [s.slug for s in catalogue.services.values() if s.slug not in catalogue.named(s.name)] == []


@pytest.mark.shared
def test_whole_registry_is_in_the_catalogue(shared: Path) -> None:
    rows = json.loads((shared / "registry" / "services.json").read_text(encoding="utf-8"))
    services = load_catalogue().services
    assert {row["slug"] for row in rows} <= set(services)
    assert all(services[row["slug"]].name == row["name"] for row in rows)
