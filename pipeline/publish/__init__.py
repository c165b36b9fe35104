"""The Datasette plugin: our pages, facets that were counted before, and the settings of the site."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from datasette import hookimpl
from datasette.facets import Facet
from jinja2 import Environment
from markupsafe import Markup

from pipeline.publish import pages, show
from pipeline.publish.bounds import bound
from pipeline.publish.facets import CountedFacet
from pipeline.publish.reopen import watch
from pipeline.publish.requests import read_only, searchable
from pipeline.publish.settings import DATABASE, SETTINGS, metadata

if TYPE_CHECKING:  # datasette.app is what loads this module, so it cannot be imported yet
    from datasette.app import Datasette

Function = TypeVar("Function", bound=Callable[..., Any])
# Columns that are shown as links, and the column that holds the key.
LINKED = {"url": "url", "title": "id", "sentence": "id"}
Application = Callable[[dict[str, Any], Any, Callable[[dict[str, Any]], Awaitable[None]]], Awaitable[None]]


def _hook(function: Function) -> Function:
    # Datasette is untyped; this keeps the type of the function that it marks.
    return cast("Function", hookimpl(function))


@_hook
def startup(datasette: Datasette) -> None:
    """Set what was not set otherwise, and watch the file for its replacement."""
    from datasette import handle_exception  # noqa: PLC0415 - see above
    from datasette.app import DEFAULT_SETTINGS  # noqa: PLC0415

    # spaCy brings `rich`, with which Datasette writes all that a refused request held into its log: that
    # takes up to a second a request, and fails where nothing was raised, as for an address that leads nowhere.
    handle_exception.rich = None
    for name, value in SETTINGS.items():
        if datasette._settings[name] == DEFAULT_SETTINGS[name]:
            datasette._settings[name] = value
    # Datasette copied these three before any plugin was asked.
    datasette.page_size = datasette.setting("default_page_size")
    datasette.max_returned_rows = datasette.setting("max_returned_rows")
    datasette.sql_time_limit_ms = datasette.setting("sql_time_limit_ms")
    watch(datasette, DATABASE)


@_hook
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """SQL is open to everybody, so what it may make is bounded."""
    if database == DATABASE:
        bound(conn)


@_hook
def get_metadata(datasette: Datasette) -> dict[str, Any]:
    """Our metadata where Datasette was started without any."""
    return {} if datasette._metadata_local else metadata()


@_hook
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The pages that are ours; all others are Datasette's own."""
    return [
        (r"^/$", read_only(pages.front)),
        (r"^/outage/(?P<id>[^/]+)$", read_only(pages.outage)),
        (r"^/service/(?P<slug>[^/]+)$", read_only(pages.service)),
        (r"^/sources$", read_only(pages.sources)),
        (r"^/lag$", read_only(pages.lag)),
        (r"^/about$", read_only(pages.about)),
        (r"^/outages\.atom$", read_only(pages.feed)),
    ]


@_hook
def register_facet_classes() -> list[type[Facet]]:
    """The facets of the metadata, written ``{"counted": "column"}``."""
    return [CountedFacet]


@_hook
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """The words in which pages tell facts, and the addresses of the style sheets, which change with their contents."""
    env.filters.update(show.FILTERS)
    # A page of an error is given nothing else.
    env.globals["style"] = lambda name: datasette.urls.static_plugins("outagewire", f"{name}?{show.style_hash(name)}")


@_hook
def extra_template_vars(datasette: Datasette) -> dict[str, Any]:
    """Whether the file may be taken."""
    database = datasette.databases.get(DATABASE)
    return {
        # Datasette hands out only files that were opened as immutable.
        "downloadable": database is not None and not database.is_mutable and datasette.setting("allow_download"),
    }


@_hook
def extra_css_urls(datasette: Datasette) -> list[str]:
    """Our colours and widths over Datasette's own pages."""
    return [datasette.urls.static_plugins("outagewire", f"skin.css?{show.style_hash('skin.css')}")]


@_hook
def render_cell(row: Any, value: Any, column: str, database: str, datasette: Datasette) -> Markup | None:
    """Links from an outage's title to its page, and addresses of others that pass nothing on."""
    # Asked for every cell of a page, so the common answer comes first.
    if column not in LINKED or database != DATABASE or not isinstance(value, str):
        return None
    if column == "url":
        link = Markup('<a href="{0}" rel="nofollow noopener">{0}</a>')
        return link.format(value) if show.is_web(value) else None
    linked = LINKED[column]
    key = row[linked] if linked in row.keys() else None  # noqa: SIM118 - a sqlite3.Row holds values, not names
    if isinstance(key, str) and show.OUTAGE_ID.fullmatch(key):
        return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/outage/{key}"), value)
    return None


@_hook
def asgi_wrapper() -> Callable[[Application], Application]:
    """Tell browsers, on every answer, not to guess what it is."""

    def wrap(app: Application) -> Application:
        async def answer(
            scope: dict[str, Any], receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]
        ) -> None:
            async def send_marked(event: dict[str, Any]) -> None:
                if event["type"] == "http.response.start":
                    headers = [*event.get("headers", []), [b"x-content-type-options", b"nosniff"]]
                    event = {**event, "headers": headers}
                await send(event)

            await app(searchable(scope), receive, send_marked)

        return answer

    return wrap
