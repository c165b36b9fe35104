"""Writes the table of a new source into its platform's file, in its place in the order of names."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import CatalogueError
from pipeline.model import Source

_HEADER = re.compile(r"^\[(?P<name>[^\[\]]+)\]\s*(?:#.*)?$")


def choose_name(url: str, service: str | None, known: Collection[str]) -> str:
    """A name for the source at `url` that no other has: its service's, else made of its host.

    Raises `CatalogueError` where each of them is taken.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    short = re.sub(r"^(www|status)\.|\.[a-z]+$", "", host)
    tries = [service or _words(short), _words(host), _words(parts.netloc.lower()), _words(host + parts.path.lower())]
    for name in tries:
        if name and name not in known:
            return name
    raise CatalogueError(f"there are sources named {', '.join(dict.fromkeys(tries))} already: add the table by hand")


def _words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def write_table(path: Path, source: Source) -> None:
    """Put the table of `source` before the first one whose name comes after it; all else stays as it is, to the letter.

    Raises `CatalogueError`, and leaves the file alone, where it is no TOML or would lose or change a table.
    """
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    after = _insert(before, source)
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except ValueError as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    if source.name in old or {key: value for key, value in new.items() if key != source.name} != old:
        raise CatalogueError(f"{path.name}: the table of {source.name} does not fit in; add it by hand")
    _replace(path, after)


def _replace(path: Path, text: str) -> None:
    """The whole file or none of it."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def drop_table(path: Path, name: str) -> None:
    """Take the table of `name` out of the file; all else stays as it is, to the letter.

    Raises `CatalogueError`, and leaves the file alone, where that cannot be done.
    """
    before = path.read_text(encoding="utf-8")
    lines = before.splitlines()
    headers = [n for n, line in enumerate(lines) if _HEADER.match(line)]
    first = next((n for n in headers if lines[n].strip("[] \"'") == name), None)
    if first is None:
        raise CatalogueError(f"{path.name}: there is no table {name}")
    end = next((n for n in headers if n > first), len(lines))
    after = "\n".join([*lines[:first], *lines[end:]]).rstrip("\n") + "\n"
    old, new = tomllib.loads(before), tomllib.loads(after)
    if {key: value for key, value in old.items() if key != name} != new:
        raise CatalogueError(f"{path.name}: the table of {name} cannot be taken out; do it by hand")
    _replace(path, after)


def _insert(text: str, source: Source) -> str:
    lines = text.splitlines()
    table = _table_of(source)
    for at, line in enumerate(lines):
        header = _HEADER.match(line)
        if header and header["name"].strip("\"' ") > source.name:
            # Comments right above a table are that table's.
            place = at
            while place and lines[place - 1].startswith("#"):
                place -= 1
            return "\n".join([*lines[:place], *table, "", *lines[place:]]) + "\n"
    kept = text.rstrip("\n")
    return (kept + "\n\n" if kept else "") + "\n".join(table) + "\n"


def _table_of(source: Source) -> list[str]:
    """The table: what is the platform's default is left out."""
    values = {"service": source.service, "url": source.url, "note": source.note}
    return [f"[{source.name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items() if value)]
