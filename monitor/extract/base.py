"""The door of the extraction room.

In: a page's bytes (or the feed's own content). Out: an article's text and its passages.
Never: fetches anything, touches the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.models import Article, Entry, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractJob:
    """An article in state FETCHED, its entry, and its page if one could be had (`body` empty otherwise).

    `page_problem` says why there is no page; it ends up in the article's `reason`.
    """

    article: Article
    entry: Entry
    body: bytes = b""
    charset: str = ""
    final_url: str = ""
    page_problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The article in state EXTRACTED (or SET_ASIDE, with a reason, when there is no text at all) and its passages."""

    article: Article
    passages: tuple[Passage, ...]


class Extractor(Protocol):
    """Same bytes, same text and passages. Yields one result per job, in order; never raises for one of them.

    `article.text[p.start:p.end] == p.text` for every passage; page boilerplate is in none of them.
    """

    def extract(self, jobs: Sequence[ExtractJob]) -> Iterator[Extracted]: ...

    def close(self) -> None:
        """End worker processes. Safe to call twice."""
