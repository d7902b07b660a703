"""Find articles by words and by nearness of meaning.

In: what a person typed, perhaps its vector. Out: each article found once, shown by its best passage.
Never: lets a query fail on its syntax; every word is quoted. Nearness compares with every vector in the time
window, newest first and up to a limit, so that neither time nor memory grow without bound.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from monitor.models import Article, Passage, Vector
from monitor.store.base import SearchFilter, SearchHit
from monitor.store.hits import CANDIDATES, PER_ARTICLE, TITLE_WEIGHT, fuse, nearest_passages, query_words, show_best
from monitor.store.plain import clean_text, time_text
from monitor.store.sqlite.part import ARTICLES, PASSAGES, Part, at_most
from monitor.store.sqlite.rows import Where, ids_text
from monitor.store.sqlite.vectors import ARTICLE, PASSAGE

VECTORS_COMPARED = 200_000
"""Of each kind, the newest: about 300 MB read at 384 dimensions, in batches."""
BATCH = 4_096

BY_WORDS = """
    SELECT articles.id FROM (
        SELECT rowid AS seq, bm25(articles_words, {weight}, 1.0) AS rank FROM articles_words
        WHERE articles_words MATCH ? AND {where} ORDER BY rank, seq LIMIT ?
    ) AS found
    JOIN articles ON articles.seq = found.seq ORDER BY found.rank, articles.id
"""
WHICH_ARTICLES = "{column} IN (SELECT {key} FROM articles WHERE {where})"
VECTORS = """
    SELECT rowid, vector FROM vectors
    WHERE kind = ? AND model = ? AND length(vector) = ? AND {where} ORDER BY at DESC, owner_id LIMIT ?
