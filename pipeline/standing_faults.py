"""The faults of components and monitors, whose page shows present states and no incidents: pure.

Such a page tells that a part is ill and, later, that it is well; it tells neither when the fault ended
nor which fault it was. So a fault is all that is seen of one part from the first body that shows it
ill to the first that shows it well, and its report is keyed by the part and the moment of its start:
the page's own where it gives one, else that of the first such body. A part that a body does not
show is neither ill nor well, and a body that could not be had or read shows none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Batch, Report, iso, report_id

SUPERSEDED = "a later fault is shown"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one part as it stands in the store; `ended_at` is None while it lasts."""

    report_id: str
    part: str
    opened_at: str
    ended_at: str | None = None

    def covers(self, moment: str) -> bool:
        """Whether the fault was known to last at `moment`."""
        return self.opened_at <= moment and (self.ended_at is None or moment < self.ended_at)


@dataclass(frozen=True, slots=True)
class Ending:
    """That a fault is over: at the latest when, and in which word the page tells so."""

    fault: Fault
    at: str
    word: str


@dataclass(frozen=True, slots=True)
class Faults:
    """What a batch makes of the faults: its reports under their keys, the faults that began, those that ended."""

    reports: tuple[Report, ...]
    opened: tuple[Fault, ...] = ()
    ended: tuple[Ending, ...] = ()


def parts_of(batch: Batch) -> list[str]:
    """The parts that the body shows, ill or well."""
    shown = [report.part for report in batch.reports if report.part is not None]
    return list(dict.fromkeys([*shown, *(part.part for part in batch.well)]))


def settle(batch: Batch, stored: Iterable[Fault], keys: dict[str, str], *, late: bool) -> Faults:
    """Lay a body over the faults that are `stored` of its parts; `keys` has the native id of each one's report.

    A body that is late tells of a past state: it opens and ends nothing, and what it shows of a
    fault that is known is passed on.
    """
    now = iso(batch.fetch.fetched_at) or ""
    known: dict[str, list[Fault]] = {}
    for fault in stored:
        known.setdefault(fault.part, []).append(fault)
    reports: list[Report] = []
    opened: list[Fault] = []
    ended: list[Ending] = []
    for report in batch.reports:
        if report.part is None:
            reports.append(report)
            continue
        faults = known.get(report.part, ())
        held = _same(report, faults, keys, now)
        if held is not None:
            reports.append(replace(report, native_id=keys[held.report_id]))
            if held.ended_at is not None and not late:
                opened.append(replace(held, ended_at=None))
            continue
        if late:
            continue
        began = replace(report, native_id=report.native_id if report.started_at else f"{report.part}@{_mark(now)}")
        reports.append(began)
        opened.append(Fault(report_id(batch.source, began.native_id), report.part, now))
        since = iso(report.started_at) or now
        ended += [Ending(f, min(since, now), SUPERSEDED) for f in faults if f.ended_at is None]
    for part in () if late else batch.well:
        ended += [Ending(f, now, part.word) for f in known.get(part.part, ()) if f.ended_at is None]
    return Faults(tuple(reports), tuple(opened), tuple(ended))


def _same(report: Report, faults: Sequence[Fault], keys: dict[str, str], now: str) -> Fault | None:
    """The stored fault that `report` shows: by the page's own start, else the one that lasts at `now`."""
    if report.started_at is not None:
        return next((f for f in faults if keys[f.report_id] == report.native_id), None)
    return next((f for f in faults if f.covers(now)), None)


def _mark(moment: str) -> str:
    """A moment in the short form of a key: ``20261120T030000Z``."""
    return moment.replace("-", "").replace(":", "")
