"""The store over Elasticsearch: its parts put together, and its beginning and end."""

from __future__ import annotations

from monitor.settings import StoreSettings
from monitor.store.elastic.client import Client
from monitor.store.elastic.feeds import FeedPart
from monitor.store.elastic.outbox import OutboxPart
from monitor.store.elastic.positions import PositionPart
from monitor.store.elastic.schema import prepare
from monitor.store.elastic.search import SearchPart
from monitor.store.elastic.stories import StoryPart
from monitor.store.elastic.upkeep import UpkeepPart
from monitor.store.elastic.verdicts import VerdictPart


class ElasticStore(FeedPart, SearchPart, StoryPart, PositionPart, VerdictPart, OutboxPart, UpkeepPart):
    """Keeps the contract of `monitor.store.base`; may be shared between threads."""

    def __init__(self, settings: StoreSettings) -> None:
        super().__init__(Client(settings))

    def prepare(self) -> list[str]:
        return prepare(self._client)

    def close(self) -> None:
        self._client.close()
