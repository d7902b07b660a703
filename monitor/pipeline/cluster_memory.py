"""A clusterer that is kept from run to run of one process: with many live articles, remembering them takes seconds.

In: services. Out: a clusterer that knows what the store knows. Never: kept when anything that it was built from is
another by now; then, and in every new process, it is remembered from the store.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from monitor.cluster.base import AnalystWord, Clusterer, Memo, SeedItem
from monitor.errors import SettingsInvalid
from monitor.memory import without_garbage_collection
from monitor.models import Seed
from monitor.pipeline.cluster_word import read_word
from monitor.pipeline.embed import vectors_for_texts
from monitor.pipeline.ports import Services
from monitor.store.base import StoredMemo

log = logging.getLogger(__name__)

BLOB = "cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a clusterer was built from, or has written since: equal means that no one else changed anything."""

    model: str
    since: datetime
    memos: int
    state: bytes
    """Digest of the clusterer's blob, which every clustering replaces."""
    word: AnalystWord
    seeds: tuple[Seed, ...]


def take_clusterer(services: Services) -> tuple[Clusterer, Known]:
    """One with seeds, live window and saved state, as if it had never stopped; and what it was built from.

    To be called under the lease of clustering. A run that fails keeps nothing.
    """
    kept, known = services.kept.clusterer, services.kept.known
    services.kept.clusterer = services.kept.known = None
    if kept is not None and isinstance(known, Known) and known == _read_known(services, known.since):
        return kept, known
    since = services.clock() - timedelta(days=services.settings.cluster.live_days)
    known = _read_known(services, since)
    return remember(services, since), known


def keep_clusterer(clusterer: Clusterer, services: Services, known: Known, *, state: bytes) -> None:
    """For the next run, once everything that it decided is in the store; `state` is the blob saved last.

    What others wrote meanwhile (seeds, a person's word, a state after ours) is not taken for known.
    """
    memos = services.store.count_memos(since=known.since, model=known.model)
    services.kept.known = replace(known, memos=memos, state=_digest(state))
    services.kept.clusterer = clusterer


def remember(services: Services, since: datetime) -> Clusterer:
    """A clusterer built from the store."""
    clusterer = services.clusterer()
    clusterer.add_seeds([_seed_item(services, seed) for seed in services.store.seeds()])
    clusterer.respect(read_word(services.store))
    with without_garbage_collection():
        stored = services.store.live_memos(since=since, model=services.embedder().model)
        clusterer.recall([_memo(each) for each in stored])
    try:
        clusterer.restore(services.store.read_blob(BLOB))
    except SettingsInvalid as error:
        # word frequencies and page furniture: learnt again within a day, and no reason to stop the news
        log.warning("clustering starts with an empty memory of words", extra={"reason": str(error)})
    return clusterer


def _memo(stored: StoredMemo) -> Memo:
    return Memo(
        item_id=stored.article_id,
        story_id=stored.story_id,
        copy_of=stored.copy_of,
        publisher=stored.publisher,
        at=stored.at,
        vector=stored.vector,
        memo=stored.memo,
    )


def _read_known(services: Services, since: datetime) -> Known:
    store, model = services.store, services.embedder().model
    return Known(
        model=model,
        since=since,
        memos=store.count_memos(since=since, model=model),
        state=_digest(store.read_blob(BLOB)),
        word=read_word(store),
        seeds=tuple(store.seeds()),
    )


def _digest(state: bytes) -> bytes:
    return hashlib.sha256(state).digest()


def _seed_item(services: Services, seed: Seed) -> SeedItem:
    texts = [f"{seed.title}. {seed.summary}"]
    texts += [f"{article.title}. {article.summary}" for article in seed.articles]
    texts += [position.statement for position in seed.positions]
    vectors = vectors_for_texts(services, texts)
    return SeedItem(story_id=seed.id, texts=tuple(texts), vectors=np.stack([vectors[text] for text in texts]))
