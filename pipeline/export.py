"""Writing what is published: `data/outages.db`, and the same tables as CSV and JSON lines."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlite_utils import Database

from pipeline import public_known, public_rows, public_schema
from pipeline.errors import CheckError, StoreError
from pipeline.public_rows import Tally

# Directories and databases are written by one process at a time (the nightly lock).
JSON_LISTS = frozenset({("outages", "causes"), ("outages", "symptoms"), ("outages", "components")})
UNFINISHED = ".{}.unfinished"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class WorkDatabase(Protocol):
    """What publishing needs of the store: its database, to be read through tables."""

    @property
    def db(self) -> Database:
        """The open work database."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What was published: the file, its clock and the number of rows of each table."""

    path: Path
    as_of: datetime
    rows: dict[str, int]
    bytes: int


def publish(store: WorkDatabase, target: Path, *, as_of: datetime) -> PublishResult:
    """Write the public database beside `target`, whole, and put it in its place in one step.

    A reader who has the old file open goes on with it. Raises `CheckError` when a row leads nowhere;
    then, and on every other error, the old file stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(UNFINISHED.format(target.name))
    unfinished.unlink(missing_ok=True)
    try:
        with closing(Database(unfinished, execute_plugins=False)) as public:
            # The file is thrown away when anything fails, so a journal would only cost time.
            public.execute("PRAGMA journal_mode = off")
            with store.db.atomic():  # one transaction reads one state, whoever writes meanwhile
                _write(store.db, public, as_of)
            rows = {name: public.table(name).count for name in public_tables(public)}
            public.execute("ANALYZE")
            public.execute("PRAGMA journal_mode = delete")
        _flush(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
        unfinished.with_name(unfinished.name + "-journal").unlink(missing_ok=True)
    return PublishResult(target, as_of, rows, target.stat().st_size)


def public_tables(db: Database) -> list[str]:
    """The names of the published tables, without those that SQLite keeps for searching and planning."""
    hidden = tuple(f"{table}_fts" for table in public_schema.SEARCHED)
    return sorted(n for n in db.table_names() if not n.startswith((*hidden, "sqlite_")))


def export(db: Path, directory: Path) -> dict[str, int]:
    """Write each public table of `db` as ``TABLE.csv`` and ``TABLE.jsonl``; answers the rows of each.

    Each file is replaced in one step. JSON arrays stay text in CSV and are arrays in JSON lines.
    Raises `StoreError` when nothing was published yet.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = {}
    if not db.is_file():
        raise StoreError(f"there is no published database at {db}: publish first")
    read_only = sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True)
    with closing(Database(read_only, execute_plugins=False)) as public:
        for name in public_tables(public):
            written[name] = _export_table(public, name, directory)
    return written


def _write(work: Database, public: Database, as_of: datetime) -> None:
    tally = Tally()
    names, owners = public_known.catalogue_names(work)
    public.execute("BEGIN")
    public_schema.create(public)
    # The order matters: later tables hold what earlier ones were counted for.
    public_schema.fill(public, "reports", public_rows.reports(work, tally))
    public_schema.fill(public, "sources", public_rows.sources(work, tally, as_of))
    public_schema.fill(public, "source_runs", public_rows.source_runs(work, tally))
    public_schema.fill(public, "runs", public_rows.runs(work, tally))
    public_schema.fill(public, "issues", public_rows.issues(work))
    public_schema.fill(public, "outages", public_rows.outages(work, tally, as_of, names, owners))
    public_schema.fill(public, "outage_evidence", public_rows.evidence(work))
    public_schema.fill(public, "outage_timeline", public_rows.timeline(work))
    for name in ("outage_services", "outage_regions", "outage_reports", "outage_links", "outage_redirects"):
        public_schema.fill(public, name, work.table(name).rows_where(order_by="1, 2"))
    for name in ("signals", "signal_spikes"):
        public_schema.fill(public, name, work.table(name).rows_where(order_by="1, 2"))
    public_schema.fill(public, "services", public_known.services(work, tally))
    public_schema.fill(public, "service_aliases", public_known.aliases(work))
    public_schema.fill(public, "providers", public_known.providers(work, tally))
    public_schema.fill(public, "status_page_lag", tally.league.rows())
    public_schema.fill(public, "summary", public_known.summary(tally))
    listed = public.table("services").count
    public_schema.fill(public, "publication", [public_known.publication(tally, as_of, listed)])
    public_schema.copy_times(public)
    public_schema.build_indexes(public)
    if broken := public_schema.broken_references(public):
        raise CheckError(f"nothing was published: keys of {', '.join(broken)} lead nowhere")
    public.execute("COMMIT")


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _cell(value: Any) -> Any:
    """A value as a spreadsheet may open it: words that it would run as a formula begin with an apostrophe.

    The words come from pages that anyone may write. The JSON lines beside have them as they are.
    See OWASP, "CSV Injection".
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _export_table(public: Database, name: str, directory: Path) -> int:
    columns = [column.name for column in public.table(name).columns]
    finals = [directory / f"{name}.csv", directory / f"{name}.jsonl"]
    unfinished = [f.with_name(UNFINISHED.format(f.name)) for f in finals]
    written = 0
    with (
        unfinished[0].open("w", encoding="utf-8", newline="") as table,
        unfinished[1].open("w", encoding="utf-8") as js,
    ):
        writer = csv.DictWriter(table, columns)
        writer.writeheader()
        for row in public.table(name).rows_where(order_by="1, 2"):
            writer.writerow({k: _cell(v) for k, v in row.items()})
            shown = {k: json.loads(v) if (name, k) in JSON_LISTS else v for k, v in row.items()}
            js.write(json.dumps(shown, ensure_ascii=False) + "\n")
            written += 1
    for file, final in zip(unfinished, finals, strict=True):
        file.replace(final)
    return written
