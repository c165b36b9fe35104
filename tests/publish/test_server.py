"""The site as any Datasette user would start it: a process of its own, answering over real HTTP."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def address(published: Any, repository: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", str(published.path), "--metadata"]
    command += [str(repository / "datasette-metadata.json"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            assert process.poll() is None, "datasette ended at once"
            try:
                read(base, "/-/versions.json")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=10)


def read(base: str, path: str) -> str:
    with urllib.request.urlopen(base + path, timeout=10) as answer:  # noqa: S310 - our own server
        text: str = answer.read().decode()
    return text


def test_plain_datasette_serves_the_whole_site(address: str) -> None:
    assert "What broke, when, for how long and why" in read(address, "/")
    assert "faulty switch" in read(address, "/outage/o0000000000000001")
    assert "--bar" in read(address, "/-/static-plugins/outagewire/site.css")
    assert '"suggest_facets": false' in read(address, "/-/settings.json")
    assert "o0000000000000003" in read(address, "/outages/outages.json?_search=zone")
    assert "&lt;script&gt;" in read(address, "/outages/outages")
    assert read(address, "/outages.atom").startswith("<?xml")


def test_an_unknown_outage_is_not_found(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(address, "/outage/o00000000000000fe")
    assert caught.value.code == 404
    caught.value.close()
