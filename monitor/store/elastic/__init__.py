"""The store for whoever outgrows one machine: Elasticsearch 9, which is also what Kibana reads.

Every document is readable by people and by Kibana; what only the program wants back is kept beside it as stored
text. Nothing here needs a paid licence, a script engine or a plug-in of the server.
"""

from __future__ import annotations

from monitor.settings import StoreSettings
from monitor.store.base import Store
from monitor.store.elastic.store import ElasticStore

__all__ = ["make_elastic_store"]


def make_elastic_store(settings: StoreSettings) -> Store:
    """The store of an `http(s)://` URL; opens nothing yet.

    Raises `SettingsInvalid`, and `ImportError` where the extra `elastic` is not installed.
    """
    import elasticsearch  # noqa: F401  a missing library is told at once, not at the first request

    return ElasticStore(settings)
