"""Stories, clustering's decisions, and what the clusterer wants back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.errors import NotFound
from monitor.models import ArticleState, Story
from monitor.store.base import ClusterRecord, StoredMemo
from monitor.store.plain import clean_text, time_text, to_json
from monitor.store.sqlite.articles import mark
from monitor.store.sqlite.part import STORIES, Part, at_most
from monitor.store.sqlite.rows import ids_text, read_vector

_DECIDED = """
    FROM articles
    CROSS JOIN decisions ON decisions.article_id = articles.id
    CROSS JOIN vectors ON vectors.owner_id = articles.id AND vectors.model = ?
    WHERE articles.first_seen_at >= ?
"""
LIVE_MEMOS = f"""
    SELECT articles.id, articles.publisher, articles.first_seen_at,
        decisions.story_id, decisions.copy_of, decisions.memo, vectors.vector
    {_DECIDED}
    ORDER BY articles.first_seen_at, articles.published_at IS NULL, articles.published_at, articles.id
"""
"""CROSS JOIN keeps SQLite to this order of tables: arrivals are then read in order, with nothing to sort."""

PUT_DECISION = """
    INSERT INTO decisions (article_id, story_id, copy_of, why, memo) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (article_id) DO UPDATE SET
        story_id = excluded.story_id, copy_of = excluded.copy_of, why = excluded.why, memo = excluded.memo
"""


class StoryPart(Part):
    def live_memos(self, *, since: datetime, model: str) -> list[StoredMemo]:
        with self._database.read() as connection:
            rows = connection.execute(LIVE_MEMOS, (clean_text(model), time_text(since)))
            return [_read_memo(row) for row in rows]

    def count_memos(self, *, since: datetime, model: str) -> int:
        with self._database.read() as connection:
            found = connection.execute(f"SELECT COUNT(*) {_DECIDED}", (clean_text(model), time_text(since)))
            return int(found.fetchone()[0])

    def read_blob(self, name: str) -> bytes:
        with self._database.read() as connection:
            row = connection.execute("SELECT content FROM blobs WHERE name = ?", (clean_text(name),)).fetchone()
        return bytes(row["content"]) if row else b""

    def save_clustered(
        self,
        records: Sequence[ClusterRecord],
        stories: Sequence[Story],
        *,
        blob: tuple[str, bytes],
        moves: Mapping[str, str] | None = None,
    ) -> None:
        name, content = blob
        with self._database.write() as connection:
            for record in records:
                _keep_decision(connection, record)
            pairs = [(clean_text(story_id), clean_text(article_id)) for article_id, story_id in (moves or {}).items()]
            connection.executemany("UPDATE articles SET story_id = ? WHERE id = ?", pairs)
            connection.executemany("UPDATE decisions SET story_id = ? WHERE article_id = ?", pairs)
            for story in stories:
                STORIES.put(connection, story)
            connection.execute(
                "INSERT OR REPLACE INTO blobs (name, content) VALUES (?, ?)", (clean_text(name), content)
            )
            mark(connection, [record.article_id for record in records], ArticleState.CLUSTERED)

    def story(self, story_id: str) -> Story:
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM stories WHERE id = ?", (clean_text(story_id),)).fetchone()
        if row is None:
            raise NotFound(f"the store holds no story {story_id}; `monitor stories list` shows those it holds")
        return STORIES.read(row)

    def stories_by_ids(self, story_ids: Sequence[str]) -> dict[str, Story]:
        sql = "SELECT * FROM stories WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            return {row["id"]: STORIES.read(row) for row in connection.execute(sql, (ids_text(story_ids),))}

    def stories(self, *, limit: int, seeds_only: bool = False) -> list[Story]:
        sql = "SELECT * FROM stories WHERE is_seed >= ? ORDER BY is_seed DESC, last_article_at DESC, id LIMIT ?"
        with self._database.read() as connection:
            return [STORIES.read(row) for row in connection.execute(sql, (int(seeds_only), at_most(limit)))]

    def why_of(self, article_id: str) -> dict[str, Any]:
        sql = "SELECT why FROM decisions WHERE article_id = ?"
        with self._database.read() as connection:
            row = connection.execute(sql, (clean_text(article_id),)).fetchone()
        why: dict[str, Any] = json.loads(row["why"]) if row else {}
        return why


def _read_memo(row: sqlite3.Row) -> StoredMemo:
    return StoredMemo(
        article_id=row["id"],
        story_id=row["story_id"],
        copy_of=row["copy_of"],
        publisher=row["publisher"],
        at=datetime.fromisoformat(row["first_seen_at"]),
        vector=read_vector(row["vector"]),
        memo=bytes(row["memo"]),
    )


def _keep_decision(connection: sqlite3.Connection, record: ClusterRecord) -> None:
    article_id, story_id, copy_of = map(clean_text, (record.article_id, record.story_id, record.copy_of))
    changed = connection.execute(
        "UPDATE articles SET story_id = ?, copy_of = ? WHERE id = ?", (story_id, copy_of, article_id)
    )
    if changed.rowcount == 0:  # deleted by retention while it was clustered
        return
    connection.execute(PUT_DECISION, (article_id, story_id, copy_of, to_json(record.why), record.memo))
    old = [int(not is_novel) for is_novel in record.novel_passages]
    connection.execute(
        """UPDATE passages SET is_novel = "index" NOT IN (SELECT key FROM json_each(?) WHERE value = 1)
           WHERE article_id = ?""",
        (to_json(old), article_id),
    )
