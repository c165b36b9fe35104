"""What the commands that show and hand out what there is do with their arguments; each answers the exit code."""

from __future__ import annotations

import argparse

from pipeline.demo import highlights, run_demo
from pipeline.errors import UsageError
from pipeline.export import export as export_files
from pipeline.paths import Paths
from pipeline.serving import serve_site
from pipeline.terminal import DEMO_DB, DONE, emit, existing_public, paths_of, say_to
from spiders.archive import Archive


def demo(args: argparse.Namespace) -> int:
    """Two nights of the recorded web, then the site."""
    paths = Paths(args.db or DEMO_DB)
    summary = run_demo(paths, say=say_to(args))
    if not args.no_serve:
        serve_site(paths.public, "127.0.0.1", args.port, say=say_to(args), more=highlights(paths.public))
    emit(args, summary, [f"published {paths.public}; look at it: outagewire serve --db {paths.work}"])
    return DONE


def serve(args: argparse.Namespace) -> int:
    """Datasette on the public file, until interrupted."""
    serve_site(existing_public(args), args.host, args.port, say=say_to(args))


def export(args: argparse.Namespace) -> int:
    """The published tables as files."""
    public = existing_public(args)
    written = export_files(public, args.directory)
    emit(args, written, [f"{rows:8} rows  {args.directory / table}.csv, .jsonl" for table, rows in written.items()])
    return DONE


def archive(args: argparse.Namespace) -> int:
    """Write the raw archive as WARC, or read one in."""
    path = paths_of(args).archive
    if args.action == "export" and not path.is_file():
        raise UsageError(f"there is no {path}: run `outagewire crawl` or `outagewire nightly` first")
    with Archive(path) as kept:
        records = kept.export_warc(args.file) if args.action == "export" else kept.import_warc(args.file)
    emit(args, {"records": records}, [f"{records} records {args.action}ed"])
    return DONE
