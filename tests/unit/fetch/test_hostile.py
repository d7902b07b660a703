"""What a server can do to us, on loopback: each ends in an error with its reason, soon and within memory."""

from __future__ import annotations

import gzip
import os
import resource
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from monitor.errors import FeedUnreachable, FeedUnreadable
from monitor.fetch.guard import Guard
from monitor.fetch.http import HttpFetcher
from monitor.fetch.sniff import sniff
from tests.unit.fetch.loopback import RSS, Server, answer, poll, settings_of


def gzip_of_zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1_000_000)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def test_a_gzip_bomb_is_cut_off_within_memory(server: Server, fetcher: HttpFetcher) -> None:
    server.gives("/feed", gzip_of_zeros(150), Content_Encoding="gzip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = poll(fetcher, server.url())
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_000
    assert isinstance(result.error, FeedUnreadable)
    assert "longer than 10,000,000 bytes" in result.state.reason
    assert grown_mb < 100


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "nonsense"])
def test_only_one_content_coding_that_was_asked_for_is_decoded(
    server: Server, fetcher: HttpFetcher, coding: str
) -> None:
    result = poll(fetcher, server.gives("/feed", gzip.compress(gzip.compress(RSS)), Content_Encoding=coding))
    assert result.error is not None
    assert result.entries == ()


def test_an_endless_body_is_cut_off(server: Server, fetcher: HttpFetcher) -> None:
    def act(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b" " * 100_000)

    result = poll(fetcher, server.on("/feed", act))
    assert isinstance(result.error, FeedUnreadable)
    assert "longer than" in result.state.reason


def drip(request: BaseHTTPRequestHandler, *, header_first: bool) -> None:
    if header_first:
        request.send_response(200)
        request.end_headers()
    else:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(100):
        request.wfile.write(b"a")
        time.sleep(0.1)


@pytest.mark.parametrize("header_first", [True, False])
def test_an_answer_that_drips_ends_at_the_total_limit(
    server: Server, impatient: HttpFetcher, header_first: bool
) -> None:
    began = time.monotonic()
    result = poll(impatient, server.on("/feed", lambda request: drip(request, header_first=header_first)))
    assert isinstance(result.error, FeedUnreachable)
    assert "within 2 seconds" in result.state.reason
    assert time.monotonic() - began < 5


def test_a_server_that_falls_silent_is_left(server: Server, impatient: HttpFetcher) -> None:
    result = poll(impatient, server.on("/feed", lambda request: time.sleep(1.8)))
    assert isinstance(result.error, FeedUnreachable)
    assert "silent" in result.state.reason


def test_endless_headers_are_refused(server: Server, fetcher: HttpFetcher) -> None:
    def act(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            request.wfile.write(b"X-More: " + b"a" * 1_000 + b"\r\n")

    assert poll(fetcher, server.on("/feed", act)).error is not None


def test_a_body_that_breaks_off_is_an_error(server: Server, fetcher: HttpFetcher) -> None:
    result = poll(fetcher, server.gives("/feed", RSS, Content_Length=str(len(RSS) + 50)))
    assert isinstance(result.error, FeedUnreachable)
    assert "broke off" in result.state.reason


def test_what_is_no_http_is_an_error(server: Server, fetcher: HttpFetcher) -> None:
    def speak(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"\x00\xffSSH-2.0\r\n\r\n")

    result = poll(fetcher, server.on("/feed", speak))
    assert isinstance(result.error, FeedUnreachable)


def test_a_redirect_loop_ends(server: Server, fetcher: HttpFetcher) -> None:
    result = poll(fetcher, server.gives("/feed", b"", status=302, Location="/feed"))
    assert "more than 5 redirects" in result.state.reason
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://x/",
        "http://[",
        "http://127.0.0.1:99999/",
        "/" + "a" * 3_000,
    ],
)
def test_a_redirect_to_what_is_no_usable_address_is_refused(server: Server, fetcher: HttpFetcher, target: str) -> None:
    result = poll(fetcher, server.gives("/feed", b"", status=302, Location=target))
    assert isinstance(result.error, FeedUnreadable)


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "[::ffff:127.0.0.2]", "0x7f000002", "2130706434", "127.0.0.2.", "[::1]", "0.0.0.0"]
)
def test_a_redirect_to_a_private_address_that_is_not_allowed_is_refused(
    server: Server, fetcher: HttpFetcher, host: str
) -> None:
    server.gives("/secret", RSS)
    result = poll(fetcher, server.gives("/feed", b"", status=302, Location=f"http://{host}:{server.port}/secret"))
    assert result.error is not None
    assert [path for path, _ in server.seen] == ["/feed"]


