"""Leases, counts, retention and what the file wants once a day."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.models import AlertState, ArticleState
from monitor.store.base import Counts
from monitor.store.plain import clean_text, time_text
from monitor.store.sqlite.articles import forget_judgements
from monitor.store.sqlite.part import Part
from monitor.store.sqlite.rows import ids_text

TAKE_LEASE = """
    INSERT INTO leases (name, owner, until) VALUES (:name, :owner, :until)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE leases.owner = excluded.owner OR leases.until <= :now
"""
COUNTS = """
    SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM stories),
        (SELECT count(*) FROM positions WHERE NOT is_withdrawn), (SELECT count(*) FROM findings)
"""
UNCITED = """
    SELECT id FROM articles
    WHERE first_seen_at < ? AND NOT EXISTS (SELECT 1 FROM citations WHERE citations.article_id = articles.id)
"""


class UpkeepPart(Part):
    def acquire_lease(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        values = {
            "name": clean_text(name),
            "owner": clean_text(owner),
            "now": time_text(now),
            "until": time_text(until),
        }
        with self._database.write() as connection:
            return connection.execute(TAKE_LEASE, values).rowcount == 1

    def release_lease(self, name: str, *, owner: str) -> None:
        with self._database.write() as connection:
            connection.execute("DELETE FROM leases WHERE name = ? AND owner = ?", (clean_text(name), clean_text(owner)))

    def counts(self) -> Counts:
        with self._database.read_at_once() as connection:
            passages, stories, positions, findings = connection.execute(COUNTS).fetchone()
            articles = dict(map(tuple, connection.execute("SELECT state, count(*) FROM articles GROUP BY state")))
            alerts = dict(map(tuple, connection.execute("SELECT state, count(*) FROM alerts GROUP BY state")))
        return Counts(
            articles=sum(articles.values()),
            passages=passages,
            stories=stories,
            positions=positions,
            findings=findings,
            alerts={state: alerts.get(state.value, 0) for state in AlertState},
            articles_by_state={state: articles.get(state.value, 0) for state in ArticleState},
        )

    def delete_before(self, moment: datetime) -> int:
        with self._database.write() as connection:
            old = [row["id"] for row in connection.execute(UNCITED, (time_text(moment),))]
            _delete_articles(connection, ids_text(old))
        return len(old)

    def maintain(self) -> list[str]:
        """Fresh statistics for the planner, room of deleted rows given back, and the log folded into the file."""
        with self._database.read() as connection:
            free = connection.execute("PRAGMA freelist_count").fetchone()[0]
            connection.execute("PRAGMA optimize")
            connection.executescript("PRAGMA incremental_vacuum")  # `execute` would take its first step, one page
            left = connection.execute("PRAGMA freelist_count").fetchone()[0]
            page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if left >= free:
            return []
        return [f"store {self._database.name}: {(free - left) * page_bytes:,} bytes given back to the disk"]


def _delete_articles(connection: sqlite3.Connection, articles: str) -> None:
    """Passages, entries and decisions go with the article; `articles` are ids as `ids_text` gives them."""
    sql = "SELECT id FROM passages WHERE article_id IN (SELECT value FROM json_each(?))"
    forget_judgements(connection, ids_text(row["id"] for row in connection.execute(sql, (articles,))))
    connection.execute("DELETE FROM vectors WHERE owner_id IN (SELECT value FROM json_each(?))", (articles,))
    connection.execute("DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?))", (articles,))
