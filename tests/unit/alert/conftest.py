"""A real mail server on the loopback interface, with the moods a mail server has."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller

from tests.unit.alert.mail_server import Certificates, Inbox


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    authority = trustme.CA()
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return Certificates(ca_file=ca_file, server=context)


def free_port() -> int:
    """Controller cannot be asked for any port (0): it dials the port that it was given."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def start_server() -> Iterator[Callable[..., int]]:
    """Starts an aiosmtpd server with these options; gives its port."""
    with ExitStack() as stack:

        def start(inbox: Inbox, **options: Any) -> int:
            port = free_port()
            controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
            controller.start()
            stack.callback(controller.stop)
            return port

        yield start


@pytest.fixture
def start_script() -> Iterator[Callable[[dict[bytes, bytes]], int]]:
    """A server that answers by script (verb → answer) and hangs up where the answer is empty; gives its port."""
    with ExitStack() as stack:

        def start(script: dict[bytes, bytes]) -> int:
            class Talk(socketserver.StreamRequestHandler):
                def handle(self) -> None:
                    self.wfile.write(script.get(b"greeting", b"220 ready\r\n"))
                    for line in self.rfile:
                        answer = script.get(line.split()[0].upper(), b"250 OK\r\n") if line.split() else b""
                        if not answer:
                            return
                        self.wfile.write(answer)

            server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return int(server.server_address[1])

        yield start
