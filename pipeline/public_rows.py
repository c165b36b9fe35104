"""From the rows of the work database to the rows that are published: one generator a table.

Tables are read in the order of their keys and followed side by side, so that memory does not grow
with the number of outages. Nothing here reads a report's text, its summary or its author.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from pipeline import wording
from pipeline.league import League, unjudged
from pipeline.model import iso, parse_iso
from pipeline.public_state import OPEN, Phase, SourceState, is_silent, phase, source_state
from pipeline.terms import Outcome

Row = dict[str, Any]

# What may be quoted of another's text.
QUOTE_LIMIT = 280
# How a report is called that has no title: a post, or one whose words are not kept any more.
UNTITLED = "a post"
# The fields that have one true value, so that two different ones are a disagreement.
DISPUTABLE = frozenset({"started_at", "ended_at", "duration_minutes", "cause", "severity", "kind"})
FINE = frozenset({"exact", "minute"})
PLANNED = frozenset({"maintenance", "advisory"})
# No control character may reach a page or a feed: XML cannot even name them. Nor may one that turns the
# direction of what follows (Unicode Annex 9), since one title could then rewrite the row beside it.
CONTROLS: dict[int, str | None] = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF), " ")
CONTROLS |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
FACETS = ("phase", "status", "kind", "cause", "certainty", "severity", "service", "provider")


@dataclass(slots=True)
class Tally:
    """What is counted while the rows pass by, for the tables that are written last."""

    facets: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    source_reports: Counter[str] = field(default_factory=Counter)
    service_ongoing: Counter[str] = field(default_factory=Counter)
    service_outages: Counter[str] = field(default_factory=Counter)
    service_last: dict[str, str] = field(default_factory=dict)
    provider_ongoing: Counter[str] = field(default_factory=Counter)
    run_sources: Counter[str] = field(default_factory=Counter)
    run_good: Counter[str] = field(default_factory=Counter)
    run_new: Counter[str] = field(default_factory=Counter)
    run_changed: Counter[str] = field(default_factory=Counter)
    sources: list[Row] = field(default_factory=list)
    league: League = field(default_factory=League)


class Following:
    """Rows sorted by `key`, handed out group by group to one who asks in the same order."""

    def __init__(self, rows: Iterable[Row], key: str) -> None:
        self._groups = groupby(rows, key=itemgetter(key))
        self._current = next(self._groups, None)

    def of(self, value: str) -> list[Row]:
        """The rows whose key is `value`; rows of smaller keys are passed over."""
        while self._current is not None and self._current[0] < value:
            self._current = next(self._groups, None)
        if self._current is None or self._current[0] != value:
            return []
        rows = list(self._current[1])
        self._current = next(self._groups, None)
        return rows


def clip(text: str | None, limit: int = QUOTE_LIMIT) -> str | None:
    """The text on one line, without control characters of any kind, in at most `limit` characters."""
    if text is None:
        return None
    line = " ".join(text.translate(CONTROLS).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def web_address(url: str | None) -> str | None:
    """The address, if it is one of the web and nothing that a browser would run."""
    address = "%20".join((url or "").translate(CONTROLS).split())
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def reports(db: Database, tally: Tally) -> Iterator[Row]:
    """Each report with its title, address and state, how often it was reworded and how often updated."""
    columns = "id, title, source, url, published_at, updated_at, status, kind, severity, language, first_seen_at"
    versions = Following(_sorted(db, "report_versions", "report_id", select="report_id"), "report_id")
    updates = Following(_sorted(db, "report_updates", "report_id", "replaced_at IS NULL", "report_id"), "report_id")
    copies = Following(_sorted(db, "report_copies", "report_id"), "report_id")
    for row in _sorted(db, "reports", "id", select=f"{columns}, withdrawn_at"):
        tally.source_reports[row["source"]] += 1
        row["title"] = clip(row["title"]) or UNTITLED
        row["url"] = web_address(row["url"])
        row["versions"] = 1 + len(versions.of(row["id"]))
        row["updates"] = len(updates.of(row["id"]))
        row["copy_of"] = next((copy["first_id"] for copy in copies.of(row["id"])), None)
        yield row


def sources(db: Database, tally: Tally, as_of: datetime) -> Iterator[Row]:
    """Each source with its state and why it failed last; its age counts from when it was last read well."""
    columns = "source, finished_at, error"
    failures = Following(_sorted(db, "source_runs", "source, finished_at", "error IS NOT NULL", columns), "source")
    for row in _sorted(db, "sources", "name"):
        # A run that tells nothing of the source's health may have come after the last try.
        errors = [f["error"] for f in failures.of(row["name"]) if f["finished_at"] == row["last_try_at"]]
        row["last_error"] = clip(errors[-1]) if errors else None
        last_ok = parse_iso(row["last_ok_at"])
        row["state"] = str(source_state(row, as_of))
        row["age_hours"] = round((as_of - last_ok).total_seconds() / 3600, 1) if last_ok else None
        row["url"] = web_address(row["url"])
        row["reports"] = tally.source_reports[row["name"]]
        row["note"], row["terms"] = clip(row["note"]), clip(row["terms"])
        row["moved_to"] = web_address(row["moved_to"])
        row["silent"] = int(is_silent(row, as_of))
        tally.sources.append(row)
        yield row


def source_runs(db: Database, tally: Tally) -> Iterator[Row]:
    """How each source fared in each run."""
    for row in _sorted(db, "source_runs", "run_id, source"):
        run = row["run_id"]
        tally.run_sources[run] += 1
        tally.run_good[run] += Outcome(row["outcome"]).good
        tally.run_new[run] += row["new"]
        tally.run_changed[run] += row["changed"]
        row["error"] = clip(row["error"])
        yield row


def runs(db: Database, tally: Tally) -> Iterator[Row]:
    """Each run with what its sources add up to."""
    for row in _sorted(db, "runs", "id", select="id, job, started_at, finished_at, stage, outcome"):
        started, finished = parse_iso(row["started_at"]), parse_iso(row["finished_at"])
        row["duration_seconds"] = round((finished - started).total_seconds()) if started and finished else None
        row["sources"] = tally.run_sources[row["id"]]
        row["sources_good"] = tally.run_good[row["id"]]
        row["new"] = tally.run_new[row["id"]]
        row["changed"] = tally.run_changed[row["id"]]
        yield row


def issues(db: Database) -> Iterator[Row]:
    """Each issue; a source or report that is not stored is named in its detail alone."""
    known_sources = {row["name"] for row in _sorted(db, "sources", "name", select="name")}
    stored = Following(_sorted(db, "reports", "id", select="id"), "id")
    columns = "id, stage, code, detail, source, report_id, first_seen_at, last_seen_at, count"
    found = _sorted(db, "issues", "report_id, id", select=columns)
    for report_id, group in groupby(found, key=itemgetter("report_id")):
        known = report_id is None or bool(stored.of(report_id))
        for row in group:
            lost = [] if known else [f"(report {report_id})"]
            if row["source"] is not None and row["source"] not in known_sources:
                lost.append(f"(source {row['source']})")
                row["source"] = None
            row["report_id"] = report_id if known else None
            row["detail"] = clip(" ".join([row["detail"], *lost]))
            yield row


def outages(
    db: Database, tally: Tally, as_of: datetime, names: dict[str, str], owners: dict[str, str]
) -> Iterator[Row]:
    """Each outage with its phase, its sentence and the number of its disputed fields."""
    services = Following(_sorted(db, "outage_services", "outage_id, position"), "outage_id")
    regions = Following(_sorted(db, "outage_regions", "outage_id, region"), "outage_id")
    timeline = Following(_sorted(db, "outage_timeline", "outage_id, at", select="outage_id, at"), "outage_id")
    columns = "outage_id, field, value, report_id, chosen"
    evidence = Following(_sorted(db, "outage_evidence", "outage_id, field", select=columns), "outage_id")
    for row in _sorted(db, "outages", "id"):
        key = row["id"]
        heard = [r["at"] for r in timeline.of(key)] + [row["first_report_at"], row["official_posted_at"]]
        row["last_heard_at"] = max((at for at in heard if at and at <= (iso(as_of) or "")), default=None)
        row["updated_at"] = max(row["last_heard_at"] or "", row["first_seen_at"])
        row["phase"] = str(phase(row, parse_iso(row["last_heard_at"]), as_of))
        row["title"] = clip(row["title"])
        row["official_lag_minutes"] = _lag(row)
        row["lead_unjudged"] = unjudged(row["first_signal_at"], row["official_posted_at"], row["kind"], PLANNED)
        row["lead_minutes"] = None if row["lead_unjudged"] else _lead(row)
        row["disagreements"] = _disagreements(evidence.of(key))
        said = {**row, "regions": [r["region"] for r in regions.of(key)]}
        slugs = [r["service"] for r in services.of(key)]
        said_of = [service_name(s, names) for s in slugs]
        row["sentence"] = clip(wording.sentence(said, row["phase"], said_of, _owner(row, owners)))
        row["keywords"] = _keywords(said, said_of, _owner(row, owners))
        _count_outage(row, slugs, tally)
        tally.league.add(row)
        yield row


def service_name(slug: str, names: dict[str, str]) -> str:
    """The name of a service; one that is not in the catalogue is stored as ``?Name``."""
    return names.get(slug) or slug.removeprefix("?")


def _owner(row: Row, owners: dict[str, str]) -> str | None:
    return owners.get(row["provider"], row["provider"]) if row["provider"] else None


def _keywords(row: Row, names: list[str], owner: str | None) -> str:
    """What a search should find the outage by, beside its title and components."""
    causes = [] if row["cause"] == "unknown" else [wording.plain(row["cause"])]
    return clip(", ".join(dict.fromkeys([*names, *([owner] if owner else []), *row["regions"], *causes]))) or ""


def _lead(row: Row) -> int | None:
    """Minutes from the first signal to the provider's first word; negative where the provider was first."""
    signal, official = parse_iso(row["first_signal_at"]), parse_iso(row["official_posted_at"])
    return round((official - signal).total_seconds() / 60) if signal and official else None


