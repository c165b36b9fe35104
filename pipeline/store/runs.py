"""Runs, how each source fared in them, and what was amiss."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pipeline.errors import StoreError
from pipeline.model import Issue, Run, SourceRun, canonical_json, digest, iso
from pipeline.store.file import StoreFile


class RunRows(StoreFile):
    """`runs`, `source_runs` and `issues`."""

    def start_run(self, job: str, now: datetime) -> Run:
        """Open a run of `job`, whose id is its start and its name."""
        run = Run(f"{now:%Y%m%dT%H%M%SZ}-{job}", job, now)
        self.db.execute(
            "INSERT INTO runs (id, job, started_at, stage) VALUES (?, ?, ?, 'started') ON CONFLICT (id) DO NOTHING",
            [run.id, job, iso(now)],
        )
        return run

    def unfinished_run(self, job: str) -> Run | None:
        """The newest run of `job` that was started and is not done."""
        row = self._one(
            "SELECT id, job, started_at FROM runs WHERE job = ? AND stage <> 'done' ORDER BY started_at DESC LIMIT 1",
            [job],
        )
        return Run(row["id"], row["job"], datetime.fromisoformat(row["started_at"])) if row else None

    def earlier_runs(self, run: Run) -> int:
        """How many runs of the same job were started before this one."""
        row = self._one("SELECT count(*) FROM runs WHERE job = ? AND started_at < ?", [run.job, iso(run.started_at)])
        return int(row[0]) if row else 0

    def last_done_run(self, job: str) -> tuple[Run, dict[str, Any]] | None:
        """The newest run of `job` that is done, with its summary."""
        row = self._one(
            "SELECT id, job, started_at, summary FROM runs WHERE job = ? AND stage = 'done' AND outcome <> 'abandoned'"
            " ORDER BY started_at DESC LIMIT 1",
            [job],
        )
        if row is None:
            return None
        run = Run(row["id"], row["job"], datetime.fromisoformat(row["started_at"]))
        return run, json.loads(row["summary"] or "{}")

    def run_stage(self, run_id: str) -> str:
        """The last stage that the run completed."""
        row = self._one("SELECT stage FROM runs WHERE id = ?", [run_id])
        if row is None:
            raise StoreError(f"there is no run {run_id}")
        return str(row["stage"])

    def set_stage(self, run_id: str, stage: str) -> None:
        """Note that the run has completed `stage`."""
        self.db.execute("UPDATE runs SET stage = ? WHERE id = ?", [stage, run_id])

    def finish_run(
        self, run_id: str, outcome: str, now: datetime, summary: Mapping[str, Any], stage: str = "done"
    ) -> None:
        """Close the run with its outcome and its summary; a `stage` before ``done`` leaves more to do."""
        self.db.execute(
            "UPDATE runs SET finished_at = ?, outcome = ?, summary = ?, stage = ? WHERE id = ?",
            [iso(now), outcome, canonical_json(dict(summary)), stage, run_id],
        )

    def save_source_run(self, row: SourceRun, *, health: bool = True) -> None:
        """Write how the source fared, once a run, and keep the source's own health in step.

        Without `health` the run tells nothing of how the source is now. What is new and what changed is
        counted in the tables, so that a run which was killed and taken up again counts all that it brought.
        """
        with self.db.atomic():
            counts = self._one(
                """SELECT count(*) FILTER (WHERE first_run = :run) AS new,
                count(*) FILTER (WHERE first_run <> :run) AS changed FROM reports
                WHERE source = :source AND last_run = :run""",
                {"run": row.run_id, "source": row.source},
            )
            added = self.db.execute(
                "INSERT OR IGNORE INTO source_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(row.run_id, row.source, row.outcome, iso(row.started_at), iso(row.finished_at)),
                    *(row.http_status, row.requests, row.bytes, row.items, *(counts or (0, 0)), row.errors, row.error),
                    row.screened,
                ],
            ).rowcount
            if added and health:
                self.db.execute(
                    """UPDATE sources SET last_try_at = :at, last_outcome = :outcome,
                    last_ok_at = CASE WHEN :good THEN :at ELSE last_ok_at END,
                    confirmed_at = CASE WHEN :good THEN coalesce(confirmed_at, :at) ELSE confirmed_at END,
                    moved_to = CASE WHEN :good THEN :moved ELSE moved_to END,
                    consecutive_failures = CASE WHEN :good THEN 0 ELSE consecutive_failures + :failed END
                    WHERE name = :name""",
                    {
                        "at": iso(row.finished_at),
                        "outcome": row.outcome,
                        "good": row.outcome.good,
                        "failed": int(row.outcome.failed),
                        "moved": row.moved_to,
                        "name": row.source,
                    },
                )

    def done_sources(self, run_id: str) -> set[str]:
        """The sources that this run has visited already."""
        return {row["source"] for row in self._all("SELECT source FROM source_runs WHERE run_id = ?", [run_id])}

    def source_runs(self, run_id: str) -> list[dict[str, Any]]:
        """How every source fared in the run, by name."""
        return [dict(row) for row in self._all("SELECT * FROM source_runs WHERE run_id = ? ORDER BY source", [run_id])]

    def save_issues(self, issues: Iterable[Issue], now: datetime, run_id: str | None = None) -> None:
        """Name and count what was met; the same issue is counted once a run."""
        with self.db.atomic():
            self._save_issues(issues, now, run_id)

    def _save_issues(self, issues: Iterable[Issue], now: datetime, run_id: str | None) -> None:
        for issue in issues:
            parts = (issue.stage, issue.code, issue.source or "", issue.report_id or "", issue.detail)
            self.db.execute(
                """INSERT INTO issues VALUES (:id, :stage, :code, :detail, :source, :report, :now, :now, :run, 1)
                ON CONFLICT (id) DO UPDATE SET count = count + (last_run IS NOT excluded.last_run),
                last_seen_at = excluded.last_seen_at, last_run = excluded.last_run
                WHERE last_run IS NOT excluded.last_run""",
                {
                    "id": "i" + digest(*parts),
                    "stage": issue.stage,
                    "code": issue.code,
                    "detail": issue.detail,
                    "source": issue.source,
                    "report": issue.report_id,
                    "now": iso(now),
                    "run": run_id,
                },
            )
