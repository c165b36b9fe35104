"""Storing against a bare `executemany` of the same rows."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.catalogue import load_catalogue
from pipeline.model import Batch, Fetch, Report, Source, Update
from pipeline.store import Store
from pipeline.terms import SourceKind, Status

BATCHES, INCIDENTS, BUDGET = 400, 50, 2.5
T0 = datetime(2026, 11, 1, tzinfo=UTC)


def measure(folder: Path) -> list[tuple[str, str, str, bool | None]]:
    """20,000 incidents of two updates, 50 a body as a status page lists them, new and then unchanged."""
    bodies = [_body(n) for n in range(BATCHES)]
    with Store(folder / "work.db") as store:
        store.sync_catalogue(load_catalogue().services.values())
        store.sync_sources(
            Source(f"s{n}", "statuspage", SourceKind.STATUS, f"https://s{n}.example", None) for n in range(BATCHES)
        )
        run = store.start_run("bench", T0)
        batches = [
            Batch(f"s{n}", run.id, Fetch(f"https://s{n}.example/", T0, 200, "h", 1), body)
            for n, body in enumerate(bodies)
        ]
        first = _time(lambda: [store.save_batch(batch) for batch in batches])
        again = _time(lambda: [store.save_batch(batch) for batch in batches])
        tables = {name: list(store.db.execute(f"select * from {name}")) for name in ("reports", "report_updates")}
        schema = [store.db[name].schema for name in tables]
        indexes = [
            row[0]
            for row in store.db.execute(
                "select sql from sqlite_master where type = 'index' and sql is not null"
                " and tbl_name in ('reports', 'report_updates')"
            )
        ]
    bare = _bare(folder / "bare.db", tables, [*schema, *indexes])
    rows = sum(len(content) for content in tables.values())
    return [
        (
            "storing new reports",
            f"{rows} rows in {first:.2f} s to {bare:.2f} s, ratio {first / bare:.2f}",
            f"<= {BUDGET}",
            first / bare <= BUDGET,
        ),
        ("storing them again, unchanged", f"{again:.2f} s, ratio {again / bare:.2f}", "-", None),
    ]


def _body(n: int) -> tuple[Report, ...]:
    reports = []
    for i in range(INCIDENTS):
        at = T0 + timedelta(hours=i)
        updates = tuple(
            Update(f"u{n}-{i}-{u}", at + timedelta(minutes=u), f"Part {i} of site {n}: step {u}. " * 4, Status.RESOLVED)
            for u in (0, 30)
        )
        reports.append(
            Report(
                f"i{n}-{i}",
                f"Errors in part {i}",
                f"https://s{n}.example/{i}",
                published_at=at,
                started_at=at,
                updates=updates,
            )
        )
    return tuple(reports)


def _bare(path: Path, tables: dict[str, list[tuple[object, ...]]], schema: list[str]) -> float:
    with sqlite3.connect(path) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        for statement in schema:
            connection.execute(statement)

        def insert() -> None:
            # As many transactions as the store makes: one a body.
            for name, rows in tables.items():
                step = max(1, len(rows) // BATCHES)
                for start in range(0, len(rows), step):
                    chunk = rows[start : start + step]
                    connection.executemany(f"insert into {name} values ({', '.join('?' * len(chunk[0]))})", chunk)
                    connection.commit()

        return _time(insert)


def _time(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started
