"""What is asked of the site, put right before Datasette sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import Request, Response

if TYPE_CHECKING:  # datasette.app is what loads this module, so it cannot be imported yet
    from datasette.app import Datasette

Page = Callable[["Datasette", Request], Awaitable[Response]]
READING = ("GET", "HEAD")


def read_only(page: Page) -> Page:
    """The page for those who read it. Datasette hands every method to a page of a plugin's."""

    async def answer(datasette: Datasette, request: Request) -> Response:
        if request.method not in READING:
            return Response.text("Method not allowed", status=405, headers={"Allow": ", ".join(READING)})
        return await page(datasette, request)

    return answer


def searchable(scope: dict[str, Any]) -> dict[str, Any]:
    """The request without searches for quotation marks alone.

    Datasette makes of them a search for no words, which SQLite refuses as a syntax error.
    """
    query = scope.get("query_string") or b""
    if b"_search" not in query:
        return scope
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _is_empty_search(key, value)]
    return scope if kept == pairs else {**scope, "query_string": urlencode(kept).encode("latin-1")}


def _is_empty_search(key: str, value: str) -> bool:
    return key.startswith("_search") and key != "_searchmode" and value != "" and not value.strip('" \t')
