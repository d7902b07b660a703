"""The doors of the fetching room.

In: feeds with what we know of them, or page addresses. Out: entries, or a page's bytes.
Never: touches the store, extracts text, decides what is done with an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.errors import MonitorError
from monitor.models import Entry, Feed, FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """One feed's poll: its next state (always), its entries (none when nothing changed), and what went wrong.

    `warnings` are problems that lost nothing else: an entry without a link, a date that cannot be.
    """

    feed: Feed
    state: FeedState
    entries: tuple[Entry, ...] = ()
    error: MonitorError | None = None
    not_modified: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it came: the decoded body (at most the limit), its charset if the server named one, the last URL.

    On failure `error` is a `PageUnreachable` (try again) or `PageUnreadable` (set aside), and `body` is empty.
    """

    url: str
    final_url: str
    body: bytes = b""
    charset: str = ""
    error: MonitorError | None = None


class Fetcher(Protocol):
    """Polls feeds and gets pages, many at a time, within limits that hold whatever the server does.

    - Yields one result per job, as they complete, never raises for one of them.
    - `http:`, `https:` and `file:` feeds; a private address is refused unless allow-listed.
    - A body whose hash equals the state's is not parsed: `not_modified`, no entries.
    - Parsing runs in a worker process that is killed when it exceeds its time.
    """

    def poll(self, jobs: Sequence[tuple[Feed, FeedState]], *, now: datetime) -> Iterator[PollResult]: ...

    def get_pages(self, urls: Sequence[str]) -> Iterator[Page]: ...

    def close(self) -> None:
        """End worker processes. Safe to call twice."""
