"""The metadata and the schema agree both ways, and every canned query runs."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlite_utils import Database

from pipeline.export import public_tables
from pipeline.public_rows import FACETS
from pipeline.publish import settings

# Numbers that are counted or measured say of what; these are flags, codes and positions that say so in words.
NO_UNIT = {"id", "chosen", "anchor", "active", "ambiguous", "in_catalogue", "cause_hedged", "http_status", "silent"}
VALUES = {"service": "quillmail", "cause": "dns", "outage": "o0000000000000001", "words": "resolve"}


@pytest.fixture
def public(published: Any) -> Iterator[Database]:
    db = Database(published.path)
    yield db
    db.close()


@pytest.fixture
def described(metadata: dict[str, Any]) -> dict[str, Any]:
    assert list(metadata["databases"]) == ["outages"]
    database: dict[str, Any] = metadata["databases"]["outages"]
    return database


def test_every_table_is_described_and_every_described_table_exists(public: Database, described: dict[str, Any]) -> None:
    assert sorted(described["tables"]) == public_tables(public)


def test_every_column_is_described_and_every_described_column_exists(
    public: Database, described: dict[str, Any]
) -> None:
    for name, table in described["tables"].items():
        assert table["title"], name
        assert table["description"], name
        assert list(table["columns"]) == [c.name for c in public.table(name).columns], name
        assert all(len(text) >= 4 for text in table["columns"].values()), name


def test_every_number_and_time_says_its_unit(public: Database, described: dict[str, Any]) -> None:
    for name, table in described["tables"].items():
        for column in public.table(name).columns:
            text = table["columns"][column.name]
            if column.name.endswith("_at") or column.name in ("at", "as_of", "bin_start"):
                assert "(UTC, ISO 8601)" in text, (name, column.name)
            elif column.type in ("INTEGER", "REAL") and column.name not in NO_UNIT:
                assert re.search(r"\(.+\)", text), (name, column.name)


def test_labels_facets_and_orders_name_columns(public: Database, described: dict[str, Any]) -> None:
    for name, table in described["tables"].items():
        columns = {c.name for c in public.table(name).columns}
        facets = [f if isinstance(f, str) else f["counted"] for f in table.get("facets", [])]
        named = {table.get("label_column"), table.get("sort"), table.get("sort_desc"), *facets} - {None}
        assert named <= columns, name
    counted = [f["counted"] for f in described["tables"]["outages"]["facets"]]
    assert sorted(counted) == sorted(FACETS)


def test_every_facet_and_order_of_a_table_that_grows_has_an_index(public: Database, described: dict[str, Any]) -> None:
    growing = {name for name in described["tables"] if name not in ("services", "providers", "summary", "sources")}
    for name in growing:
        table = described["tables"][name]
        first = {index.columns[0] for index in public.table(name).indexes}
        facets = [f if isinstance(f, str) else f["counted"] for f in table.get("facets", [])]
        wanted = {*facets, table.get("sort"), table.get("sort_desc")} - {None}
        assert wanted <= first, (name, wanted - first)


def test_every_foreign_key_of_a_table_that_grows_has_an_index(public: Database) -> None:
    for name in public_tables(public):
        keys = [tuple(index.columns) for index in public.table(name).indexes]
        for key in public.table(name).foreign_keys:
            assert any(columns[0] == key.column for columns in keys), (name, key.column)


def test_foreign_keys_have_labels_to_show(public: Database, described: dict[str, Any]) -> None:
    shown = {fk.other_table for name in public_tables(public) for fk in public.table(name).foreign_keys}
    # A run and a source are known by their key itself.
    assert {t for t in shown if "label_column" not in described["tables"][t]} == {"runs", "sources"}


def test_texts_of_the_site_are_there(metadata: dict[str, Any]) -> None:
    for key in ("title", "description", "license", "license_url", "source", "source_url", "about", "about_url"):
        assert metadata[key], key


@pytest.mark.parametrize(
    ("query", "rows"),
    [("ongoing", 2), ("outages_of_service", 6), ("outages_by_cause", 4), ("causes", 8), ("longest", 24),
     ("status_page_lag", 28), ("status_page_league", 5), ("heard_first", 0),
     ("disagreements", 3), ("failing_sources", 4), ("evidence_of_outage", 4), ("search", 4)],
)  # fmt: skip
def test_each_canned_query_runs(get: Callable[[str], Any], described: dict[str, Any], query: str, rows: int) -> None:
    wanted = described["queries"][query]
    assert wanted["title"]
    assert wanted["description"]
    assert sorted(wanted.get("params", [])) == sorted(set(re.findall(r"[^:]:(\w+)", wanted["sql"])))
    asked = urlencode({name: VALUES[name] for name in wanted.get("params", [])})
    answer = get(f"/outages/{query}.json?_shape=objects&{asked}")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["rows"]) == rows
    assert get(f"/outages/{query}?{asked}").status_code == 200


def test_no_canned_query_is_untested(described: dict[str, Any]) -> None:
    tested = {case[0] for case in test_each_canned_query_runs.pytestmark[0].args[1]}
    assert tested == set(described["queries"])


@pytest.mark.parametrize("query", ["ongoing", "longest", "status_page_lag", "outages_of_service", "outages_by_cause"])
def test_canned_queries_read_outages_through_an_index(published: Any, described: dict[str, Any], query: str) -> None:
    with sqlite3.connect(published.path) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {described['queries'][query]['sql']}", VALUES).fetchall()
    steps = [row[3] for row in plan]
    assert not [s for s in steps if re.match(r"SCAN (o|outages)\b(?!.*INDEX)", s)], steps


def test_the_metadata_is_readable(repository: Path) -> None:
    text = (repository / "datasette-metadata.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "title"')
    assert settings.metadata_file() == repository / "datasette-metadata.json"


@pytest.mark.parametrize("words", ["", "%22", "%22%22", "+"])
def test_a_search_for_no_words_finds_nothing_and_is_no_error(get: Callable[[str], Any], words: str) -> None:
    answer = get(f"/outages/search.json?_shape=objects&words={words}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"] == []
    assert get("/outages/search").status_code == 200
