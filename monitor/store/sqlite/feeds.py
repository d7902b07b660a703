"""Feeds' states and what polls delivered."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from monitor.models import Article, ArticleState, Entry, FeedState
from monitor.store.base import MAX_REVISIONS, Arrival, Delivered
from monitor.store.plain import clean_text
from monitor.store.sqlite.part import ARTICLES, Part
from monitor.store.sqlite.rows import Table

FEEDS = Table(FeedState, "feeds", key=("url",))
ENTRIES = Table(Entry, "entries", key=("article_id",), extra=("article_id",))


class FeedPart(Part):
    def feed_states(self) -> dict[str, FeedState]:
        with self._database.read() as connection:
            states = [FEEDS.read(row) for row in connection.execute("SELECT * FROM feeds ORDER BY url")]
        return {state.url: state for state in states}

    def record_poll(self, state: FeedState, delivered: Sequence[Delivered]) -> list[Arrival]:
        with self._database.write() as connection:
            arrivals = _record_arrivals(connection, delivered)
            stored = connection.execute("SELECT * FROM feeds WHERE url = ?", (clean_text(state.url),)).fetchone()
            # Never below what is stored: a repeated call finds nothing new, and must not take the count back.
            before = max(state.new_entries, stored["new_entries"] if stored else 0)
            FEEDS.put(connection, replace(state, new_entries=before + arrivals.count(Arrival.NEW)))
        return arrivals


def _record_arrivals(connection: sqlite3.Connection, delivered: Sequence[Delivered]) -> list[Arrival]:
    """Of two items with one id in one document the first counts: else each poll would find both revised again."""
    seen: set[str] = set()
    arrivals = []
    for each in delivered:
        arrivals.append(Arrival.KNOWN if each.article.id in seen else _record_arrival(connection, each))
        seen.add(each.article.id)
    return arrivals


def _record_arrival(connection: sqlite3.Connection, delivered: Delivered) -> Arrival:
    article = delivered.article
    if ARTICLES.create(connection, article):
        ENTRIES.put(connection, delivered.entry, article.id)
        return Arrival.NEW
    row = connection.execute("SELECT * FROM articles WHERE id = ?", (clean_text(article.id),)).fetchone()
    stored = ARTICLES.read(row)
    if not _is_revision(article, stored):
        return Arrival.KNOWN
    ARTICLES.put(connection, _revised(article, stored))
    ENTRIES.put(connection, delivered.entry, article.id)
    return Arrival.REVISED


def _is_revision(article: Article, stored: Article) -> bool:
    return (
        clean_text(article.feed_url) == stored.feed_url
        and clean_text(article.content_hash) != stored.content_hash
        and stored.revision < MAX_REVISIONS
    )


def _revised(article: Article, stored: Article) -> Article:
    return replace(
        article,
        state=ArticleState.FETCHED,
        revision=stored.revision + 1,
        first_seen_at=stored.first_seen_at,
        story_id=stored.story_id,
        copy_of=stored.copy_of,
    )
