"""What every part of the store stands on: where documents are, and how one is changed without losing what another
process changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from monitor.errors import StoreUnavailable
from monitor.models import ArticleState
from monitor.store.elastic.client import Client, Hit
from monitor.store.elastic.documents import doc_id
from monitor.store.plain import clean_text

T = TypeVar("T")

KNOWN_SECONDS = 1.0
CHANGE_TRIES = 12
"""Rounds that a change is tried again after others changed the same documents."""
TERMS = 10_000
"""Values in one `terms` query; the server takes 65,536."""

Decide = Callable[[Hit], Mapping[str, Any] | None]
"""Fields to change in a document, or None to leave it."""


class Part:
    """Base of the store's parts: the methods that change together, over one client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._names = client.names
        self._known: list[int] = []
        self._known_until = 0.0
        self._places: dict[str, tuple[str, str, int, float]] = {}
        """Of passages read lately: article, its time, generation, and when that was read."""

    # where things are --------------------------------------------------------------------------------------

    def _generations(self) -> list[int]:
        """The newest first; what is known is used for a second, since they change every few weeks.

        Where a new article belongs is never taken from here, but asked (`_writing_index`).
        """
        if time.monotonic() > self._known_until:
            alias = self._names.alias("articles")
            answer = self._client.request(lambda es: es.indices.get_alias(name=alias))
            self._known = sorted((self._names.generation_of(index) for index in answer), reverse=True)
            self._known_until = time.monotonic() + KNOWN_SECONDS
        return self._known

    def _forget_generations(self) -> None:
        self._known_until = 0.0

    def _writing_index(self) -> str:
        """Where new articles go. A writer names it before it looks anything up, see `FeedPart._forget_doubles`."""
        alias = self._names.alias("articles")
        answer = self._client.request(lambda es: es.indices.get_alias(name=alias))
        writing = (index for index, found in answer.items() if found["aliases"][alias].get("is_write_index"))
        return str(next(writing))

    def _indices(self, kind: str) -> list[str]:
        """Where documents of a kind may be, newest first."""
        if kind in ("articles", "passages"):
            return [self._names.index(kind, generation) for generation in self._generations()]
        return [self._names.alias(kind)]

    def _get(self, kind: str, ids: Iterable[str], *, source: Any = True) -> dict[str, Hit]:
        """By `_id`; `ids` are the values' own."""
        wanted = [doc_id(each) for each in ids]
        return self._client.get_many(self._indices(kind), wanted, source=source) if wanted else {}

    def _get_one(self, kind: str, id_: str) -> Hit | None:
        return next(iter(self._get(kind, [id_]).values()), None)

    # writing -----------------------------------------------------------------------------------------------

    def _change(self, kind: str, ids: Iterable[str], decide: Decide, *, source: Any = True) -> set[str]:
        """Change documents by what they hold at this moment; answers the `_id`s of those that are there."""
        return self._change_read(kind, self._get(kind, ids, source=source), decide, source=source)

    def _change_read(self, kind: str, hits: Mapping[str, Hit], decide: Decide, *, source: Any) -> set[str]:
        """`_change` of what was just read, with the same `source`; what others changed since is read again."""
        there: set[str] = set()
        for _ in range(CHANGE_TRIES):
            there |= hits.keys()
            changes = [(hit, decide(hit)) for hit in hits.values()]
            done = self._client.bulk(update(hit, fields) for hit, fields in changes if fields is not None)
            waiting = [each.id for each in done.values() if each.is_conflict]
            if not waiting:
                return there
            hits = self._get(kind, waiting, source=source)
        raise StoreUnavailable(f"store {self._client.name}: {kind} {waiting[:3]} are changed by others all the time")

    def _put(self, kind: str, documents: Mapping[str, Mapping[str, Any]], *, keep: Sequence[str] = ()) -> None:
        """Create, or replace whole but for the fields to `keep`; keys are the values' own ids."""
        alias = self._names.alias(kind)
        if not keep:
            self._client.bulk(put(alias, doc_id(id_), source) for id_, source in documents.items())
            return
        waiting = {doc_id(id_): dict(source) for id_, source in documents.items()}
        for _ in range(CHANGE_TRIES):
            stored = self._client.get_many([alias], waiting, source=list(keep)) if waiting else {}
            actions = [
                put_at(stored[id_], source | {name: stored[id_].source[name] for name in keep})
                if id_ in stored
                else create(alias, id_, source)
                for id_, source in waiting.items()
            ]
            done = self._client.bulk(actions)
            waiting = {each.id: waiting[each.id] for each in done.values() if each.is_conflict}
            if not waiting:
                return
        raise StoreUnavailable(
            f"store {self._client.name}: {kind} {list(waiting)[:3]} are changed by others all the time"
        )

    def _create(self, kind: str, documents: Mapping[str, Mapping[str, Any]]) -> int:
        """Create those that are absent; how many were."""
        alias = self._names.alias(kind)
        done = self._client.bulk(create(alias, doc_id(id_), source) for id_, source in documents.items())
        return sum(not each.is_conflict for each in done.values())

    # what several parts do ----------------------------------------------------------------------------------

    def _mark(self, article_ids: Sequence[str], state: ArticleState) -> None:
        """Move articles on. One that waits for extraction stays: it was revised or reset while it was worked on."""

        def moved(hit: Hit) -> dict[str, Any] | None:
            return None if hit.source["state"] == ArticleState.FETCHED.value else {"state": state.value}

        self._change("articles", article_ids, moved, source=["state"])

    def _forget_judgements(self, passage_ids: Sequence[str]) -> None:
        for kind, field in (("vectors", "owner_id"), ("verdicts", "passage_id")):
            for chunk in chunks(passage_ids):
                self._delete_where(kind, one_of(field, chunk))

    def _delete_where(self, kind: str, query: dict[str, Any]) -> None:
        hits = list(self._client.find(self._names.readable(kind), query=query, source=False, page=5_000))
        self._client.bulk(delete(hit.index, hit.id) for hit in hits)


def create(index: str, id_: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """Write unless it is there."""
    return {"_op_type": "create", "_index": index, "_id": id_, "_source": source}


def put(index: str, id_: str, source: Mapping[str, Any]) -> dict[str, Any]:
    return {"_op_type": "index", "_index": index, "_id": id_, "_source": source}


def put_at(hit: Hit, source: Mapping[str, Any]) -> dict[str, Any]:
    """Replace, unless it changed since it was read."""
    return {**put(hit.index, hit.id, source), "if_seq_no": hit.seq_no, "if_primary_term": hit.primary_term}


def update(hit: Hit, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change some fields, unless it changed since it was read."""
    return {
        "_op_type": "update",
        "_index": hit.index,
        "_id": hit.id,
        "if_seq_no": hit.seq_no,
        "if_primary_term": hit.primary_term,
        "doc": dict(fields),
    }


def delete(index: str, id_: str) -> dict[str, Any]:
    return {"_op_type": "delete", "_index": index, "_id": id_}


def one_of(field: str, values: Iterable[str]) -> dict[str, Any]:
    """A query for documents with one of these values."""
    return {"terms": {field: [clean_text(each) for each in values]}}


def chunks(values: Sequence[T], size: int = TERMS) -> list[Sequence[T]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
