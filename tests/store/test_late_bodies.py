"""Bodies that come out of their order: a recording that is fed late or again, and a page that is set back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pipeline.model import Batch, Report
from pipeline.store import Store

Make = Callable[..., Batch]
HOUR = timedelta(hours=1)


@pytest.fixture
def edited(incident: Report) -> Report:
    return replace(incident, title="Notes and lists do not load")


def dump(store: Store) -> list[list[tuple[object, ...]]]:
    tables = ("reports", "report_versions", "report_updates", "fetches")
    return [sorted(store.db.execute(f"select * from {table}"), key=repr) for table in tables]


def test_bodies_that_are_fed_again_in_order_write_nothing(
    store: Store, batch: Make, incident: Report, edited: Report, now: datetime
) -> None:
    emptied = batch(at=now + 2 * HOUR, complete=True, window_start=now - 1000 * HOUR)
    night = [batch(incident, at=now), batch(edited, at=now + HOUR), emptied]
    results = [store.save_batch(taken) for taken in night]
    assert [(r.new, r.changed, r.withdrawn) for r in results] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    before = dump(store)
    for taken in night:
        result = store.save_batch(taken)
        assert (result.new, result.changed, result.withdrawn) == (0, 0, 0)
    assert dump(store) == before


def test_a_late_body_neither_edits_nor_withdraws_but_adds_what_is_new(
    store: Store, batch: Make, incident: Report, edited: Report, now: datetime
) -> None:
    store.save_batch(batch(edited, at=now))
    older = replace(incident, native_id="inc-0", title="Notes were slow", updates=())
    late = batch(older, incident, at=now - HOUR, complete=True, window_start=now - 1000 * HOUR)
    result = store.save_batch(late)
    assert (result.new, result.changed, result.withdrawn) == (1, 0, 0)
    assert {row["title"] for row in store.db["reports"].rows} == {"Notes were slow", edited.title}
    memory = store.memory(late.fetch.url)
    assert memory is not None
    assert memory.fetched_at == now


def test_a_page_that_reads_again_as_it_did_is_a_change(
    store: Store, batch: Make, incident: Report, edited: Report, now: datetime
) -> None:
    for hours, report in enumerate((incident, edited, incident)):
        store.save_batch(batch(report, at=now + hours * HOUR))
    assert [row["title"] for row in store.db["reports"].rows] == [incident.title]
    assert store.db["report_versions"].count == 2


def test_the_memory_of_a_fetch_never_grows_older(store: Store, batch: Make, incident: Report, now: datetime) -> None:
    taken = batch(incident, at=now)
    store.save_batch(taken)
    store.touch_fetch("quillpad", taken.fetch.url, now - HOUR)
    store.touch_fetch("quillpad", taken.fetch.url, now + HOUR)
    memory = store.memory(taken.fetch.url)
    assert memory is not None
    assert memory.fetched_at == now + HOUR
