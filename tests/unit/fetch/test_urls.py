"""One address, many spellings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.fetch import canonicalize_url, registered_domain

STORY = "https://news.example/a/story?id=7"


@pytest.mark.parametrize(
    "url",
    [
        STORY,
        "HTTPS://News.Example:443/a/story?id=7",
        "https://news.example/a/b/../story?id=7#comments",
        "https://news.example/a/story?utm_source=rss&id=7&utm_medium=feed",
        "https://news.example/a/story?id=7&fbclid=abc&CMP=share&ns_mchannel=rss&at_medium=RSS&smid=tw",
        "https://user:word@news.example/a/story?id=7",
        "  https://news.example/a/story?id=7\n",
    ],
)
def test_spellings_of_one_address_agree(url: str) -> None:
    assert canonicalize_url(url) == STORY


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a/story?id=8",
        "https://news.example/a/other?id=7",
        "http://news.example/a/story?id=7",
        "https://news.example/a/story?id=7&cid=9",
        "https://news.example/a/story?id=7&page=2",
    ],
)
def test_other_addresses_stay_apart(url: str) -> None:
    assert canonicalize_url(url) != STORY


def test_both_spellings_of_an_international_name_agree() -> None:
    assert canonicalize_url("https://müller.de/ä") == canonicalize_url("https://xn--mller-kva.de/%C3%A4")
    assert registered_domain("https://www.müller.de/") == registered_domain("https://xn--mller-kva.de/")


@pytest.mark.parametrize("url", ["", "mailto:a@b.c", "http://[", "file:///a/b", "nonsense", "http://", "http://a:b/"])
def test_what_is_no_web_address_comes_back_as_it_is(url: str) -> None:
    assert canonicalize_url(url) == url


@settings(max_examples=50, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda tail: "https://news.example/" + tail)))
def test_doing_it_twice_changes_nothing_more(url: str) -> None:
    once = canonicalize_url(url)
    assert canonicalize_url(once) == once
    registered_domain(url)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.bbc.co.uk/x", "bbc.co.uk"),
        ("https://www.example.com:8080/", "example.com"),
        ("http://127.0.0.1:9/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("http://[::1]/", "::1"),
        ("file:///a", ""),
        ("", ""),
    ],
)
def test_the_registered_domain_names_the_publisher(url: str, domain: str) -> None:
    assert registered_domain(url) == domain
