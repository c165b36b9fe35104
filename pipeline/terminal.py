"""What every command shares: its exit codes, where its files are, and how it answers."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.paths import Paths

DONE, WITH_FAILURES = 0, 1
DEFAULT_DB, DEMO_DB = Path("data/work.db"), Path("data/demo/run/work.db")


def now_utc() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def paths_of(args: argparse.Namespace) -> Paths:
    """The files that the command works on."""
    return Paths(args.db or DEFAULT_DB)


def existing_paths(args: argparse.Namespace) -> Paths:
    """The same, where there is a work database. Raises `UsageError`."""
    paths = paths_of(args)
    if not paths.work.is_file():
        raise UsageError(f"there is no {paths.work}: run `outagewire crawl` or `outagewire nightly` first")
    return paths


def existing_public(args: argparse.Namespace) -> Path:
    """The published file, where there is one. Raises `UsageError`, which names the demo's where that was run."""
    public = paths_of(args).public
    if public.is_file():
        return public
    demo = Paths(DEMO_DB).public.is_file() and public != Paths(DEMO_DB).public
    hint = f"; what the demo published is found with --db {DEMO_DB}" if demo else ""
    raise UsageError(f"there is no {public}: run `outagewire nightly` or `outagewire publish` first{hint}")


def say_to(args: argparse.Namespace) -> Callable[[str], None]:
    """Progress goes to standard error, so that standard output holds the answer alone."""

    def say(line: str) -> None:
        if not args.json:
            sys.stderr.write(line + "\n")

    return say


def warn_without_contact(args: argparse.Namespace) -> None:
    """Say, before sites are visited, that their owners cannot reach whoever visits them."""
    if getattr(args, "replay", None) is None and not os.environ.get("OUTAGEWIRE_CONTACT"):
        say_to(args)("OUTAGEWIRE_CONTACT is not set: the owners of the sites that are visited cannot reach you")


def emit(args: argparse.Namespace, value: Any, lines: Iterable[str]) -> None:
    """The answer on standard output: `value` as JSON where that was asked for, else `lines`."""
    if args.json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
        return
    for line in lines:
        sys.stdout.write(line + "\n")


@contextmanager
def opened(path: Path | None) -> Iterator[Iterable[str]]:
    """The lines of a file, or of standard input. Raises `UsageError` where it cannot be read."""
    if path is None:
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        # An undecodable byte spoils one text, not the file; a mark at its beginning is no part of the first line.
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            yield lines
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def workers_of(args: argparse.Namespace) -> int:
    """Processes that read texts: as many as were asked for, else as the machine has processors."""
    return args.workers or os.cpu_count() or 1
