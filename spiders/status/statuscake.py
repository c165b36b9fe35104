"""StatusCake: ``PublicReportHandler.php?PublicID=<id>``: the tests of a public report, each up or down, no incidents.

`source.url` is that address, the page's host behind ``#`` (`spiders.hosted`), or a page that names it
(`spiders.locate`). A test that is down is one report
(`spiders.standing`). Unverified: the key under which a test's number stands; without one its name is its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from pipeline.model import Issue, Report, Source, WellPart
from pipeline.terms import SourceKind
from spiders.bodies import load_json
from spiders.hosted import api_address, page_address
from spiders.scalars import maybe_key
from spiders.standing import DOWN, OPERATIONAL, UNWATCHED, read_states, standing
from spiders.strict import Reading, Record, listed, need

KIND = SourceKind.STATUS

STATES = {"Up": OPERATIONAL, "Down": DOWN}


def start(source: Source) -> list[str]:
    """The handler's address, which `source.url` names."""
    return [api_address(source)]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue | WellPart]:
    """Each test that is down, then the issues met. Raises `ShapeError`."""
    tests = listed(load_json(body), "TestData")
    reading = Reading(source)
    yield from read_states(reading, tests, partial(_test, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: the report holds present states alone."""
    return None


def _test(reading: Reading, record: Record) -> Report | WellPart | None:
    # Beside these a test has uptimes of many spans, whose names nobody wrote down.
    name, word = need(record, "Name"), need(record, "Status")
    key = maybe_key(record, "TestID") or maybe_key(record, "ID") or name
    state = reading.word(STATES, word, UNWATCHED, "test.Status")
    return standing(reading, state, key=f"test-{key}", name=name, word=word, url=page_address(reading.source))
