"""The contract's stores over Elasticsearch, for `tests/contract/stores.py`.

Making a store's indices takes seconds, emptying them does not: the tests of one process share one store.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.settings import StoreSettings
from monitor.store import make_store
from monitor.store.base import Store
from tests.services.elasticsearch.fixtures import fresh_settings, shared_elastic_url

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch


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
    settings = prepared(shared_elastic_url())
    atexit.register(drop, settings)
    return settings


def prepared(url: str) -> StoreSettings:
    """Settings of a store with its indices, for one test module."""
    settings = fresh_settings(url)
    store = make_store(settings)
    store.prepare()
    store.close()
    return settings


def drop(settings: StoreSettings) -> None:
    """Remove indices and templates: a server with very many becomes slow."""
    from elasticsearch import Elasticsearch, TransportError

    with Elasticsearch(settings.url, request_timeout=60, max_retries=0) as es:
        try:
            drop_indices(es, f"{settings.index_prefix}-*")
            es.indices.delete_index_template(name=f"{settings.index_prefix}-*")
            es.cluster.delete_component_template(name=f"{settings.index_prefix}-*")
        except TransportError:
            return  # the server has ended, and its data with it


def connect(url: str) -> Elasticsearch:
    """A bare client, for looking behind the store's back."""
    from elasticsearch import Elasticsearch

    return Elasticsearch(url, request_timeout=60)


def drop_indices(es: Elasticsearch, pattern: str) -> None:
    """Named one by one: many servers refuse to delete by pattern."""
    if names := list(es.indices.get_alias(index=pattern)):
        es.indices.delete(index=names)


def empty(settings: StoreSettings) -> None:
    """Remove every document but the schema's version."""
    from elasticsearch import Elasticsearch

    query = {"bool": {"must_not": {"ids": {"values": ["schema"]}}}}
    with Elasticsearch(settings.url, request_timeout=60) as es:
        es.indices.refresh(index=f"{settings.index_prefix}-*")
        es.delete_by_query(index=f"{settings.index_prefix}-*", query=query, refresh=True)
