"""Write the day's digest for everybody who gets one: also on a day without news, so that silence can be read."""

from __future__ import annotations

from datetime import timedelta

from monitor.alert.digest import DigestData, plan_digest
from monitor.pipeline.ports import Services
from monitor.store.base import ArticleFilter

DAY = timedelta(days=1)
MOST_ARTICLES = 20_000


def write_digests(services: Services) -> int:
    """Put one digest per recipient and day into the outbox; how many are new."""
    now = services.clock()
    since = now - DAY
    store = services.store
    findings = store.findings()
    cited = {piece.article_id for finding in findings if finding.updated_at >= since for piece in finding.evidence}
    data = DigestData(
        since=since,
        until=now,
        findings=findings,
        positions={position.id: position for position in store.positions(include_withdrawn=True)},
        stories={story.id: story for story in store.stories(limit=MOST_ARTICLES, seeds_only=True)},
        articles=store.articles(ArticleFilter(since=since), limit=MOST_ARTICLES),
        copies=store.copies_of(sorted(cited)),
        feeds=services.feeds(),
        feed_states=store.feed_states(),
        backlog=store.backlog(),
    )
    return store.create_alerts(plan_digest(data, settings=services.settings.alert, now=now))
