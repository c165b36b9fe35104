"""Facets that were counted at publication, and that do not start to count where it would take seconds."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from datasette.facets import ColumnFacet
from datasette.utils import path_with_added_args

from pipeline.publish import queries

# Seven facets over this many rows take as long as one page may; larger selections get none.
ROWS_COUNTED = 20_000


class CountedFacet(ColumnFacet):  # type: ignore[misc]
    """A column facet whose figures for the whole table come from `summary`: ``{"counted": "status"}``."""

    type = "counted"

    async def suggest(self) -> list[dict[str, Any]]:
        """Suggests nothing: the facets are those that the metadata names."""
        return []

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """The figures of each facet and the names of those that were not counted."""
        columns = [c["config"].get("column") or c["config"]["simple"] for c in self.get_configs()]
        if not columns:
            return [], []
        if not self.params and " where " not in f" {self.sql.lower()} ":
            size = self.get_facet_size()
            counted = await queries.facets(self.ds.get_database(self.database), size + 1)
            return [self._whole(column, counted.get(column, []), size) for column in columns], []
        if self.row_count is None or self.row_count > ROWS_COUNTED:
            return [], columns
        results, timed_out = await super().facet_results()
        return [result | {"type": "column"} for result in results], timed_out

    def _whole(self, column: str, rows: list[dict[str, Any]], size: int) -> dict[str, Any]:
        here = self.ds.absolute_url(self.request, self.ds.urls.path(path_with_added_args(self.request, {column: ""})))
        return {
            "name": column,
            "type": "column",
            "hideable": False,
            "toggle_url": self.ds.urls.path(self.request.path),
            "truncated": len(rows) > size,
            "results": [
                {
                    "value": row["item"],
                    "label": row["label"],
                    "count": row["count"],
                    # The new argument stands last, still without its value.
                    "toggle_url": here + quote_plus(row["item"]),
                    "selected": False,
                }
                for row in rows[:size]
            ],
        }
