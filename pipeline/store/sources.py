"""The catalogue of services, the sources, and their habit of speaking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipeline.catalogue import Service
from pipeline.habits import Habit
from pipeline.model import Source, iso
from pipeline.store.file import StoreFile


class SourceRows(StoreFile):
    """`services`, `service_aliases` and `sources`."""

    def sync_catalogue(self, services: Iterable[Service]) -> None:
        """Make the catalogue's tables equal to `services`; a service that a source needs stays."""
        with self.db.atomic():
            self.db.execute("DELETE FROM service_aliases")
            for s in services:
                self.db.execute(
                    """INSERT INTO services VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (slug) DO UPDATE SET name = excluded.name, provider = excluded.provider,
                    provider_name = excluded.provider_name, category = excluded.category, homepage = excluded.homepage,
                    parent = excluded.parent, status_page = excluded.status_page, wikidata = excluded.wikidata,
                    note = excluded.note""",
                    [
                        *(s.slug, s.name, s.provider, s.provider_name, s.category, s.homepage, s.parent),
                        *(s.status_page, s.wikidata, s.note),
                    ],
                )
                self.db.conn.executemany(
                    "INSERT OR IGNORE INTO service_aliases VALUES (?, ?, ?)",
                    [(alias, s.slug, int(alias in s.ambiguous)) for alias in s.aliases],
                )

    def sync_sources(self, sources: Iterable[Source], *, retire: bool = True) -> None:
        """Make the sources' declared columns equal to `sources`; one that is gone is kept as inactive.

        Without `retire` these are all that is touched.
        """
        with self.db.atomic():
            if retire:
                self.db.execute("UPDATE sources SET active = 0 WHERE active = 1")
            for s in sources:
                self.db.execute(
                    # Another address was not confirmed by what the old one answered.
                    """INSERT INTO sources (name, platform, kind, service, url, language, note, genre, cadence, basis,
                    terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
                    confirmed_at = CASE WHEN url = excluded.url THEN confirmed_at END,
                    moved_to = CASE WHEN url = excluded.url THEN moved_to END,
                    platform = excluded.platform, kind = excluded.kind, service = excluded.service,
                    url = excluded.url, language = excluded.language, note = excluded.note, genre = excluded.genre,
                    cadence = excluded.cadence, basis = excluded.basis, terms = excluded.terms, active = 1""",
                    [
                        *(s.name, s.platform, s.kind, s.service, s.url, s.language, s.note),
                        *(s.genre, s.cadence, s.basis, s.terms),
                    ],
                )

    def said_at(self, source: str, most: int = 60) -> list[datetime]:
        """When the latest reports of a source were published, or first seen where they do not say."""
        rows = self._all(
            "SELECT coalesce(published_at, first_seen_at) AS at FROM reports WHERE source = ?"
            " ORDER BY published_at DESC LIMIT ?",
            [source, most],
        )
        return [datetime.fromisoformat(row["at"]) for row in rows]

    def save_habit(self, source: str, habit: Habit) -> None:
        """Note when the source spoke last, and after how long it counts as silent."""
        self.db.execute(
            "UPDATE sources SET last_said_at = ?, habit_hours = ?, habit_basis = ? WHERE name = ?",
            [iso(habit.last_said_at), habit.hours, habit.basis, source],
        )
