"""`outagewire sources`: list, show, check and add. Every function answers the exit code."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.model import Source
from pipeline.terminal import DONE, WITH_FAILURES, emit, paths_of, warn_without_contact
from spiders.adopt import Fate, adopt_candidates
from spiders.checkup import State, check_sources
from spiders.detect import add_source
from spiders.loader import DIRECTORY, load_sources


def sources(args: argparse.Namespace) -> int:
    """List, show, check or add sources."""
    known = load_sources(args.sources)
    match args.action:
        case "list":
            rows = [source_row(source) for source in known.values()]
            emit(args, rows, [f"{r['name']:28} {r['platform']:14} {r['kind']:10} {r['url']}" for r in rows])
            return DONE
        case "show":
            return _show_sources(args, known)
        case "check":
            return _check_sources(args, known)
        case "add" if args.candidates:
            return _add_candidates(args, known)
        case "add":
            return _add_source(args, known)
        case _:
            raise UsageError(f"no such action: {args.action}")


def _show_sources(args: argparse.Namespace, known: dict[str, Source]) -> int:
    if not args.names:
        raise UsageError("sources show takes the names of sources (outagewire sources list)")
    rows = [source_row(source) for source in named(known, args.names)]
    said = ([f"{key}: {value}" for key, value in row.items() if value is not None] for row in rows)
    emit(args, rows, [line for lines in said for line in (*lines, "")])
    return DONE


def _check_sources(args: argparse.Namespace, known: dict[str, Source]) -> int:
    if bool(args.names) == args.all:
        raise UsageError("sources check takes the names of sources, or --all")
    checked = check_sources(named(known, args.names))
    emit(args, [c.as_json() for c in checked], [c.line() for c in checked])
    return DONE if all(c.state in (State.OK, State.OFF) for c in checked) else WITH_FAILURES


def _add_source(args: argparse.Namespace, known: dict[str, Source]) -> int:
    if len(args.names) != 1:
        raise UsageError("sources add takes one address: outagewire sources add https://status.example.com")
    # The body is somebody else's text: it stays among the private files.
    fixtures = args.fixture or paths_of(args).work.parent / "fixtures"
    added = add_source(args.names[0], service=args.service, directory=args.sources, known=known, fixtures=fixtures)
    emit(args, added.as_json(), added.lines())
    return DONE


def _add_candidates(args: argparse.Namespace, known: dict[str, Source]) -> int:
    if args.names or args.service:
        raise UsageError("sources add --candidates takes no address and no service: the file tells both")
    warn_without_contact(args)
    tried = adopt_candidates(
        args.candidates,
        args.sources or Path(os.environ.get("OUTAGEWIRE_SOURCES") or DIRECTORY),
        known,
        limit=args.limit,
        dry_run=args.dry_run,
        fixtures=args.fixture or paths_of(args).work.parent / "fixtures",
    )
    counts = Counter(str(each.fate) for each in tried)
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(counts.items())) or "no candidates"
    emit(args, [each.as_json() for each in tried], [*(each.line() for each in tried), told])
    return WITH_FAILURES if counts[Fate.FAILED] else DONE


def named(known: dict[str, Source], names: Sequence[str]) -> list[Source]:
    """The sources of these names, or all. Raises `UsageError`."""
    missing = [name for name in names if name not in known]
    if missing:
        raise UsageError(f"no such source: {', '.join(missing)} (outagewire sources list)")
    return [known[name] for name in names] if names else list(known.values())


def source_row(source: Source) -> dict[str, Any]:
    """What is told of a source."""
    keys = ("name", "platform", "kind", "service", "url", "language", "genre", "cadence", "basis", "terms", "note")
    return {key: getattr(source, key) for key in keys}
