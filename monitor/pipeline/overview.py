"""What a person wants to know at a glance: feeds' health with reasons, backlog, coverage. Silence can be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.models import AlertState, Feed, FeedHealth, FeedState, Stage
from monitor.pipeline.ports import Services
from monitor.store.base import ArticleFilter, Counts

COVERAGE = timedelta(hours=24)
SILENT_AFTER = timedelta(days=3)
"""A feed that answers but brought nothing for so long is named: silence of the feed, or of the world?"""
MOST_ARTICLES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    feed: Feed
    state: FeedState
    is_silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`coverage_*` count what was first seen within the last day (at most `MOST_ARTICLES` articles)."""

    at: datetime
    feeds: tuple[FeedLine, ...]
    backlog: dict[Stage, int]
    counts: Counts
    coverage_articles: int
    coverage_publishers: int
    last_article_at: datetime | None
    warnings: tuple[str, ...]


def overview(services: Services) -> Overview:
    """Reads alone; loads no model."""
    now = services.clock()
    states = services.store.feed_states()
    lines = tuple(_line(feed, states.get(feed.url, FeedState(url=feed.url)), now=now) for feed in services.feeds())
    recent = services.store.articles(ArticleFilter(since=now - COVERAGE), limit=MOST_ARTICLES)
    newest = services.store.articles(ArticleFilter(), limit=1)
    counts = services.store.counts()
    return Overview(
        at=now,
        feeds=lines,
        backlog=services.store.backlog(),
        counts=counts,
        coverage_articles=len(recent),
        coverage_publishers=len({article.publisher for article in recent}),
        last_article_at=newest[0].first_seen_at if newest else None,
        warnings=tuple(_warnings(services, lines, counts)),
    )


def _line(feed: Feed, state: FeedState, *, now: datetime) -> FeedLine:
    heard_at = state.last_ok_at
    is_silent = state.health is FeedHealth.OK and not state.new_entries and state.polls > 1
    is_away = heard_at is not None and now - heard_at > SILENT_AFTER
    return FeedLine(feed=feed, state=state, is_silent=is_silent or is_away)


def _warnings(services: Services, lines: tuple[FeedLine, ...], counts: Counts) -> list[str]:
    found = []
    health = Counter(line.state.health for line in lines)
    if not lines:
        found.append(f"no feeds are listed; write some into {services.settings.feeds}")
    elif lines and not health[FeedHealth.OK] and not health[FeedHealth.NEW]:
        found.append("not one feed answers: is this machine connected?")
    if not counts.positions:
        found.append("no positions are loaded: nothing can be found; run `monitor seeds load`")
    if not services.settings.alert.recipients:
        found.append(f"nobody is told: write a recipient into {services.settings.alerts}")
    if counts.alerts.get(AlertState.GIVEN_UP):
        found.append(
            f"{counts.alerts[AlertState.GIVEN_UP]} alerts were given up: `monitor alerts list --state 'given up'`"
        )
    return found
