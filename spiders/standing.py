"""States of components and monitors, where a page tells no incidents: one report for each that is not operational.

A report's key is the component's own, with the moment at which the state began where the page gives it. A
component that the page calls well is told as such, so that the store can end what stood of it. A word that is
not known is an issue and neither: it tells neither that something is broken nor that it is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.errors import ShapeError
from pipeline.model import Report, WellPart
from pipeline.terms import Kind, Severity, Status
from spiders.bodies import one_line
from spiders.strict import BadRecordError, Reading, Record, as_record


@dataclass(frozen=True, slots=True)
class State:
    """What a word of the page means. `kind` is None for a component of which there is nothing to report.

    It is well, unless it is not `watched`: a paused monitor tells neither that its service is up nor
    that it is down.
    """

    kind: Kind | None
    severity: Severity = Severity.UNKNOWN
    watched: bool = True


OPERATIONAL = State(None)
UNWATCHED = State(None, watched=False)
DOWN = State(Kind.OUTAGE, Severity.MAJOR)
DEGRADED = State(Kind.DEGRADATION, Severity.MINOR)
MAINTENANCE = State(Kind.MAINTENANCE)


def read_states(
    reading: Reading, items: Iterable[Any], read: Callable[[Record], Report | WellPart | None]
) -> Iterator[Report | WellPart]:
    """What `read` makes of each component. A bad record is skipped and noted.

    Raises `ShapeError` where three or more items are all bad: then the body is of another shape.
    """
    bad: list[BadRecordError] = []
    good = 0
    for place, item in enumerate(items):
        try:
            said = read(as_record(item))
        except BadRecordError as error:
            bad.append(error)
            reading.note("bad_record", f"record {place}: {error}")
            continue
        good += 1
        if said is not None:
            yield said
    if len(bad) >= 3 and not good:
        raise ShapeError(f"none of {len(bad)} records can be read; the first: {bad[0]}")


def standing(
    reading: Reading,
    state: State,
    *,
    key: str,
    name: str | None,
    word: str,
    since: datetime | None = None,
    url: str | None = None,
) -> Report | WellPart | None:
    """The report of one component in `state`, which the page calls `word`, or that it is well; None where neither.

    Without a `name` it is the state of the page as a whole.
    """
    if state.kind is None:
        return WellPart(key, one_line(word)) if state.watched else None
    words = (one_line(name or ""), one_line(word))
    return Report(
        native_id=f"{key}@{since:%Y%m%dT%H%M%SZ}" if since else key,
        title=": ".join(filter(None, words)),
        url=url or reading.source.url,
        published_at=since,
        started_at=since,
        # A page that shows a fault has seen it; how far the work has come it does not say.
        status=Status.IDENTIFIED if state.kind is Kind.MAINTENANCE else Status.INVESTIGATING,
        native_status=word,
        kind=state.kind,
        severity=state.severity,
        native_impact=word,
        components=words[:1] if name else (),
        language=reading.source.language,
        part=key,
    )
