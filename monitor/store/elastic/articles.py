"""Articles and their passages, and what waits for which stage."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.errors import NotFound
from monitor.models import AlertState, Article, ArticleState, Entry, Passage, Stage
from monitor.store.base import ArticleFilter
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read, read_text, to_source
from monitor.store.elastic.feeds import OWN
from monitor.store.elastic.part import Part, chunks, create, delete, one_of, put
from monitor.store.extracted import articles_with_passages
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

    def entries_of(self, article_ids: Sequence[str]) -> dict[str, Entry]:
        sources = [hit.source for hit in self._get("articles", article_ids, source=["id", "entry"]).values()]
        return {each["id"]: read_text(Entry, each["entry"]) for each in sources if each.get("entry") is not None}

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

    def save_extracted(self, articles: Sequence[Article], passages: Sequence[Passage]) -> None:
        """The passages first: the articles, whose state is the done mark, change when all else is there."""
        extracted = {doc_id(id_): each for id_, each in articles_with_passages(articles, passages).items()}
        sources = {id_: to_source(article) for id_, (article, _) in extracted.items()}
        stored = self._get("articles", sources, source=["revision"])
        self._places.clear()
        # A poll may have brought a later revision while this one was extracted: that one waits itself.
        kept = [id_ for id_ in sources if id_ not in stored or not _is_older(sources[id_], stored[id_])]
        absent = [id_ for id_ in kept if id_ not in stored]
        home = self._writing_index() if absent else ""
        homes = {id_: stored[id_].index if id_ in stored else home for id_ in kept}
        self._replace_passages([(*extracted[id_], homes[id_]) for id_ in kept])
        self._client.bulk(create(home, id_, sources[id_]) for id_ in absent)
        read = {id_: stored[id_] for id_ in kept if id_ in stored}
        self._change_read("articles", read, lambda hit: _extracted(hit, sources[hit.id]), source=["revision"])

    def _replace_passages(self, extracted: Sequence[tuple[Article, Sequence[Passage], str]]) -> None:
        """Of articles with the index of each: passages lie in the generation of their article."""
        actions = []
        for article, passages, home in extracted:
            index = self._names.index("passages", self._names.generation_of(home))
            actions += [put(index, doc_id(passage.id), passage_source(passage, article)) for passage in passages]
        gone = self._passages_but({each["_id"] for each in actions}, [article.id for article, *_ in extracted])
        self._client.bulk(actions)
        self._forget_passages(gone)

    def _passages_but(self, current: set[str], article_ids: Sequence[str]) -> list[Hit]:
        """Passages of the articles whose `_id` is none of `current`."""
        alias, found = self._names.alias("passages"), []
        for chunk in chunks(article_ids):
            hits = self._client.find(alias, query=one_of("article_id", chunk), source=["id"], page=5_000)
            found += [hit for hit in hits if hit.id not in current]
        return found

    def _forget_passages(self, gone: Sequence[Hit]) -> None:
        """Remove passages with their vectors and verdicts."""
        self._forget_judgements([hit.source["id"] for hit in gone])
        self._client.bulk(delete(hit.index, hit.id) for hit in gone)

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


def _is_older(source: Mapping[str, Any], stored: Hit) -> bool:
    return bool(source["revision"] < stored.source["revision"])


def _extracted(hit: Hit, source: dict[str, Any]) -> dict[str, Any] | None:
    return None if _is_older(source, hit) else source


def since(moment: datetime) -> dict[str, Any]:
    return {"range": {"first_seen_at.exact": {"gte": time_text(moment)}}}
