"""`outagewire backfill`: store reports from files of JSON lines, in the form that `annotate` reads.

A line needs `id`, `source` and `title` or `text`; `url`, `published` and `kind` are kept where they
are given. Every `source` becomes a source of platform ``backfill``, which no crawl visits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.model import Batch, Fetch, Issue, Report, Run, Source, believable, digest, parse_iso
from pipeline.privacy import without_names
from pipeline.store import Store
from pipeline.terms import SourceKind, Stage


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What came of it. Refused lines are named, with their file and number, and stored nowhere."""

    new: int = 0
    known: int = 0
    refused: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The counts and the refused lines by name."""
        return asdict(self)


def backfill(store: Store, run: Run, files: Sequence[Path]) -> Backfilled:
    """Store every readable line of `files`, one transaction a source and file. May be repeated."""
    new = known = 0
    refused: list[str] = []
    for path in files:
        reports, issues = _read(path)
        refused += [issue.detail for issue in issues]
        store.save_issues(issues, run.started_at, run.id)
        for source, said in reports.items():
            store.sync_sources([source], retire=False)
            fetch = Fetch(path.resolve().as_uri(), run.started_at, 200, digest(path.read_bytes(), length=64), 0)
            result = store.save_batch(Batch(source.name, run.id, fetch, tuple(said)))
            new += result.new
            known += result.unchanged + result.changed
    return Backfilled(new, known, tuple(refused))


def _read(path: Path) -> tuple[dict[Source, list[Report]], list[Issue]]:
    reports: dict[Source, list[Report]] = {}
    issues = []
    try:
        # A mark at the beginning is no part of the first line. Only line feeds end lines: a text may hold other breaks.
        with path.open(encoding="utf-8-sig") as file:
            lines = list(file)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            source, report = _record(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            detail = f"{path.name}:{number}: {reason}"
            issues.append(Issue(Stage.PARSE, "bad_record", detail))
        else:
            reports.setdefault(source, []).append(report)
    return reports, issues


def _record(row: Any) -> tuple[Source, Report]:
    if not isinstance(row, dict):
        raise TypeError(f"not an object but {type(row).__name__}")
    said = {key: _text(row, key) for key in ("title", "text", "url", "kind", "published", "timezone")}
    identity, name = row["id"], _text(row, "source") or row["source"]
    if isinstance(identity, bool) or not isinstance(identity, str | int) or "" in (identity, name) or name is None:
        raise ValueError("id and source must be named")
    title, text, published = (said["title"] or "").strip(), said["text"], said["published"]
    if not title and not (text or "").strip():
        raise ValueError("neither title nor text")
    kind = SourceKind(said["kind"] or SourceKind.NEWS)
    source = Source(f"backfill-{name}", "backfill", kind, f"backfill:{name}")
    if kind is SourceKind.SOCIAL:
        title, text = without_names(title), without_names(text) if text else None
    report = Report(
        native_id=str(identity),
        title=title,
        url=said["url"] or f"backfill:{name}",
        text=text,
        # A bare date has no zone, and a report's moment must have one: it stays unknown.
        published_at=believable(parse_iso(published)) if published and "T" in published else None,
        timezone=said["timezone"],
    )
    return source, report


def _text(row: dict[str, Any], key: str) -> str | None:
    """The text under a key, if there is any. Raises `TypeError`, and `ValueError` where UTF-8 cannot hold it."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{key} is not a text but {type(value).__name__}")
    value.encode("utf-8")
    return value
