"""What the stages work with. `bootstrap` builds it; tests may build their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.alert.base import Channel
from monitor.cluster.base import Clusterer
from monitor.embed.base import Embedder
from monitor.extract.base import Extractor
from monitor.fetch.base import Fetcher
from monitor.judge.base import Judge
from monitor.models import Feed
from monitor.settings import Recipient, Settings
from monitor.store.base import Store


class Progress(Protocol):
    """Told how far a stage is; must be quick and must not raise."""

    def __call__(self, stage: str, *, done: int, total: int) -> None: ...


def no_progress(stage: str, *, done: int, total: int) -> None:
    """Nobody watches."""
    _ = stage, done, total


@dataclass(slots=True)
class KeptClusterer:
    """What clustering keeps between two runs of one process; `known` is what cluster_memory.py knew of the store."""

    clusterer: Clusterer | None = None
    known: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that a stage may need. What is a function is built at its first call and then kept:
    a run with nothing to embed or judge loads no model."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    feeds: Callable[[], Sequence[Feed]]
    fetcher: Callable[[], Fetcher]
    extractor: Callable[[], Extractor]
    embedder: Callable[[], Embedder]
    clusterer: Callable[[], Clusterer]
    """A fresh one each time: cluster_memory.py fills it from the store."""
    judge: Callable[[], Judge]
    channel: Callable[[Recipient], Channel]
    progress: Progress = no_progress
    kept: KeptClusterer = field(default_factory=KeptClusterer)
