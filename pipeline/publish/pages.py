"""The pages: each asks `queries`, fills a template and sends it with a policy that runs no script."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from datasette.database import Database
from datasette.utils.asgi import Request, Response

from pipeline.league import FEWEST
from pipeline.operating_point import CHOSEN
from pipeline.publish import feed as atom_feed
from pipeline.publish import queries, show
from pipeline.publish.queries import Row
from pipeline.publish.settings import DATABASE, SETTINGS

if TYPE_CHECKING:  # datasette.app is what loads this module, so it cannot be imported yet
    from datasette.app import Datasette

# Crawled words stand on these pages; even if one slipped through the escaping, nothing would run.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": f"max-age={SETTINGS['default_cache_ttl']}",
}
SHOWN = 20
TOP = 8


async def front(datasette: Datasette, request: Request) -> Response:
    """What goes on, what happened last, what is counted, and how much of it can be relied on."""
    db = _database(datasette)
    if db is None:
        return await _unpublished(datasette, request)
    facts = {
        "ongoing": await queries.rows(db, queries.ONGOING, {"limit": SHOWN}),
        "maintenance": await queries.rows(db, queries.MAINTENANCE, {"limit": SHOWN}),
        "latest": await queries.rows(db, queries.LATEST, {"limit": SHOWN}),
        "causes": await queries.facet(db, "cause", TOP + 1),
        "providers": await queries.rows(db, queries.PROVIDERS, {"limit": TOP}),
        "league": await queries.rows(db, queries.LEAGUE, {"limit": TOP, "few": FEWEST}),
    }
    return await _page(datasette, request, db, "front.html", facts)


async def outage(datasette: Datasette, request: Request) -> Response:
    """One outage with its timeline, its reports and the sentences that each fact came from."""
    db = _database(datasette)
    if db is None:
        return await _unpublished(datasette, request)
    key = {"id": unquote(request.url_vars["id"])}
    found = await queries.one(db, queries.ONE, key)
    if found is None:
        moved = await queries.one(db, queries.REDIRECT, key)
        if moved is None:
            return await _missing(datasette, request, db, "There is no outage of this id.")
        return Response.redirect(datasette.urls.path(f"/outage/{moved['outage_id']}"), status=301)
    links = await queries.rows(db, queries.LINKS_OF_OUTAGE, key)
    facts = {
        "outage": found | {name: json.loads(found[name]) for name in ("causes", "symptoms", "components")},
        "services": await queries.rows(db, queries.SERVICES_OF_OUTAGE, key),
        "regions": [row["region"] for row in await queries.rows(db, queries.REGIONS_OF_OUTAGE, key)],
        "reports": await queries.rows(db, queries.REPORTS_OF_OUTAGE, key),
        "timeline": await queries.rows(db, queries.TIMELINE_OF_OUTAGE, key),
        "evidence": _by_field(await queries.rows(db, queries.EVIDENCE_OF_OUTAGE, key)),
        "causes_of_it": [link for link in links if link["side"] == "cause"],
        "effects_of_it": [link for link in links if link["side"] == "effect"],
    }
    return await _page(datasette, request, db, "outage.html", facts)


async def service(datasette: Datasette, request: Request) -> Response:
    """One service: what is known of its state, its outages and its sources."""
    db = _database(datasette)
    if db is None:
        return await _unpublished(datasette, request)
    key = {"service": unquote(request.url_vars["slug"])}
    found = await queries.one(db, queries.SERVICE, key)
    if found is None:
        return await _missing(datasette, request, db, "There is no service of this name.")
    facts = {
        "service": found,
        "ongoing": await queries.rows(db, queries.ONGOING_OF_SERVICE, key | {"limit": SHOWN}),
        "latest": await queries.rows(db, queries.OF_SERVICE, key | {"limit": 50}),
        "sources": await queries.rows(db, queries.SOURCES_OF_SERVICE, key),
    }
    return await _page(datasette, request, db, "service.html", facts)


async def sources(datasette: Datasette, request: Request) -> Response:
    """How collecting goes: the sources by state, the last runs, what was met and not understood."""
    db = _database(datasette)
    if db is None:
        return await _unpublished(datasette, request)
    facts = {
        "kinds": await queries.rows(db, queries.SOURCES_BY_KIND),
        "states": [
            (state, await queries.rows(db, queries.SOURCES, {"state": state, "limit": 100}))
            for state in ("failing", "stale", "unknown", "ok")
        ],
        "quiet": await queries.rows(db, queries.QUIET, {"limit": 100}),
        "moved": await queries.rows(db, queries.MOVED, {"limit": 100}),
        "runs": await queries.rows(db, queries.RUNS, {"limit": 10}),
        "issues": await queries.rows(db, queries.ISSUES, {"limit": 50}),
    }
    return await _page(datasette, request, db, "sources.html", facts)


async def lag(datasette: Datasette, request: Request) -> Response:
    """How late status pages are, provider by provider, with what cannot be judged and why."""
    db = _database(datasette)
    if db is None:
        return await _unpublished(datasette, request)
    facts = {
        "league": await queries.rows(db, queries.LEAGUE, {"limit": 200, "few": FEWEST}),
        "totals": await queries.one(db, queries.LEAGUE_TOTALS),
        "heard": await queries.rows(db, queries.HEARD_FIRST, {"limit": SHOWN}),
        "few": FEWEST,
    }
    return await _page(datasette, request, db, "lag.html", facts)


async def about(datasette: Datasette, request: Request) -> Response:
    """What the record is, how to read it and how to take it along."""
    db = _database(datasette)
    if db is None:
        return await _unpublished(datasette, request)
    return await _page(datasette, request, db, "about.html", {"point": CHOSEN})


async def feed(datasette: Datasette, request: Request) -> Response:
    """The outages that changed last, as Atom; ``?service=slug`` for one service alone."""
    db = _database(datasette)
    if db is None:
        return await _unpublished(datasette, request)
    publication = await _publication(db)
    title, name, path = "Outages", "outages", "/outages.atom"
    sql, values = queries.RECENT, {"limit": atom_feed.LIMIT}
    if slug := request.args.get("service"):
        found = await queries.one(db, queries.SERVICE, {"service": slug})
        if found is None:
            return await _missing(datasette, request, db, "There is no service of this name.")
        title = f"Outages of {found['name']}"
        name, path = f"outages:{quote(slug, safe='')}", f"{path}?service={quote(slug, safe='')}"
        sql, values = queries.RECENT_OF_SERVICE, values | {"service": slug}
    body = atom_feed.atom(
        await queries.rows(db, sql, values),
        title=title,
        name=name,
        as_of=publication["as_of"],
        absolute=lambda part: datasette.absolute_url(request, datasette.urls.path(part)),
        path=path,
    )
    return Response(body.decode(), headers=HEADERS, content_type="application/atom+xml; charset=utf-8")


def _by_field(evidence: list[Row]) -> list[tuple[str, list[Row]]]:
    grouped = [(name, list(rows)) for name, rows in groupby(evidence, key=itemgetter("field"))]
    return sorted(grouped, key=lambda pair: show.field_order(pair[0]))


def _database(datasette: Datasette) -> Database | None:
    return datasette.databases.get(DATABASE)


async def _publication(db: Database) -> Row:
    found = await queries.one(db, queries.PUBLICATION)
    if found is None:
        raise LookupError("the published database has no row in `publication`")
    return found


async def _page(
    datasette: Datasette, request: Request, db: Database, template: str, facts: dict[str, Any], status: int = 200
) -> Response:
    now = datetime.now(UTC)
    publication = await _publication(db)
    context = facts | {
        "publication": publication,
        "published_age": show.age(publication["as_of"], now),
        "old_copy": show.is_old(publication["as_of"], now),
        "table": datasette.urls.database(DATABASE),
    }
    html = await datasette.render_template(f"outagewire/{template}", context, request=request)
    return Response.html(html, status=status, headers=HEADERS)


async def _missing(datasette: Datasette, request: Request, db: Database, message: str) -> Response:
    return await _page(datasette, request, db, "missing.html", {"message": message}, status=404)


async def _unpublished(datasette: Datasette, request: Request) -> Response:
    html = await datasette.render_template("outagewire/unpublished.html", {}, request=request)
    return Response.html(html, status=503, headers=HEADERS)
