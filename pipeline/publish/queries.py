"""The SQL of the pages: each statement runs on an index, has a limit and binds its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasette.database import Database

Row = dict[str, Any]

OUTAGE = """
SELECT o.*, s.name AS service_name, p.name AS provider_name
FROM outages o LEFT JOIN services s ON s.slug = o.service LEFT JOIN providers p ON p.slug = o.provider
"""

# A plus keeps SQLite from an index that would lead it through most of a million rows: what goes on is
# little, so it is gathered and then sorted; what is over is most, so it is read in order.
# CROSS JOIN keeps the written order of the tables for the same reason.
ONGOING = OUTAGE + " WHERE o.phase = 'ongoing' AND +o.kind <> 'maintenance' ORDER BY o.started_at DESC LIMIT :limit"
MAINTENANCE = (
    OUTAGE + " WHERE o.phase IN ('ongoing', 'upcoming') AND +o.kind = 'maintenance' ORDER BY +o.started_at LIMIT :limit"
)
LATEST = (
    OUTAGE
    + " WHERE +o.phase IN ('over', 'unknown') AND +o.kind <> 'maintenance' ORDER BY o.started_at DESC LIMIT :limit"
)
ONE = OUTAGE + " WHERE o.id = :id"
RECENT = OUTAGE + " ORDER BY o.updated_at DESC, o.id LIMIT :limit"
RECENT_OF_SERVICE = """
WITH latest AS (SELECT outage_id FROM outage_services WHERE service = :service ORDER BY updated_at DESC LIMIT :limit)
SELECT o.*, s.name AS service_name, p.name AS provider_name
FROM latest JOIN outages o ON o.id = latest.outage_id
LEFT JOIN services s ON s.slug = o.service LEFT JOIN providers p ON p.slug = o.provider
ORDER BY o.updated_at DESC, o.id
"""
OF_SERVICE = """
WITH latest AS (SELECT outage_id FROM outage_services WHERE service = :service ORDER BY started_at DESC LIMIT :limit)
SELECT o.*, s.name AS service_name, p.name AS provider_name
FROM latest JOIN outages o ON o.id = latest.outage_id
LEFT JOIN services s ON s.slug = o.service LEFT JOIN providers p ON p.slug = o.provider
ORDER BY o.started_at DESC, o.id
"""
ONGOING_OF_SERVICE = """
SELECT o.*, s.name AS service_name, p.name AS provider_name
FROM outages o CROSS JOIN outage_services x ON x.outage_id = o.id AND x.service = :service
LEFT JOIN services s ON s.slug = o.service LEFT JOIN providers p ON p.slug = o.provider
WHERE o.phase = 'ongoing' AND o.kind <> 'maintenance' ORDER BY o.started_at DESC LIMIT :limit
"""
REDIRECT = "SELECT outage_id FROM outage_redirects WHERE old_id = :id"
PUBLICATION = "SELECT * FROM publication"
FACET = "SELECT item, count FROM summary WHERE topic = :topic ORDER BY count DESC, item LIMIT :limit"
FACETS = """
SELECT c.topic, c.item, c.count, coalesce(s.name, p.name, c.item) AS label
FROM (SELECT *, row_number() OVER (PARTITION BY topic ORDER BY count DESC, item) AS place FROM summary) c
LEFT JOIN services s ON c.topic = 'service' AND s.slug = c.item
LEFT JOIN providers p ON c.topic = 'provider' AND p.slug = c.item
WHERE c.place <= :limit ORDER BY c.topic, c.place
"""
PROVIDERS = (
    "SELECT slug, name, outages AS count FROM providers WHERE outages > 0 ORDER BY outages DESC, name LIMIT :limit"
)

LEAGUE = """
SELECT l.*, p.name AS provider_name FROM status_page_lag l JOIN providers p ON p.slug = l.provider
WHERE l.judged > 0 ORDER BY l.judged < :few, l.lag_median_minutes DESC, l.judged DESC, l.provider LIMIT :limit
"""
LEAGUE_TOTALS = """
SELECT count(*) AS providers, coalesce(sum(judged > 0), 0) AS placed, coalesce(sum(outages), 0) AS outages,
    coalesce(sum(judged), 0) AS judged, coalesce(sum(never_posted), 0) AS never_posted,
    coalesce(sum(onset_unknown), 0) AS onset_unknown, coalesce(sum(lead_judged), 0) AS lead_judged,
    coalesce(sum(heard_first), 0) AS heard_first, coalesce(sum(no_signal), 0) AS no_signal
