"""`make bench`: the budgets, each measured beside its yardstick in one run on this machine.

A time alone says little; every row is a ratio to something bare that does the same work. Rows:

* crawl: hosts on loopback of all platforms that answer after 200 ms, through the whole crawl into the
  store, to a bare Scrapy spider that asks the same addresses with the same concurrency;
* again: the same crawl when nothing has changed, and that no row was written but those of the visits;
* night: the whole nightly job over hosts of which every sixth hangs, refuses, errs, drips or never ends;
* language: CPU per token, to en_core_web_sm's full pipeline where that model is installed;
* grouping: the time of ten times the reports, to the time of one times;
* storing: to a bare `executemany` of as many rows;
* signals: what is found of events in recorded counts and in a made-up month, and the false alarms, beside two simple
  rules; the recorded counts are looked for in `../shared/replay/user-reports`;
* stream, networks, gate: public posts from imitations on loopback, counted against what was told there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from spiders.loader import load_sources
from tests.bench import crawl_bench, group_bench, language_bench, night_bench, signals_bench, social_bench, store_bench


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    budget: str
    within: bool | None

    def line(self) -> str:
        verdict = {True: "within", False: "OVER", None: "-"}[self.within]
        return f"{self.what:34} {self.measured:58} {self.budget:28} {verdict}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--hosts", type=int, default=3000)
    parser.add_argument("--sources", type=int, help="sources of the night (as many as there are in spiders/sources)")
    parser.add_argument("--only", choices=("crawl", "night", "language", "group", "store", "signals", "social"))
    args = parser.parse_args()
    sources = args.sources or len(load_sources())
    parts: dict[str, Callable[[Path], list[tuple[str, str, str, bool | None]]]] = {
        "crawl": lambda folder: crawl_bench.measure(folder, args.hosts),
        "night": lambda folder: night_bench.measure(folder, sources),
        "language": language_bench.measure,
        "group": group_bench.measure,
        "store": store_bench.measure,
        "signals": signals_bench.measure,
        "social": social_bench.measure,
    }
    sys.stdout.write(f"{'what':34} {'measured':58} {'budget':28} verdict\n")
    over = False
    for name, measure in parts.items():
        if args.only in (None, name):
            with TemporaryDirectory(prefix="outagewire-bench-") as folder:
                for row in measure(Path(folder)):
                    sys.stdout.write(Row(*row).line() + "\n")
                    sys.stdout.flush()
                    over = over or row[3] is False
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
