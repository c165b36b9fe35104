"""Where the three files of data lie: beside each other, `work.db` named by ``--db``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


def salt_beside(work: Path) -> Path:
    """Where the secret lies that belongs to this private database."""
    return work.with_name("authors.salt")


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one installation."""

    work: Path

    @property
    def archive(self) -> Path:
        """Every body fetched. Private."""
        return self.work.with_name("archive.db")

    @property
    def public(self) -> Path:
        """What is published, and all that Datasette sees."""
        return self.work.with_name("outages.db")

    @property
    def salt(self) -> Path:
        """The secret that authors are hashed with. Private."""
        return salt_beside(self.work)

    @property
    def lock(self) -> Path:
        """Held by the one nightly run at a time."""
        return self.work.with_name("nightly.lock")
