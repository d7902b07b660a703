"""The contract's stores over Elasticsearch, for `tests/contract/stores.py`.

Making a store's indices takes seconds, emptying them does not: the tests of one process share one store.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from monitor.settings import StoreSettings
from monitor.store import make_store
from monitor.store.base import Store
from tests.services.elasticsearch.fixtures import fresh_settings, shared_elastic_url


def start_elastic(_folder: Path) -> Callable[[], Store]:
    """A store that is empty now; every call of what comes back opens it anew."""
    settings = _prepared()
    empty(settings)

    def open_again() -> Store:
        store = make_store(settings)
        store.prepare()
        return store

    return open_again


@cache
def _prepared() -> StoreSettings:
    settings = fresh_settings(shared_elastic_url())
    store = make_store(settings)
    store.prepare()
    store.close()
    return settings


def empty(settings: StoreSettings) -> None:
    """Remove every document but the schema's version."""
    from elasticsearch import Elasticsearch

    query = {"bool": {"must_not": {"ids": {"values": ["schema"]}}}}
    with Elasticsearch(settings.url, request_timeout=60) as es:
        es.indices.refresh(index=f"{settings.index_prefix}-*")
        es.delete_by_query(index=f"{settings.index_prefix}-*", query=query, refresh=True)
