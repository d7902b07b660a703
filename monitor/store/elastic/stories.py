"""Stories, clustering's decisions, and what the clusterer wants back.

Clustering's one call touches many documents, and its sums (a story's count of articles) cannot be mended by
deciding again. So the whole call is first written down, as a journal, and only then applied; what a crash left is
applied when the clusterer asks for its memory again. One process clusters at a time (it holds a lease), so that
nobody applies a journal once more around another's later one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.errors import NotFound
from monitor.models import ArticleState, Story
from monitor.store.base import ClusterRecord, StoredMemo
from monitor.store.elastic.articles import ARRIVAL, since
from monitor.store.elastic.blobs import BlobPart, Head
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read, read_bytes, to_source
from monitor.store.elastic.part import chunks, one_of, update
from monitor.store.elastic.vectors import VectorPart
from monitor.store.plain import clean_text, to_json, to_plain

JOURNAL = "journal of clustering"
MEMOS = 1_000
"""Memos and vectors that are read together."""


class StoryPart(BlobPart, VectorPart):
    def live_memos(self, *, since: datetime, model: str) -> list[StoredMemo]:
        self._finish_journal()
        hits = self._decided(since, model)
        memos: list[StoredMemo] = []
        for chunk in chunks(hits, MEMOS):
            vectors = self.vectors_of([hit.source["id"] for hit in chunk], model=model)
            memos += [_memo(hit, vectors[hit.source["id"]]) for hit in chunk if hit.source["id"] in vectors]
        return memos

    def count_memos(self, *, since: datetime, model: str) -> int:
        self._finish_journal()
        return self._client.count(self._names.alias("articles"), _is_decided(since, model))

    def _decided(self, moment: datetime, model: str) -> list[Hit]:
        fields = ["id", "publisher", "first_seen_at", "decision", "memo"]
        alias, query = self._names.alias("articles"), _is_decided(moment, model)
        return list(self._client.find(alias, query=query, sort=ARRIVAL, source=fields, page=MEMOS))

    def save_clustered(
        self,
        records: Sequence[ClusterRecord],
        stories: Sequence[Story],
        *,
        blob: tuple[str, bytes],
        moves: Mapping[str, str] | None = None,
    ) -> None:
        name, content = blob
        journal = {
            "records": [to_plain(record) for record in records],
            "moves": {clean_text(article_id): clean_text(story_id) for article_id, story_id in (moves or {}).items()},
            "stories": [to_source(story) for story in stories],
            "blob": [clean_text(name), to_plain(self._stage_blob(name, content))],
        }
        self._save_blob(JOURNAL, json.dumps(journal, ensure_ascii=False).encode())
        self._apply(journal)
        self._drop_blob(JOURNAL)

    def _finish_journal(self) -> None:
        """Apply what a crash left half done; nothing, nearly always."""
        if content := self.read_blob(JOURNAL):
            self._apply(json.loads(content))
            self._drop_blob(JOURNAL)

    def _apply(self, journal: dict[str, Any]) -> None:
        """Can be repeated: everything is replaced, nothing is added up."""
        records = [read(ClusterRecord, each | {"memo": read_bytes(each["memo"])}) for each in journal["records"]]
        self._put("stories", {story["id"]: story for story in journal["stories"]})
        self._keep_novelty(records)
        name, head = journal["blob"]
        self._commit_blob(name, read(Head, head))
        self._keep_decisions(records, journal.get("moves", {}))

    def _keep_decisions(self, records: Sequence[ClusterRecord], moves: Mapping[str, str]) -> None:
        """Decisions, moves and marks in one change of each article, whose text the server indexes anew every time.

        Last, so that an article is judged only once its novel passages are known.
        """
        decided = {doc_id(record.article_id): _decision(record) for record in records}
        moved = {doc_id(article_id): story_id for article_id, story_id in moves.items()}

        def changed(hit: Hit) -> dict[str, Any]:
            changes = dict(decided.get(hit.id, {}))
            if changes and hit.source["state"] != ArticleState.FETCHED.value:
                changes["state"] = ArticleState.CLUSTERED.value
            if hit.id in moved:
                changes |= _moved(changes.get("decision") or hit.source.get("decision"), moved[hit.id])
            return changes

        self._change("articles", {**decided, **moved}, changed, source=["state", "decision"])

    def _keep_novelty(self, records: Sequence[ClusterRecord]) -> None:
        novel = {clean_text(record.article_id): record.novel_passages for record in records}
        alias, fields = self._names.alias("passages"), ["article_id", "index", "is_novel"]
        for chunk in chunks(list(novel)):
            query = one_of("article_id", chunk)
            hits = list(self._client.find(alias, query=query, source=fields, page=5_000))
            wanted = [(hit, _is_novel(hit, novel[hit.source["article_id"]])) for hit in hits]
            self._client.bulk(
                update(h, {"is_novel": is_novel}) for h, is_novel in wanted if h.source["is_novel"] != is_novel
            )

    def story(self, story_id: str) -> Story:
        found = self.stories_by_ids([story_id])
        if not found:
            raise NotFound(f"the store holds no story {story_id}; `monitor stories list` shows those it holds")
        return next(iter(found.values()))

    def stories_by_ids(self, story_ids: Sequence[str]) -> dict[str, Story]:
        found = (read(Story, hit.source) for hit in self._get("stories", story_ids).values())
        return {story.id: story for story in found}

    def stories(self, *, limit: int, seeds_only: bool = False) -> list[Story]:
        query = {"term": {"is_seed": True}} if seeds_only else {"match_all": {}}
        sort = [{"is_seed": "desc"}, {"last_article_at.exact": "desc"}, {"id": "asc"}]
        hits = self._client.find(self._names.alias("stories"), query=query, sort=sort, limit=limit)
        return [read(Story, hit.source) for hit in hits]

    def why_of(self, article_id: str) -> dict[str, Any]:
        found = self._get("articles", [article_id], source=["decision"])
        text = next((hit.source.get("decision") for hit in found.values()), None)
        why: dict[str, Any] = json.loads(text)["why"] if text else {}
        return why


def _is_decided(moment: datetime, model: str) -> dict[str, Any]:
    conditions = [{"term": {"has_decision": True}}, {"term": {"vector_model": clean_text(model)}}, since(moment)]
    return {"bool": {"filter": conditions}}


def _decision(record: ClusterRecord) -> dict[str, Any]:
    kept = to_plain(replace(record, memo=b"", novel_passages=()))
    return {
        "story_id": kept["story_id"],
        "copy_of": kept["copy_of"],
        "decision": to_json({name: kept[name] for name in ("story_id", "copy_of", "why")}),
        "memo": to_plain(record.memo),
        "has_decision": True,
    }


def _moved(decision: str | None, story_id: str) -> dict[str, Any]:
    """There is no decision of an article that was sent back since: then the story alone changes."""
    told = {"decision": to_json(json.loads(decision) | {"story_id": story_id})} if decision else {}
    return {"story_id": story_id, **told}


def _is_novel(hit: Hit, novel: Sequence[bool]) -> bool:
    index = hit.source["index"]
    return not 0 <= index < len(novel) or novel[index]


def _memo(hit: Hit, vector: Any) -> StoredMemo:
    decision = json.loads(hit.source["decision"])
    return StoredMemo(
        article_id=hit.source["id"],
        story_id=decision["story_id"],
        copy_of=decision["copy_of"],
        publisher=hit.source["publisher"],
        at=datetime.fromisoformat(hit.source["first_seen_at"]),
        vector=vector,
        memo=read_bytes(hit.source["memo"]),
    )