def _lag(row: Row) -> int | None:
    """Minutes from the onset, as well as it is known, to the provider's first word; None where neither tells.

    Planned work and advisories have none: nothing broke before they were posted.
    """
    official = parse_iso(row["official_posted_at"])
    onset = parse_iso(row["started_at"]) if row["started_precision"] in FINE else None
    signal = parse_iso(row["first_signal_at"])
    known = [at for at in (onset, parse_iso(row["first_report_at"]), signal) if at is not None]
    if official is None or not known or row["kind"] in PLANNED:
        return None
    if onset is None and min(known) == official:
        # Only the provider's own post tells when: it cannot be late by itself.
        return None
    return max(0, round((official - min(known)).total_seconds() / 60))


def _disagreements(evidence: list[Row]) -> int:
    """In how many fields another report gives another value than the chosen one."""
    disputed = 0
    for name, group in groupby(evidence, key=itemgetter("field")):
        pieces = list(group)
        values = {e["value"] for e in pieces if e["chosen"]}
        tellers = {e["report_id"] for e in pieces if e["chosen"]}
        others = [e for e in pieces if e["value"] not in values and e["report_id"] not in tellers]
        disputed += name in DISPUTABLE and bool(values) and bool(others)
    return disputed


def _count_outage(row: Row, slugs: list[str], tally: Tally) -> None:
    for name in FACETS:
        if row[name] is not None:
            tally.facets[name, row[name]] += 1
    trouble = row["phase"] == Phase.ONGOING and row["kind"] != "maintenance" and row["status"] in OPEN
    for slug in slugs or ([row["service"]] if row["service"] else []):
        tally.service_outages[slug] += 1
        tally.service_ongoing[slug] += trouble
        started = row["started_at"] or row["first_report_at"]
        if started and started > tally.service_last.get(slug, ""):
            tally.service_last[slug] = started
    if row["provider"]:
        tally.provider_ongoing[row["provider"]] += trouble
    tally.rows["ongoing"] += trouble


