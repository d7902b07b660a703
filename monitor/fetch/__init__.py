"""Fetch: feed addresses become entries, page addresses become bytes.

In: `Feed`s with their `FeedState`s; URLs. Out: `PollResult`s and `Page`s.
Never: touches the store, extracts text, decides what is done with an error.
"""

from __future__ import annotations

from monitor.fetch.base import Fetcher, Page, PollResult
from monitor.fetch.check import CheckedEntry, CheckedSource, check_sources
from monitor.fetch.schedule import is_due
from monitor.fetch.urls import canonicalize_url, registered_domain
from monitor.settings.model import FetchSettings

__all__ = [
    "CheckedEntry",
    "CheckedSource",
    "Fetcher",
    "Page",
    "PollResult",
    "canonicalize_url",
    "check_sources",
    "is_due",
    "make_fetcher",
    "registered_domain",
]


def make_fetcher(settings: FetchSettings, *, allow_file_pages: bool = False) -> Fetcher:
    """The fetcher of these settings. Pages are read from `file:` only where the caller says so: no feed from the
    network can, since links to files are dropped from its entries."""
    from monitor.fetch.http import HttpFetcher  # noqa: PLC0415 - loads aiohttp, some 0.2 s

    return HttpFetcher(settings, allow_file_pages=allow_file_pages)
