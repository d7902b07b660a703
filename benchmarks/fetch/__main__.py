"""`python -m benchmarks.fetch`: 1,000 feeds on loopback, polled once in full and then twice unchanged.

In: nothing. Out: a Markdown table: feeds per CPU-second of the main process, with the store, beside bare aiohttp that
asks for the same feeds with the same validators and keeps nothing (the limit), passes interleaved. The server is a
process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp

from monitor.bootstrap import open_services
from monitor.models import Feed
from monitor.pipeline import Services, fetch_feeds
from monitor.settings import FetchSettings, Settings, StoreSettings

ITEMS = 30
SERVER = """
import sys
from aiohttp import web
items = "".join(f"<item><title>Item {i}</title><link>http://e.example/F/{i}</link><guid>F-{i}</guid>"
    f"<description>{'Words about it. ' * 60}</description></item>" for i in range(int(sys.argv[1])))
async def answer(request):
    name = request.match_info["name"]
    tag = f'"{name}-1"'
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"ETag": tag})
    head = f"<?xml version='1.0'?><rss version='2.0'><channel><title>{name}</title>"
    body = f"{head}{items.replace('F', name)}</channel></rss>"
    return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": tag})
app = web.Application()
app.router.add_get("/{name}", answer)
async def told(_):
    pass
async def main():
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    import asyncio
    await asyncio.Event().wait()
import asyncio
asyncio.run(main())
"""


@contextmanager
def serving() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", SERVER, str(ITEMS)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def ask_bare(urls: list[str], *, at_once: int) -> None:
    """The same requests with nothing around them."""
    gate = asyncio.Semaphore(at_once)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(url: str) -> None:
            async with gate, session.get(url, headers={"If-None-Match": f'"{url.rsplit("/", 1)[1]}-1"'}) as response:
                await response.read()

        await asyncio.gather(*(ask(url) for url in urls))


def poll(services: Services) -> float:
    before = cpu_seconds()
    report = fetch_feeds(services, regardless=True)
    assert report.is_clean, report.problems
    return cpu_seconds() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with serving() as base, tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            store=StoreSettings(url=f"sqlite:{Path(folder) / 'f.db'}"),
            fetch=FetchSettings(allow_private=("127.0.0.0/8",), per_host=16),
        )
        started = time.monotonic()
        urls = [f"{base}/f{number}" for number in range(args.feeds)]
        with open_services(settings) as built:
            services = replace(built, feeds=lambda: tuple(Feed(url=url) for url in urls))
            first = poll(services)
            print(f"first pass: {args.feeds / first:.0f} feeds per CPU-second of the main process")
            ours, bare = [], []
            for _ in range(args.rounds):
                ours.append(poll(services))
                before = cpu_seconds()
                asyncio.run(ask_bare(urls, at_once=16))
                bare.append(cpu_seconds() - before)
    wall = time.monotonic() - started
    print(f"\n{args.feeds} unchanged feeds, best of {args.rounds} interleaved passes ({wall:.0f} s):")
    print("| | feeds per CPU-second |\n|---|---|")
    print(f"| monitor fetch, state kept in SQLite | {args.feeds / min(ours):,.0f} |")
    print(f"| bare aiohttp, nothing kept | {args.feeds / min(bare):,.0f} |")


if __name__ == "__main__":
    main()
