"""Public posts: how far a stream was read, how many there were, and which are gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.model import Batch, PostPage, iso
from pipeline.store.file import StoreFile
from pipeline.terms import SourceKind


class PostRows(StoreFile):
    """`post_cursors`, `post_counts`, and the reports of social sources."""

    def post_cursor(self, source: str) -> str | None:
        """Where the next visit of a stream of posts goes on."""
        row = self._one("SELECT cursor FROM post_cursors WHERE source = ?", [source])
        return str(row["cursor"]) if row else None

    def post_counts(self, run_id: str) -> dict[str, dict[str, int]]:
        """Posts seen, passed, told by another source before, and gone, of each source in this run."""
        rows = self._all("SELECT * FROM post_counts WHERE run_id = ? ORDER BY source", [run_id])
        return {row["source"]: {key: row[key] for key in row.keys()[2:]} for row in rows}

    def posts_to_check(self, source: str, since: datetime, run_id: str, most: int) -> list[tuple[str, str]]:
        """Key and address of posts first seen since then, and before this run, that are held.

        Those looked up longest ago come first.
        """
        rows = self._all(
            """SELECT native_id, url FROM reports WHERE source = ? AND first_seen_at >= ? AND first_run <> ?
            AND withdrawn_at IS NULL AND purged_at IS NULL ORDER BY coalesce(checked_at, first_seen_at), id LIMIT ?""",
            [source, iso(since), run_id, most],
        )
        return [(row["native_id"], row["url"]) for row in rows]

    def purge_posts(self, before: datetime, now: datetime) -> int:
        """Blank the posts that were first seen before this moment; how many. What was read in them stays."""
        with self.db.atomic():
            rows = self._all(
                """SELECT r.id FROM reports r JOIN sources s ON s.name = r.source
                WHERE s.kind = ? AND r.purged_at IS NULL AND r.first_seen_at < ?""",
                [SourceKind.SOCIAL, iso(before)],
            ).fetchall()
            self._blank([row["id"] for row in rows], iso(now))
        return len(rows)

    def _only_own(self, batch: Batch) -> tuple[Batch, int]:
        """The batch without posts that another source of the platform has told, and how many those are.

        Posts whose text is not kept any more are left out as well: it must not come back.
        """
        keys = [report.native_id for report in batch.reports]
        told = {
            row["native_id"]
            for row in self._in(
                "SELECT r.native_id FROM sources s JOIN reports r ON r.source = s.name"
                " WHERE s.platform = (SELECT platform FROM sources WHERE name = ?) AND s.name <> ?"
                " AND r.native_id IN ({})",
                [batch.source, batch.source],
                keys,
            )
        }
        purged = "SELECT native_id FROM reports WHERE source = ? AND purged_at IS NOT NULL AND native_id IN ({})"
        blank = {row["native_id"] for row in self._in(purged, [batch.source], keys)}
        kept = tuple(report for report in batch.reports if report.native_id not in told | blank)
        return replace(batch, reports=kept), len(told)

    def _save_posts(self, batch: Batch, posts: PostPage, elsewhere: int) -> int:
        """Count the posts of a page, blank those that are gone, and note how far the stream was read."""
        now = iso(batch.fetch.fetched_at)
        gone = [
            row["id"]
            for row in self._in(
                # A post may be deleted where another instance told of it first.
                "SELECT r.id FROM sources s JOIN reports r ON r.source = s.name"
                " WHERE s.platform = (SELECT platform FROM sources WHERE name = ?) AND r.withdrawn_at IS NULL"
                " AND r.native_id IN ({})",
                [batch.source],
                posts.gone,
            )
        ]
        left = "SELECT id FROM reports WHERE source = ? AND withdrawn_at IS NULL AND author_hash IN ({})"
        gone += [row["id"] for row in self._in(left, [batch.source], posts.gone_authors) if row["id"] not in gone]
        self._blank(gone, now)
        for identity in gone:
            self.db.execute("DELETE FROM mentions WHERE report_id = ?", [identity])
            self.db.execute("DELETE FROM extractions WHERE report_id = ?", [identity])
            self.db.execute(
                "UPDATE reports SET withdrawn_at = ?, last_run = ? WHERE id = ?", [now, batch.run_id, identity]
            )
        self.db.conn.executemany(
            "UPDATE reports SET checked_at = ? WHERE source = ? AND native_id = ?",
            [(now, batch.source, key) for key in posts.checked],
        )
        self.db.execute(
            """INSERT INTO post_counts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, source) DO UPDATE SET
            seen = seen + excluded.seen, passed = passed + excluded.passed,
            told_elsewhere = told_elsewhere + excluded.told_elsewhere, gone = gone + excluded.gone""",
            [batch.run_id, batch.source, posts.seen, posts.passed, elsewhere, len(gone)],
        )
        if posts.cursor is not None:
            self.db.execute("INSERT OR REPLACE INTO post_cursors VALUES (?, ?, ?)", [batch.source, posts.cursor, now])
        return len(gone)

    def _blank(self, identities: Sequence[str], now: str | None) -> None:
        """Take the words of these reports out of the record, with all earlier wordings. The hash of them stays."""
        if not identities:
            return
        # SQLite leaves what it deletes on its pages, unless it is told to overwrite it.
        self.db.execute("PRAGMA secure_delete = ON").fetchall()
        many: Callable[..., Any] = self.db.conn.executemany
        ids = [(identity,) for identity in identities]
        many(
            "UPDATE reports SET title = '', summary = NULL, text = NULL, purged_at = ? WHERE id = ?",
            [(now, identity) for identity in identities],
        )
        many("DELETE FROM report_versions WHERE report_id = ?", ids)
        many("DELETE FROM report_updates WHERE report_id = ?", ids)
