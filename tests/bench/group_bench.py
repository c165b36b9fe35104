"""Grouping: the reports of a busy year, and how the time grows with ten times as many."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.belief import Claim
from pipeline.catalogue import load_catalogue
from pipeline.clusters import group_claims
from pipeline.kinship import Families
from pipeline.resolve import resolve
from pipeline.terms import Kind, Precision, SourceKind, Status

SMALL, LARGE, SECONDS_BUDGET, GROWTH_BUDGET = 10_000, 100_000, 3.0, 13.0
T0 = datetime(2025, 11, 1, tzinfo=UTC)
YEAR_MINUTES = 365 * 24 * 60


def claims(count: int) -> list[Claim]:
    """Events of one official report and a handful of news stories each, over a year and all services."""
    chance = random.Random(11)
    slugs = sorted(load_catalogue().services)
    made: list[Claim] = []
    while len(made) < count:
        slug, start = chance.choice(slugs), T0 + timedelta(minutes=chance.randrange(YEAR_MINUTES))
        for place in range(chance.randrange(1, 8)):
            official = place == 0
            made.append(
                Claim(
                    report_id=f"r{len(made):016x}",
                    source=f"{slug}-status" if official else f"news-{chance.randrange(40)}",
                    source_kind=SourceKind.STATUS if official else SourceKind.NEWS,
                    rank=0 if official else 2,
                    title=f"{slug} is down",
                    url=None,
                    first_seen_at=start + timedelta(hours=place),
                    published_at=start + timedelta(minutes=30 * place),
                    services=(slug,),
                    started_at=start + timedelta(minutes=chance.randrange(5)),
                    started_precision=Precision.MINUTE,
                    status=Status.RESOLVED,
                    kind=Kind.OUTAGE,
                )
            )
    return made[:count]


def measure(_folder: Path) -> list[tuple[str, str, str, bool | None]]:
    """The smaller and the larger lot, one after the other; then the weighing of evidence on top of grouping."""
    families, end = Families.of(load_catalogue()), T0 + timedelta(days=366)
    lots = [claims(SMALL), claims(LARGE)]
    small, large = (_time(lambda lot=lot: group_claims(lot, families, end)) for lot in lots)
    whole = _time(lambda: resolve(lots[1], as_of=end))
    growth = large / small
    return [
        (f"grouping {LARGE:,} reports", f"{large:.2f} s", f"<= {SECONDS_BUDGET} s", large <= SECONDS_BUDGET),
        ("  ten times the reports", f"{growth:.1f} times the time", f"<= {GROWTH_BUDGET}", growth <= GROWTH_BUDGET),
        ("  with the weighing of evidence", f"{whole:.2f} s", "-", None),
    ]


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
