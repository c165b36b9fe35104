"""Start Datasette on the published file, read-only."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from pipeline.errors import UsageError
from pipeline.publish.settings import metadata_file

PAGES = (
    ("front page", "/"),
    ("all outages", "/outages/outages"),
    ("SQL", "/outages"),
    ("JSON", "/outages/outages.json?_shape=array&_size=5"),
    ("health of the sources", "/sources"),
    ("feed", "/outages.atom"),
)


def serve_site(
    public: Path, host: str, port: int, say: Callable[[str], None], more: Sequence[tuple[str, str]] = ()
) -> NoReturn:
    """Become Datasette, until interrupted: a signal to this process is then a signal to it.

    `more` are pages of this site worth a look, each with what it shows.
    Raises `UsageError` where nothing is published yet or the port is taken.
    """
    if not public.is_file():
        raise UsageError(f"there is no {public}: run `outagewire nightly` or `outagewire publish` first")
    _check_port(host, port)
    for what, path in (*PAGES, *more):
        say(f"{what:28} http://{host}:{port}{path}")
    # Immutable: nothing can write to it, and Datasette offers it for download. Its settings are the plugin's.
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(public), "--metadata", str(metadata_file())]
    command += ["--host", host, "--port", str(port)]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, command)  # noqa: S606 - our own arguments, and no shell is wanted


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise UsageError(f"cannot listen on {host}:{port}: {error}; choose another with --port") from error
