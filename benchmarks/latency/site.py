"""A feed that notes when an entry appeared and when it was first delivered; a mail server that notes when mail came.

Both on loopback, in threads of this process, so that all times come from one clock (Unix seconds).
"""

from __future__ import annotations

import asyncio
import html
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate
from xml.sax.saxutils import escape

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.latency.events import Event

HOST = "127.0.0.1"


@dataclass
class FeedSite:
    """One RSS feed at `/feed.xml` and a page for each entry at `/news/<event id>`."""

    base_url: str = ""
    shown_at: dict[str, float] = field(default_factory=dict)
    polled_at: dict[str, float] = field(default_factory=dict)
    """When the feed was first asked for with the entry in it."""
    _events: list[Event] = field(default_factory=list)

    def show(self, event: Event) -> None:
        """The entry is in the feed from now on."""
        self.shown_at[event.id] = time.time()
        self._events.append(event)

    async def answer_feed(self, _request: web.Request) -> web.Response:
        now, events = time.time(), list(self._events)
        for event in events:
            self.polled_at.setdefault(event.id, now)
        items = "".join(self._item(event) for event in reversed(events))
        channel = f"<title>Town Courier</title><link>{self.base_url}/</link><description>News</description>{items}"
        text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{channel}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")

    async def answer_page(self, request: web.Request) -> web.Response:
        for event in self._events:
            if event.id == request.match_info["id"]:
                body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in event.paragraphs)
                title = html.escape(event.title)
                page = f"<html lang='en'><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}"
                return web.Response(text=f"<!doctype html>{page}</article></body></html>", content_type="text/html")
        raise web.HTTPNotFound

    def _item(self, event: Event) -> str:
        url = f"{self.base_url}/news/{event.id}"
        return (
            f"<item><title>{escape(event.title)}</title><link>{url}</link><guid>{url}</guid>"
            f"<pubDate>{formatdate(self.shown_at[event.id])}</pubDate>"
            f"<description>{escape(event.paragraphs[0])}</description></item>"
        )


@contextmanager
def serving_feed() -> Iterator[FeedSite]:
    """The site on a free port."""
    site, loop = FeedSite(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="feed", daemon=True)
    thread.start()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/feed.xml", site.answer_feed)
        app.router.add_get("/news/{id}", site.answer_page)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        site.base_url = f"http://{HOST}:{runner.addresses[0][1]}"
        return runner

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    try:
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)


@dataclass
class Inbox:
    """When each event's first mail was accepted."""

    port: int = 0
    mailed_at: dict[str, float] = field(default_factory=dict)
    mails: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        now = time.time()
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain", "html"))
        text = str(body.get_content()) if body is not None else ""
        self.mails += 1
        for word in text.replace(">", " ").replace('"', " ").split():
            if "/news/event-" in word:
                event_id = "event-" + word.partition("/news/event-")[2][:2]
                self.mailed_at.setdefault(event_id, now)
        return "250 kept"


@contextmanager
def serving_mail() -> Iterator[Inbox]:
    """A real SMTP server on a free port."""
    with socket.create_server((HOST, 0)) as probe:
        inbox = Inbox(port=int(probe.getsockname()[1]))  # the controller cannot be told to take any free one
    controller = Controller(inbox, hostname=HOST, port=inbox.port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()
