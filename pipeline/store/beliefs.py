"""What we believe: outages with their evidence, and the signals of the public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pipeline.belief import Outage, Resolution, Signals
from pipeline.model import canonical_json, iso
from pipeline.store.runs import RunRows


class BeliefRows(RunRows):
    """`outages` and all that hangs on them, `signals` and `signal_spikes`."""

    def save_resolution(self, resolution: Resolution, now: datetime, run_id: str | None = None) -> None:
        """Replace the third layer."""
        with self.db.atomic():
            for table in (
                *("outage_redirects", "outage_links", "outage_evidence", "outage_timeline", "outage_reports"),
                *("outage_regions", "outage_services", "outages"),
            ):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
            for outage in resolution.outages:
                self._save_outage(outage)
            self.db.conn.executemany("INSERT INTO outage_redirects VALUES (?, ?)", resolution.redirects)
            self.db.conn.executemany(
                "INSERT INTO outage_links VALUES (?, ?, ?)",
                [(link.cause_outage, link.effect_outage, link.reason) for link in resolution.links],
            )
            self._save_issues(resolution.issues, now, run_id)

    def _save_outage(self, o: Outage) -> None:
        many: Callable[..., Any] = self.db.conn.executemany
        self.db.execute(
            f"INSERT INTO outages VALUES ({', '.join('?' * 24)})",  # noqa: S608 - placeholders only
            [
                *(o.id, o.title, o.provider, o.services[0] if o.services else None, o.kind, o.status, o.certainty),
                *(o.severity, canonical_json(list(o.symptoms)), iso(o.started_at), o.started_precision),
                *(iso(o.ended_at), o.ended_precision, o.duration_minutes, o.cause, canonical_json(list(o.causes))),
                *(int(o.cause_hedged), canonical_json(list(o.components)), iso(o.first_signal_at)),
                *(iso(o.first_report_at), iso(o.official_posted_at), iso(o.first_seen_at)),
                *(len(o.reports), o.source_count),
            ],
        )
        many(
            "INSERT INTO outage_services VALUES (?, ?, ?)",
            [(o.id, s, position) for position, s in enumerate(o.services)],
        )
        many("INSERT INTO outage_regions VALUES (?, ?)", [(o.id, region) for region in o.regions])
        many(
            "INSERT INTO outage_reports VALUES (?, ?, ?, ?)",
            [(o.id, r.report_id, r.rank, int(r.anchor)) for r in o.reports],
        )
        many(
            "INSERT INTO outage_timeline VALUES (?, ?, ?, ?, ?, ?)",
            [(o.id, iso(t.at), t.event, t.status, t.report_id, t.quote) for t in o.timeline],
        )
        many(
            "INSERT INTO outage_evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(o.id, w.evidence.field, w.evidence.value, w.evidence.report_id, w.evidence.origin),
                    *(w.evidence.rule, w.evidence.confidence, w.evidence.quote, w.evidence.start, w.evidence.end),
                    *(int(w.chosen), w.reason, w.evidence.said_by),
                )
                for w in o.evidence
            ],
        )

    def save_signals(self, signals: Signals) -> None:
        """Replace the volumes of public posts and their spikes."""
        with self.db.atomic():
            self.db.execute("DELETE FROM signals")
            self.db.execute("DELETE FROM signal_spikes")
            self.db.conn.executemany(
                "INSERT INTO signals VALUES (?, ?, ?, ?, ?, ?)",
                [(b.service, iso(b.bin_start), b.bin_minutes, b.posts, b.authors, b.expected) for b in signals.bins],
            )
            self.db.conn.executemany(
                "INSERT INTO signal_spikes VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(s.service, iso(s.started_at), iso(s.peak_at), iso(s.ended_at), s.authors, s.p_value),
                        iso(s.detected_at),
                    )
                    for s in signals.spikes
                ],
            )