"""


class SearchPart(Part):
    def search(
        self, query: str, *, vector: Vector | None, model: str, which: SearchFilter, limit: int
    ) -> list[SearchHit]:
        words = query_words(query)
        depth = max(CANDIDATES, limit)
        with self._database.read_at_once() as connection:
            by_words = _rank_by_words(connection, words, which, depth=depth)
            near = [] if vector is None else _rank_by_nearness(connection, vector, model, which, depth=depth)
            nearest = nearest_passages(near)
            scores = dict(list(fuse(by_words, nearest).items())[: at_most(limit)])
            articles, passages = _load(connection, list(scores))
        return show_best(scores, articles, passages, words=words, nearest=nearest)


def _rank_by_words(
    connection: sqlite3.Connection, words: Sequence[str], which: SearchFilter, *, depth: int
) -> list[str]:
    """Articles with all words, best first; if they are few, then those with some."""
    if not words:
        return []
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    found = _match(connection, " AND ".join(quoted), which, depth=depth)
    if len(found) < depth and len(words) > 1:
        found += _match(connection, " OR ".join(quoted), which, depth=depth)
    return _unique(found)[:depth]


def _match(connection: sqlite3.Connection, expression: str, which: SearchFilter, *, depth: int) -> list[str]:
    where = _restricted(_conditions(which), column="rowid", key="seq")
    sql = BY_WORDS.format(where=where, weight=TITLE_WEIGHT)
    return [row["id"] for row in connection.execute(sql, (expression, *where.values, depth))]


def _restricted(articles: Where, *, column: str, key: str) -> Where:
    """The condition that a column names one of the articles; none at all when all of them will do."""
    where = Where()
    if articles.values:
        where.add(WHICH_ARTICLES.format(column=column, key=key, where=articles), *articles.values)
    return where


def _conditions(which: SearchFilter) -> Where:
    where = _window(which, column="articles.first_seen_at")
    if which.publisher:
        where.add("articles.publisher = ?", clean_text(which.publisher))
    if which.story_id:
        where.add("articles.story_id = ?", clean_text(which.story_id))
    if which.position_id or which.verdict is not None:
        where.add(*_judged(which))
    return where


def _window(which: SearchFilter, *, column: str) -> Where:
    where = Where()
    if which.since is not None:
        where.add(f"{column} >= ?", time_text(which.since))
    if which.until is not None:
        where.add(f"{column} < ?", time_text(which.until))
    return where


def _judged(which: SearchFilter) -> tuple[str, ...]:
    where = Where()
    if which.position_id:
        where.add("verdicts.position_id = ?", clean_text(which.position_id))
    if which.verdict is not None:
        where.add("verdicts.label = ?", which.verdict.value)
    join = "SELECT passages.article_id FROM verdicts JOIN passages ON passages.id = verdicts.passage_id"
    return (f"articles.id IN ({join} WHERE {where})", *map(str, where.values))


def _rank_by_nearness(
    connection: sqlite3.Connection, vector: Vector, model: str, which: SearchFilter, *, depth: int
) -> list[tuple[str, str]]:
    """Articles and their passages by cosine (vectors are of unit length), nearest first."""
    wanted = np.asarray(vector, dtype=np.float32).ravel()
    rows, scores = [], []
    for kind in (ARTICLE, PASSAGE):
        for numbers, matrix in _vectors(connection, kind, model, which, size=wanted.size):
            rows.append(numbers)
            scores.append(matrix @ wanted)
    if not rows:
        return []
    return _owners(connection, _best(np.concatenate(rows), np.concatenate(scores), depth=depth))


def _vectors(
    connection: sqlite3.Connection, kind: str, model: str, which: SearchFilter, *, size: int
) -> Iterator[tuple[npt.NDArray[np.int64], Vector]]:
    """Row numbers `(n,)` and their vectors `(n, size)`, batch by batch."""
    where = _window(which, column="at")
    beyond_time = replace(which, since=None, until=None)  # `at` says it already, and from the index
    restricted = _restricted(_conditions(beyond_time), column="article_id", key="id")
    where.add(str(restricted), *restricted.values)
    sql = VECTORS.format(where=where)
    cursor = connection.execute(sql, (kind, clean_text(model), size * 4, *where.values, VECTORS_COMPARED))
    while batch := cursor.fetchmany(BATCH):
        matrix = np.frombuffer(b"".join(row[1] for row in batch), dtype="<f4").reshape(-1, size)
        yield np.array([row[0] for row in batch], dtype=np.int64), matrix


def _best(rows: npt.NDArray[np.int64], scores: Vector, *, depth: int) -> list[int]:
    """Row numbers of the best scores, best first. An article has many passages: more are taken than asked for."""
    finite = np.isfinite(scores)
    rows, scores = rows[finite], scores[finite]
    order = np.argsort(-scores, kind="stable")[: depth * PER_ARTICLE]
    return [int(row) for row in rows[order]]


def _owners(connection: sqlite3.Connection, rows: Sequence[int]) -> list[tuple[str, str]]:
    sql = """
        SELECT vectors.kind, vectors.owner_id, vectors.article_id
        FROM json_each(?) AS wanted CROSS JOIN vectors ON vectors.rowid = wanted.value ORDER BY wanted.key
    """
    found = connection.execute(sql, (f"[{','.join(map(str, rows))}]",))
    return [(row["article_id"], row["owner_id"] if row["kind"] == PASSAGE else "") for row in found]


def _unique(ids: Sequence[str] | Iterator[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _load(
    connection: sqlite3.Connection, article_ids: Sequence[str]
) -> tuple[dict[str, Article], dict[str, list[Passage]]]:
    ids = (ids_text(article_ids),)
    rows = connection.execute("SELECT * FROM articles WHERE id IN (SELECT value FROM json_each(?))", ids)
    articles = {row["id"]: ARTICLES.read(row) for row in rows}
    passages: dict[str, list[Passage]] = {}
    sql = """
        SELECT * FROM passages WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY article_id, "index", id
    """
    for row in connection.execute(sql, ids):
        passages.setdefault(row["article_id"], []).append(PASSAGES.read(row))
    return articles, passages
