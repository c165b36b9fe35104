"""Small sites on loopback addresses of their own, and a process for each look at them, since a reactor starts once."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.detect import probe_runner
from tests.spiders import crawl_runner
from tests.spiders.loopback import FORKS, Answer, Handler, Web

FORKS.set_forkserver_preload([crawl_runner.__name__, probe_runner.__name__])
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


class SiteHandler(Handler):
    """Knows an address without its query as well."""

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        plain, routes = self.path.partition("?")[0], self.server.web.routes
        if self.path not in routes and plain in routes:
            self.path = plain
        super().do_GET()


class Sites:
    """Servers on 127.0.2.1, 127.0.2.2 ..., each a site with routes of its own."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def __call__(self, routes: dict[str, bytes | Answer]) -> str:
        """The address of a new site."""
        server = ThreadingHTTPServer((f"127.0.2.{next(self._numbers)}", 0), SiteHandler)
        server.daemon_threads = True
        answers = {path: body if isinstance(body, Answer) else Answer(body) for path, body in routes.items()}
        server.web = Web(routes=answers)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
        thread.start()
        self._servers.append((server, thread))
        address, port = server.server_address[:2]
        return f"http://{address}:{port}"

    def web(self, url: str) -> Web:
        """What is behind an address of ours."""
        return next(s.web for s, _ in self._servers if url.endswith(f"//{s.server_address[0]}:{s.server_address[1]}"))

    def close(self) -> None:
        with ThreadPoolExecutor(len(self._servers) or 1) as pool:
            list(pool.map(lambda pair: pair[0].shutdown(), self._servers))
        for server, thread in self._servers:
            thread.join()
            server.server_close()


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    servers = Sites()
    yield servers
    servers.close()


Apart = Callable[..., Any]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Apart:
    """Runs a function of `probe_runner` in a process of its own and answers what it answered."""

    def run(name: str, **order: Any) -> Any:
        result = tmp_path_factory.mktemp("apart") / "result.json"
        process = FORKS.Process(target=probe_runner.run_order, args=(name, order, result))
        process.start()
        process.join(90)
        assert process.exitcode == 0, result.with_suffix(".log").read_text(encoding="utf-8")[-4000:]
        return json.loads(result.read_text(encoding="utf-8"))

    return run
