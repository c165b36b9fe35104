"""UptimeRobot: ``/api/getMonitorList/<key>`` of a public page: monitors and no incidents.

A monitor that is down or degraded is one report (`spiders.standing`). Where ``lastDowntime`` is there it is the
present one, and its beginning is read in the page's own offset (``psp.timezone``). The key is the last part of
the page's path; on a custom domain any key will do. The first thirty monitors are listed, more are noted.

Unverified: that ``lastDowntime`` of a monitor that is down is the running downtime, and what the class ``info`` means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, WellPart
from pipeline.terms import SourceKind
from spiders.bodies import load_json
from spiders.scalars import need_key
from spiders.standing import DEGRADED, DOWN, OPERATIONAL, UNWATCHED, read_states, standing
from spiders.strict import Reading, Record, as_record, listed, maybe, need

KIND = SourceKind.STATUS

# A paused monitor watches nothing: it says neither that its service is up nor that it is down.
STATES = {"success": OPERATIONAL, "danger": DOWN, "warning": DEGRADED, "paused": UNWATCHED, "black": UNWATCHED}
WORDS = {"danger": "Down", "warning": "Degraded"}

BODY_KEYS = frozenset({"status", "stat", "psp", "data"} | {"days", "statistics"})
MONITOR_KEYS = frozenset(
    {"monitorId", "name", "statusClass", "lastDowntime"}
    # Ignored: ratios, what is watched and how, and how the page sorts it.
    | {"createdAt", "url", "type", "groupId", "groupName", "dailyRatios", "ratio", "30dRatio", "90dRatio"}
)


def start(source: Source) -> list[str]:
    """The list of monitors of the page at `source.url`, or that address itself."""
    parts = urlsplit(source.url)
    if "/getMonitorList/" in parts.path:
        return [source.url]
    key = parts.path.strip("/").rpartition("/")[2] or "page"
    return [f"{parts.scheme}://{parts.netloc}/api/getMonitorList/{key}?page=1"]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each monitor that is down or degraded, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if not isinstance(value, dict) or "ok" not in (value.get("status"), value.get("stat")):
        raise ShapeError("the body is no list of monitors with the status 'ok'")
    page = value.get("psp")
    page = page if isinstance(page, dict) else {}
    monitors = listed(page, "monitors") if "monitors" in page else listed(value, "data")
    reading = Reading(source)
    reading.keys(value, BODY_KEYS, "body")
    total = page.get("totalMonitors")
    if isinstance(total, int) and total > len(monitors):
        reading.note("more_pages", f"{total} monitors; the first {len(monitors)} are read")
    yield from read_states(reading, monitors, partial(_monitor, reading, page.get("timezone")))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the list holds present states alone."""
    return None


def _monitor(reading: Reading, offset: Any, record: Record) -> Report | WellPart | None:
    reading.keys(record, MONITOR_KEYS, "monitor")
    key, name, word = f"monitor-{need_key(record, 'monitorId')}", need(record, "name"), need(record, "statusClass")
    state = reading.word(STATES, word, UNWATCHED, "monitor.statusClass")
    since = None
    if state.kind is not None and record.get("lastDowntime"):
        date = maybe(as_record(record["lastDowntime"]), "date")
        clock = f"{date}{offset}" if date and isinstance(offset, str) else date
        since = reading.time(clock, "monitor.lastDowntime.date", key)
    return standing(reading, state, key=key, name=name, word=WORDS.get(word, word), since=since)
