"""The rows of services, providers and counts: what is known beforehand, and what the other rows add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from pipeline.model import iso
from pipeline.public_rows import Row, Tally, active_states, clip, service_name, web_address
from pipeline.public_state import HEARD_WITHIN, STALE_AFTER, SourceState, service_state
from pipeline.terms import SourceKind

# Every table that names a service; a name that the catalogue lacks gets a row of its own.
NAMING_SERVICES = ("outages", "outage_services", "signals", "signal_spikes")


def catalogue_names(db: Database) -> tuple[dict[str, str], dict[str, str]]:
    """The names of all services and of all providers of the catalogue, by slug."""
    rows = list(db.table("services").rows_where(select="slug, name, provider, provider_name"))
    return {r["slug"]: r["name"] for r in rows}, {r["provider"]: r["provider_name"] for r in rows}


def services(db: Database, tally: Tally) -> Iterator[Row]:
    """Each service of the catalogue, then each other that an outage or a signal names."""
    read = Counter(r["service"] for r in tally.sources if r["active"] and r["service"])
    well = Counter(r["service"] for r in tally.sources if r["active"] and r["state"] == SourceState.OK)
    status_ok = Counter(
        r["service"]
        for r in tally.sources
        if r["active"] and r["state"] == SourceState.OK and r["kind"] == SourceKind.STATUS
    )
    known = set()
    for row in db.table("services").rows_where(order_by="slug"):
        known.add(row["slug"])
        row.pop("provider_name")
        row["in_catalogue"] = 1
        for address in ("homepage", "status_page"):
            row[address] = web_address(row[address])
        row["note"] = clip(row["note"])
        # The status page of the parent speaks of its parts as well.
        status = status_ok[row["slug"]] + status_ok[row["parent"]]
        yield row | _figures(row["slug"], tally, read, well, status)
    named = {s for table in NAMING_SERVICES for s in _distinct(db, table)} - known
    for slug in sorted(named):
        figures = _figures(slug, tally, read, well, 0)
        yield {"slug": slug, "name": clip(service_name(slug, {})), "in_catalogue": 0} | figures


def _figures(slug: str, tally: Tally, read: Counter[str], well: Counter[str], status_ok: int) -> dict[str, Any]:
    ongoing = tally.service_ongoing[slug]
    return {
        "state": str(service_state(ongoing, status_ok)),
        "outages": tally.service_outages[slug],
        "ongoing": ongoing,
        "last_outage_at": tally.service_last.get(slug),
        "sources": read[slug],
        "sources_ok": well[slug],
    }


def aliases(db: Database) -> Iterator[Row]:
    """Each name by which a service is found in texts."""
    return db.table("service_aliases").rows_where(order_by="alias, service")


def providers(db: Database, tally: Tally) -> Iterator[Row]:
    """Each provider of the catalogue, then each other that an outage names."""
    owned = Counter(r["provider"] for r in db.table("services").rows_where(select="provider"))
    _, names = catalogue_names(db)
    seen = {item for topic, item in tally.facets if topic == "provider"}
    for slug in sorted({*names, *seen}):
        yield {
            "slug": slug,
            "name": names.get(slug, slug.removeprefix("?")),
            "services": owned[slug],
            "outages": tally.facets["provider", slug],
            "ongoing": tally.provider_ongoing[slug],
        }


def summary(tally: Tally) -> Iterator[Row]:
    """How many outages have each value of each facet, so that no page counts a million rows."""
    for (topic, item), count in sorted(tally.facets.items()):
        yield {"topic": topic, "item": item, "count": count}


def publication(tally: Tally, as_of: datetime, services_listed: int) -> Row:
    """The one row that says what this file is, how fresh, and how many sources stand behind it."""
    states = active_states(tally)
    read = [r["last_ok_at"] for r in tally.sources if r["last_ok_at"] and r["active"]]
    return {
        "id": 1,
        "as_of": iso(as_of),
        "last_ok_at": max(read, default=None),
        "outages": sum(n for (topic, _), n in tally.facets.items() if topic == "phase"),
        "ongoing": tally.rows["ongoing"],
        "reports": sum(tally.source_reports.values()),
        "services": services_listed,
        "sources": sum(states.values()),
        **{f"sources_{state}": states[state] for state in map(str, SourceState)},
        "stale_after_hours": round(STALE_AFTER.total_seconds() / 3600),
        "heard_within_days": HEARD_WITHIN.days,
    }


def _distinct(db: Database, table: str) -> Iterator[str]:
    rows = db.table(table).rows_where("service IS NOT NULL", select="DISTINCT service")
    return (row["service"] for row in rows)
