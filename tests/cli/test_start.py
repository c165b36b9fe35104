"""The command line itself is light: what a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import subprocess
import sys

from pipeline import cli


def test_help_imports_neither_scrapy_nor_spacy() -> None:
    look = (
        "import contextlib, io, sys; from pipeline import cli\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): cli.main(['--help'])\n"
        "print(sorted({'scrapy', 'spacy', 'datasette'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_command_has_its_function() -> None:
    choices = next(a.choices for a in cli.build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert len(choices) > 12
    for name, parser in choices.items():
        assert callable(cli._command(parser.get_default("run"))), name