def evidence(db: Database) -> Iterator[Row]:
    """Each piece of evidence with the place of its words inside the quotation."""
    mentions = Following(
        _sorted(db, "mentions", "report_id", select="report_id, start_char, end_char, text"), "report_id"
    )
    order = "report_id, outage_id, field, value, start_char, end_char, rule"
    for report_id, group in groupby(_sorted(db, "outage_evidence", order), key=itemgetter("report_id")):
        words = {(m["start_char"], m["end_char"]): m["text"] for m in mentions.of(report_id)}
        for row in group:
            found = words.get((row.pop("start_char"), row.pop("end_char")))
            row["quote"] = clip(row["quote"])
            row["value"] = clip(row["value"])
            row["reason"] = clip(row["reason"])
            row["words_start"], row["words_end"] = place(row["quote"], clip(found))
            yield row


def place(quote: str | None, words: str | None) -> tuple[int | None, int | None]:
    """Where the words stand in the quotation: the first place; (None, None) where they do not."""
    start = quote.find(words) if quote and words else -1
    return (None, None) if start < 0 else (start, start + len(words or ""))


def timeline(db: Database) -> Iterator[Row]:
    """Each entry of each timeline."""
    for row in _sorted(db, "outage_timeline", "outage_id, at, event, report_id"):
        row["quote"] = clip(row["quote"])
        yield row


def active_states(tally: Tally) -> Counter[str]:
    """How many sources are in which state; sources that were taken out of service do not count."""
    states: Counter[str] = Counter({str(state): 0 for state in SourceState})
    states.update(row["state"] for row in tally.sources if row["active"])
    return states


def _sorted(db: Database, table: str, order: str, where: str | None = None, select: str = "*") -> Iterator[Row]:
    return db.table(table).rows_where(where, order_by=order, select=select)
