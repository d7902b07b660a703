"""What the fetching tests share: a server told what to answer, settings that may dial it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from monitor.fetch.base import PollResult
from monitor.fetch.http import HttpFetcher
from monitor.models import Feed, FeedState
from monitor.settings.model import FetchSettings

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>News</title><link>http://news.example/</link><language>en-GB</language>
<item><guid isPermaLink="false">one</guid><link>/a/1</link><title>First &amp;amp; best</title>
<description>&lt;p&gt;Text &lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;here&lt;/b&gt;&lt;/p&gt;</description>
<author>desk@news.example (Marta Vell)</author><pubDate>Fri, 20 Nov 2026 09:00:00 +0200</pubDate></item>
<item><guid isPermaLink="false">two</guid><link>http://news.example/a/2</link><title>Second</title></item>
</channel></rss>"""

Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    port: int
    routes: dict[str, Act] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/feed", *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def on(self, path: str, act: Act) -> str:
        self.routes[path] = act
        return self.url(path)

    def gives(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> str:
        return self.on(path, lambda request: answer(request, body, status=status, **headers))


def answer(request: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, **headers: str) -> None:
    """Header names are given with underscores."""
    request.send_response(status)
    headers.setdefault("Content_Type", "application/xml")
    headers.setdefault("Content_Length", str(len(body)))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def settings_of(**changes: Any) -> FetchSettings:
    """With patience: on a busy machine an answer from loopback can take seconds."""
    return FetchSettings(**{"allow_private": ("127.0.0.1/32",), "workers": 1, **changes})


def poll(fetcher: HttpFetcher, url: str, state: FeedState | None = None, *, now: datetime = NOW) -> PollResult:
    (result,) = fetcher.poll([(Feed(url=url), state or FeedState(url=url))], now=now)
    return result
