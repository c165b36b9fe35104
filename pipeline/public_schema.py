"""The schema of `data/outages.db`, the file that is published: facts, links and short quotations only.

The file is always written whole, so there is nothing to migrate. Every time is TEXT in the form of
`pipeline.model.iso`, every list a JSON array, every yes/no an INTEGER 0 or 1. Foreign keys are
declared so that Datasette shows names and links instead of keys. What each column means stands in
`datasette-metadata.json`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

KNOWN = """
CREATE TABLE publication (
    id INTEGER PRIMARY KEY CHECK (id = 1), as_of TEXT NOT NULL, last_ok_at TEXT, outages INTEGER NOT NULL,
    ongoing INTEGER NOT NULL, reports INTEGER NOT NULL, services INTEGER NOT NULL, sources INTEGER NOT NULL,
    sources_ok INTEGER NOT NULL, sources_failing INTEGER NOT NULL, sources_stale INTEGER NOT NULL,
    sources_unknown INTEGER NOT NULL, stale_after_hours INTEGER NOT NULL, heard_within_days INTEGER NOT NULL
) STRICT;
CREATE TABLE summary (
    topic TEXT NOT NULL, item TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (topic, item)
) STRICT;
CREATE TABLE providers (
    slug TEXT PRIMARY KEY, name TEXT NOT NULL, services INTEGER NOT NULL, outages INTEGER NOT NULL,
    ongoing INTEGER NOT NULL
) STRICT;
CREATE TABLE services (
    slug TEXT PRIMARY KEY, name TEXT NOT NULL, provider TEXT REFERENCES providers(slug), category TEXT,
    parent TEXT REFERENCES services(slug), in_catalogue INTEGER NOT NULL, state TEXT NOT NULL, outages INTEGER NOT NULL,
    ongoing INTEGER NOT NULL, last_outage_at TEXT, sources INTEGER NOT NULL, sources_ok INTEGER NOT NULL,
    homepage TEXT, status_page TEXT, wikidata TEXT, note TEXT
) STRICT;
CREATE TABLE service_aliases (
    alias TEXT NOT NULL, service TEXT NOT NULL REFERENCES services(slug), ambiguous INTEGER NOT NULL,
    PRIMARY KEY (alias, service)
) STRICT;
"""

COLLECTED = """
CREATE TABLE sources (
    name TEXT PRIMARY KEY, state TEXT NOT NULL, kind TEXT NOT NULL, platform TEXT NOT NULL,
    service TEXT REFERENCES services(slug), url TEXT, language TEXT NOT NULL, active INTEGER NOT NULL,
    last_try_at TEXT, last_ok_at TEXT, age_hours REAL, last_outcome TEXT, last_error TEXT,
    consecutive_failures INTEGER NOT NULL, confirmed_at TEXT, basis TEXT, moved_to TEXT, silent INTEGER NOT NULL,
    last_said_at TEXT, habit_hours REAL, habit_basis TEXT, reports INTEGER NOT NULL, genre TEXT, cadence TEXT,
    terms TEXT, note TEXT
) STRICT;
CREATE TABLE runs (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, duration_seconds INTEGER,
    stage TEXT NOT NULL, outcome TEXT, sources INTEGER NOT NULL, sources_good INTEGER NOT NULL,
    new INTEGER NOT NULL, changed INTEGER NOT NULL
) STRICT;
CREATE TABLE source_runs (
    run_id TEXT NOT NULL REFERENCES runs(id), source TEXT NOT NULL REFERENCES sources(name), outcome TEXT NOT NULL,
    started_at TEXT NOT NULL, finished_at TEXT NOT NULL, http_status INTEGER, requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL, items INTEGER NOT NULL, new INTEGER NOT NULL, changed INTEGER NOT NULL,
    errors INTEGER NOT NULL, error TEXT, screened INTEGER NOT NULL, PRIMARY KEY (run_id, source)
) STRICT;
CREATE TABLE reports (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, source TEXT NOT NULL REFERENCES sources(name), url TEXT,
    published_at TEXT, updated_at TEXT, status TEXT, kind TEXT, severity TEXT, language TEXT,
    first_seen_at TEXT NOT NULL, withdrawn_at TEXT, versions INTEGER NOT NULL, updates INTEGER NOT NULL,
    copy_of TEXT REFERENCES reports(id)
) STRICT;
CREATE TABLE issues (
    id TEXT PRIMARY KEY, stage TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
    source TEXT REFERENCES sources(name), report_id TEXT REFERENCES reports(id), first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL, count INTEGER NOT NULL
) STRICT;
"""

BELIEVED = """
CREATE TABLE outages (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, service TEXT REFERENCES services(slug),
    provider TEXT REFERENCES providers(slug), phase TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL,
    severity TEXT NOT NULL, certainty TEXT NOT NULL, started_at TEXT, started_precision TEXT, ended_at TEXT,
    ended_precision TEXT, duration_minutes INTEGER, cause TEXT NOT NULL, cause_hedged INTEGER NOT NULL,
    causes TEXT NOT NULL, symptoms TEXT NOT NULL, components TEXT NOT NULL, first_signal_at TEXT, first_report_at TEXT,
    official_posted_at TEXT, official_lag_minutes INTEGER, lead_minutes INTEGER, lead_unjudged TEXT,
    first_seen_at TEXT NOT NULL, last_heard_at TEXT,
    updated_at TEXT NOT NULL, report_count INTEGER NOT NULL, source_count INTEGER NOT NULL,
    disagreements INTEGER NOT NULL, keywords TEXT NOT NULL, sentence TEXT NOT NULL
) STRICT;
CREATE TABLE outage_services (
    outage_id TEXT NOT NULL REFERENCES outages(id), service TEXT NOT NULL REFERENCES services(slug),
    position INTEGER NOT NULL, started_at TEXT, updated_at TEXT, PRIMARY KEY (outage_id, service)
) STRICT;
CREATE TABLE outage_regions (
    outage_id TEXT NOT NULL REFERENCES outages(id), region TEXT NOT NULL, PRIMARY KEY (outage_id, region)
) STRICT;
CREATE TABLE outage_reports (
    outage_id TEXT NOT NULL REFERENCES outages(id), report_id TEXT NOT NULL REFERENCES reports(id),
    rank INTEGER NOT NULL, anchor INTEGER NOT NULL, PRIMARY KEY (outage_id, report_id)
) STRICT;
CREATE TABLE outage_timeline (
    outage_id TEXT NOT NULL REFERENCES outages(id), at TEXT NOT NULL, event TEXT NOT NULL, status TEXT,
    report_id TEXT NOT NULL REFERENCES reports(id), quote TEXT, PRIMARY KEY (outage_id, at, event, report_id)
) STRICT;
CREATE TABLE outage_evidence (
    id INTEGER PRIMARY KEY, outage_id TEXT NOT NULL REFERENCES outages(id), field TEXT NOT NULL, value TEXT NOT NULL,
    chosen INTEGER NOT NULL, reason TEXT NOT NULL, report_id TEXT NOT NULL REFERENCES reports(id), origin TEXT NOT NULL,
    quote TEXT, words_start INTEGER, words_end INTEGER, said_by TEXT, rule TEXT NOT NULL, confidence REAL NOT NULL
) STRICT;
CREATE TABLE outage_links (
    cause_outage TEXT NOT NULL REFERENCES outages(id), effect_outage TEXT NOT NULL REFERENCES outages(id),
    reason TEXT NOT NULL, PRIMARY KEY (cause_outage, effect_outage)
) STRICT;
CREATE TABLE outage_redirects (
    old_id TEXT PRIMARY KEY, outage_id TEXT NOT NULL REFERENCES outages(id)
) STRICT;
CREATE TABLE signals (
    service TEXT NOT NULL REFERENCES services(slug), bin_start TEXT NOT NULL, bin_minutes INTEGER NOT NULL,
    posts INTEGER NOT NULL, authors INTEGER NOT NULL, expected REAL, PRIMARY KEY (service, bin_start, bin_minutes)
) STRICT;
CREATE TABLE signal_spikes (
    service TEXT NOT NULL REFERENCES services(slug), started_at TEXT NOT NULL, peak_at TEXT NOT NULL, ended_at TEXT,
    detected_at TEXT, authors INTEGER NOT NULL, p_value REAL, PRIMARY KEY (service, started_at)
) STRICT;
CREATE TABLE status_page_lag (
    provider TEXT PRIMARY KEY REFERENCES providers(slug), outages INTEGER NOT NULL, judged INTEGER NOT NULL,
    lag_median_minutes REAL, lag_low_minutes REAL, lag_high_minutes REAL, never_posted INTEGER NOT NULL,
    onset_unknown INTEGER NOT NULL, lead_judged INTEGER NOT NULL, lead_median_minutes REAL, lead_low_minutes REAL,
    lead_high_minutes REAL, heard_first INTEGER NOT NULL, no_signal INTEGER NOT NULL
) STRICT;
"""

# A facet, a sort or a count from the other end of a foreign key scans the table where it has no index:
# at a million outages 765 ms against 44. Facets carry the order of the page with them, or a click on one
# sorts all that it selects.
INDEXED = {
    "services": ("provider", "state", "parent", "category"),
    "service_aliases": ("service",),
    "sources": ("service", "state", "kind", "platform", "genre", "basis", "silent"),
    "source_runs": ("source, started_at", "started_at", "outcome"),
    "runs": ("started_at",),
    "reports": ("source", "published_at", "kind", "status", "first_seen_at", "copy_of"),
    "issues": ("source", "report_id", "stage", "code", "last_seen_at"),
    "outages": (
        "service, started_at",
        "provider, started_at",
        "phase, started_at",
        "status, started_at",
        "kind, started_at",
        "severity, started_at",
        "certainty, started_at",
        "cause, started_at",
        "started_at",
        "duration_minutes",
        "official_lag_minutes",
        "lead_minutes",
        "disagreements",
        "updated_at",
    ),
    "outage_services": ("service, started_at", "service, updated_at"),
    "outage_regions": ("region",),
    "outage_reports": ("report_id",),
    "outage_timeline": ("report_id", "at"),
    "outage_evidence": ("outage_id, field", "report_id"),
    "outage_links": ("effect_outage",),
    "outage_redirects": ("outage_id",),
    "signals": ("bin_start",),
    "signal_spikes": ("started_at",),
    "status_page_lag": ("lag_median_minutes", "judged"),
}

# Datasette finds a search table only where its DDL says content="table" (or content=[table]).
# The sentence is left out: a word of its set phrases would find every outage.
SEARCHED = {"outages": ("title", "keywords", "components"), "reports": ("title",)}


def create(db: Database) -> None:
    """Make the empty tables."""
    for script in (KNOWN, COLLECTED, BELIEVED):
        for statement in filter(str.strip, script.split(";")):
            db.execute(statement)


def fill(db: Database, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the rows into an empty table; a column that a row lacks is NULL.

    Straight through `sqlite3`: building sqlite-utils' statements took four fifths of a publication.
    """
    columns = [column.name for column in db.table(table).columns]
    names, places = ", ".join(f'"{c}"' for c in columns), ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({places})'  # noqa: S608 - names of this module
    db.conn.executemany(statement, ([row.get(c) for c in columns] for row in rows))


def copy_times(db: Database) -> None:
    """Give `outage_services` the times of its outages, so that one index finds the latest of a service."""
    db.execute(
        "UPDATE outage_services SET (started_at, updated_at) = "
        "(SELECT started_at, updated_at FROM outages WHERE id = outage_id)"
    )


def build_indexes(db: Database) -> None:
    """Make the indexes and the search tables; last, because filling an indexed table is slower."""
    for table, keys in INDEXED.items():
        for columns in keys:
            db.table(table).create_index([c.strip() for c in columns.split(",")])
    for table, texts in SEARCHED.items():
        db.execute(
            f'CREATE VIRTUAL TABLE "{table}_fts" USING fts5({", ".join(texts)}, '
            f"tokenize='porter unicode61 remove_diacritics 2', content=\"{table}\")"
        )
        db.execute(f'INSERT INTO "{table}_fts" ("{table}_fts") VALUES (\'rebuild\')')  # noqa: S608 - names of this module


def broken_references(db: Database) -> list[str]:
    """The tables that hold a key which leads nowhere."""
    return sorted({row[0] for row in db.execute("PRAGMA foreign_key_check").fetchall()})
