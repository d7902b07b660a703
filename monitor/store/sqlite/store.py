"""The store over SQLite: its parts put together, and its beginning and end."""

from __future__ import annotations

from pathlib import Path

from monitor.store.sqlite.articles import ArticlePart
from monitor.store.sqlite.database import BUSY_SECONDS, Database
from monitor.store.sqlite.feeds import FeedPart
from monitor.store.sqlite.migrate import check_version, migrate, migrations
from monitor.store.sqlite.outbox import OutboxPart
from monitor.store.sqlite.positions import PositionPart
from monitor.store.sqlite.search import SearchPart
from monitor.store.sqlite.stories import StoryPart
from monitor.store.sqlite.upkeep import UpkeepPart
from monitor.store.sqlite.vectors import VectorPart
from monitor.store.sqlite.verdicts import VerdictPart


class SqliteStore(
    FeedPart, ArticlePart, VectorPart, StoryPart, PositionPart, VerdictPart, OutboxPart, SearchPart, UpkeepPart
):
    """Keeps the contract of `monitor.store.base`; may be shared between threads."""

    @classmethod
    def in_file(cls, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> SqliteStore:
        """A file that may not be there yet; `busy_seconds` is how long a call waits for another writer."""
        return cls(Database(path, check=check_version, busy_seconds=busy_seconds))

    @classmethod
    def in_memory(cls) -> SqliteStore:
        return cls(Database(None, check=check_version))

    def prepare(self) -> list[str]:
        with self._database.unchecked() as connection:
            return migrate(connection, self._database.name, to=migrations())

    def close(self) -> None:
        self._database.close()
