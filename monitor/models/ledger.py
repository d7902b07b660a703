"""What is watched: stories, and the positions that somebody took, with the offices they speak for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    title: str = ""
    publisher: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Who held an office, from when until when (`until_on` None: still)."""

    holder: str
    aliases: tuple[str, ...] = ()
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Holder said one declarative statement about one topic on one date; valid until superseded."""

    id: str
    story_id: str
    holder: str
    aliases: tuple[str, ...] = ()
    office: str = ""
    """Id of the office that the holder speaks for, or empty."""
    topic: str
    statement: str
    stated_on: date
    source: Source = field(default_factory=Source)
    valid_until: date | None = None
    superseded_by: str = ""

    def is_valid_on(self, day: date) -> bool:
        """Positions are dated: one stated later, or no longer valid, says nothing about this day's article."""
        return self.stated_on <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedArticle:
    title: str
    publisher: str = ""
    url: str = ""
    published_on: date | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One seed file: a story with its articles, offices and positions."""

    id: str
    title: str
    summary: str
    language: str = "en"
    articles: tuple[SeedArticle, ...] = ()
    offices: tuple[Office, ...] = ()
    positions: tuple[Position, ...] = ()
    path: str = ""


class StoryState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"  # quiet for longer than the live window; its id stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A cluster of articles about one thing. `state_blob` is the clusterer's own summary of the members."""

    id: str
    title: str
    is_seed: bool = False
    summary: str = ""
    state: StoryState = StoryState.OPEN
    opened_at: datetime
    last_article_at: datetime
    article_count: int = 0
    """Articles, copies included."""
    publisher_count: int = 0
    """Independent publishers, copies not counted."""
    state_blob: dict[str, Any] = field(default_factory=dict)
