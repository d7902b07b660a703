"""Articles and their passages, and what waits for which stage."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from monitor.errors import NotFound
from monitor.models import AlertState, Article, ArticleState, Entry, Passage, Stage
from monitor.store.base import ArticleFilter
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read, read_text, to_source
from monitor.store.elastic.feeds import OWN
from monitor.store.elastic.part import Part, chunks, create, delete, one_of, put
from monitor.store.plain import clean_text, time_text, to_plain

WAITS_FOR = {
    ArticleState.FETCHED: Stage.EXTRACT,
    ArticleState.EXTRACTED: Stage.EMBED,
    ArticleState.EMBEDDED: Stage.CLUSTER,
    ArticleState.CLUSTERED: Stage.JUDGE,
}
ARRIVAL: list[dict[str, Any]] = [
    {"first_seen_at.exact": "asc"},
    {"published_at.exact": {"order": "asc", "missing": "_last"}},
    {"id": "asc"},
]
NEWEST: list[dict[str, Any]] = [{"first_seen_at.exact": "desc"}, {"id": "asc"}]
PLACES_KEPT = 50_000
WITHOUT_OWN = {"excludes": list(OWN)}


class ArticlePart(Part):
    def pending(self, stage: Stage, *, limit: int) -> list[Article]:
        state = next((state for state, waits_for in WAITS_FOR.items() if waits_for is stage), None)
        if state is None:
            raise ValueError(f"no article waits for {stage!r}; alerts are taken with lease_alerts")
        return list(self._articles([{"term": {"state": state.value}}], ARRIVAL, limit=limit))

    def backlog(self) -> dict[Stage, int]:
        states = self._client.terms(self._names.alias("articles"), "state")
        waiting = one_of("state", (AlertState.WAITING, AlertState.FAILED))
        alerts = self._client.count(self._names.alias("alerts"), waiting)
        return {stage: states.get(state.value, 0) for state, stage in WAITS_FOR.items()} | {Stage.ALERT: alerts}

    def entry_of(self, article_id: str) -> Entry:
        found = self._get("articles", [article_id], source=["entry"])
        text = next((hit.source.get("entry") for hit in found.values()), None)
        if text is None:
            raise NotFound(f"the store holds no feed entry of article {article_id}")
        return read_text(Entry, text)

    def article(self, article_id: str) -> Article:
        found = self.articles_by_ids([article_id])
        if not found:
            raise NotFound(f"the store holds no article {article_id}; `monitor articles list` shows those it holds")
        return next(iter(found.values()))

    def articles(self, which: ArticleFilter, *, limit: int) -> list[Article]:
        conditions: list[dict[str, Any]] = []
        if which.story_id:
            conditions.append({"term": {"story_id": clean_text(which.story_id)}})
        if which.publisher:
            conditions.append({"term": {"publisher": clean_text(which.publisher)}})
        if which.state is not None:
            conditions.append({"term": {"state": which.state.value}})
        if which.since is not None:
            conditions.append(since(which.since))
        return list(self._articles(conditions, NEWEST, limit=limit))

    def articles_by_ids(self, article_ids: Sequence[str]) -> dict[str, Article]:
        fields = list(Article.__dataclass_fields__)
        found = self._get("articles", article_ids, source=fields)
        articles = (read(Article, hit.source) for hit in found.values())
        return {article.id: article for article in articles}

    def articles_of_story(self, story_id: str, *, limit: int) -> list[Article]:
        sort = [{"first_seen_at.exact": "asc"}, {"id": "asc"}]
        return list(self._articles([{"term": {"story_id": clean_text(story_id)}}], sort, limit=limit))

    def copies_of(self, article_ids: Sequence[str]) -> dict[str, list[Article]]:
        sort = [{"first_seen_at.exact": "asc"}, {"id": "asc"}]
        copies: dict[str, list[Article]] = {}
        for chunk in chunks([each for each in article_ids if each]):
            for article in self._articles([one_of("copy_of", chunk)], sort, limit=None):
                copies.setdefault(article.copy_of, []).append(article)
        return copies

    def _articles(
        self, conditions: Sequence[dict[str, Any]], sort: Sequence[dict[str, Any]], *, limit: int | None
    ) -> Iterable[Article]:
        query = {"bool": {"filter": list(conditions)}}
        alias = self._names.alias("articles")
        hits = self._client.find(alias, query=query, sort=sort, limit=limit, source=WITHOUT_OWN)
        return (read(Article, hit.source) for hit in hits)

    # passages ----------------------------------------------------------------------------------------------

    def save_extracted(self, article: Article, passages: Sequence[Passage]) -> None:
        source = to_source(article)
        self._places.clear()
        stored = next(iter(self._get("articles", [article.id], source=["revision"]).values()), None)
        if stored is not None and stored.source["revision"] > article.revision:
            return  # a poll brought a later revision while this one was extracted: it waits itself
        generation = self._names.generation_of(self._writing_index() if stored is None else stored.index)
        index = self._names.index("passages", generation)
        gone = self._passage_ids([article.id]) - {clean_text(passage.id) for passage in passages}
        self._client.bulk(put(index, doc_id(each.id), passage_source(each, article)) for each in passages)
        self._forget_passages(gone, index)
        if stored is None:
            home = self._names.index("articles", generation)
            self._client.bulk([create(home, doc_id(article.id), source)])
        else:
            self._change("articles", [article.id], lambda hit: _extracted(hit, article), source=["revision"])

    def _passage_ids(self, article_ids: Sequence[str]) -> set[str]:
        alias, found = self._names.alias("passages"), set()
        for chunk in chunks(article_ids):
            hits = self._client.find(alias, query=one_of("article_id", chunk), source=["id"], page=5_000)
            found |= {hit.source["id"] for hit in hits}
        return found

    def _forget_passages(self, passage_ids: Iterable[str], index: str) -> None:
        """Remove passages with their vectors and verdicts."""
        ids = sorted(passage_ids)
        self._forget_judgements(ids)
        self._client.bulk(delete(index, doc_id(each)) for each in ids)

    def passages_of(self, article_ids: Sequence[str]) -> dict[str, list[Passage]]:
        found: dict[str, list[Passage]] = {article_id: [] for article_id in article_ids}
        alias, sort = self._names.alias("passages"), [{"article_id": "asc"}, {"index": "asc"}, {"id": "asc"}]
        fields = [*Passage.__dataclass_fields__, "first_seen_at"]
        for chunk in chunks(list(found)):
            query = one_of("article_id", chunk)
            for hit in self._client.find(alias, query=query, sort=sort, source=fields, page=5_000):
                found.setdefault(hit.source["article_id"], []).append(read(Passage, hit.source))
                self._remember_place(hit)
        return found

    def _remember_place(self, hit: Hit) -> None:
        """What is read now is embedded next: its vectors then need not look for their owners again."""
        if len(self._places) >= PLACES_KEPT:
            self._places.clear()
        source = hit.source
        generation = self._names.generation_of(hit.index)
        self._places[source["id"]] = (source["article_id"], source["first_seen_at"], generation, time.monotonic())

    # states ------------------------------------------------------------------------------------------------

    def set_aside(self, article_id: str, reason: str) -> None:
        changes = {"state": ArticleState.SET_ASIDE.value, "reason": clean_text(reason)}
        if not self._change("articles", [article_id], lambda _: changes, source=False):
            raise NotFound(f"the store holds no article {article_id} that could be set aside")

    def reset(self, article_ids: Sequence[str], state: ArticleState) -> None:
        changes: dict[str, Any] = {"state": state.value, "reason": ""}
        if WAITS_FOR.get(state) in (Stage.EXTRACT, Stage.EMBED, Stage.CLUSTER):
            # To be decided again: the old decision must not meet the article as its own copy.
            changes |= {"has_decision": False, "decision": None, "memo": None}
        self._change("articles", article_ids, lambda _: changes, source=False)


def passage_source(passage: Passage, article: Article) -> dict[str, Any]:
    """With what a search and Kibana want to know of the article."""
    names = ("publisher", "title", "url", "language", "first_seen_at", "published_at")
    return to_source(passage) | {name: to_plain(getattr(article, name)) for name in names}


def _extracted(hit: Hit, article: Article) -> dict[str, Any] | None:
    return None if hit.source["revision"] > article.revision else to_source(article)


def since(moment: datetime) -> dict[str, Any]:
    return {"range": {"first_seen_at.exact": {"gte": time_text(moment)}}}
