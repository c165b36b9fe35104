"""The schema of `data/work.db`: numbered functions, append only (sqlite-utils migrations).

Three layers: what the world said (append only), what one text says, what we believe (both derived
and rebuilt from the first). Every time is TEXT in the form of `pipeline.model.iso`, every list a
JSON array. Tables are STRICT; foreign keys are enforced by `pipeline.store`.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

work = Migrations("outagewire-work")

COLLECTED = """
CREATE TABLE services (
    slug TEXT PRIMARY KEY, name TEXT NOT NULL, provider TEXT NOT NULL, provider_name TEXT NOT NULL,
    category TEXT NOT NULL, homepage TEXT, parent TEXT, status_page TEXT, wikidata TEXT, note TEXT
) STRICT;
CREATE TABLE service_aliases (
    alias TEXT NOT NULL, service TEXT NOT NULL REFERENCES services(slug) ON DELETE CASCADE,
    ambiguous INTEGER NOT NULL CHECK (ambiguous IN (0, 1)), PRIMARY KEY (alias, service)
) STRICT;
CREATE TABLE sources (
    name TEXT PRIMARY KEY, platform TEXT NOT NULL, kind TEXT NOT NULL, service TEXT REFERENCES services(slug),
    url TEXT NOT NULL, language TEXT NOT NULL, note TEXT, active INTEGER NOT NULL DEFAULT 1,
    last_try_at TEXT, last_ok_at TEXT, last_outcome TEXT, consecutive_failures INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE fetches (
    url TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(name), fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL, body_hash TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT, last_modified TEXT,
    run_id TEXT NOT NULL REFERENCES runs(id)
) STRICT;
CREATE TABLE robots (
    host TEXT PRIMARY KEY, fetched_at TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE runs (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
    stage TEXT NOT NULL, outcome TEXT, summary TEXT
) STRICT;
CREATE TABLE source_runs (
    run_id TEXT NOT NULL REFERENCES runs(id), source TEXT NOT NULL REFERENCES sources(name), outcome TEXT NOT NULL,
    started_at TEXT NOT NULL, finished_at TEXT NOT NULL, http_status INTEGER, requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL, items INTEGER NOT NULL, new INTEGER NOT NULL, changed INTEGER NOT NULL,
    errors INTEGER NOT NULL, error TEXT, PRIMARY KEY (run_id, source)
) STRICT;
CREATE TABLE reports (
    id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(name), native_id TEXT NOT NULL, url TEXT NOT NULL,
    title TEXT NOT NULL, summary TEXT, text TEXT, language TEXT, published_at TEXT, updated_at TEXT,
    started_at TEXT, ended_at TEXT, status TEXT, native_status TEXT, kind TEXT, severity TEXT, native_impact TEXT,
    components TEXT NOT NULL, regions TEXT NOT NULL, timezone TEXT, author_hash TEXT, content_hash TEXT NOT NULL,
    body_hash TEXT NOT NULL, first_run TEXT NOT NULL REFERENCES runs(id), first_seen_at TEXT NOT NULL,
    last_run TEXT NOT NULL REFERENCES runs(id), fetched_at TEXT NOT NULL, withdrawn_at TEXT, UNIQUE (source, native_id)
) STRICT;
CREATE INDEX reports_source_published ON reports (source, published_at);
CREATE TABLE report_versions (
    report_id TEXT NOT NULL REFERENCES reports(id), content_hash TEXT NOT NULL, seen_at TEXT NOT NULL,
    replaced_at TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (report_id, content_hash, replaced_at)
) STRICT;
CREATE TABLE report_updates (
    id TEXT PRIMARY KEY, report_id TEXT NOT NULL REFERENCES reports(id), native_id TEXT NOT NULL,
    posted_at TEXT NOT NULL, status TEXT NOT NULL, native_status TEXT, text TEXT NOT NULL,
    first_seen_at TEXT NOT NULL, replaced_at TEXT
) STRICT;
CREATE INDEX report_updates_report ON report_updates (report_id, posted_at);
"""

READ = """
CREATE TABLE extractions (
    report_id TEXT PRIMARY KEY REFERENCES reports(id), content_hash TEXT NOT NULL, version TEXT NOT NULL,
    is_outage INTEGER NOT NULL, relevance REAL NOT NULL, annotation TEXT NOT NULL
) STRICT;
CREATE TABLE mentions (
    report_id TEXT NOT NULL REFERENCES reports(id), field TEXT NOT NULL, text TEXT NOT NULL, value TEXT NOT NULL,
    start_char INTEGER NOT NULL, end_char INTEGER NOT NULL, rule TEXT NOT NULL, version TEXT NOT NULL,
    confidence REAL NOT NULL, context TEXT NOT NULL
) STRICT;
CREATE INDEX mentions_report ON mentions (report_id);
"""

BELIEVED = """
CREATE TABLE outages (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, provider TEXT, service TEXT, kind TEXT NOT NULL, status TEXT NOT NULL,
    certainty TEXT NOT NULL, severity TEXT NOT NULL, symptoms TEXT NOT NULL,
    started_at TEXT, started_precision TEXT, ended_at TEXT, ended_precision TEXT, duration_minutes INTEGER,
    cause TEXT NOT NULL, causes TEXT NOT NULL, cause_hedged INTEGER NOT NULL, components TEXT NOT NULL,
    first_signal_at TEXT, first_report_at TEXT, official_posted_at TEXT, first_seen_at TEXT NOT NULL,
    report_count INTEGER NOT NULL, source_count INTEGER NOT NULL
) STRICT;
CREATE INDEX outages_started ON outages (started_at);
CREATE TABLE outage_services (
    outage_id TEXT NOT NULL REFERENCES outages(id), service TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (outage_id, service)
) STRICT;
CREATE TABLE outage_regions (
    outage_id TEXT NOT NULL REFERENCES outages(id), region TEXT NOT NULL, PRIMARY KEY (outage_id, region)
) STRICT;
CREATE TABLE outage_reports (
    outage_id TEXT NOT NULL REFERENCES outages(id), report_id TEXT NOT NULL REFERENCES reports(id),
    rank INTEGER NOT NULL, anchor INTEGER NOT NULL, PRIMARY KEY (outage_id, report_id)
) STRICT;
CREATE INDEX outage_reports_report ON outage_reports (report_id);
CREATE TABLE outage_timeline (
    outage_id TEXT NOT NULL REFERENCES outages(id), at TEXT NOT NULL, event TEXT NOT NULL, status TEXT,
    report_id TEXT NOT NULL REFERENCES reports(id), quote TEXT, PRIMARY KEY (outage_id, at, event, report_id)
) STRICT;
CREATE TABLE outage_evidence (
    outage_id TEXT NOT NULL REFERENCES outages(id), field TEXT NOT NULL, value TEXT NOT NULL,
    report_id TEXT NOT NULL REFERENCES reports(id), origin TEXT NOT NULL, rule TEXT NOT NULL, confidence REAL NOT NULL,
    quote TEXT, start_char INTEGER, end_char INTEGER, chosen INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX outage_evidence_outage ON outage_evidence (outage_id, field);
CREATE TABLE outage_links (
    cause_outage TEXT NOT NULL REFERENCES outages(id), effect_outage TEXT NOT NULL REFERENCES outages(id),
    reason TEXT NOT NULL, PRIMARY KEY (cause_outage, effect_outage)
) STRICT;
CREATE TABLE outage_redirects (
    old_id TEXT PRIMARY KEY, outage_id TEXT NOT NULL REFERENCES outages(id)
) STRICT;
CREATE TABLE signals (
    service TEXT NOT NULL, bin_start TEXT NOT NULL, bin_minutes INTEGER NOT NULL, posts INTEGER NOT NULL,
    authors INTEGER NOT NULL, expected REAL, PRIMARY KEY (service, bin_start, bin_minutes)
) STRICT;
CREATE TABLE signal_spikes (
    service TEXT NOT NULL, started_at TEXT NOT NULL, peak_at TEXT NOT NULL, ended_at TEXT, authors INTEGER NOT NULL,
    p_value REAL, PRIMARY KEY (service, started_at)
) STRICT;
"""

QUALITY = """
CREATE TABLE issues (
    id TEXT PRIMARY KEY, stage TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL, source TEXT, report_id TEXT,
    first_seen_at TEXT NOT NULL, last_seen_at TEXT NOT NULL, last_run TEXT, count INTEGER NOT NULL
) STRICT;
"""

STANDING = """
CREATE TABLE standing_faults (
    report_id TEXT PRIMARY KEY REFERENCES reports(id), source TEXT NOT NULL REFERENCES sources(name),
    part TEXT NOT NULL, opened_at TEXT NOT NULL, ended_at TEXT
) STRICT;
CREATE INDEX standing_faults_part ON standing_faults (source, part);
"""

WALKED = """
CREATE TABLE history_walks (
    source TEXT PRIMARY KEY REFERENCES sources(name), begun_at TEXT NOT NULL, next_page INTEGER NOT NULL,
    empty_pages INTEGER NOT NULL, oldest TEXT, ended INTEGER NOT NULL CHECK (ended IN (0, 1)), floor TEXT
) STRICT;
CREATE TABLE history_incidents (
    source TEXT NOT NULL REFERENCES sources(name), code TEXT NOT NULL, begun TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, gave_up TEXT, PRIMARY KEY (source, code)
) STRICT;
"""

NEWS = """
ALTER TABLE sources ADD COLUMN genre TEXT;
ALTER TABLE sources ADD COLUMN cadence TEXT;
ALTER TABLE sources ADD COLUMN basis TEXT;
ALTER TABLE sources ADD COLUMN terms TEXT;
ALTER TABLE sources ADD COLUMN confirmed_at TEXT;
ALTER TABLE sources ADD COLUMN moved_to TEXT;
ALTER TABLE sources ADD COLUMN last_said_at TEXT;
ALTER TABLE sources ADD COLUMN habit_hours REAL;
ALTER TABLE sources ADD COLUMN habit_basis TEXT;
ALTER TABLE source_runs ADD COLUMN screened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reports ADD COLUMN thread TEXT;
UPDATE sources SET confirmed_at = (
    SELECT min(finished_at) FROM source_runs WHERE source = name AND outcome IN ('ok', 'unchanged')
);
CREATE TABLE report_digests (
    report_id TEXT PRIMARY KEY REFERENCES reports(id), content_hash TEXT NOT NULL, address TEXT NOT NULL,
    headline TEXT NOT NULL, sketch TEXT
) STRICT;
CREATE TABLE report_copies (
    report_id TEXT PRIMARY KEY REFERENCES reports(id), first_id TEXT NOT NULL REFERENCES reports(id), why TEXT NOT NULL
) STRICT;
CREATE INDEX report_copies_first ON report_copies (first_id)
"""


POSTS = """
ALTER TABLE reports ADD COLUMN purged_at TEXT;
ALTER TABLE reports ADD COLUMN checked_at TEXT;
CREATE TABLE post_cursors (
    source TEXT PRIMARY KEY REFERENCES sources(name), cursor TEXT NOT NULL, stored_at TEXT NOT NULL
) STRICT;
CREATE TABLE post_counts (
    run_id TEXT NOT NULL REFERENCES runs(id), source TEXT NOT NULL REFERENCES sources(name), seen INTEGER NOT NULL,
    passed INTEGER NOT NULL, told_elsewhere INTEGER NOT NULL, gone INTEGER NOT NULL, PRIMARY KEY (run_id, source)
) STRICT;
"""


@work()
def m001_collected(db: Database) -> None:
    """What the world said, and how collecting it went."""
    _create(db, COLLECTED)


@work()
def m002_read(db: Database) -> None:
    """What one text says."""
    _create(db, READ)


@work()
def m003_believed(db: Database) -> None:
    """What we believe happened, every field with its evidence."""
    _create(db, BELIEVED)


@work()
def m004_quality(db: Database) -> None:
    """What went wrong, named and counted."""
    _create(db, QUALITY)


@work()
def m005_walked(db: Database) -> None:
    """How far the walks through the sources' history have come, and which incidents they met."""
    _create(db, WALKED)


@work()
def m006_standing_faults(db: Database) -> None:
    """The faults of parts whose page shows present states alone: when each was first seen and seen to be over."""
    _create(db, STANDING)


@work()
def m007_news(db: Database) -> None:
    """What news sources are known by, whether they were ever read, moved or fell silent; copies of one text."""
    _create(db, NEWS)


@work()
def m008_posts(db: Database) -> None:
    """How far each stream of public posts was read, how many passed the gate, and which texts are not kept any more."""
    _create(db, POSTS)


@work()
def m009_signals_detected(db: Database) -> None:
    """When a spike could first have been told for one; the spikes are derived and made anew each night."""
    db.execute("ALTER TABLE signal_spikes ADD COLUMN detected_at TEXT")


@work()
def m010_speakers(db: Database) -> None:
    """Who says what an outage is put down to. The evidence is derived and made anew each night."""
    db.execute("ALTER TABLE outage_evidence ADD COLUMN said_by TEXT")


def _create(db: Database, script: str) -> None:
    # executescript would commit the migration's own transaction, so statement by statement.
    for statement in script.split(";"):
        if statement.strip():
            db.execute(statement)
