"""What each address answered last, so that it is asked conditionally."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.model import Batch, Fetch, iso
from pipeline.store.file import StoreFile


class FetchRows(StoreFile):
    """`fetches` and `robots`."""

    def memory(self, url: str, run_id: str | None = None, source: str | None = None) -> Fetch | None:
        """What the last good answer of `url` was.

        Only what `source` itself was answered counts: a page that another source led to was read in
        another way, and must not pass for this one's. What `run_id` itself remembers does not count:
        a run that was killed before it finished a source visits that source anew.
        """
        row = self._one(
            "SELECT * FROM fetches WHERE url = ? AND run_id IS NOT ? AND source = coalesce(?, source)",
            [url, run_id, source],
        )
        if row is None:
            return None
        fetched = datetime.fromisoformat(row["fetched_at"])
        return Fetch(url, fetched, row["status"], row["body_hash"], row["size"], row["etag"], row["last_modified"])

    def touch_fetch(self, source: str, url: str, now: datetime) -> None:
        """Note that `url` answered as before. Nothing else is written."""
        self.db.execute(
            "UPDATE fetches SET fetched_at = ?1 WHERE url = ?2 AND source = ?3 AND fetched_at < ?1",
            [iso(now), url, source],
        )

    def robots(self, host: str, now: datetime, max_age: timedelta) -> tuple[int, bytes] | None:
        """Status and body of the host's robots.txt, where it is younger than `max_age`."""
        row = self._one("SELECT status, body FROM robots WHERE host = ? AND fetched_at > ?", [host, iso(now - max_age)])
        return (row["status"], bytes(row["body"])) if row else None

    def save_robots(self, host: str, now: datetime, status: int, body: bytes) -> None:
        """Keep the host's robots.txt."""
        self.db.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?)", [host, iso(now), status, body])

    def _is_late(self, fetch: Fetch) -> bool:
        """Whether a later answer of the same address is remembered."""
        later = "SELECT 1 FROM fetches WHERE url = ? AND fetched_at > ?"
        return self._one(later, [fetch.url, iso(fetch.fetched_at)]) is not None

    def _remember(self, batch: Batch) -> None:
        f = batch.fetch
        self.db.execute(
            "INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(f.url, batch.source, iso(f.fetched_at), f.status, f.body_hash, f.size, f.etag, f.last_modified),
                batch.run_id,
            ],
        )
