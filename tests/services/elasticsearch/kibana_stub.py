"""A stand-in for Kibana: says what it is told to say, and keeps what was asked of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

IMPORTED = (200, {"success": True, "successCount": 15})


class Kibana(BaseHTTPRequestHandler):
    """Levels and answers are given one after the other, the last one for ever."""

    levels: list[str]
    answers: list[tuple[int, dict[str, Any]]]
    asked: list[tuple[str, str, dict[str, str], bytes]]

    def do_GET(self) -> None:
        level = _next(type(self).levels)
        self._say(200, {"status": {"overall": {"level": level}}}, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, answer = _next(type(self).answers)
        self._say(status, answer, body)

    def _say(self, status: int, answer: dict[str, Any], body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        type(self).asked.append((self.command, self.path, headers, body))
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Quiet."""


def _next(values: list[Any]) -> Any:
    return values.pop(0) if len(values) > 1 else values[0]


@contextmanager
def serving_kibana() -> Iterator[tuple[type[Kibana], str]]:
    """The stand-in and its address."""
    handler = type("OwnKibana", (Kibana,), {"levels": ["available"], "answers": [IMPORTED], "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield handler, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def uploaded(headers: dict[str, str], body: bytes) -> tuple[str | None, bytes]:
    """Name and content of the one file of a form."""
    message = BytesParser().parsebytes(f"content-type: {headers['content-type']}\n\n".encode() + body)
    (part,) = (part for part in message.walk() if not part.is_multipart())
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return part.get_filename(), content
