"""The crawl against a bare spider: many hosts on loopback, each a status page that answers after 200 ms."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORT = 18080
HERE = Path(__file__).parent
CRAWL_BUDGET, AGAIN_BUDGET, MEMORY_BUDGET_MB = 1.5, 0.9, 300


def measure(folder: Path, hosts: int) -> list[tuple[str, str, str, bool | None]]:
    """The first crawl and the unchanged second one, to the bare spider between them."""
    addresses = [f"127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}" for n in range(hosts)]
    (folder / "addresses.json").write_text(json.dumps(addresses))
    sources = folder / "sources"
    sources.mkdir()
    tables = (f'[host-{n}]\nservice = "github"\nurl = "http://{a}:{PORT}"\n' for n, a in enumerate(addresses))
    (sources / "statuspage.toml").write_text("\n".join(tables))
    with _server(folder):
        bare, _, answered = _time(
            [sys.executable, str(HERE / "bare_spider.py"), str(folder / "addresses.json"), str(PORT)]
        )
        command = [sys.executable, "-m", "pipeline.cli", "crawl", "--db", str(folder / "work.db")]
        command += ["--sources", str(sources), "--json"]
        first, memory, visited = _time(command)
        again, memory_again, unchanged = _time(command)
    outcomes = [json.loads(out) for out in (visited, unchanged)]
    complete = [
        sum(row["outcome"] == want for row in rows) for rows, want in zip(outcomes, ("ok", "unchanged"), strict=True)
    ]
    bare_count = int(answered.strip().splitlines()[-1])
    sound = bare_count == hosts and complete == [hosts, hosts]
    text = f"{first:.1f} s to {bare:.1f} s, ratio {first / bare:.2f}, {memory} MB, {complete[0]} of {hosts} read"
    text_again = f"{again:.1f} s, ratio {again / bare:.2f}, {memory_again} MB, {complete[1]} unchanged"
    within = sound and first / bare <= CRAWL_BUDGET and memory < MEMORY_BUDGET_MB
    return [
        (f"crawl of {hosts} hosts at 200 ms", text, f"<= {CRAWL_BUDGET}, < {MEMORY_BUDGET_MB} MB", within),
        ("the same again, nothing changed", text_again, f"<= {AGAIN_BUDGET}", sound and again / bare <= AGAIN_BUDGET),
    ]


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "slow_hosts.py"), str(folder / "addresses.json"), str(PORT)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != b"ready":
            raise RuntimeError("the loopback hosts did not start")
        yield
    finally:
        process.terminate()
        process.wait(10)


def _time(command: list[str]) -> tuple[float, int, str]:
    """Wall seconds, peak resident MB and standard output of a command, start-up included on both sides."""
    environment = {**os.environ, "OUTAGEWIRE_CONTACT": "bench@example.org"}
    started = time.perf_counter()
    wrapped = ["/usr/bin/env", sys.executable, str(HERE / "peak.py"), *command]
    done = subprocess.run(wrapped, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    peak = re.search(r"peak_mb=(\d+)", done.stderr)
    if done.returncode or peak is None:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return seconds, int(peak.group(1)), done.stdout
