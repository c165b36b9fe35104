"""The crawl against a bare spider: many hosts on loopback, status pages of all platforms that answer after 200 ms."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.mixed_web import Site, free_port, plan_sites, serving, write_tables

PAUSE_S = 0.2
HERE = Path(__file__).parent
CRAWL_BUDGET, AGAIN_BUDGET, MEMORY_BUDGET_MB = 1.5, 0.9, 300
# What a visit that found nothing new writes: that it was made.
VISITS = frozenset({"runs", "source_runs", "fetches", "sources", "robots"})
# What follows the id of a state that a page shows without any record: since when, as the page says or as it was seen.
ONSET = re.compile(r"@\d{8}T\d{6}Z$")

Rows = list[tuple[str, str, str, bool | None]]


def measure(folder: Path, hosts: int) -> Rows:
    """The first crawl and the unchanged second one, to the bare spider before them.

    The bare spider asks what every visit asks. The crawl asks for a little more: the lists that stand besides
    the first one, of some hosts in every run.
    """
    port = free_port()
    sites = plan_sites(hosts, port)
    addresses = [address for site in sites for address in site.addresses]
    (folder / "addresses.json").write_text(json.dumps(addresses))
    db = folder / "work.db"
    command = [sys.executable, "-m", "pipeline.cli", "crawl", "--db", str(db), "--json"]
    command += ["--sources", str(write_tables(folder / "sources", sites))]
    with serving(folder, sites, port, PAUSE_S):
        bare = time_command([sys.executable, str(HERE / "bare_spider.py"), str(folder / "addresses.json")])
        first = time_command(command)
        before = dump_tables(db)
        again = time_command(command)
    complete = [
        sum(row["outcome"] == want for row in json.loads(run.out))
        for run, want in ((first, "ok"), (again, "unchanged"))
    ]
    wrong, rewritten = incomplete(db, sites), changed_tables(before, dump_tables(db))
    sound = int(bare.out.split()[-1]) == len(addresses) and complete == [hosts, hosts] and not wrong and not rewritten
    written = f"rows written in {', '.join(rewritten)}" if rewritten else "no row written"
    ratios = [run.wall / bare.wall for run in (first, again)]
    return [
        (
            f"crawl of {hosts} hosts at 200 ms",
            f"{_figures(first, bare)}, {hosts - len(wrong)} of {hosts} whole",
            f"<= {CRAWL_BUDGET}, < {MEMORY_BUDGET_MB} MB",
            sound and ratios[0] <= CRAWL_BUDGET and first.memory < MEMORY_BUDGET_MB,
        ),
        (
            "the same again, nothing changed",
            f"{_figures(again, bare)}, {complete[1]} unchanged, {written}",
            f"<= {AGAIN_BUDGET}",
            sound and ratios[1] <= AGAIN_BUDGET and again.memory < MEMORY_BUDGET_MB,
        ),
    ]


def _figures(ours: Timed, bare: Timed) -> str:
    ratio, cpu = ours.wall / bare.wall, ours.cpu / bare.cpu
    return f"{ours.wall:.1f} s to {bare.wall:.1f} s, ratio {ratio:.2f} (CPU {cpu:.2f}; {load()}), {ours.memory} MB"


def incomplete(db: Path, sites: Sequence[Site]) -> list[str]:
    """The names of the sources of which the store does not hold exactly what their pages say."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as connection:
        held: dict[str, dict[str, tuple[str, set[str]]]] = {}
        for source, native_id, title in connection.execute(
            "select source, native_id, title from reports where withdrawn_at is null"
        ):
            held.setdefault(source, {})[ONSET.sub("", native_id)] = title, set()
        for source, native_id, update in connection.execute(
            "select source, r.native_id, u.native_id from report_updates u join reports r on r.id = u.report_id"
            " where u.replaced_at is null"
        ):
            held[source][ONSET.sub("", native_id)][1].add(update)
    wrong = []
    for site in sites:
        told = {ONSET.sub("", key): value for key, value in site.told().items()}
        had = held.get(site.source.name, {})
        if told.keys() != had.keys() or any(
            had[key][0] not in titles or had[key][1] != updates for key, (titles, updates) in told.items()
        ):
            wrong.append(site.source.name)
    return wrong


def dump_tables(db: Path) -> dict[str, frozenset[tuple[object, ...]]]:
    """Every row of every table but those of the visits themselves."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        kept = [name for name in names if name not in VISITS and not name.startswith(("_", "sqlite_"))]
        return {name: frozenset(connection.execute(f"select rowid, * from [{name}]")) for name in kept}


def changed_tables(
    before: dict[str, frozenset[tuple[object, ...]]], after: dict[str, frozenset[tuple[object, ...]]]
) -> list[str]:
    """The tables of which a row was written, changed or dropped."""
    none: frozenset[tuple[object, ...]] = frozenset()
    return sorted(name for name in before.keys() | after.keys() if before.get(name, none) != after.get(name, none))


@dataclass(frozen=True, slots=True)
class Timed:
    """A command that has run, start-up included: wall and CPU seconds, and the peak MB of its largest process."""

    wall: float
    cpu: float
    memory: int
    out: str


def time_command(command: list[str], codes: Sequence[int] = (0,), **more: str) -> Timed:
    """Run a command; `more` goes into its environment. Raises `RuntimeError` for an exit that is not of `codes`."""
    environment = {**os.environ, "OUTAGEWIRE_CONTACT": "bench@example.org", **more}
    started = time.perf_counter()
    wrapped = [sys.executable, str(HERE / "peak.py"), *command]
    done = subprocess.run(wrapped, env=environment, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - started
    told = re.search(r"peak_mb=(\d+) cpu_s=([\d.]+)", done.stderr)
    if done.returncode not in codes or told is None:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return Timed(wall, float(told[2]), int(told[1]), done.stdout)


def load() -> str:
    """The machine's load of the last minute: on a busy one a time says little, a ratio a little more."""
    return f"load {os.getloadavg()[0]:.1f}"
