"""What the commands that collect, believe and publish do with their arguments; each answers the exit code."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline import backfill as backfilling
from pipeline import doctor as doctoring
from pipeline.catalogue import load_catalogue
from pipeline.check import run_checks
from pipeline.errors import UsageError
from pipeline.export import publish as publish_file
from pipeline.model import Source, digest, parse_iso
from pipeline.nightly import MAX_FAILED, Plan, believe, held, run_night
from pipeline.paths import Paths
from pipeline.source_commands import named
from pipeline.store import Store
from pipeline.terminal import (
    DONE,
    WITH_FAILURES,
    emit,
    existing_paths,
    now_utc,
    paths_of,
    say_to,
    warn_without_contact,
    workers_of,
)
from pipeline.terms import Outcome
from spiders.archive import Archive
from spiders.history import walk_options
from spiders.loader import load_sources
from spiders.run import crawl as crawl_sources


def nightly(args: argparse.Namespace) -> int:
    """The nightly job."""
    as_of = _as_of(args)
    warn_without_contact(args)
    plan = Plan(
        paths_of(args),
        _select(args),
        replay=_recording(args),
        as_of=as_of,
        workers=workers_of(args),
        max_failed=MAX_FAILED if args.max_failed is None else args.max_failed,
        force=args.force,
    )
    summary = run_night(plan, (lambda: as_of) if as_of else now_utc, say_to(args))
    emit(args, summary, _night_lines(summary))
    return WITH_FAILURES if summary["too_many_failed"] else DONE


def crawl(args: argparse.Namespace) -> int:
    """One visit of the chosen sources."""
    sources = _shard(args, _select(args))
    as_of = _as_of(args)
    warn_without_contact(args)
    if args.since and not args.history:
        raise UsageError("--since goes with --history")
    options = walk_options(args.since) if args.history else None
    with _target(args) as paths, Store(paths.work) as store, Archive(paths.archive) as archive:
        run = store.start_run("history" if args.history else "crawl", as_of or now_utc())
        crawl_sources(store, archive, sources, run, replay=_recording(args), as_of=as_of, options=options)
        rows = store.source_runs(run.id)
        store.finish_run(run.id, "done", as_of or now_utc(), {"sources": len(rows)})
    failed = [row for row in rows if Outcome(row["outcome"]).failed]
    emit(args, rows, _visit_lines(rows))
    return WITH_FAILURES if failed else DONE


def resolve(args: argparse.Namespace) -> int:
    """Rebuild the outages from what was read."""
    with Store(existing_paths(args).work) as store:
        run = store.start_run("resolve", now_utc())
        outages = believe(store, run, say_to(args))
        store.finish_run(run.id, "done", now_utc(), {"outages": outages})
    emit(args, {"outages": outages}, [])
    return DONE


def publish(args: argparse.Namespace) -> int:
    """Check, then replace the public file."""
    paths = existing_paths(args)
    with held(paths), Store(paths.work) as store:
        run_checks(store, paths.public, force=args.force)
        publish_file(store, paths.public, as_of=now_utc())
    emit(args, {"published": str(paths.public)}, [f"published {paths.public}"])
    return DONE


def backfill(args: argparse.Namespace) -> int:
    """Store reports from files of JSON lines."""
    paths = paths_of(args)
    with Store(paths.work) as store:
        store.sync_catalogue(load_catalogue().services.values())
        run = store.start_run("backfill", now_utc())
        result = backfilling.backfill(store, run, args.files)
        store.finish_run(run.id, "done", now_utc(), result.as_json())
    counts = f"{result.new} new, {result.known} known, {len(result.refused)} lines refused"
    emit(args, result.as_json(), [counts, *(f"  {line}" for line in result.refused)])
    return WITH_FAILURES if result.refused else DONE


def doctor(args: argparse.Namespace) -> int:
    """Tell whether this installation is sound."""
    findings = doctoring.examine(paths_of(args))
    rows = [{"what": f.what, "well": f.well, "detail": f.detail} for f in findings]
    emit(args, rows, [f"{'well' if f.well else 'ILL ':5} {f.what}: {f.detail}" for f in findings])
    return DONE if all(f.well for f in findings) else WITH_FAILURES


@contextmanager
def _target(args: argparse.Namespace) -> Iterator[Paths]:
    """The real files, or for a dry run files that are thrown away."""
    if not args.dry_run:
        yield paths_of(args)
        return
    with TemporaryDirectory(prefix="outagewire-") as folder:
        yield Paths(Path(folder) / "work.db")


def _as_of(args: argparse.Namespace) -> datetime | None:
    if args.as_of is None:
        return None
    if args.replay is None:
        raise UsageError("--as-of goes with --replay: a live visit goes by the real clock")
    try:
        return parse_iso(args.as_of)
    except ValueError as error:
        raise UsageError(f"--as-of: {error}") from error


def _recording(args: argparse.Namespace) -> Path | None:
    path: Path | None = args.replay
    if path is not None and not path.is_file():
        raise UsageError(f"there is no recording {path}")
    return path


def _select(args: argparse.Namespace) -> list[Source]:
    if args.sources is not None:
        # The crawl loads the tables itself to tell what was retired: all of a process goes by one directory.
        os.environ["OUTAGEWIRE_SOURCES"] = str(args.sources)
    chosen = named(load_sources(args.sources), getattr(args, "names", ()))
    return [source for source in chosen if args.kind is None or source.kind == args.kind]


def _shard(args: argparse.Namespace, chosen: list[Source]) -> list[Source]:
    """The I-th of N parts, by a hash of the name: a source stays in its part when others come and go."""
    if args.shard is None:
        return chosen
    part, _, parts = args.shard.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise UsageError(f"--shard takes I/N with 1 <= I <= N, not {args.shard!r}")
    return [s for s in chosen if int(digest(s.name), 16) % int(parts) == int(part) - 1]


def _visit_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        what = row["error"] or f"{row['items']} items, {row['new']} new, {row['changed']} changed"
        yield f"{row['outcome']:16} {row['source']:28} {what}"


def _night_lines(summary: dict[str, Any]) -> Iterator[str]:
    yield f"run {summary['run']}: {summary['sources']} sources, {len(summary['failed'])} failed"
    for row in summary["failed"]:
        yield f"  {row['outcome']:16} {row['source']:28} {row['error']}"
    yield f"{summary['new_reports']} new reports, {summary['changed_reports']} changed"
    yield f"{summary['outages']} outages, {summary['ongoing']} ongoing"
