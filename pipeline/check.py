"""What must hold of the outages before they are published: declared assertions, each with its reason.

Publishing is a gate. Everything that failed is said at once, with a count and an example.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database
from sqlite_utils.db import Table

from pipeline.errors import CheckError

log = logging.getLogger("outagewire.check")

INSTANT = "????-??-??T??:??:??Z"
# A field of an outage, and the value that needs no evidence because it claims nothing.
EVIDENCED = {
    "started_at": None,
    "ended_at": None,
    "duration_minutes": None,
    "cause": "unknown",
    "status": "unknown",
    "severity": "unknown",
    "kind": "unknown",
}
BELIEVED = ("outages", "outage_timeline", "reports", "report_updates")


class WorkDatabase(Protocol):
    """What checking needs of the store: its database, to be read."""

    @property
    def db(self) -> Database:
        """The open work database."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a check may look at. `published` is the number of outages in the file that is public now."""

    db: Database
    published: int | None = None

    def table(self, name: str) -> Table:
        """A table of the work database."""
        return self.db.table(name)


@dataclass(frozen=True, slots=True)
class Check:
    """One assertion. `failures` yields one line for each way in which it does not hold.

    A check that can be `forced` guards against an accident, which may also be meant.
    """

    name: str
    why: str
    failures: Callable[[Facts], Iterator[str]]
    forced: bool = False


def run_checks(store: WorkDatabase, public: Path | None = None, *, force: bool = False) -> None:
    """Hold all checks against the store. Raises `CheckError` with everything that failed.

    `public` is the file published before; `force` lets pass what may be meant, and logs it.
    """
    facts = Facts(store.db, published_outages(public))
    failed = []
    for check in CHECKS:
        for failure in check.failures(facts):
            if check.forced and force:
                log.warning("%s: %s (forced)", check.name, failure)
            else:
                failed.append(f"{check.name}: {failure} ({check.why})")
    if failed:
        raise CheckError("nothing was published:\n  " + "\n  ".join(failed))


def published_outages(public: Path | None) -> int | None:
    """The number of outages in the public file; None where there is none that can be read."""
    if public is None or not public.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{public.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return Database(connection, execute_plugins=False).table("outages").count
    except sqlite3.DatabaseError as error:
        # A broken public file must not stop the good one that would replace it.
        log.warning("the published file cannot be compared with: %s", error)
        return None


def _none_where(table: str, where: str, what: str, key: str) -> Callable[[Facts], Iterator[str]]:
    """A check that no row of the table fulfils the condition."""

    def failures(facts: Facts) -> Iterator[str]:
        count = facts.table(table).count_where(where)
        if count:
            first = next(facts.table(table).rows_where(where, select=key, order_by=key, limit=1))
            yield f"{count} {what}, the first is {first[key]}"

    return failures


def _evidence(facts: Facts) -> Iterator[str]:
    for field, silent in EVIDENCED.items():
        said = f"{field} IS NOT NULL" if silent is None else f"{field} <> '{silent}'"
        proven = f"SELECT outage_id FROM outage_evidence WHERE field = '{field}' AND chosen = 1"  # noqa: S608 - own names
        count = facts.table("outages").count_where(f"{said} AND id NOT IN ({proven})")
        if count:
            yield f"{count} outages have a {field} without evidence"


def _instants(facts: Facts) -> Iterator[str]:
    for name in BELIEVED:
        table = facts.table(name)
        for column in (c.name for c in table.columns if c.name.endswith("_at") or c.name == "at"):
            count = table.count_where(f"{column} IS NOT NULL AND {column} NOT GLOB '{INSTANT}'")
            if count:
                yield f"{count} rows of {name} have a {column} that is not UTC to the second with a Z"


def _collapse(facts: Facts) -> Iterator[str]:
    now = facts.table("outages").count
    if facts.published is not None and now * 2 < facts.published:
        yield f"{now} outages now, {facts.published} are published"


def _integrity(facts: Facts) -> Iterator[str]:
    broken = list(facts.db.query("PRAGMA foreign_key_check"))
    if broken:
        tables = sorted({row["table"] for row in broken})
        yield f"{len(broken)} references lead nowhere, in {', '.join(tables)}"
    found = [str(next(iter(row.values()))) for row in facts.db.query("PRAGMA quick_check")]
    if found != ["ok"]:
        yield f"the database is damaged: {found[0]}"


CHECKS: tuple[Check, ...] = (
    Check("integrity", "a damaged store proves nothing", _integrity),
    Check(
        "told",
        "an outage that no report tells of is invented",
        _none_where("outages", "id NOT IN (SELECT outage_id FROM outage_reports)", "outages without a report", "id"),
    ),
    Check(
        "anchored",
        "the id of an outage is made from its anchor",
        _none_where(
            "outages",
            "(SELECT COUNT(*) FROM outage_reports r WHERE r.outage_id = outages.id AND r.anchor = 1) <> 1",
            "outages without exactly one anchor",
            "id",
        ),
    ),
    Check(
        "told_once",
        "a report tells of one outage",
        _none_where(
            "outage_reports",
            "report_id IN (SELECT report_id FROM outage_reports GROUP BY report_id HAVING COUNT(*) > 1)",
            "rows of reports that stand in several outages",
            "report_id",
        ),
    ),
    Check(
        "counted",
        "the number shown is the number there",
        _none_where(
            "outages",
            "report_count <> (SELECT COUNT(*) FROM outage_reports r WHERE r.outage_id = outages.id)",
            "outages with a wrong number of reports",
            "id",
        ),
    ),
    Check(
        "ends_after_start",
        "such a pair of times is a misreading",
        _none_where("outages", "ended_at < started_at", "outages end before they start", "id"),
    ),
    Check("evidence", "no value without its source", _evidence),
    Check("instants", "a time without a zone is not a time", _instants),
    Check(
        "redirects_lead_on",
        "a published address stays good",
        _none_where(
            "outage_redirects", "outage_id NOT IN (SELECT id FROM outages)", "redirects lead nowhere", "old_id"
        ),
    ),
    Check(
        "redirects_are_old",
        "an id is either an outage or leads to one",
        _none_where("outage_redirects", "old_id IN (SELECT id FROM outages)", "redirects hide an outage", "old_id"),
    ),
    Check("no_collapse", "half of the record gone is a fault in a rule sooner than news", _collapse, forced=True),
)
