"""Every rule is found in its own example, and in nothing that has no right to it."""

from __future__ import annotations

import pytest

from pipeline.catalogue import load_catalogue
from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import Rule, load_rules, read_rule, tables
from pipeline.components.subjects import parts
from pipeline.errors import CatalogueError
from pipeline.terms import Kind, Severity, Status, Symptom

PLAIN = [rule for name in ("state", "impact", "relevance", "regions", "jargon") for rule in load_rules(name)]


@pytest.mark.parametrize("rule", PLAIN, ids=lambda rule: rule.id)
def test_rule_is_found_in_its_example(rule: Rule) -> None:
    flat = flatten(rule.example)
    assert rule.possible(flat)
    assert rule.pattern.search(flat)


@pytest.mark.parametrize("rule", PLAIN, ids=lambda rule: rule.id)
def test_anchors_let_through_whatever_the_pattern_finds(rule: Rule) -> None:
    for other in PLAIN:
        flat = flatten(other.example)
        assert rule.possible(flat) or not rule.pattern.search(flat), other.id


@pytest.mark.parametrize("rule", load_rules("subjects"), ids=lambda rule: rule.id)
def test_part_is_told_in_its_example(rule: Rule) -> None:
    start, end = rule.example.index("{"), rule.example.index("}") - 1
    text = rule.example.replace("{", "").replace("}", "")
    assert rule.id in {part.rule for part in parts(text, flatten(text), start, end)}


@pytest.mark.parametrize("name", ["state", "impact", "relevance", "regions", "jargon", "subjects"])
def test_rule_ids_are_unique(name: str) -> None:
    ids = [rule.id for rule in load_rules(name)]
    assert len(ids) == len(set(ids))


def test_values_are_of_the_closed_sets() -> None:
    sets = {"kind": set(Kind), "severity": set(Severity), "symptom": set(Symptom)}
    sets |= {"reports": {""}, "official": {"acknowledged", "denied"}}  # a count is read from the text
    assert all(rule.value in sets[rule.data["field"]] for rule in load_rules("impact"))
    assert all(rule.value in set(Status) for rule in load_rules("state"))


def test_jargon_and_witnesses_name_services_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    named = {slug for rule in load_rules("jargon") for slug in (rule.value, rule.data["own"])}
    assert named <= set(catalogue.services)
    assert set(tables("subjects")["witnesses"]) & set(catalogue.services)


def test_malformed_rule_is_refused() -> None:
    with pytest.raises(CatalogueError, match="rule broken"):
        read_rule("state", {"id": "broken", "pattern": "(", "example": "x"})
    with pytest.raises(CatalogueError, match="example"):
        read_rule("state", {"id": "broken", "pattern": "x"})
