"""Hyperping: ``/status.json`` of a status page: the state of the page as a whole; or the page's feed.

The body says one word, the ``indicator``. The former API listed the services as well; those are read where they
are there, and the indicator then only repeats them. Incidents have no public JSON. A `source.url` that is a feed
(``.rss``, ``.atom``, ``.xml``) is read as any status page's feed; whether a page has one is unverified.
Format: https://hyperping.com/docs/status-page/status-page-json
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, WellPart
from pipeline.terms import Kind, Severity, SourceKind
from spiders.bodies import load_json
from spiders.standing import DOWN, MAINTENANCE, OPERATIONAL, UNWATCHED, State, read_states, standing
from spiders.status import status_feed
from spiders.strict import Reading, Record, listed, need

KIND = SourceKind.STATUS

FEEDS = (".rss", ".atom", ".xml")
# `incident` is the page's word for some services down, `outage` for all of them.
PAGE = {
    "up": OPERATIONAL,
    "incident": State(Kind.DEGRADATION, Severity.MAJOR),
    "partialoutage": State(Kind.DEGRADATION, Severity.MAJOR),
    "outage": State(Kind.OUTAGE, Severity.CRITICAL),
    "down": State(Kind.OUTAGE, Severity.CRITICAL),
    "maintenance": MAINTENANCE,
}
SERVICE = {"up": OPERATIONAL, "down": DOWN, "maintenance": MAINTENANCE}
WORDS = {
    "incident": "Partial outage",
    "partialoutage": "Partial outage",
    "outage": "Major outage",
    "down": "Down",
    "maintenance": "Under maintenance",
}

BODY_KEYS = frozenset({"indicator", "services"} | {"uptime", "name", "url", "status"})
SERVICE_KEYS = frozenset({"name", "indicator"} | {"url", "uptime", "status"})


def start(source: Source) -> list[str]:
    """The state of the page at `source.url`, or the feed that it is."""
    if urlsplit(source.url).path.endswith((*FEEDS, "/status.json")):
        return [source.url]
    return [source.url.rstrip("/") + "/status.json"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each service that is not up, or the page where none is listed; then the issues met. Raises `ShapeError`."""
    if urlsplit(source.url).path.endswith(FEEDS):
        yield from status_feed.parse(body, source)
        return
    value = load_json(body)
    if not isinstance(value, dict) or not isinstance(value.get("indicator"), str):
        raise ShapeError("the body has no text 'indicator'")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    services = listed(value, "services") if "services" in value else []
    yield from read_states(reading, services, partial(_service, reading))
    indicator: str = value["indicator"]
    state = reading.word(PAGE, indicator, UNWATCHED, "body.indicator")
    word = WORDS.get(indicator, indicator)
    page = standing(reading, state, key="page", name=None, word=word)
    if isinstance(page, WellPart) or (page is not None and not services):
        yield page
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the body holds the present state alone."""
    return None


def _service(reading: Reading, record: Record) -> Report | WellPart | None:
    reading.keys(record, SERVICE_KEYS, "service")
    name, word = need(record, "name"), need(record, "indicator")
    state = reading.word(SERVICE, word, UNWATCHED, "service.indicator")
    return standing(reading, state, key=f"service-{name}", name=name, word=WORDS.get(word, word))
