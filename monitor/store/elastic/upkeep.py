"""Counts, retention, rollover and merging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.models import AlertState, ArticleState
from monitor.store.base import Counts
from monitor.store.elastic.documents import doc_id
from monitor.store.elastic.part import Part, delete, one_of
from monitor.store.elastic.schema import create_unless_there
from monitor.store.plain import time_text

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

DELETED_TOGETHER = 200
"""Articles per round of retention."""
ROLL_DAYS = 60
ROLL_ARTICLES = 1_000_000
ROLL_BYTES = 20_000_000_000
"""A generation is closed at this age or size, whichever comes first. At 20 passages an article and 384 dimensions,
a million articles make about 35 GB of vectors, near the size where one shard becomes slow to move."""


class UpkeepPart(Part):
    def counts(self) -> Counts:
        articles = self._client.terms(self._names.alias("articles"), "state")
        alerts = self._client.terms(self._names.alias("alerts"), "state")
        return Counts(
            articles=sum(articles.values()),
            passages=self._count("passages"),
            stories=self._count("stories"),
            positions=self._client.count(self._names.alias("positions"), {"term": {"is_withdrawn": False}}),
            findings=self._count("findings"),
            alerts={state: alerts.get(state.value, 0) for state in AlertState},
            articles_by_state={state: articles.get(state.value, 0) for state in ArticleState},
        )

    def _count(self, kind: str) -> int:
        return self._client.count(self._names.alias(kind))

    def delete_before(self, moment: datetime) -> int:
        query = {"range": {"first_seen_at.exact": {"lt": time_text(moment)}}}
        self._places.clear()
        deleted, batch = 0, []
        for hit in self._client.find(self._names.alias("articles"), query=query, source=["id"], page=5_000):
            batch.append((hit.index, hit.source["id"]))
            if len(batch) == DELETED_TOGETHER:
                deleted, batch = deleted + self._delete_articles(batch), []
        return deleted + self._delete_articles(batch)

    def _delete_articles(self, found: Sequence[tuple[str, str]]) -> int:
        """What findings cite stays. The articles go last: a call that was cut short finds them again."""
        cited = self._cited([id_ for _, id_ in found])
        old = [(index, id_) for index, id_ in found if id_ not in cited]
        ids = [id_ for _, id_ in old]
        if not ids:
            return 0
        passages = self._client.find(
            self._names.alias("passages"), query=one_of("article_id", ids), source=["id"], page=5_000
        )
        places = [(hit.index, hit.source["id"]) for hit in passages]
        self._forget_judgements([id_ for _, id_ in places])
        self._delete_where("vectors", one_of("article_id", ids))
        self._client.bulk(delete(index, doc_id(id_)) for index, id_ in places)
        self._client.bulk(delete(index, doc_id(id_)) for index, id_ in old)
        return len(old)

    def _cited(self, article_ids: Sequence[str]) -> set[str]:
        query = one_of("evidence.article_id", article_ids)
        hits = self._client.find(self._names.alias("findings"), query=query, source=["evidence.article_id"])
        return {evidence["article_id"] for hit in hits for evidence in hit.source["evidence"]}

    # rollover and merging ----------------------------------------------------------------------------------

    def maintain(self) -> list[str]:
        """Close a generation that is old or large, drop empty ones, merge the closed ones; a line each.

        Deletes nothing that is in use: retention is `delete_before`, and comes first.
        """
        lines = self._roll_over()
        self._forget_generations()
        lines += self._drop_empty()
        self._forget_generations()
        return lines + self._merge_closed()

    def _roll_over(self) -> list[str]:
        self._forget_generations()
        alias = self._names.alias("articles")
        generation = self._generations()[0] + 1
        new = self._names.index("articles", generation)
        conditions = {
            "max_age": f"{ROLL_DAYS}d",
            "max_docs": ROLL_ARTICLES,
            "max_primary_shard_size": f"{ROLL_BYTES}b",
            "min_docs": 1,
        }
        create_unless_there(self._client, self._names.index("passages", generation))
        if not self._client.request(lambda es: _rolls_over(es, alias, new, conditions)):
            self._forget_generations()
            if generation not in self._generations():  # else another process has begun it meanwhile
                self._delete_index(self._names.index("passages", generation))
            return []
        return [f"generation {generation} begun"]

    def _drop_empty(self) -> list[str]:
        """Generations before the newest whose articles have all gone."""
        lines = []
        for generation in self._generations()[1:]:
            if self._client.count(self._names.index("articles", generation)) == 0:
                for kind in ("vectors", "passages", "articles"):
                    self._delete_indices(f"{self._names.index(kind, generation)}*")
                lines.append(f"generation {generation} dropped: it was empty")
        return lines

    def _merge_closed(self) -> list[str]:
        """One segment searches fastest, where little is written any more."""
        lines = []
        for generation in self._generations()[1:]:
            for kind in ("articles", "passages", "vectors"):
                pattern = f"{self._names.index(kind, generation)}*"
                for index in self._segments_of(pattern):
                    self._merge(index)
                    lines.append(f"index {index} merged")
        return lines

    def _segments_of(self, pattern: str) -> list[str]:
        """Indices of more than one segment."""
        answer = self._client.request(lambda es: es.indices.stats(index=pattern, metric="segments"))
        found = answer["indices"].items()
        return [index for index, stats in found if stats["primaries"]["segments"]["count"] > 1]

    def _merge(self, index: str) -> None:
        self._client.request(
            lambda es: es.options(request_timeout=3_600).indices.forcemerge(index=index, max_num_segments=1)
        )

    def _delete_indices(self, pattern: str) -> None:
        """Named one by one: servers refuse to delete by pattern."""
        for index in self._client.request(lambda es: es.indices.get(index=pattern)):
            self._delete_index(index)

    def _delete_index(self, index: str) -> None:
        self._client.request(lambda es: es.indices.delete(index=index, ignore_unavailable=True))


def _rolls_over(es: Elasticsearch, alias: str, new: str, conditions: dict[str, Any]) -> bool:
    """Whether this call began a new index: not when another process has just done so."""
    from elasticsearch import BadRequestError

    try:
        return bool(es.indices.rollover(alias=alias, new_index=new, conditions=conditions)["rolled_over"])
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
        return False
