"""StatusCast: the page's own HTML, which shows the state of each component and no open API.

A component's state is a class of the element that shows it (``component-degraded`` beside
``status-list-component-status-text``). Its name is the rest of the words of the element around both, and names are
the only keys there are: a renamed component is another one. The feed of such a page (``/rss``) has its incidents and
is a source of `status_feed`.

Unverified: the elements around the state. Where no name can be found the record is bad, and named as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from bs4 import BeautifulSoup, Tag

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, WellPart
from pipeline.terms import Kind, SourceKind
from spiders.bodies import decode
from spiders.standing import DEGRADED, DOWN, MAINTENANCE, OPERATIONAL, UNWATCHED, State, read_states, standing
from spiders.strict import Reading, Record, need

KIND = SourceKind.STATUS

MARK = "status-list-component-status-text"
PREFIX = "component-"
# A page of this length would take minutes to read.
MAX_LENGTH = 4 * 1024 * 1024
STATES = {
    "available": OPERATIONAL,
    "unavailable": DOWN,
    "degraded": DEGRADED,
    "performance": DEGRADED,
    "maintenance": MAINTENANCE,
    "informational": State(Kind.ADVISORY),
    # How far an incident has come, not how bad it is.
    "investigating": State(Kind.UNKNOWN),
    "identified": State(Kind.UNKNOWN),
    "monitored": State(Kind.UNKNOWN),
}


def start(source: Source) -> list[str]:
    """The page itself."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each component that is not available, then the issues met. Raises `ShapeError`."""
    text = decode(body)
    if len(text) > MAX_LENGTH:
        raise ShapeError(f"the page is longer than {MAX_LENGTH} characters")
    marks = BeautifulSoup(text, "html.parser").select(f".{MARK}") if MARK in text else []
    if not marks:
        raise ShapeError("the page shows no component of StatusCast")
    holds = Counter(id(around) for mark in marks for around in mark.parents)
    reading = Reading(source)
    yield from read_states(reading, [_record(mark, holds) for mark in marks], partial(_component, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the page shows present states alone."""
    return None


def _record(mark: Tag, holds: Counter[int]) -> Record:
    """The words and the state's class of one component."""
    classes = mark.get_attribute_list("class")
    known = [str(name).removeprefix(PREFIX) for name in classes if str(name).startswith(PREFIX)]
    word = " ".join(mark.get_text(" ").split())
    return {"name": _name(mark, holds), "state": known[0] if known else "", "word": word or (known[0] if known else "")}


def _name(mark: Tag, holds: Counter[int]) -> str:
    """The words around the state in the nearest element that has more than it; `holds` counts the states in each."""
    own = " ".join(mark.get_text(" ").split())
    for around in mark.parents:
        if holds[id(around)] > 1:
            break
        words = " ".join(around.get_text(" ").split())
        if words != own:
            return words.removesuffix(own).removeprefix(own).strip()
    return ""


def _component(reading: Reading, record: Record) -> Report | WellPart | None:
    name, word = need(record, "name"), need(record, "state")
    state = reading.word(STATES, word, UNWATCHED, "component.class")
    return standing(reading, state, key=f"component-{name}", name=name, word=need(record, "word"))
