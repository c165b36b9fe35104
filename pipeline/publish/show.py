"""How facts are shown: the filters of the templates. They answer plain text, which Jinja escapes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from datasette.utils import tilde_encode

from pipeline import wording
from pipeline.model import parse_iso

OUTAGE_ID = re.compile(r"o[0-9a-f]{16}")
STATIC = Path(__file__).resolve().parent / "static"

STATES = {
    "ok": "read well and lately",
    "failing": "the last attempt failed",
    "stale": "not read well lately",
    "unknown": "never read",
}
SERVICE_STATES = {
    "outage": "An outage is going on.",
    "none_known": "No outage is known to be going on; its status page was read lately.",
    "unknown": "Unknown: no status page of it was read well lately.",
}
PHASES = {
    "ongoing": "going on",
    "over": "over",
    "upcoming": "planned",
    "retracted": "retracted",
    "unknown": "not known whether over",
}
EVENTS = {
    "started": "Trouble began",
    "ended": "Trouble ended",
    "detected": "Public posts rose",
    "posted": "The provider posted",
    "reported": "Reported",
    "withdrawn": "Report withdrawn",
}
# In the order in which a reader asks; fields that are not named here follow.
FIELDS = (
    "title", "services", "components", "regions", "started_at", "ended_at", "duration_minutes", "status", "kind",
    "severity", "symptoms", "cause", "causes", "certainty", "first_signal_at",
)  # fmt: skip
# A copy that is older than this may call ongoing what has long ended.
OLD_COPY = timedelta(hours=36)


def is_web(url: str | None) -> bool:
    """Whether an address may stand in a link: http or https, with a host."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def age(text: str | None, now: datetime) -> str:
    """How long ago a time was, in words."""
    at = parse_iso(text)
    if at is None:
        return "never"
    minutes = max(0, round((now - at).total_seconds() / 60))
    return "just now" if minutes < 1 else f"{wording.length(minutes)} ago"


def is_old(text: str, now: datetime) -> bool:
    """Whether a copy made at `text` is too old to speak of the present."""
    at = parse_iso(text)
    return at is None or now - at > OLD_COPY


def field_order(name: str) -> tuple[int, str]:
    """The place of a field on an outage's page."""
    return (FIELDS.index(name) if name in FIELDS else len(FIELDS), name)


def value_in_words(value: str, field: str) -> str:
    """A value of a piece of evidence as a reader sees it."""
    if field in ("started_at", "ended_at", "first_signal_at") and re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value
    ):
        return wording.moment(value)
    if field in ("cause", "causes"):
        return wording.CAUSES.get(value, value)
    if field == "duration_minutes" and value.isdecimal():
        return wording.length(int(value))
    return wording.plain(value) if field in ("status", "kind", "severity", "symptoms") else value.removeprefix("?")


def minutes_in_words(value: float) -> str:
    """Minutes as a length of time; what is negative came after."""
    whole = round(value)
    return f"\N{MINUS SIGN}{wording.length(-whole)}" if whole < 0 else wording.length(whole)


@cache
def style_hash(name: str) -> str:
    """Eight hex digits of a style sheet's contents, so that browsers may keep it until it changes."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": wording.moment,
    "moment_in_table": wording.moment_in_table,
    "machine_time": wording.machine_time,
    "length_of_time": wording.length,
    "minutes_in_words": minutes_in_words,
    "plain": wording.plain,
    "cause_words": lambda value, hedged: wording.cause(value, hedged=bool(hedged)),
    "certainty_words": lambda value: wording.CERTAINTIES[value],
    "phase_words": lambda value: PHASES[value],
    "state_words": lambda value: STATES[value],
    "service_state_words": lambda value: SERVICE_STATES[value],
    "event_words": lambda value: EVENTS.get(value, wording.plain(value)),
    "value_words": value_in_words,
    "said_by_words": lambda value: wording.SPEAKERS[value],
    "is_web": is_web,
    "row_part": tilde_encode,
    "path_part": lambda value: quote(value, safe=""),
}
