"""What the commands that read texts do with their arguments; each answers the exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pipeline import evaluate as evaluating
from pipeline.extract import annotate_lines
from pipeline.extract import extract as extract_texts
from pipeline.grouping import group_lines
from pipeline.store import Store
from pipeline.terminal import DONE, WITH_FAILURES, emit, existing_paths, opened, workers_of


def extract(args: argparse.Namespace) -> int:
    """Read what is new or changed."""
    with Store(existing_paths(args).work) as store:
        if args.rebuild:
            store.forget_extractions()
        read = extract_texts(store, workers=workers_of(args))
    emit(args, {"read": read}, [f"{read} texts read"])
    return DONE


def annotate(args: argparse.Namespace) -> int:
    """One line in, one line out; exit 1 where a line could not be read."""
    return _stream(args.file, annotate_lines)


def group(args: argparse.Namespace) -> int:
    """The same lines with an outage id."""
    return _stream(args.file, group_lines)


def evaluate(args: argparse.Namespace) -> int:
    """Score the language pipeline on labelled texts; exit 1 where a line could not be read."""
    with opened(args.file) as lines:
        result = evaluating.evaluate(lines)
    emit(args, result.as_json(), result.table(args.errors))
    return WITH_FAILURES if result.refused else DONE


def _stream(path: Path | None, work: Callable[[Iterable[str]], Iterator[str]]) -> int:
    failed = 0
    with opened(path) as lines:
        for line in work(lines):
            failed += '"error"' in line and "error" in json.loads(line)
            sys.stdout.write(line.rstrip("\n") + "\n")
    sys.stdout.flush()
    if failed:
        sys.stderr.write(f'{failed} lines could not be read: each says why under "error"\n')
    return WITH_FAILURES if failed else DONE
