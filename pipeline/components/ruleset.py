"""Reads the rules of the language pipeline: TOML files of `[[rule]]` tables, each with an id and an example.

A rule has `id`, `pattern` (a regular expression), `example` (a sentence of our own in which the pattern is found)
and what its component needs beside. A pattern is matched on the text in lower case (`lexicon.flatten`), which is
twice as fast as to disregard case; one that is `cased` is matched on the text itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import CatalogueError

RULES = Path(__file__).parent.parent / "rules"
LETTER = re.compile(r"\\.|[A-Z]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `anchors` are lower-case strings one of which every match holds (none: always tried)."""

    id: str
    pattern: re.Pattern[str]
    value: str
    example: str
    anchors: tuple[str, ...] = ()
    cased: bool = False
    data: Mapping[str, Any] = with_default(default_factory=dict)

    def possible(self, flat: str) -> bool:
        """Whether the rule can match a text of this lower-case form: a cheap gate before the pattern."""
        for anchor in self.anchors:  # a plain loop: asked a hundred times a text, a generator costs as much again
            if anchor in flat:
                return True
        return not self.anchors


@cache
def tables(name: str) -> Mapping[str, Any]:
    """The whole of `rules/<name>.toml`. Raises `CatalogueError` where it cannot be read."""
    try:
        return tomllib.loads((RULES / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"rules/{name}.toml cannot be read: {error}") from error


@cache
def load_rules(name: str) -> tuple[Rule, ...]:
    """The rules of `rules/<name>.toml` in their order. Raises `CatalogueError` for a malformed one."""
    return tuple(read_rule(name, table) for table in tables(name).get("rule", ()))


def read_rule(name: str, table: Mapping[str, Any]) -> Rule:
    """One `[[rule]]` table as a record."""
    cased = bool(table.get("cased"))
    known = ("id", "pattern", "value", "example", "anchors", "cased")
    try:
        return Rule(
            id=f"{name}.{table['id']}",
            pattern=compile_pattern(table["pattern"], cased=cased),
            value=table.get("value", ""),
            example=table["example"],
            anchors=tuple(table.get("anchors", ())),
            cased=cased,
            data={key: value for key, value in table.items() if key not in known},
        )
    except (KeyError, re.error) as error:
        raise CatalogueError(f"rules/{name}.toml: rule {table.get('id')}: {error!r}") from error


def compile_pattern(pattern: str, *, cased: bool = False) -> re.Pattern[str]:
    """The pattern with its letters in lower case (those of escapes like `\\W` stay), for text in lower case."""
    return re.compile(pattern if cased else LETTER.sub(lambda m: m[0] if m[0][0] == "\\" else m[0].lower(), pattern))
