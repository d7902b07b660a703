"""A fresh empty store of every kind for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.base import Store
from tests.contract.stores import STORES, Kind, Open

PARAMS = [pytest.param(kind, marks=pytest.mark.services) if kind.is_service else kind for kind in STORES]


@pytest.fixture(params=PARAMS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    kind: Kind = request.param
    return kind


@pytest.fixture
def reopen(kind: Kind, tmp_path: Path) -> Iterator[Open]:
    """Opens the test's store as another process would."""
    opened: list[Store] = []
    start = kind.start(tmp_path)

    def open_and_remember() -> Store:
        opened.append(start())
        return opened[-1]

    yield open_and_remember
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Open) -> Store:
    return reopen()
