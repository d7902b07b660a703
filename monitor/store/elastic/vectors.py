"""Vectors of articles and passages in an approximate index, and of other texts as plain bytes."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.models import ArticleState, Embedding, Vector
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read_bytes
from monitor.store.elastic.part import Part, chunks, delete, one_of, put
from monitor.store.plain import clean_text, to_plain

PLACE_SECONDS = 600.0
"""Embedding a batch takes less."""
PACKED_SINCE = (9, 3)
"""Elasticsearch takes vectors as base64 of big-endian float32 from this version on."""
ARTICLE, PASSAGE = "article", "passage"
PAGE = 1_000
"""Vectors per request: some 4 MB at 384 dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What a vector belongs to: kind, article, its time and its generation."""

    kind: str
    article_id: str
    at: str
    generation: int


class VectorPart(Part):
    def save_embedded(self, article_ids: Sequence[str], embeddings: Sequence[Embedding]) -> None:
        for embedding in embeddings:
            _check(embedding.vector)
        owners = self._owners([clean_text(embedding.owner_id) for embedding in embeddings])
        self._remove_elsewhere(embeddings, owners)
        self._client.bulk(self._action(each, owners.get(clean_text(each.owner_id))) for each in embeddings)
        self._mark_embedded(article_ids, self._models(embeddings, owners))

    def vectors_of(self, owner_ids: Sequence[str], *, model: str) -> dict[str, Vector]:
        found: dict[str, Vector] = {}
        index = self._names.readable("vectors")
        for chunk in chunks(list(dict.fromkeys(owner_ids)), PAGE):
            query = {"bool": {"filter": [one_of("owner_id", chunk), {"term": {"model": clean_text(model)}}]}}
            hits = self._client.find(index, query=query, limit=PAGE, page=PAGE, source=["owner_id"], fields=["vector"])
            found |= {hit.source["owner_id"]: _vector(hit) for hit in hits}
        missing = [each for each in owner_ids if clean_text(each) not in found]
        return found | self._texts(missing, model)

    def articles_of_other_models(self, model: str, *, limit: int) -> list[str]:
        resting = one_of("state", (ArticleState.FETCHED, ArticleState.SET_ASIDE))
        query = {
            "bool": {
                "filter": [{"exists": {"field": "vector_model"}}],
                "must_not": [{"term": {"vector_model": clean_text(model)}}, resting],
            }
        }
        sort = [{"first_seen_at.exact": "asc"}, {"id": "asc"}]
        hits = self._client.find(self._names.alias("articles"), query=query, sort=sort, limit=limit, source=["id"])
        return [hit.source["id"] for hit in hits]

    def _texts(self, owner_ids: Iterable[str], model: str) -> dict[str, Vector]:
        found = self._get("texts", owner_ids)
        sources = [hit.source for hit in found.values() if hit.source["model"] == clean_text(model)]
        return {each["owner_id"]: np.frombuffer(read_bytes(each["vector"]), "<f4").copy() for each in sources}

    def _owners(self, owner_ids: Sequence[str]) -> dict[str, Owner]:
        """Articles and passages among the owners."""
        owners = self._owners_read_lately(owner_ids)
        for kind, name, article in ((ARTICLE, "articles", "id"), (PASSAGE, "passages", "article_id")):
            missing = [each for each in owner_ids if each not in owners]
            fields = list({"id", article, "first_seen_at"})
            for hit in self._get(name, missing, source=fields).values():
                owners[hit.source["id"]] = Owner(
                    kind=kind,
                    article_id=hit.source[article],
                    at=hit.source["first_seen_at"],
                    generation=self._names.generation_of(hit.index),
                )
        return owners

    def _owners_read_lately(self, owner_ids: Sequence[str]) -> dict[str, Owner]:
        """Passages that this process read a moment ago. One that another process deleted meanwhile leaves a vector
        that no search shows and that goes with its article."""
        oldest = time.monotonic() - PLACE_SECONDS
        found = {}
        for owner_id in owner_ids:
            article_id, at, generation, read_at = self._places.get(owner_id, ("", "", 0, oldest))
            if read_at > oldest:
                found[owner_id] = Owner(kind=PASSAGE, article_id=article_id, at=at, generation=generation)
        return found

    def _action(self, embedding: Embedding, owner: Owner | None) -> dict[str, Any]:
        owner_id, model = clean_text(embedding.owner_id), clean_text(embedding.model)
        vector = np.asarray(embedding.vector, dtype="<f4")
        if owner is None:
            source = {"owner_id": owner_id, "model": model, "vector": to_plain(vector.tobytes())}
            return put(self._names.alias("texts"), doc_id(owner_id), source)
        return put(
            self._names.vectors(owner.generation, vector.size),
            doc_id(owner_id),
            {
                "owner_id": owner_id,
                "kind": owner.kind,
                "article_id": owner.article_id,
                "model": model,
                "at": owner.at,
                "vector": self._packed(vector),
            },
        )

    def _packed(self, vector: Vector) -> object:
        """A quarter of the bytes of a list of numbers, and far less work at both ends, where the server takes it."""
        return pack(vector) if self._client.version() >= PACKED_SINCE else vector.tolist()

    def _remove_elsewhere(self, embeddings: Sequence[Embedding], owners: Mapping[str, Owner]) -> None:
        """Vectors of another length lie in another index, where a later model's vector does not replace them."""
        known = self._lengths()
        for embedding in embeddings:
            known.discard(embedding.vector.size)
        if not known:
            return
        places = {self._names.vectors(o.generation, length) for o in owners.values() for length in known}
        for index in places:
            ids = [doc_id(owner_id) for owner_id in owners]
            there = self._client.find(index, query={"ids": {"values": ids}}, source=False, page=5_000)
            self._client.bulk(delete(hit.index, hit.id) for hit in there)

    def _lengths(self) -> set[int]:
        pattern = self._names.readable("vectors")
        answer = self._client.request(lambda es: es.indices.get_alias(index=pattern, allow_no_indices=True))
        return {int(index.rsplit("-d", 1)[1]) for index in answer}

    def _models(self, embeddings: Sequence[Embedding], owners: Mapping[str, Owner]) -> dict[str, str]:
        """The model of each article's own vector, by `_id`."""
        return {
            doc_id(each.owner_id): clean_text(each.model)
            for each in embeddings
            if (owner := owners.get(clean_text(each.owner_id))) is not None and owner.kind == ARTICLE
        }

    def _mark_embedded(self, article_ids: Sequence[str], models: Mapping[str, str]) -> None:
        """The model stands in the article too, so that articles of another model are found by one query.

        An article that waits for extraction keeps its state: it was revised or reset while it was worked on.
        """
        done = {doc_id(each) for each in article_ids}

        def marked(hit: Hit) -> dict[str, Any] | None:
            changes = {}
            if hit.id in models and hit.source.get("vector_model") != models[hit.id]:
                changes["vector_model"] = models[hit.id]
            if hit.id in done and hit.source["state"] != ArticleState.FETCHED.value:
                changes["state"] = ArticleState.EMBEDDED.value
            return changes or None

        self._change("articles", {**dict.fromkeys(done), **models}, marked, source=["vector_model", "state"])


def _check(vector: Vector) -> None:
    if vector.ndim != 1:
        raise ValueError(f"a vector of shape {vector.shape} cannot be kept; its shape must be (dim,)")
    if not np.isfinite(vector).all():
        raise ValueError("a vector with NaN or infinite parts cannot be kept")


def pack(vector: Vector) -> str:
    return base64.b64encode(np.asarray(vector, dtype=">f4").tobytes()).decode("ascii")


def _vector(hit: Hit) -> Vector:
    assert hit.fields is not None, "asked for with `fields`"
    return np.array(hit.fields["vector"], dtype=np.float32)
