"""Serve real pages and the three seed texts as feeds on loopback.

In: a folder with `seeds/*.txt` and `data/pages/html/*.html.gz`. Out: a site with one feed of texts and one of pages.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from aiohttp import web

SEED_DATES = ("Wed, 27 Dec 2023 10:00:00 GMT", "Thu, 28 Dec 2023 10:00:00 GMT", "Fri, 14 Feb 2025 10:00:00 GMT")
PAGE_DATE = "Fri, 14 Feb 2025 12:00:00 GMT"
SEED_PUBLISHERS = ("seed-one.example", "seed-two.example", "seed-three.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """What is served: path → body, and the feeds' paths with their publishers."""

    bodies: dict[str, bytes]
    feeds: dict[str, str]


def read_real(data: Path, *, pages: int = 0) -> Real:
    """Each seed text as an article page in a feed of its own; the first `pages` pages (0: all) in one feed."""
    bodies: dict[str, bytes] = {}
    feeds: dict[str, str] = {}
    for index, path in enumerate(sorted((data / "seeds").glob("*.txt"))):
        title, text = seed_title(path)
        bodies[f"/seed/{index}"] = _page(title, text).encode()
        bodies[f"/seed-{index}.xml"] = _feed([(f"/seed/{index}", title, SEED_DATES[index])]).encode()
        feeds[f"/seed-{index}.xml"] = SEED_PUBLISHERS[index]
    items = []
    for path in sorted((data / "data/pages/html").glob("*.html.gz"))[: pages or None]:
        name = f"/page/{path.name.removesuffix('.html.gz')}"
        bodies[name] = gzip.decompress(path.read_bytes())
        items.append((name, path.name[:12], PAGE_DATE))
    bodies["/pages.xml"] = _feed(items).encode()
    feeds["/pages.xml"] = ""
    return Real(bodies=bodies, feeds=feeds)


def seed_title(path: Path) -> tuple[str, str]:
    """The headline of a seed text and the rest. The first text has none: its first words serve."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for index, line in enumerate(lines[:8]):
        words = line.split()
        if 6 <= len(words) <= 20 and not line.endswith((".", "?")):
            return line, "\n".join(lines[:index] + lines[index + 1 :])
    return " ".join(lines[0].split()[:10]), "\n".join(lines)


def _page(title: str, text: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines() if line.strip())
    head = f"<head><meta charset='utf-8'><title>{html.escape(title)}</title></head>"
    body = f"<article><h1>{html.escape(title)}</h1>{paragraphs}</article>"
    return f"<!doctype html><html lang='en'>{head}<body>{body}</body></html>"


def _feed(items: list[tuple[str, str, str]]) -> str:
    rows = "".join(
        f"<item><title>{escape(title)}</title><link>BASE{escape(path)}</link><guid>{escape(path)}</guid>"
        f"<pubDate>{date}</pubDate></item>"
        for path, title, date in items
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>real</title><link>BASE</link>{rows}</channel></rss>"
    )


@contextmanager
def serving(real: Real, *, port: int = 0) -> Iterator[str]:
    """The site on loopback (port 0: a free one), in a thread; gives its base address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    base = ""

    async def answer(request: web.Request) -> web.Response:
        body = real.bodies.get(request.path)
        if body is None:
            raise web.HTTPNotFound
        if request.path.endswith(".xml"):
            return web.Response(body=body.replace(b"BASE", base.encode()), content_type="application/rss+xml")
        return web.Response(body=body, headers={"Content-Type": "text/html"})

    async def start() -> tuple[web.AppRunner, str]:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"

    runner, base = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    try:
        yield base
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
