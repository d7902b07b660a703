"""Services on an in-memory store, feeds as files, the hashing embedder, a keyword judge, mails as files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.bootstrap import open_services
from monitor.extract import make_extractor
from monitor.extract.base import Extractor
from monitor.fetch import Fetcher, make_fetcher
from monitor.models import Feed, Position, Seed
from monitor.pipeline import Services, load_seeds
from monitor.settings import (
    AlertSettings,
    EmbedSettings,
    ExtractSettings,
    FetchSettings,
    Recipient,
    RunSettings,
    Settings,
    StoreSettings,
)
from tests.fakes import KeywordJudge

SEED = Seed(
    id="harbour",
    title="The harbour tunnel",
    summary="Whether the ministry will build the tunnel below the harbour.",
    positions=(
        Position(
            id="tunnel-built",
            story_id="harbour",
            holder="Marta Vell",
            topic="harbour tunnel",
            statement="The ministry will build the harbour tunnel.",
            stated_on=date(2024, 1, 1),
        ),
    ),
)


@dataclass
class World:
    """A desk with one feed file; `now` is the clock."""

    folder: Path
    services: Services
    judge: KeywordJudge
    now: datetime
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def feed_path(self) -> Path:
        return self.folder / "feed.json"

    def publish(self, **item: Any) -> None:
        """Put an item into the feed (or replace the one of the same id)."""
        self.items = [known for known in self.items if known["id"] != item["id"]] + [item]
        self.feed_path.write_text(
            json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "desk", "items": self.items})
        )

    def mails(self) -> list[Path]:
        return sorted(self.folder.rglob("*.eml"))


@pytest.fixture(scope="module")
def workers() -> Iterator[tuple[Fetcher, Extractor]]:
    """Worker processes take a second to start: one set for all tests of a module."""
    fetcher, extractor = make_fetcher(FetchSettings()), make_extractor(ExtractSettings())
    yield fetcher, extractor
    fetcher.close()
    extractor.close()


@pytest.fixture
def world(tmp_path: Path, workers: tuple[Fetcher, Extractor]) -> Iterator[World]:
    with open_world(tmp_path, workers) as opened:
        yield opened


@contextmanager
def open_world(folder: Path, workers: tuple[Fetcher, Extractor]) -> Iterator[World]:
    settings = Settings(
        store=StoreSettings(url="sqlite::memory:"),
        fetch=FetchSettings(pages="never"),
        embed=EmbedSettings(model="hashing"),
        alert=AlertSettings(
            directory=folder / "mail",
            recipients=(Recipient(name="desk", channel="directory", address=SecretStr("desk")),),
        ),
        run=RunSettings(batch=10),
    )
    holder: list[World] = []
    with open_services(settings, clock=lambda: holder[0].now) as built:
        judge = KeywordJudge()
        feeds: Sequence[Feed] = (Feed(url=(folder / "feed.json").as_uri(), publisher="courier.example"),)
        fetcher, extractor = workers
        services = replace(
            built, judge=lambda: judge, feeds=lambda: feeds, fetcher=lambda: fetcher, extractor=lambda: extractor
        )
        holder.append(World(folder=folder, services=services, judge=judge, now=datetime(2025, 3, 8, 12, tzinfo=UTC)))
        load_seeds(services, [SEED])
        yield holder[0]


def later(world: World, **span: float) -> None:
    """Let time pass."""
    world.now += timedelta(**span)
