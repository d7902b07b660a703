"""The fetcher against a real server on loopback: what goes well, and what servers say instead."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from monitor.errors import FeedUnreachable, FeedUnreadable, PageUnreachable, PageUnreadable
from monitor.fetch import make_fetcher
from monitor.fetch.client import TransferFailed, parse_retry_after
from monitor.fetch.http import HttpFetcher
from monitor.models import Feed, FeedHealth, FeedState
from tests.unit.fetch.loopback import NOW, RSS, Server, answer, poll, settings_of


def test_a_feed_becomes_entries(server: Server, fetcher: HttpFetcher) -> None:
    result = poll(fetcher, server.gives("/feed", RSS))
    first, second = result.entries
    assert result.error is None
    assert result.state.health is FeedHealth.OK
    assert first.url == server.url("/a/1")
    assert first.title == "First & best"
    assert first.summary == "<p>Text <b>here</b></p>"
    assert first.authors == ("Marta Vell",)
    assert first.published_at == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    assert first.language == "en-gb"
    assert second.published_at is None


def test_a_compressed_feed_is_read(server: Server, fetcher: HttpFetcher) -> None:
    result = poll(fetcher, server.gives("/feed", gzip.compress(RSS), Content_Encoding="gzip"))
    assert len(result.entries) == 2


def test_validators_go_back_as_they_came_and_a_304_starts_no_worker(server: Server) -> None:
    etag, modified = 'W/"odd, \\"one"', "Friday, 20-Nov-26 not a real date"
    server.gives("/feed", RSS, ETag=etag, Last_Modified=modified)
    fetcher = HttpFetcher(settings_of(), allow_file_pages=False)
    first = poll(fetcher, server.url())
    fetcher.close()
    assert first.error is None
    server.on("/feed", lambda request: answer(request, b"", status=304))
    fetcher = HttpFetcher(settings_of(), allow_file_pages=False)
    second = poll(fetcher, server.url(), first.state, now=NOW + timedelta(hours=1))
    sent = server.seen[-1][1]
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == (etag, modified)
    assert second.not_modified
    assert second.state.etag == etag
    assert fetcher.workers.started == 0


def test_a_body_that_has_not_changed_starts_no_worker(server: Server, fetcher: HttpFetcher) -> None:
    first = poll(fetcher, server.gives("/feed", RSS))
    fresh = HttpFetcher(settings_of(), allow_file_pages=False)
    second = poll(fresh, server.url(), first.state)
    assert second.not_modified
    assert second.entries == ()
    assert fresh.workers.started == 0


def test_once_a_week_a_feed_is_fetched_without_validators(server: Server, fetcher: HttpFetcher) -> None:
    first = poll(fetcher, server.gives("/feed", RSS, ETag='"x"'))
    poll(fetcher, server.url(), first.state, now=NOW + timedelta(days=7))
    assert "If-None-Match" not in server.seen[-1][1]


def test_a_304_that_nobody_asked_for_is_an_error(server: Server, fetcher: HttpFetcher) -> None:
    result = poll(fetcher, server.on("/feed", lambda request: answer(request, b"", status=304)))
    assert isinstance(result.error, FeedUnreachable)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, FeedUnreachable, "may have moved"),
        (410, FeedUnreadable, "for good"),
        (429, FeedUnreachable, "pause"),
        (500, FeedUnreachable, "server failed"),
        (503, FeedUnreachable, "pause"),
        (418, FeedUnreachable, "418"),
    ],
)
def test_a_refusal_is_said_in_plain_words(
    server: Server, fetcher: HttpFetcher, status: int, error: type[Exception], words: str
) -> None:
    result = poll(fetcher, server.gives("/feed", b"no", status=status))
    assert type(result.error) is error
    assert words in result.state.reason
    assert server.url() in str(result.error)
    assert result.state.health is (FeedHealth.GONE if status == 410 else FeedHealth.FAILING)


def test_retry_after_puts_off_the_next_poll(server: Server, fetcher: HttpFetcher) -> None:
    result = poll(fetcher, server.gives("/feed", b"", status=429, Retry_After="3600"))
    assert result.state.next_poll_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("99999999999999", 172_800),
        ("Fri, 20 Nov 2026 12:10:00 GMT", 600),
        ("Fri, 20 Nov 2020 12:10:00 GMT", 0),
        ("Fri, 20 Nov 2099 12:10:00 GMT", 172_800),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


def test_a_redirect_is_followed_and_links_are_seen_from_its_end(server: Server, fetcher: HttpFetcher) -> None:
    server.gives("/old", b"", status=301, Location="/deep/new")
    server.gives("/deep/new", RSS.replace(b"<link>/a/1<", b"<link>a/1<"))
    result = poll(fetcher, server.url("/old"))
    assert result.entries[0].url == server.url("/deep/a/1")
    assert result.entries[0].feed_url == server.url("/old")


def test_after_a_bad_document_the_old_hash_and_validators_stay(server: Server, fetcher: HttpFetcher) -> None:
    first = poll(fetcher, server.gives("/feed", RSS, ETag='"good"'))
    server.gives("/feed", b"<html><body>Maintenance</body></html>", ETag='"bad"')
    second = poll(fetcher, server.url(), first.state)
    assert isinstance(second.error, FeedUnreadable)
    assert second.state.reason == "an HTML page came instead of a feed"
    assert (second.state.etag, second.state.body_hash) == (first.state.etag, first.state.body_hash)


def test_one_bad_feed_does_not_hold_up_the_others(server: Server, impatient: HttpFetcher) -> None:
    server.on("/slow", lambda request: time.sleep(3))
    feeds = [Feed(url=server.gives(f"/{n}", RSS)) for n in range(10)] + [Feed(url=server.url("/slow"))]
    results = list(impatient.poll([(feed, FeedState(url=feed.url)) for feed in feeds], now=NOW))
    assert sum(result.error is None for result in results) == 10
    assert results[-1].feed.url == server.url("/slow")


def test_a_host_never_sees_more_connections_than_allowed(server: Server, fetcher: HttpFetcher) -> None:
    at_once: list[int] = []
    busy: list[int] = []

    def act(request: BaseHTTPRequestHandler) -> None:
        busy.append(1)
        at_once.append(len(busy))
        time.sleep(0.03)
        busy.pop()
        answer(request, RSS)

    feeds = [Feed(url=server.on(f"/{n}", act)) for n in range(12)]
    assert len(list(fetcher.poll([(feed, FeedState(url=feed.url)) for feed in feeds], now=NOW))) == 12
    assert max(at_once) <= 2


def test_a_caller_may_stop_early(server: Server, fetcher: HttpFetcher) -> None:
    feeds = [Feed(url=server.gives(f"/{n}", RSS)) for n in range(200)]
    results = fetcher.poll([(feed, FeedState(url=feed.url)) for feed in feeds], now=NOW)
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(server.seen) < 200


def test_a_file_is_a_feed(tmp_path: Path, fetcher: HttpFetcher) -> None:
    path = tmp_path / "my feed.xml"
    path.write_bytes(RSS)
    result = poll(fetcher, path.as_uri())
    assert len(result.entries) == 2
    assert result.state.next_poll_at == NOW


@pytest.mark.parametrize("name", ["missing.xml", "."])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, fetcher: HttpFetcher, name: str) -> None:
    result = poll(fetcher, f"file://{tmp_path}/{name}")
    assert result.error is not None
    assert result.state.health is FeedHealth.FAILING


def test_a_page_comes_with_its_charset_and_last_address(server: Server, fetcher: HttpFetcher) -> None:
    server.gives("/p", b"", status=302, Location="/q")
    server.gives("/q", b"<html>caf\xe9</html>", Content_Type="text/html; charset=iso-8859-1")
    (page,) = fetcher.get_pages([server.url("/p")])
    assert page.error is None
    assert (page.url, page.final_url) == (server.url("/p"), server.url("/q"))
    assert (page.body, page.charset) == (b"<html>caf\xe9</html>", "iso-8859-1")


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (404, "text/html", PageUnreadable),
        (500, "text/html", PageUnreachable),
        (429, "text/html", PageUnreachable),
        (200, "application/pdf", PageUnreadable),
    ],
)
def test_a_page_that_cannot_be_had_is_set_aside_or_left(
    server: Server, fetcher: HttpFetcher, status: int, kind: str, error: type[Exception]
) -> None:
    (page,) = fetcher.get_pages([server.gives("/p", b"%PDF", status=status, Content_Type=kind)])
    assert type(page.error) is error
    assert page.body == b""


def test_an_empty_page_is_unreadable(server: Server, fetcher: HttpFetcher) -> None:
    (page,) = fetcher.get_pages([server.gives("/p", b" \n", Content_Type="text/html")])
    assert isinstance(page.error, PageUnreadable)


def test_a_page_is_not_read_from_a_file_unless_the_caller_says_so(tmp_path: Path, fetcher: HttpFetcher) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html>hello</html>")
    (refused,) = fetcher.get_pages([path.as_uri()])
    (read,) = make_fetcher(settings_of(), allow_file_pages=True).get_pages([path.as_uri()])
    assert isinstance(refused.error, PageUnreadable)
    assert read.body == b"<html>hello</html>"


def test_a_domain_that_asked_for_a_pause_is_left_alone() -> None:
    fetcher = HttpFetcher(settings_of(), allow_file_pages=False)
    busy = TransferFailed("429", status=429, retry_after_seconds=60)
    fetcher._note_pause("http://www.news.co.uk/x", busy)
    (page,) = fetcher.get_pages(["http://amp.news.co.uk/y"])
    assert isinstance(page.error, PageUnreachable)
    assert "asked for a pause" in str(page.error)


def test_pages_of_one_public_domain_are_asked_for_a_pause_apart() -> None:
    fetcher = HttpFetcher(settings_of(page_pause_seconds=0.3, allow_private=()), allow_file_pages=False)
    began = time.monotonic()
    pages = list(fetcher.get_pages([f"http://{name}.news.co.uk:99999/x" for name in ("a", "b", "c")]))
    assert len(pages) == 3
    assert time.monotonic() - began >= 0.6
