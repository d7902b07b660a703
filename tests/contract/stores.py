"""Which stores the contract holds for, and what all of a store's answers are. A new adapter is one line in `STORES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from monitor.models import AlertState, ArticleState, Stage
from monitor.settings import StoreSettings
from monitor.store import make_store
from monitor.store.base import ArticleFilter, SearchFilter, Store
from tests.builders import MODEL, at
from tests.services.elasticsearch.contract import start_elastic

Open = Callable[[], Store]
"""Every call opens the same store anew, as another process would."""


@dataclass(frozen=True)
class Kind:
    name: str
    start: Callable[[Path], Open]
    """A fresh, empty, prepared store; the folder is the test's own."""
    is_service: bool = False
    """Its tests carry the mark `services`."""


def _start_file(folder: Path) -> Open:
    def open_again() -> Store:
        store = make_store(StoreSettings(url=f"sqlite:{folder / 'monitor.db'}"))
        store.prepare()
        return store

    return open_again


def _start_memory(_folder: Path) -> Open:
    store = make_store(StoreSettings(url="sqlite::memory:"))
    store.prepare()
    return lambda: store


STORES = [
    Kind("sqlite-file", _start_file),
    Kind("sqlite-memory", _start_memory),
    Kind("elastic", start_elastic, is_service=True),
]


def everything(store: Store) -> dict[str, Any]:
    """All that a store answers: two stores that agree on this hold the same."""
    articles = store.articles(ArticleFilter(), limit=1_000)
    ids = sorted(article.id for article in articles)
    passages = store.passages_of(ids)
    owners = ids + [passage.id for each in passages.values() for passage in each]
    return {
        "articles": articles,
        "by state": {state: store.articles(ArticleFilter(state=state), limit=1_000) for state in ArticleState},
        "pending": {stage: store.pending(stage, limit=1_000) for stage in Stage if stage is not Stage.ALERT},
        "backlog": store.backlog(),
        "feeds": store.feed_states(),
        "passages": passages,
        "copies": store.copies_of(ids),
        "why": {each: store.why_of(each) for each in ids},
        "vectors": {owner: v.tolist() for owner, v in sorted(store.vectors_of(owners, model=MODEL).items())},
        "other models": store.articles_of_other_models(MODEL, limit=1_000),
        "memos": [
            (m.article_id, m.story_id, m.copy_of, m.publisher, m.at, np.asarray(m.vector).tolist(), m.memo)
            for m in store.live_memos(since=at(-1_000_000), model=MODEL)
        ],
        "count of memos": store.count_memos(since=at(-1_000_000), model=MODEL),
        "blob": store.read_blob("clusterer"),
        "stories": store.stories(limit=1_000),
        "story": {each.id: store.articles_of_story(each.id, limit=1_000) for each in store.stories(limit=1_000)},
        "seeds": store.seeds(),
        "positions": store.positions(include_withdrawn=True),
        "active": store.positions(),
        "offices": store.offices(),
        "verdicts": {p.id: store.verdicts_on(p.id, limit=1_000) for p in store.positions(include_withdrawn=True)},
        "findings": store.findings(),
        "alerts": store.alerts(),
        "alerts by state": {state: store.alerts(state=state) for state in AlertState},
        "attempts": store.attempts(),
        "sent": store.sent_since("desk@news.example", since=at(-1_000_000)),
        "counts": store.counts(),
        "found": sorted(hit.article_id for hit in words_found(store, "envoy")),
    }


def words_found(store: Store, query: str, which: SearchFilter | None = None, *, limit: int = 1_000) -> list[Any]:
    return store.search(query, vector=None, model=MODEL, which=which or SearchFilter(), limit=limit)
