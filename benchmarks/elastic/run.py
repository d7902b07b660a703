"""Elasticsearch as the store, each number as a ratio measured in the same run.

    python benchmarks/elastic/run.py [--url URL] [--passages 50000] [--json FILE]

1. bulk: `save_embedded` against bare `helpers.parallel_bulk` with the same documents (at least 0.80 of its rate):
   the vectors, and the articles that the call marks as done. `vectors_only` leaves the articles out of the bare side.
2. nearest: the store's nearest-story search against a bare kNN request (at most 1.3 × its time)
3. recall@10 of the approximate search against brute force (at least 0.95)

Vectors are clustered points on the sphere (news come in stories), seeded; the node is the tests' own unless a URL
is given.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.elastic.serving import report, serving_node
from monitor.models import ArticleState, Vector
from monitor.settings import StoreSettings
from monitor.store.elastic.store import ElasticStore
from monitor.store.elastic.vectors import pack
from tests.builders import MODEL, article, delivered, embedding, feed_state, passage
from tests.services.elasticsearch.contract import connect, drop, prepared

LENGTH = 384
PER_ARTICLE = 20
STORIES = 500
BATCH = 50
"""Articles per call, near what the embedding stage hands over."""
WARM_UP = 2
"""Rounds that do not count: a server that has just started compiles its code first."""
QUERIES = 100


def points(count: int) -> Vector:
    """`(count, 384)` unit vectors around `STORIES` centres, at the spread of sentence embeddings of one topic."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((STORIES, LENGTH))
    found = centres[random.integers(0, STORIES, count)] + 0.8 * random.standard_normal((count, LENGTH))
    unit: Vector = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def seconds_of(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def fill(store: ElasticStore, numbers: range) -> None:
    """Articles with their passages, not yet embedded."""
    store.record_poll(feed_state(), [delivered(number) for number in numbers])
    extracted = [article(number, state=ArticleState.EXTRACTED) for number in numbers]
    store.save_extracted(extracted, [passage(part, of=n) for n in numbers for part in range(1, PER_ARTICLE + 1)])


def bulk(store: ElasticStore, settings: StoreSettings, vectors: Vector) -> dict[str, float]:
    """Rounds take turns, so that other load on the machine falls on both."""
    from elasticsearch import helpers

    count = len(vectors) // PER_ARTICLE
    spent, documents = [0.0, 0.0, 0.0], 0
    with connect(settings.url) as es:
        target = f"{settings.index_prefix}-vectors-999999-d{LENGTH}"
        es.indices.create(index=target)
        for start in range(0, count, BATCH):
            numbers = range(start, min(start + BATCH, count))
            fill(store, numbers)
            owners = [f"passage-{n:04d}-{part}" for n in numbers for part in range(1, PER_ARTICLE + 1)]
            batch = vectors[start * PER_ARTICLE : start * PER_ARTICLE + len(owners)]
            embeddings = [embedding(owner, vector) for owner, vector in zip(owners, batch, strict=True)]
            ids = [article(n).id for n in numbers]
            store.passages_of(ids)  # the embedding stage reads them first
            actions = [
                {
                    "_index": target,
                    "_id": each.owner_id,
                    "owner_id": each.owner_id,
                    "kind": "passage",
                    "article_id": "a",
                    "model": MODEL,
                    "at": "2026-03-01T12:00:00.000000+00:00",
                    "vector": pack(each.vector),
                }
                for each in embeddings
            ]
            home = store._indices("articles")[0]  # noqa: SLF001  where the marks go
            marks = [{"_op_type": "update", "_index": home, "_id": id_, "doc": {"reason": "marked"}} for id_ in ids]
            again = [each | {"_id": f"again {each['_id']}"} for each in actions]
            calls: list[Callable[[], object]] = [
                partial(store.save_embedded, ids, embeddings),
                partial(deque, helpers.parallel_bulk(es, [*again, *marks]), maxlen=0),
                partial(deque, helpers.parallel_bulk(es, actions), maxlen=0),
            ]
            round_ = start // BATCH
            took = {which: seconds_of(calls[which]) for which in ((round_ + turn) % 3 for turn in range(3))}
            if round_ >= WARM_UP:
                spent = [so_far + took[which] for which, so_far in enumerate(spent)]
                documents += len(owners)
        es.indices.delete(index=target)
    mine, same, vectors_only = spent
    return {
        "vectors": documents,
        "store_per_second": documents / mine,
        "bare_per_second": documents / same,
        "ratio": same / mine,
        "vectors_only_per_second": documents / vectors_only,
        "ratio_to_vectors_only": vectors_only / mine,
    }


def nearest(store: ElasticStore, settings: StoreSettings, vectors: Vector) -> dict[str, float]:
    """The ten nearest passages: through the store's own request, and bare."""
    index = store._names.vectors_of_length(LENGTH)  # noqa: SLF001  below the search, where a bare request compares
    queries = points(len(vectors) + QUERIES)[-QUERIES:]
    filters = [{"term": {"model": MODEL}}]
    mine, bare, hits = [], [], 0
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    with connect(settings.url) as es:
        es.indices.refresh(index=index)

        def ask_bare(query: Vector) -> object:
            knn = {"field": "vector", "query_vector": query.tolist(), "k": 10, "num_candidates": 100, "filter": filters}
            return es.search(index=index, knn=knn, size=10, source={"includes": ["owner_id", "kind", "article_id"]})

        for number, (query, best) in enumerate(zip(queries, exact, strict=True)):
            if number % 2:  # they take turns in going first: the second finds the graph's pages in the cache
                bare.append(seconds_of(partial(ask_bare, query)))
            start = time.perf_counter()
            found = store._nearest(index, query, k=10, filters=filters, candidates=100)  # noqa: SLF001  see above
            mine.append(time.perf_counter() - start)
            if not number % 2:
                bare.append(seconds_of(partial(ask_bare, query)))
            wanted = {f"passage-{n // PER_ARTICLE:04d}-{n % PER_ARTICLE + 1}" for n in best}
            hits += len(wanted & {hit.source["owner_id"] for hit in found})
    one, other = statistics.median(mine), statistics.median(bare)
    return {"store_ms": one * 1e3, "bare_ms": other * 1e3, "ratio": one / other, "recall_at_10": hits / (10 * QUERIES)}


def measure(url: str, count: int) -> dict[str, Any]:
    settings = prepared(url)
    store = ElasticStore(settings)
    vectors = points(count)
    try:
        return {"passages": count, "bulk": bulk(store, settings, vectors), "nearest": nearest(store, settings, vectors)}
    finally:
        store.close()
        drop(settings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="", help="a server to measure; without it the tests' node is started")
    parser.add_argument("--passages", type=int, default=50_000)
    parser.add_argument("--json", type=Path, help="where to write the numbers")
    options = parser.parse_args()
    if options.passages < 4_000:
        parser.error("--passages must be at least 4000: the first 2,000 are not counted")
    with serving_node(options.url) as (url, _):
        report(measure(url, options.passages), options.json)


if __name__ == "__main__":
    main()
