"""Small makers of jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from monitor.extract import Extracted, ExtractJob
from monitor.models import Article, Entry

SEEN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Extract = Callable[[ExtractJob], Extracted]


def make_job(
    body: bytes = b"",
    *,
    title: str = "Harbour council votes on the new ferry line",
    content: str = "",
    summary: str = "",
    charset: str = "",
    language: str = "",
    problem: str = "",
    authors: tuple[str, ...] = (),
    published_at: datetime | None = None,
    url: str = "https://news.example.org/local/ferry-vote",
) -> ExtractJob:
    article = Article(
        id="a-1",
        url=url,
        canonical_url=url,
        feed_url="https://news.example.org/feed",
        publisher="example.org",
        title=title,
        first_seen_at=SEEN_AT,
    )
    entry = Entry(
        id="e-1",
        feed_url=article.feed_url,
        guid="g",
        url=url,
        title=title,
        content=content,
        summary=summary,
        language=language,
        authors=authors,
        published_at=published_at,
    )
    return ExtractJob(article=article, entry=entry, body=body, charset=charset, final_url=url, page_problem=problem)
