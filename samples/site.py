"""Serve the invented news on the loopback address as real feeds and real-looking pages, or write them as files.

In: news.yaml, the day. Out: an HTTP site (`SampleSite`), or a folder for `file:` feeds (`write_files`).
Never: listens on another address than 127.0.0.1 unless told so (as in a container of its own), reads the clock.

By hand: `python -m samples.site --day 10 --port 8765`
"""

import argparse
import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from samples.addresses import Addresses, FileAddresses, WebAddresses
from samples.feeds import FeedView, render_feed
from samples.news import NEWS_PATH, Article, Failure, News, Publisher, load_news
from samples.pages import render_home, render_index, render_page

HOST = "127.0.0.1"


class SampleSite:
    """The site on one of the ten days; set `day` to let time pass.

    Feeds lie at `/{publisher}/feed.xml` (or `.json`), pages at `/{publisher}/{article id}`. What a visitor has
    already is answered with 304 (ETag first, then Last-Modified). Raises `ValueError` for a day that is not there.
    """

    def __init__(self, news_path: Path = NEWS_PATH, *, day: int) -> None:
        self._news = load_news(news_path)
        self._day = self._checked(day)
        self._runner: web.AppRunner | None = None
        self._addresses = WebAddresses(f"http://{HOST}")

    @property
    def day(self) -> int:
        return self._day

    @day.setter
    def day(self, day: int) -> None:
        self._day = self._checked(day)

    @property
    def base_url(self) -> str:
        return self._addresses.base_url

    async def start(self, port: int = 0, *, host: str = HOST, name: str = "") -> str:
        """Listen, on a free port where none is named; returns the base address, without a slash at its end.

        `name` is what visitors call the host; it stands in every link.
        """
        app = web.Application()
        app.router.add_get("/", self._show_index)
        app.router.add_get("/{publisher}/", self._show_home)
        app.router.add_get("/{publisher}/{name}", self._show_feed_or_page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self._addresses = WebAddresses(f"http://{name or host}:{self._runner.addresses[0][1]}")
        return self.base_url

    async def stop(self) -> None:
        """Stop listening; may be called at any time."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def feed_urls(self) -> list[str]:
        """All feeds in the order of news.yaml, those that fail included. Complete once the site has started."""
        return [self._addresses.feed(publisher) for publisher in self._news.publishers]

    def _checked(self, day: int) -> int:
        if not 1 <= day <= self._news.last_day:
            raise ValueError(f"Day {day} is not there: choose one from 1 to {self._news.last_day}.")
        return day

    async def _show_index(self, _request: web.Request) -> web.Response:
        return web.Response(text=render_index(self.feed_urls()), content_type="text/html")

    async def _show_home(self, request: web.Request) -> web.Response:
        publisher = self._publisher_of(request)
        articles = self._news.articles_of(publisher, day=self._day)
        page = render_home(publisher, articles, addresses=self._addresses)
        return web.Response(text=page, content_type="text/html")

    async def _show_feed_or_page(self, request: web.Request) -> web.Response:
        publisher = self._publisher_of(request)
        if request.match_info["name"] == publisher.feed_name:
            return self._answer_feed(request, publisher)
        return self._answer_page(request, publisher)

    def _publisher_of(self, request: web.Request) -> Publisher:
        try:
            return self._news.publisher(request.match_info["publisher"])
        except KeyError as error:
            raise web.HTTPNotFound from error

    def _answer_feed(self, request: web.Request, publisher: Publisher) -> web.Response:
        if publisher.fails is Failure.HTTP500:
            return web.Response(status=500, text="Internal Server Error")
        text, content_type = _feed_or_home(publisher, news=self._news, day=self._day, addresses=self._addresses)
        changed_at = self._news.changed_at(publisher, day=self._day)
        return _answer(request, text, content_type=content_type, changed_at=changed_at)

    def _answer_page(self, request: web.Request, publisher: Publisher) -> web.Response:
        by_id = {article.id: article for article in self._news.articles_of(publisher, day=self._day)}
        article = by_id.get(request.match_info["name"])
        if article is None or publisher.fails is Failure.PAGE404:
            return web.Response(status=404, text="Not Found")
        text = render_page(article, news=self._news, day=self._day, addresses=self._addresses)
        return _answer(request, text, content_type="text/html", changed_at=article.updated_at_on(self._day))


def _feed_or_home(publisher: Publisher, *, news: News, day: int, addresses: Addresses) -> tuple[str, str]:
    """The feed and its content type, or the web page that one publisher shows in its place."""
    articles = news.articles_of(publisher, day=day)
    if publisher.fails is Failure.HTML_INSTEAD_OF_FEED:
        return render_home(publisher, articles, addresses=addresses), "text/html"
    changed_at = news.changed_at(publisher, day=day)
    return render_feed(
        FeedView(publisher=publisher, articles=articles, day=day, changed_at=changed_at, addresses=addresses)
    )


def _answer(request: web.Request, text: str, *, content_type: str, changed_at: datetime) -> web.Response:
    etag = hashlib.sha256(text.encode()).hexdigest()[:32]
    if _has_already(request, etag=etag, changed_at=changed_at):
        response = web.Response(status=304)
    else:
        response = web.Response(text=text, content_type=content_type, charset="utf-8")
    response.etag = etag
    response.last_modified = changed_at.astimezone(UTC)
    return response


def _has_already(request: web.Request, *, etag: str, changed_at: datetime) -> bool:
    """If-None-Match decides; If-Modified-Since only in its absence (RFC 9110, 13.2.2)."""
    if request.if_none_match is not None:
        return any(known.value in {etag, "*"} for known in request.if_none_match)
    since = request.if_modified_since
    return since is not None and changed_at.replace(microsecond=0) <= since


def write_files(folder: Path, day: int, *, news_path: Path = NEWS_PATH) -> list[str]:
    """Write all feeds and pages below the folder; returns the feeds' `file:` addresses, in order.

    What the site answers with an error is not written: the address of that feed leads nowhere, as do the links
    of the feed whose pages fail.
    """
    news = load_news(news_path)
    addresses = FileAddresses(folder.resolve())
    for publisher in news.publishers:
        _write_publisher(folder.resolve() / publisher.key, publisher, news=news, day=day)
    return [addresses.feed(publisher) for publisher in news.publishers]


def _write_publisher(room: Path, publisher: Publisher, *, news: News, day: int) -> None:
    addresses = FileAddresses(room.parent)
    articles: Sequence[Article] = news.articles_of(publisher, day=day)
    room.mkdir(parents=True, exist_ok=True)
    home = render_home(publisher, articles, addresses=addresses)
    (room / "index.html").write_text(home, encoding="utf-8")
    if publisher.fails is not Failure.HTTP500:
        text, _ = _feed_or_home(publisher, news=news, day=day, addresses=addresses)
        (room / publisher.feed_name).write_text(text, encoding="utf-8")
    if publisher.fails is not Failure.PAGE404:
        for article in articles:
            page = render_page(article, news=news, day=day, addresses=addresses)
            (room / f"{article.id}.html").write_text(page, encoding="utf-8")


async def _serve(*, day: int, port: int, host: str, name: str, day_seconds: float) -> None:
    site = SampleSite(day=day)
    print(f"Day {day} of the sample news: {await site.start(port, host=host, name=name)}/  (Ctrl-C stops)", flush=True)
    try:
        while day_seconds > 0:
            await asyncio.sleep(day_seconds)
            with contextlib.suppress(ValueError):  # after the last day nothing more happens
                site.day += 1
        await asyncio.Event().wait()
    finally:
        await site.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the sample news on 127.0.0.1.")
    parser.add_argument("--day", type=int, default=10, help="how many of the ten days have passed (default: 10)")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: 8765)")
    parser.add_argument("--day-seconds", type=float, default=0, help="let a day pass every so many seconds")
    parser.add_argument("--host", default=HOST, help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--name", default="", help="what visitors call this host (default: the address)")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(**vars(options)))


if __name__ == "__main__":
    main()
