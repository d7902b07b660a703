"""Gather what the HTML report shows."""

from __future__ import annotations

from monitor.alert.report import ReportData, StoryArticles
from monitor.pipeline.cluster_stories import merged_into, threads_of
from monitor.pipeline.ports import Services

MOST_STORIES = 60
MOST_ARTICLES = 200
"""Per story; the story itself says how many there are."""
MOST_FINDINGS = 2_000


def gather_report(services: Services) -> ReportData:
    """Seed stories first, then the newest. Reads alone; loads no model."""
    store = services.store
    stories = [
        StoryArticles(
            story=story,
            articles=store.articles_of_story(story.id, limit=MOST_ARTICLES),
            threads=threads_of(story),
        )
        for story in store.stories(limit=MOST_STORIES)
        if not merged_into(story)
    ]
    return ReportData(
        generated_at=services.clock(),
        stories=stories,
        positions=store.positions(),
        findings=store.findings(limit=MOST_FINDINGS),
        feeds=services.feeds(),
        feed_states=store.feed_states(),
        backlog=store.backlog(),
        articles_total=store.counts().articles,
        kibana_url=services.settings.alert.kibana_url,
        kibana_prefix=services.settings.alert.kibana_prefix,
    )
