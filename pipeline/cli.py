"""The command: `outagewire COMMAND`. Exit 0 done, 1 done with failures that are listed, 2 could not run."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from pipeline.errors import OutagewireError
from spiders.candidates import FILE
from spiders.faults import explain_fault

DESCRIPTION = "An open, living, queryable record of internet outages: what broke, when, for how long and why."
EXIT_COULD_NOT_RUN = 2


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(prog="outagewire", description=DESCRIPTION, epilog="Try: outagewire demo")
    parser.add_argument("--version", action="version", version=f"outagewire {version('outagewire')}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _jobs(subparsers)
    _texts(subparsers)
    _looking(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code. An error of ours is one line on standard error."""
    args = build_parser().parse_args(argv)
    try:
        return int(_command(args.run)(args))
    except OutagewireError as error:
        sys.stderr.write(f"outagewire {args.command}: {error}\n")
        return EXIT_COULD_NOT_RUN
    except BrokenPipeError:
        # The reader of our output has gone (`outagewire annotate ... | head`): nothing is left to do.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (sqlite3.Error, OSError) as error:
        if not (reason := explain_fault(error)):
            raise
        sys.stderr.write(f"outagewire {args.command}: {reason}\n")
        return EXIT_COULD_NOT_RUN
    except KeyboardInterrupt:
        sys.stderr.write(f"outagewire {args.command}: interrupted; start it again to go on\n")
        return EXIT_COULD_NOT_RUN


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """The function behind a command. Its module is imported by now: Scrapy and spaCy take a second each."""
    module, _, function = name.partition(".")
    found: Callable[[argparse.Namespace], int] = getattr(import_module(f"pipeline.{module}"), function)
    return found


Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add(subparsers: Subparsers, name: str, about: str, example: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + ".", epilog=f"Example: outagewire {example}"
    )
    parser.add_argument("--db", type=Path, default=None, metavar="PATH", help="the work database (data/work.db)")
    parser.add_argument("--json", action="store_true", help="machine-readable output, nothing else")
    return parser


def _day(text: str) -> date:
    """A day of the calendar, or what argparse is to tell the user."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2024-01-31") from None


def _count(text: str) -> int:
    """A whole number from 1 on, or what argparse is to tell the user."""
    if text.isdecimal() and (number := int(text)) > 0:
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")


def _share(text: str) -> float:
    """A part of a whole, from 0 to 1, or what argparse is to tell the user."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share from 0 to 1")
    return share


def _crawl_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=("status", "news", "social", "postmortem"), help="only sources of this kind")
    parser.add_argument("--sources", type=Path, metavar="DIR", help="source tables to use instead of our own")
    parser.add_argument("--replay", type=Path, metavar="FILE.warc.gz", help="answer from this recording alone")
    parser.add_argument("--as-of", metavar="TIME", help="with --replay: the recording as it stood then (ISO 8601)")


def _jobs(subparsers: Subparsers) -> None:
    p = _add(subparsers, "demo", "crawl the recorded web in data/, publish it and open the site", "demo --no-serve")
    p.add_argument("--no-serve", action="store_true", help="stop before serving")
    p.add_argument("--port", type=int, default=8001)
    p.set_defaults(run="site_commands.demo")

    p = _add(subparsers, "nightly", "crawl, extract, resolve, check and publish, under a lock", "nightly --json")
    _crawl_options(p)
    p.add_argument("--workers", type=_count, metavar="N", help="processes that read texts (all cores)")
    p.add_argument("--max-failed", type=_share, metavar="SHARE", help="exit 1 where more of the sources fail (0.2)")
    p.add_argument("--force", action="store_true", help="publish although the number of outages collapsed")
    p.set_defaults(run="commands.nightly")

    p = _add(subparsers, "crawl", "visit sources and store what they say", "crawl github google-cloud")
    p.add_argument("names", nargs="*", metavar="NAME", help="sources to visit (all)")
    _crawl_options(p)
    p.add_argument("--shard", metavar="I/N", help="only the I-th of N equal parts of the sources")
    p.add_argument("--dry-run", action="store_true", help="visit and read, store nothing")
    p.add_argument("--history", action="store_true", help="walk back through what the sources' lists no longer hold")
    p.add_argument("--since", type=_day, metavar="DATE", help="with --history: no further back (YYYY-MM-DD)")
    p.set_defaults(run="commands.crawl")

    p = _add(subparsers, "extract", "read every report that is new or changed", "extract --rebuild")
    p.add_argument("--rebuild", action="store_true", help="read all of them again")
    p.add_argument("--workers", type=_count, metavar="N", help="processes (all cores)")
    p.set_defaults(run="text_commands.extract")

    p = _add(subparsers, "resolve", "group what was read into outages", "resolve")
    p.set_defaults(run="commands.resolve")

    p = _add(subparsers, "publish", "check the outages and write data/outages.db", "publish")
    p.add_argument("--force", action="store_true", help="publish although the number of outages collapsed")
    p.set_defaults(run="commands.publish")

    p = _add(subparsers, "serve", "open the published site in Datasette", "serve --port 8001")
    p.add_argument("--port", type=int, default=8001)
    p.add_argument("--host", default="127.0.0.1")
    p.set_defaults(run="site_commands.serve")


