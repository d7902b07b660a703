"""Find articles by words (BM25) and by nearness of meaning (approximate kNN), fused by reciprocal rank here:
the server's own fusion needs a paid licence.

In: what a person typed, perhaps its vector. Out: each article found once, shown by its best passage.
Never: lets a query fail on its syntax; words are analysed, not parsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from monitor.models import Vector
from monitor.store.base import SearchFilter, SearchHit
from monitor.store.elastic.articles import ArticlePart
from monitor.store.elastic.client import Hit
from monitor.store.elastic.part import one_of
from monitor.store.elastic.vectors import PASSAGE
from monitor.store.hits import CANDIDATES, PER_ARTICLE, TITLE_WEIGHT, fuse, nearest_passages, query_words, show_best
from monitor.store.plain import clean_text, time_text

MOST_NEIGHBOURS = 2_000
"""Upper bound of kNN's k and of the candidates per shard; recall at 1.5 × k is what the benchmark measures."""
MOST_CANDIDATES = 10_000
"""The server takes no more."""
MOST_FILTERED = 20_000
"""Articles (newest first) that a filter on story, publisher or verdict may name for the vectors' search."""
ALL_WORDS_BOOST = 1_000.0
"""Puts articles with all words before those with some, whatever BM25 says."""


class SearchPart(ArticlePart):
    def search(
        self, query: str, *, vector: Vector | None, model: str, which: SearchFilter, limit: int
    ) -> list[SearchHit]:
        words = query_words(query)
        depth = max(CANDIDATES, limit)
        conditions = self._conditions(which)
        by_words = self._rank_by_words(words, conditions, depth=depth)
        near = [] if vector is None else self._rank_by_nearness(vector, model, which, conditions, depth=depth)
        nearest = nearest_passages(
            (hit.source["article_id"], hit.source["owner_id"] if hit.source["kind"] == PASSAGE else "") for hit in near
        )
        scores = dict(list(fuse(by_words, nearest).items())[: max(0, limit)])
        best = list(scores)
        return show_best(scores, self.articles_by_ids(best), self.passages_of(best), words=words, nearest=nearest)

    def _conditions(self, which: SearchFilter) -> list[dict[str, Any]]:
        conditions = _time_conditions("first_seen_at.exact", which)
        if which.publisher:
            conditions.append({"term": {"publisher": clean_text(which.publisher)}})
        if which.story_id:
            conditions.append({"term": {"story_id": clean_text(which.story_id)}})
        if which.position_id or which.verdict is not None:
            conditions.append(one_of("id", self._judged(which)))
        return conditions

    def _judged(self, which: SearchFilter) -> list[str]:
        """Articles with such a verdict, those of the newest verdicts first."""
        conditions = []
        if which.position_id:
            conditions.append({"term": {"position_id": clean_text(which.position_id)}})
        if which.verdict is not None:
            conditions.append({"term": {"label": which.verdict.value}})
        hits = self._client.find(
            self._names.alias("verdicts"),
            query={"bool": {"filter": [*conditions, {"exists": {"field": "article_id"}}]}},
            sort=[{"first_seen_at.exact": "desc"}],
            limit=MOST_FILTERED,
            source=["article_id"],
            page=5_000,
        )
        return list(dict.fromkeys(hit.source["article_id"] for hit in hits))

    def _rank_by_words(self, words: Sequence[str], conditions: list[dict[str, Any]], *, depth: int) -> list[str]:
        """Articles with all words, best first, then those with some."""
        if not words:
            return []
        match = {"query": " ".join(words), "fields": [f"title^{TITLE_WEIGHT}", "text"]}
        all_words = {"combined_fields": {**match, "operator": "and"}}
        query = {
            "bool": {
                "must": {"combined_fields": {**match, "operator": "or"}},
                "should": {"constant_score": {"filter": all_words, "boost": ALL_WORDS_BOOST}},
                "filter": conditions,
            }
        }
        sort = [{"_score": "desc"}, {"id": "asc"}]
        alias = self._names.alias("articles")
        return [
            hit.source["id"] for hit in self._client.find(alias, query=query, sort=sort, limit=depth, source=["id"])
        ]

    def _rank_by_nearness(
        self, vector: Vector, model: str, which: SearchFilter, conditions: list[dict[str, Any]], *, depth: int
    ) -> list[Hit]:
        """Owners by inner product (vectors are of unit length), nearest first."""
        wanted = np.asarray(vector, dtype=np.float32).ravel()
        if not np.isfinite(wanted).all():
            return []
        k = min(depth * PER_ARTICLE, MOST_NEIGHBOURS)
        filters = [{"term": {"model": clean_text(model)}}, *_time_conditions("at.exact", which)]
        if len(conditions) > len(filters) - 1:  # something that the vectors' own documents do not know
            ids = self._filtered_ids(conditions)
            if not ids:
                return []
            filters.append(one_of("article_id", ids))
        index = self._names.vectors_of_length(wanted.size)
        return self._nearest(index, wanted, k=k, filters=filters)

    def _nearest(
        self, index: str, vector: Vector, *, k: int, filters: list[dict[str, Any]], candidates: int = 0
    ) -> list[Hit]:
        self._client.refresh(index)
        knn = {
            "field": "vector",
            "query_vector": vector.tolist(),
            "k": k,
            "num_candidates": candidates or min(int(k * 1.5), MOST_CANDIDATES),
            "filter": filters,
        }
        source = ["owner_id", "kind", "article_id"]
        return self._client.knn(index, knn, size=k, source=source)

    def _filtered_ids(self, conditions: list[dict[str, Any]]) -> list[str]:
        hits = self._client.find(
            self._names.alias("articles"),
            query={"bool": {"filter": conditions}},
            sort=[{"first_seen_at.exact": "desc"}],
            limit=MOST_FILTERED,
            source=["id"],
            page=5_000,
        )
        return [hit.source["id"] for hit in hits]


def _time_conditions(field: str, which: SearchFilter) -> list[dict[str, Any]]:
    bounds = {}
    if which.since is not None:
        bounds["gte"] = time_text(which.since)
    if which.until is not None:
        bounds["lt"] = time_text(which.until)
    return [{"range": {field: bounds}}] if bounds else []