def test_no_private_address_is_dialled_by_default(server: Server) -> None:
    server.gives("/feed", RSS)
    fetcher = HttpFetcher(settings_of(allow_private=()), allow_file_pages=False)
    for host in ("127.0.0.1", "localhost", "[::ffff:7f00:1]"):
        result = poll(fetcher, server.url(host=host))
        assert isinstance(result.error, FeedUnreadable)
        assert "may not be dialled" in result.state.reason
    assert server.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.88.99.1", "198.18.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert Guard(allow_private=(), allow_ports=(80,)).refusal(address, 80)


def test_a_public_address_is_allowed_on_listed_ports_only() -> None:
    guard = Guard(allow_private=("10.0.0.0/8",), allow_ports=(80, 443))
    assert guard.refusal("93.184.216.34", 443) == ""
    assert guard.refusal("2606:2800:220:1::1", 80) == ""
    assert "allow_ports" in guard.refusal("93.184.216.34", 22)
    assert guard.refusal("10.0.0.7", 9_200) == ""


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "billion laughs": f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "ha">{ENTITIES}]>'
    "<rss><channel><item><title>&e11;</title></item></channel></rss>",
    "quadratic entity": f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>'
    f"<rss><channel><item><title>{'&a;' * 5_000}</title></item></channel></rss>",
    "comment openers": f"<rss><channel><item><description>{'&lt;!--' * 60_000}</description></item></channel></rss>",
    "bare comment openers": f"<rss><channel><item><title>x</title>{'<!--' * 100_000}",
    "deep nesting": f"<rss><channel><item>{'<a>' * 200_000}",
    "deep html": f"<rss><channel><item><description>{'&lt;div&gt;' * 100_000}</description></item></channel></rss>",
    "deep json": "[" * 200_000,
    "long number": '{"items": [{"id": ' + "9" * 100_000 + "}]}",
    "external entity": '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss><channel><item><title>&x;</title></item></channel></rss>",
}


@pytest.fixture(scope="module")
def strict() -> Iterator[HttpFetcher]:
    made = HttpFetcher(settings_of(parse_seconds=0.3), allow_file_pages=False)
    yield made
    made.close()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_within_the_limits_and_the_next_feed_is_read(
    server: Server, strict: HttpFetcher, name: str
) -> None:
    began = time.monotonic()
    bomb = poll(strict, server.gives("/bomb", BOMBS[name].encode()))
    after = poll(strict, server.gives("/feed", RSS))
    assert bomb.error or all(len(e.title) <= 1_000 and "root:" not in e.title for e in bomb.entries)
    assert len(after.entries) == 2
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html><body>Hi</body></html>", "HTML page"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD"><html/>', "HTML page"),
        (b"<!-- saved --><HTML lang=en>", "HTML page"),
        ("<html>".encode("utf-16"), "HTML page"),
        (b"<?xml version='1.0'?><urlset xmlns='x'></urlset>", "sitemap"),
        (b"<opml version='2.0'><body/></opml>", "OPML"),
        (b"just words", "text without markup"),
        (b"%PDF-1.7\0\xff", "binary"),
    ],
)
def test_what_is_no_feed_is_said_before_parsing(body: bytes, words: str) -> None:
    with pytest.raises(FeedUnreadable, match=words):
        sniff(body)


def test_five_megabytes_of_noise_cost_nothing(server: Server, fetcher: HttpFetcher) -> None:
    noise = b"\x89PNG" + os.urandom(5_000_000)
    began = time.process_time()
    result = poll(fetcher, server.gives("/feed", noise, Content_Type="application/rss+xml"))
    assert "binary" in result.state.reason
    assert time.process_time() - began < 2


def test_a_header_with_odd_bytes_harms_nothing(server: Server, fetcher: HttpFetcher) -> None:
    def act(request: BaseHTTPRequestHandler) -> None:
        head = b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nLast-Modified: \xc3\xa4\r\nConnection: close\r\n\r\n'
        request.wfile.write(head + RSS)

    result = poll(fetcher, server.on("/feed", act))
    assert len(result.entries) == 2
    assert (result.state.etag, result.state.last_modified) == ("", "")


def test_cookies_are_not_kept(server: Server, fetcher: HttpFetcher) -> None:
    server.on("/feed", lambda request: answer(request, b"", status=302, Location="/next", Set_Cookie="a=b"))
    server.gives("/next", RSS)
    poll(fetcher, server.url())
    assert all("Cookie" not in headers for _, headers in server.seen)
