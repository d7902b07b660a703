"""A server on loopback that answers exactly what a test tells it to, and a fetcher that may dial it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from monitor.fetch.http import HttpFetcher
from tests.unit.fetch.loopback import Server, settings_of


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.seen.append((self.path, dict(self.headers)))
            with suppress(OSError):  # the client may hang up on purpose
                told.routes[self.path](self)

        def log_message(self, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    httpd = Quiet(("127.0.0.1", 0), Handler)
    told = Server(port=httpd.server_address[1])
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield told
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture(scope="session")
def fetcher() -> Iterator[HttpFetcher]:
    """One for all tests, since each starts its own worker."""
    made = HttpFetcher(settings_of(), allow_file_pages=False)
    yield made
    made.close()


@pytest.fixture(scope="session")
def impatient() -> Iterator[HttpFetcher]:
    """For servers that never come to an end."""
    made = HttpFetcher(settings_of(idle_seconds=1, total_seconds=2), allow_file_pages=False)
    yield made
    made.close()
