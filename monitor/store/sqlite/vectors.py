"""Vectors of articles and passages, as float32 blobs with the model that made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from monitor.models import ArticleState, Embedding, Vector
from monitor.store.plain import clean_text
from monitor.store.sqlite.articles import mark
from monitor.store.sqlite.part import Part, at_most
from monitor.store.sqlite.rows import ids_text, read_vector, vector_blob

ARTICLE, PASSAGE, OTHER = "article", "passage", ""

OWNERS = """
    SELECT id AS owner_id, 'article' AS kind, id AS article_id, first_seen_at FROM articles
    WHERE id IN (SELECT value FROM json_each(:ids))
    UNION ALL
    SELECT passages.id, 'passage', articles.id, articles.first_seen_at
    FROM passages JOIN articles ON articles.id = passages.article_id
    WHERE passages.id IN (SELECT value FROM json_each(:ids))
"""
OTHER_MODELS = """
    SELECT vectors.owner_id FROM vectors CROSS JOIN articles ON articles.id = vectors.article_id
    WHERE vectors.kind = 'article' AND vectors.model <> ? AND articles.state NOT IN ('fetched', 'set aside')
    ORDER BY vectors.at, vectors.owner_id LIMIT ?
"""
PUT = """
    INSERT INTO vectors (owner_id, kind, article_id, at, model, vector) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (owner_id) DO UPDATE SET kind = excluded.kind, article_id = excluded.article_id, at = excluded.at,
        model = excluded.model, vector = excluded.vector
"""


class VectorPart(Part):
    def save_embedded(self, article_ids: Sequence[str], embeddings: Sequence[Embedding]) -> None:
        blobs = [vector_blob(embedding.vector) for embedding in embeddings]
        with self._database.write() as connection:
            owners = _owners(connection, [embedding.owner_id for embedding in embeddings])
            for embedding, blob in zip(embeddings, blobs, strict=True):
                owner_id = clean_text(embedding.owner_id)
                place = owners.get(owner_id, (OTHER, "", ""))
                connection.execute(PUT, (owner_id, *place, clean_text(embedding.model), blob))
            mark(connection, article_ids, ArticleState.EMBEDDED)

    def vectors_of(self, owner_ids: Sequence[str], *, model: str) -> dict[str, Vector]:
        sql = "SELECT owner_id, vector FROM vectors WHERE owner_id IN (SELECT value FROM json_each(?)) AND model = ?"
        with self._database.read() as connection:
            rows = connection.execute(sql, (ids_text(owner_ids), clean_text(model)))
            return {row["owner_id"]: read_vector(row["vector"]) for row in rows}

    def articles_of_other_models(self, model: str, *, limit: int) -> list[str]:
        with self._database.read() as connection:
            rows = connection.execute(OTHER_MODELS, (clean_text(model), at_most(limit)))
            return [row["owner_id"] for row in rows]


def _owners(connection: sqlite3.Connection, owner_ids: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Kind, article and time of each owner that the store knows."""
    rows = connection.execute(OWNERS, {"ids": ids_text(owner_ids)})
    return {row["owner_id"]: (row["kind"], row["article_id"], row["first_seen_at"]) for row in rows}
