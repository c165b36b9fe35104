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
from pipeline.model import Batch, Fetch, Issue, Report, Run, Source, digest, parse_iso
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
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            source, report = _record(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            detail = f"{path.name}:{number}: {reason}"
            issues.append(Issue(Stage.PARSE, "bad_record", detail))
        else:
            reports.setdefault(source, []).append(report)
    return reports, issues


def _record(row: dict[str, Any]) -> tuple[Source, Report]:
    if not (row.get("title") or row.get("text")):
        raise ValueError("neither title nor text")
    kind = SourceKind(row.get("kind", SourceKind.NEWS))
    url = row.get("url") or f"backfill:{row['source']}"
    source = Source(f"backfill-{row['source']}", "backfill", kind, f"backfill:{row['source']}")
    published = row.get("published")
    title, text = row.get("title") or "", row.get("text")
    if kind is SourceKind.SOCIAL:
        title, text = without_names(title), without_names(text) if text else None
    report = Report(
        native_id=str(row["id"]),
        title=title,
        url=url,
        text=text,
        # A bare date has no zone, and a report's moment must have one: it stays unknown.
        published_at=parse_iso(published) if published and "T" in published else None,
        timezone=row.get("timezone"),
    )
    return source, report
