"""The invented news: its values, and how they are read.

In: news.yaml. Out: `News`, the publishers and their articles as of any of the ten days.
Never: opens a connection, reads the clock.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is ten times as fast
NEWS_PATH = Path(__file__).parent / "news.yaml"
FIRST_DAY_AT = datetime(2025, 3, 3, tzinfo=UTC)


class FeedFormat(StrEnum):
    RSS2 = "rss2"
    RSS1 = "rss1"
    RSS091 = "rss091"
    ATOM = "atom"
    JSONFEED = "jsonfeed"


class FeedCarries(StrEnum):
    SUMMARY = "summary"
    FULLTEXT = "fulltext"


class Failure(StrEnum):
    HTTP500 = "http500"
    HTML_INSTEAD_OF_FEED = "html-instead-of-feed"
    PAGE404 = "page404"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    key: str
    name: str
    domain: str
    feed_format: FeedFormat
    feed_carries: FeedCarries
    fails: Failure | None

    @property
    def feed_name(self) -> str:
        return "feed.json" if self.feed_format is FeedFormat.JSONFEED else "feed.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    id: str
    publisher: str
    title: str
    author: str
    published_at: datetime
    language: str
    day: int
    copy_of: str | None
    top: tuple[str, ...]
    bottom: tuple[str, ...]
    body: tuple[str, ...]
    revised_on_day: int | None
    revised_body: tuple[str, ...]

    def body_on(self, day: int) -> tuple[str, ...]:
        """The paragraphs as a visitor sees them on that day."""
        return self.revised_body if self._is_revised(day) else self.body

    def updated_at_on(self, day: int) -> datetime:
        """The last change up to that day: an edit happens at the hour of publication, days later."""
        if self.revised_on_day is None or not self._is_revised(day):
            return self.published_at
        return self.published_at + timedelta(days=self.revised_on_day - self.day)

    def _is_revised(self, day: int) -> bool:
        return self.revised_on_day is not None and day >= self.revised_on_day


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    publishers: tuple[Publisher, ...]
    articles: tuple[Article, ...]

    @property
    def last_day(self) -> int:
        return max(article.day for article in self.articles)

    def publisher(self, key: str) -> Publisher:
        """Raises `KeyError` for a key that news.yaml does not hold."""
        return {publisher.key: publisher for publisher in self.publishers}[key]

    def articles_of(self, publisher: Publisher, *, day: int) -> list[Article]:
        """What the publisher has brought out up to and on that day, newest first."""
        out = [a for a in self.articles if a.publisher == publisher.key and a.day <= day]
        return sorted(out, key=lambda article: article.published_at, reverse=True)

    def changed_at(self, publisher: Publisher, *, day: int) -> datetime:
        """When the publisher's feed last changed up to that day."""
        changes = (article.updated_at_on(day) for article in self.articles_of(publisher, day=day))
        return max(changes, default=FIRST_DAY_AT)


def load_news(path: Path = NEWS_PATH) -> News:
    """Read the file; a `KeyError` or `ValueError` names what it lacks."""
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=YAML_LOADER)
    return News(
        publishers=tuple(_read_publisher(row) for row in document["publishers"]),
        articles=tuple(_read_article(row) for row in document["articles"]),
    )


def _read_publisher(row: dict[str, Any]) -> Publisher:
    return Publisher(
        key=row["key"],
        name=row["name"],
        domain=row["domain"],
        feed_format=FeedFormat(row["feed_format"]),
        feed_carries=FeedCarries(row["feed_carries"]),
        fails=Failure(row["fails"]) if row["fails"] else None,
    )


def _read_article(row: dict[str, Any]) -> Article:
    return Article(
        id=row["id"],
        publisher=row["publisher"],
        title=row["title"],
        author=row["author"],
        published_at=datetime.fromisoformat(row["published_at"]),
        language=row["language"],
        day=row["day"],
        copy_of=row["copy_of"],
        top=tuple(row["boilerplate"]["top"]),
        bottom=tuple(row["boilerplate"]["bottom"]),
        body=tuple(row["body"]),
        revised_on_day=row.get("revised_on_day"),
        revised_body=tuple(row.get("revised_body", ())),
    )
