"""Which article pages a crawl asks for: those that are missing, worth it, and within its bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.model import Report, Source
from spiders.ledger import Ledger, Visit
from spiders.news.screen import is_worth_a_page
from spiders.platforms import get_platform


class Wanted(NamedTuple):
    """A report whose article is wanted: whether the report was known before, and whether its text is held."""

    report: Report
    known: bool
    held: bool


class ArticlePages:
    """The articles of one crawl: at most so many a source, and so many of all sources."""

    def __init__(self, ledger: Ledger, of_source: int, of_run: int) -> None:
        self._ledger = ledger
        self._of_source = of_source
        self._left = of_run

    def want(self, source: Source, reports: Sequence[Report]) -> list[Wanted]:
        """The reports whose page is new to the store, has changed or was not had yet."""
        if get_platform(source.platform).follow is None:
            return []
        ledger = self._ledger
        known = ledger.store.known(source.name, [report.native_id for report in reports], ledger.run.id)
        wanted = []
        for report in reports:
            held = known.get(report.native_id)
            edited = held is not None and report.updated_at is not None and report.updated_at != held.updated_at
            if held is None or not held.has_text or edited:
                wanted.append(Wanted(report, known=held is not None, held=held is not None and held.has_text))
        return wanted

    def choose(self, visit: Visit, wanted: Iterable[Wanted]) -> Iterator[tuple[str, Report, bool]]:
        """Address, report and whether its text is held, of each that is to be asked for now.

        An entry in which nothing speaks of an outage is counted in the visit, and not asked for. What is
        beyond the bounds is left for a later run.
        """
        source, asked = visit.source, 0
        follow = get_platform(source.platform).follow
        if follow is None:
            return
        for report, known, held in wanted:
            url = follow(report)
            if url is None or self._ledger.tired(source.name, report.native_id):
                continue
            if not is_worth_a_page(source, report):
                visit.screened += not known
            elif asked < self._of_source and self._left > 0:
                asked += 1
                self._left -= 1
                yield url, report, held
                if self._left == 0:
                    self._ledger.note(visit, "articles_bounded", "the run has asked for as many articles as it may")
