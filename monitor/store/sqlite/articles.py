"""Articles and their passages, and what waits for which stage."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from monitor.errors import NotFound
from monitor.models import AlertState, Article, ArticleState, Entry, Passage, Stage
from monitor.store.base import ArticleFilter
from monitor.store.extracted import articles_with_passages
from monitor.store.plain import clean_text, time_text
from monitor.store.sqlite.feeds import ENTRIES
from monitor.store.sqlite.part import ARTICLES, PASSAGES, Part, at_most
from monitor.store.sqlite.rows import Where, ids_text

WAITS_FOR = {
    ArticleState.FETCHED: Stage.EXTRACT,
    ArticleState.EXTRACTED: Stage.EMBED,
    ArticleState.EMBEDDED: Stage.CLUSTER,
    ArticleState.CLUSTERED: Stage.JUDGE,
}
PENDING = """
    SELECT * FROM articles WHERE state = ?
    ORDER BY first_seen_at, published_at IS NULL, published_at, id LIMIT ?
"""


class ArticlePart(Part):
    def pending(self, stage: Stage, *, limit: int) -> list[Article]:
        state = next((state for state, waits_for in WAITS_FOR.items() if waits_for is stage), None)
        if state is None:
            raise ValueError(f"no article waits for {stage!r}; alerts are taken with lease_alerts")
        with self._database.read() as connection:
            return [ARTICLES.read(row) for row in connection.execute(PENDING, (state.value, at_most(limit)))]

    def backlog(self) -> dict[Stage, int]:
        waiting = (AlertState.WAITING.value, AlertState.FAILED.value)
        with self._database.read_at_once() as connection:
            states = dict(map(tuple, connection.execute("SELECT state, count(*) FROM articles GROUP BY state")))
            alerts = connection.execute("SELECT count(*) FROM alerts WHERE state IN (?, ?)", waiting).fetchone()[0]
        return {stage: states.get(state.value, 0) for state, stage in WAITS_FOR.items()} | {Stage.ALERT: alerts}

    def entries_of(self, article_ids: Sequence[str]) -> dict[str, Entry]:
        sql = "SELECT * FROM entries WHERE article_id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            rows = connection.execute(sql, (ids_text(article_ids),))
            return {row["article_id"]: ENTRIES.read(row) for row in rows}

    def article(self, article_id: str) -> Article:
        found = self.articles_by_ids([article_id])
        if not found:
            raise NotFound(f"the store holds no article {article_id}; `monitor articles list` shows those it holds")
        return next(iter(found.values()))

    def articles(self, which: ArticleFilter, *, limit: int) -> list[Article]:
        where = Where()
        if which.story_id:
            where.add("story_id = ?", clean_text(which.story_id))
        if which.publisher:
            where.add("publisher = ?", clean_text(which.publisher))
        if which.state is not None:
            where.add("state = ?", which.state.value)
        if which.since is not None:
            where.add("first_seen_at >= ?", time_text(which.since))
        sql = f"SELECT * FROM articles WHERE {where} ORDER BY first_seen_at DESC, id LIMIT ?"  # noqa: S608  own words
        with self._database.read() as connection:
            return [ARTICLES.read(row) for row in connection.execute(sql, (*where.values, at_most(limit)))]

    def articles_by_ids(self, article_ids: Sequence[str]) -> dict[str, Article]:
        sql = "SELECT * FROM articles WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            found = [ARTICLES.read(row) for row in connection.execute(sql, (ids_text(article_ids),))]
        return {article.id: article for article in found}

    def articles_of_story(self, story_id: str, *, limit: int) -> list[Article]:
        sql = "SELECT * FROM articles WHERE story_id = ? ORDER BY first_seen_at, id LIMIT ?"
        with self._database.read() as connection:
            rows = connection.execute(sql, (clean_text(story_id), at_most(limit)))
            return [ARTICLES.read(row) for row in rows]

    def copies_of(self, article_ids: Sequence[str]) -> dict[str, list[Article]]:
        sql = """
            SELECT * FROM articles WHERE copy_of <> '' AND copy_of IN (SELECT value FROM json_each(?))
            ORDER BY first_seen_at, id
        """
        found: dict[str, list[Article]] = {}
        with self._database.read() as connection:
            for row in connection.execute(sql, (ids_text(article_ids),)):
                found.setdefault(row["copy_of"], []).append(ARTICLES.read(row))
        return found

    def save_extracted(self, articles: Sequence[Article], passages: Sequence[Passage]) -> None:
        extracted = articles_with_passages(articles, passages)
        with self._database.write() as connection:
            for article, own in extracted.values():
                if _was_revised_since(connection, article):
                    continue
                ARTICLES.put(connection, article)
                _forget_passages(connection, article.id, but=[passage.id for passage in own])
                for passage in own:
                    PASSAGES.put(connection, passage)

    def set_aside(self, article_id: str, reason: str) -> None:
        sql = "UPDATE articles SET state = ?, reason = ? WHERE id = ?"
        values = (ArticleState.SET_ASIDE.value, clean_text(reason), clean_text(article_id))
        with self._database.write() as connection:
            if connection.execute(sql, values).rowcount == 0:
                raise NotFound(f"the store holds no article {article_id} that could be set aside")

    def reset(self, article_ids: Sequence[str], state: ArticleState) -> None:
        ids = ids_text(article_ids)
        with self._database.write() as connection:
            connection.execute(
                "UPDATE articles SET state = ?, reason = '' WHERE id IN (SELECT value FROM json_each(?))",
                (state.value, ids),
            )
            if WAITS_FOR.get(state) in (Stage.EXTRACT, Stage.EMBED, Stage.CLUSTER):
                # To be decided again: the old decision must not meet the article as its own copy.
                connection.execute("DELETE FROM decisions WHERE article_id IN (SELECT value FROM json_each(?))", (ids,))

    def passages_of(self, article_ids: Sequence[str]) -> dict[str, list[Passage]]:
        sql = """
            SELECT * FROM passages WHERE article_id IN (SELECT value FROM json_each(?))
            ORDER BY article_id, "index", id
        """
        found: dict[str, list[Passage]] = {article_id: [] for article_id in article_ids}
        with self._database.read() as connection:
            for row in connection.execute(sql, (ids_text(article_ids),)):
                found.setdefault(row["article_id"], []).append(PASSAGES.read(row))
        return found


def _was_revised_since(connection: sqlite3.Connection, article: Article) -> bool:
    """A poll brought a later revision while this one was extracted: it waits, and must not be covered up."""
    row = connection.execute("SELECT revision FROM articles WHERE id = ?", (clean_text(article.id),)).fetchone()
    return row is not None and row["revision"] > article.revision


def _forget_passages(connection: sqlite3.Connection, article_id: str, *, but: Sequence[str]) -> None:
    """Remove an article's passages, with their vectors and verdicts, except those that stay."""
    sql = "SELECT id FROM passages WHERE article_id = ? AND id NOT IN (SELECT value FROM json_each(?))"
    gone = ids_text(row["id"] for row in connection.execute(sql, (clean_text(article_id), ids_text(but))))
    forget_judgements(connection, gone)
    connection.execute("DELETE FROM passages WHERE id IN (SELECT value FROM json_each(?))", (gone,))


def forget_judgements(connection: sqlite3.Connection, passages: str) -> None:
    """Remove vectors and verdicts of passages; `passages` are ids as `ids_text` gives them."""
    connection.execute("DELETE FROM vectors WHERE owner_id IN (SELECT value FROM json_each(?))", (passages,))
    connection.execute("DELETE FROM verdicts WHERE passage_id IN (SELECT value FROM json_each(?))", (passages,))


def mark(connection: sqlite3.Connection, article_ids: Sequence[str], state: ArticleState) -> None:
    """Move articles on. One that waits for extraction stays: it was revised or reset while it was worked on."""
    connection.execute(
        "UPDATE articles SET state = ? WHERE state <> ? AND id IN (SELECT value FROM json_each(?))",
        (state.value, ArticleState.FETCHED.value, ids_text(article_ids)),
    )
