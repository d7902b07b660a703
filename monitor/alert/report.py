"""Write the report: one page of HTML with stories, timelines, findings and the monitor's own health.

In: `ReportData`, gathered by the caller. Out: a page that needs nothing else: no network, no script.
Never: reads a store or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.alert.compose import render
from monitor.alert.digest import BACKLOG_WORDS, HEALTH_WORDS
from monitor.alert.findings import denial_of
from monitor.alert.payload import finding_payload
from monitor.alert.timeline import Timeline, lay_out
from monitor.alert.view import FindingView, view_finding
from monitor.alert.words import clean, count_words, day_words, one_line, publisher_words, safe_url, time_words
from monitor.models import (
    Article,
    Feed,
    FeedHealth,
    FeedState,
    Finding,
    Grade,
    Position,
    Review,
    Stage,
    Story,
)

MAX_ARTICLES = 60
"""Articles that a story lists, earliest first; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryArticles:
    """A story with its articles (all, or as many as the caller cares to load; the story knows the count)."""

    story: Story
    articles: Sequence[Article] = ()
    threads: Sequence[Mapping[str, Any]] = ()
    """Its events, the latest first: title, opened_at, last_at (ISO 8601), articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """What the page shows. Findings whose position is not given are left out and counted."""

    generated_at: datetime
    stories: Sequence[StoryArticles] = ()
    positions: Sequence[Position] = ()
    findings: Sequence[Finding] = ()
    feeds: Sequence[Feed] = ()
    feed_states: Mapping[str, FeedState] = field(default_factory=dict)
    backlog: Mapping[Stage, int] = field(default_factory=dict)
    articles_total: int = 0
    kibana_url: str = ""
    kibana_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    view: FindingView
    seen: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    id: str
    holder: str
    topic: str
    statement: str
    stated: str
    source: str
    source_url: str
    story: str
    until: str
    timeline: Timeline | None
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    title: str
    url: str
    publisher: str
    seen: str
    published: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    title: str
    days: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    title: str
    summary: str
    is_seed: bool
    origin: str
    articles: tuple[ArticleRow, ...]
    copies: tuple[ArticleRow, ...]
    more: int
    threads: tuple[ThreadRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    title: str
    url: str
    is_ok: bool
    health: str
    reason: str
    last_ok: str
    entries: int


def render_report(data: ReportData) -> str:
    stories = {each.story.id: each.story for each in data.stories}
    positions = {position.id: position for position in data.positions}
    known = [finding for finding in data.findings if finding.position_id in positions]
    copies = _copies_by_origin(data.stories)
    rows = [
        (
            finding,
            _finding_row(finding, known, positions=positions, stories=stories, copies=copies, kibana=_kibana_of(data)),
        )
        for finding in sorted(known, key=lambda each: (each.first_seen_at, each.id), reverse=True)
    ]
    kept = [(finding, row) for finding, row in rows if finding.review is not Review.DISMISSED]
    feeds = [_feed_row(feed, data.feed_states) for feed in data.feeds]
    return render(
        "report.html.j2",
        {
            "generated": time_words(data.generated_at),
            "likely": [row for finding, row in kept if finding.grade is Grade.LIKELY],
            "possible": [row for finding, row in kept if finding.grade is Grade.POSSIBLE],
            "dismissed": [row for finding, row in rows if finding.review is Review.DISMISSED],
            "left_out": len(data.findings) - len(known),
            "positions": [_position_row(each, known, stories, data.generated_at) for each in data.positions],
            "stories": [_story_row(each) for each in data.stories],
            "feeds": sorted(feeds, key=lambda row: (row.is_ok, row.title.casefold())),
            "feeds_ok": sum(1 for row in feeds if row.is_ok),
            "backlog": [(words, data.backlog.get(stage, 0)) for stage, words in BACKLOG_WORDS.items()],
            "backlog_total": sum(data.backlog.values()),
            "articles_total": data.articles_total or sum(each.story.article_count for each in data.stories),
        },
    )


def _kibana_of(data: ReportData) -> dict[str, str]:
    return {"kibana_url": data.kibana_url, "kibana_prefix": data.kibana_prefix}


def _copies_by_origin(stories: Sequence[StoryArticles]) -> dict[str, list[Article]]:
    copies: dict[str, list[Article]] = {}
    for each in stories:
        for article in each.articles:
            if article.copy_of:
                copies.setdefault(article.copy_of, []).append(article)
    return copies


def _finding_row(
    finding: Finding,
    known: Sequence[Finding],
    *,
    positions: Mapping[str, Position],
    stories: Mapping[str, Story],
    copies: Mapping[str, Sequence[Article]],
    kibana: Mapping[str, str],
) -> FindingRow:
    payload = finding_payload(
        finding,
        position=positions[finding.position_id],
        story=stories.get(finding.story_id),
        copies=copies,
        answer=denial_of(finding, known),
    )
    return FindingRow(
        view=view_finding(payload, **kibana),
        seen=time_words(finding.first_seen_at),
        review="" if finding.review is Review.NONE else finding.review.value,
    )


def _position_row(
    position: Position, findings: Sequence[Finding], stories: Mapping[str, Story], until: datetime
) -> PositionRow:
    own = [each for each in findings if each.position_id == position.id and each.review is not Review.DISMISSED]
    story = stories.get(position.story_id)
    source = ", ".join(filter(None, (one_line(position.source.publisher, 100), one_line(position.source.title, 160))))
    return PositionRow(
        id=one_line(position.id, 100),
        holder=one_line(position.holder, 120),
        topic=one_line(position.topic, 160),
        statement=clean(position.statement, 1_500),
        stated=day_words(position.stated_on),
        source=source,
        source_url=safe_url(position.source.url),
        story=one_line(story.title if story else position.story_id, 200),
        until=day_words(position.valid_until) if position.valid_until else "",
        timeline=lay_out(position, own, until=until),
        findings=len(own),
    )


def _story_row(each: StoryArticles) -> StoryRow:
    story = each.story
    in_order = sorted(each.articles, key=lambda article: (article.first_seen_at, article.id))
    own = [article for article in in_order if not article.copy_of]
    copies = [article for article in in_order if article.copy_of]
    count = max(story.article_count, len(in_order))
    shown = min(len(own), MAX_ARTICLES) + min(len(copies), MAX_ARTICLES)
    return StoryRow(
        title=one_line(story.title, 200) or "(no title)",
        summary=clean(story.summary, 1_000),
        is_seed=story.is_seed,
        origin=_origin_words(story, in_order, count),
        articles=tuple(_article_row(article) for article in own[:MAX_ARTICLES]),
        copies=tuple(_article_row(article) for article in copies[:MAX_ARTICLES]),
        more=max(0, count - shown),
        threads=tuple(_thread_row(thread) for thread in each.threads),
    )


def _thread_row(thread: Mapping[str, Any]) -> ThreadRow:
    days = dict.fromkeys(day_words(str(thread[name])) for name in ("opened_at", "last_at"))
    title = one_line(thread["title"], 200) or "(no title)"
    return ThreadRow(title=title, days=" to ".join(days), articles=thread["articles"])


def _origin_words(story: Story, articles: Sequence[Article], count: int) -> str:
    publishers = story.publisher_count or len({article.publisher for article in articles if not article.copy_of})
    line = f"{count_words(count, 'article')}, {count_words(publishers, 'independent publisher')}"
    if not articles:
        return line
    first = articles[0]
    return f"{line}, earliest: {publisher_words(first.publisher)}, {time_words(first.first_seen_at)}"


def _article_row(article: Article) -> ArticleRow:
    return ArticleRow(
        title=one_line(article.title, 200) or "(no title)",
        url=safe_url(article.url),
        publisher=publisher_words(article.publisher),
        seen=time_words(article.first_seen_at),
        published=time_words(article.published_at) or "no date given",
    )


def _feed_row(feed: Feed, states: Mapping[str, FeedState]) -> FeedRow:
    state = states.get(feed.url, FeedState(url=feed.url))
    return FeedRow(
        title=one_line(feed.title or feed.publisher or feed.url, 120),
        url=one_line(feed.url, 200),
        is_ok=state.health is FeedHealth.OK,
        health=HEALTH_WORDS[state.health],
        reason=one_line(state.reason, 300),
        last_ok=time_words(state.last_ok_at) or "never",
        entries=state.entries_seen,
    )
