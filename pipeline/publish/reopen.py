"""A database that notices when its file was replaced: a night's publication shows without a restart."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.database import Database, connections

if TYPE_CHECKING:  # datasette.app is what loads this module, so it cannot be imported yet
    from datasette.app import Datasette

T = TypeVar("T")


class ReplaceableDatabase(Database):  # type: ignore[misc]
    """Datasette keeps one connection a thread for ever; this one is opened anew for a new file."""

    def __init__(self, datasette: Datasette, path: str, *, is_mutable: bool) -> None:
        super().__init__(datasette, path, is_mutable=is_mutable)
        self._seen = threading.local()

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """Run `fn` on a connection to the file that stands at the path now."""

        def on_current(connection: sqlite3.Connection) -> T:
            return fn(self._current(connection))

        answer: T = await super().execute_fn(on_current)
        return answer

    def _current(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        at = Path(self.path).stat()
        identity = (at.st_dev, at.st_ino, at.st_mtime_ns)
        before = getattr(self._seen, "identity", identity)
        self._seen.identity = identity
        if before == identity or self.ds.executor is None:
            return connection
        connection.close()
        self._all_file_connections.remove(connection)
        fresh: Any = self.connect()
        self.ds._prepare_connection(fresh, self.name)
        setattr(connections, self.name, fresh)
        self._cached_table_counts = self.cached_hash = self.cached_size = None
        opened: sqlite3.Connection = fresh
        return opened


def watch(datasette: Datasette, name: str) -> None:
    """Put a `ReplaceableDatabase` in the place of the plain one of this name."""
    plain = datasette.databases.get(name)
    if plain is None or plain.path is None or isinstance(plain, ReplaceableDatabase):
        return
    watched = ReplaceableDatabase(datasette, plain.path, is_mutable=plain.is_mutable)
    plain.close()
    datasette.remove_database(name)
    datasette.add_database(watched, name=name)
