"""What comes in: feeds, their entries, and the articles, passages and vectors made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.models.identity import Vector


class FeedHealth(StrEnum):
    NEW = "new"  # never polled
    OK = "ok"
    FAILING = "failing"  # the last poll failed; will be tried again
    GONE = "gone"  # the server says 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that the user listed: `http(s):` or `file:` URL."""

    url: str
    title: str = ""
    publisher: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What we know of a feed between polls. `reason` says in plain words why it is not OK."""

    url: str
    health: FeedHealth = FeedHealth.NEW
    reason: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    next_poll_at: datetime | None = None
    failures_in_row: int = 0
    polls: int = 0
    entries_seen: int = 0
    new_entries: int = 0
    interval_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, as delivered: claims, not facts. `content` is cleaned HTML."""

    id: str
    feed_url: str
    guid: str
    url: str
    title: str
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    content_hash: str = ""
    """Changes when title, summary or content change: a revision of the same item."""


class ArticleState(StrEnum):
    """The last stage that is done."""

    FETCHED = "fetched"
    EXTRACTED = "extracted"
    EMBEDDED = "embedded"
    CLUSTERED = "clustered"
    JUDGED = "judged"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page by one publisher. `first_seen_at` is our clock; `published_at` is the feed's or page's claim."""

    id: str
    url: str
    canonical_url: str
    feed_url: str
    publisher: str
    """Registered domain, or the feed's publisher where the URL has none: what "independent" counts."""
    title: str
    text: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    published_at: datetime | None = None
    first_seen_at: datetime
    state: ArticleState = ArticleState.FETCHED
    reason: str = ""
    """Why it was set aside, or which fall-back served."""
    content_hash: str = ""
    revision: int = 0
    story_id: str = ""
    copy_of: str = ""
    """Id of the origin (earliest seen) article when this is a copy, else empty."""

    @property
    def ordered_at(self) -> datetime:
        """The time that orders it: our own clock."""
        return self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One to three sentences of an article: `article.text[start:end] == text`. The unit that is judged."""

    id: str
    article_id: str
    index: int
    start: int
    end: int
    text: str
    context: str = ""
    """The sentences just before (up to two), so that pronouns and speakers can be resolved."""
    is_novel: bool = True
    """False when an earlier copy of the article carries the same passage: it is not judged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """A unit vector of one passage or article, with the model that made it."""

    owner_id: str
    model: str
    """Name and revision, `name@revision`: vectors of different models are never compared."""
    vector: Vector