FROM status_page_lag
"""
HEARD_FIRST = OUTAGE + " WHERE o.lead_minutes > 0 ORDER BY o.lead_minutes DESC, o.id LIMIT :limit"

SERVICES_OF_OUTAGE = """
SELECT s.slug, s.name, s.in_catalogue FROM outage_services x JOIN services s ON s.slug = x.service
WHERE x.outage_id = :id ORDER BY x.position LIMIT 100
"""
REGIONS_OF_OUTAGE = "SELECT region FROM outage_regions WHERE outage_id = :id ORDER BY region LIMIT 200"
REPORTS_OF_OUTAGE = """
SELECT r.*, x.rank, x.anchor, s.kind AS source_kind
FROM outage_reports x JOIN reports r ON r.id = x.report_id JOIN sources s ON s.name = r.source
WHERE x.outage_id = :id ORDER BY x.rank, r.published_at, r.id LIMIT 200
"""
TIMELINE_OF_OUTAGE = """
SELECT t.*, r.source, r.url FROM outage_timeline t JOIN reports r ON r.id = t.report_id
WHERE t.outage_id = :id ORDER BY t.at, t.event LIMIT 500
"""
EVIDENCE_OF_OUTAGE = """
SELECT e.*, r.source, r.url, r.title FROM outage_evidence e JOIN reports r ON r.id = e.report_id
WHERE e.outage_id = :id ORDER BY e.field, e.chosen DESC, e.confidence DESC, e.id LIMIT 500
"""
LINKS_OF_OUTAGE = """
SELECT 'cause' AS side, o.id, o.title, l.reason FROM outage_links l JOIN outages o ON o.id = l.cause_outage
WHERE l.effect_outage = :id
UNION ALL
SELECT 'effect', o.id, o.title, l.reason FROM outage_links l JOIN outages o ON o.id = l.effect_outage
WHERE l.cause_outage = :id LIMIT 100
"""

SERVICE = """
SELECT s.*, p.name AS provider_name, f.name AS parent_name
FROM services s LEFT JOIN providers p ON p.slug = s.provider LEFT JOIN services f ON f.slug = s.parent
WHERE s.slug = :service
"""
SOURCES_OF_SERVICE = "SELECT * FROM sources WHERE service = :service ORDER BY active DESC, name LIMIT 50"
SOURCES = """
SELECT x.*, s.name AS service_name FROM sources x LEFT JOIN services s ON s.slug = x.service
WHERE x.state = :state AND x.active = 1 ORDER BY x.consecutive_failures DESC, x.age_hours DESC, x.name LIMIT :limit
"""
QUIET = """
SELECT name, kind, last_said_at, habit_hours, habit_basis FROM sources
WHERE silent = 1 AND active = 1 ORDER BY last_said_at, name LIMIT :limit
"""
MOVED = (
    "SELECT name, kind, url, moved_to FROM sources WHERE moved_to IS NOT NULL AND active = 1 ORDER BY name LIMIT :limit"
)
SOURCES_BY_KIND = """
SELECT kind, count(*) AS sources, sum(state = 'ok') AS ok, sum(state = 'failing') AS failing,
    sum(state = 'stale') AS stale, sum(state = 'unknown') AS unknown, sum(confirmed_at IS NULL) AS unconfirmed,
    sum(silent) AS silent, sum(moved_to IS NOT NULL) AS moved, sum(reports) AS reports
FROM sources WHERE active = 1 GROUP BY kind ORDER BY kind
"""
RUNS = "SELECT * FROM runs ORDER BY started_at DESC LIMIT :limit"
ISSUES = "SELECT * FROM issues ORDER BY last_seen_at DESC, id LIMIT :limit"


async def rows(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """All rows of a statement of this module."""
    return [dict(row) for row in await db.execute(sql, dict(values or {}))]


async def one(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> Row | None:
    """The first row of a statement of this module."""
    found = await rows(db, sql, values)
    return found[0] if found else None


async def facet(db: Database, topic: str, limit: int) -> list[Row]:
    """The commonest values of a facet over all outages, with their number."""
    return await rows(db, FACET, {"topic": topic, "limit": limit})


async def facets(db: Database, limit: int) -> dict[str, list[Row]]:
    """The commonest values of every facet, each with its number and its label."""
    found: dict[str, list[Row]] = {}
    for row in await rows(db, FACETS, {"limit": limit}):
        found.setdefault(row["topic"], []).append(row)
    return found