def _texts(subparsers: Subparsers) -> None:
    p = _add(subparsers, "annotate", "read texts: one JSON line in, one out", "annotate stories.jsonl > read.jsonl")
    p.add_argument("file", nargs="?", type=Path, metavar="FILE.jsonl", help="standard input where none is named")
    p.set_defaults(run="text_commands.annotate")

    p = _add(subparsers, "group", "add an outage id to annotated lines", "group read.jsonl")
    p.add_argument("file", nargs="?", type=Path, metavar="FILE.jsonl", help="standard input where none is named")
    p.set_defaults(run="text_commands.group")

    p = _add(subparsers, "evaluate", "score the language pipeline on labelled texts", "evaluate gold.jsonl --errors 5")
    p.description = (
        "Score the language pipeline on labelled texts: lines as annotate reads them, each with an object `gold` that"
        " holds any of is_outage, services, start, end (null: none is told), start_loose, end_loose (right to an hour),"
        " start_date, duration_minutes, cause or cause_accept (a list), cause_stated, cause_hedged, denied_causes,"
        " status, kind. A line that cannot be read is listed, and the exit code is then 1."
    )
    p.add_argument("file", type=Path, metavar="GOLD.jsonl")
    p.add_argument("--errors", type=int, default=3, metavar="N", help="errors to show of each field (3)")
    p.set_defaults(run="text_commands.evaluate")


def _looking(subparsers: Subparsers) -> None:
    p = _add(subparsers, "sources", "list, show, check or add sources", "sources list --json")
    p.add_argument("action", choices=("list", "show", "check", "add"))
    p.add_argument("names", nargs="*", metavar="NAME|URL", help="show, check: names of sources; add: an address")
    p.add_argument("--sources", type=Path, metavar="DIR", help="source tables to use instead of our own")
    p.add_argument("--service", metavar="SLUG", help="add: the service that the source speaks of")
    p.add_argument("--all", action="store_true", help="check: every source")
    p.add_argument("--fixture", type=Path, metavar="DIR", help="add: where its first body goes (data/fixtures)")
    p.add_argument(
        "--candidates",
        type=Path,
        nargs="?",
        const=FILE,
        metavar="FILE",
        help="add: all whose platform is found",
    )
    p.add_argument("--limit", type=_count, metavar="N", help="with --candidates: the first N alone")
    p.add_argument("--dry-run", action="store_true", help="with --candidates: look and write nothing")
    p.set_defaults(run="source_commands.sources")

    p = _add(subparsers, "archive", "write the raw archive as WARC, or read one in", "archive export night.warc.gz")
    p.add_argument("action", choices=("export", "import"))
    p.add_argument("file", type=Path, metavar="FILE.warc.gz")
    p.set_defaults(run="site_commands.archive")

    p = _add(subparsers, "export", "write the published tables as CSV and JSON lines", "export public/")
    p.add_argument("directory", type=Path, metavar="DIR")
    p.set_defaults(run="site_commands.export")

    p = _add(subparsers, "backfill", "store reports from files of JSON lines", "backfill old-stories.jsonl")
    p.description = (
        "Store reports from files of JSON lines: each needs id, source and title or text; url, kind"
        " (status, news, social, postmortem) and published (ISO 8601 with a zone) are kept where they are given."
    )
    p.add_argument("files", nargs="+", type=Path, metavar="PATH")
    p.set_defaults(run="commands.backfill")

    p = _add(subparsers, "doctor", "tell whether this installation is sound", "doctor")
    p.set_defaults(run="commands.doctor")


if __name__ == "__main__":
    sys.exit(main())
