"""The address of a real server for the tests: one node per test process, or the one that a variable names.

`MONITOR_TEST_ELASTIC_URL` points the same tests at any other Elasticsearch 9.x.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import uuid
from functools import cache
from pathlib import Path

import pytest

from monitor.settings import StoreSettings
from tests.services.elasticsearch.node import ElasticNode


@cache
def shared_elastic_url() -> str:
    """Started at the first call, ended with this process (in an orderly way where that is possible)."""
    if given := os.environ.get("MONITOR_TEST_ELASTIC_URL"):  # noqa: TID251  tests have no settings file
        return given.rstrip("/")
    folder = tempfile.TemporaryDirectory(prefix="elastic-node-")
    node = ElasticNode(Path(folder.name) / "data", "action.destructive_requires_name=false")
    node.start()
    atexit.register(folder.cleanup)
    atexit.register(node.stop)  # runs before the clean-up: last in, first out
    return node.url


def fresh_settings(url: str) -> StoreSettings:
    """Settings of a store that nobody else uses."""
    return StoreSettings(url=url, index_prefix=f"test-{uuid.uuid4().hex[:10]}")


@pytest.fixture(scope="session")
def elastic_url() -> str:
    """A server that answers. Raises (never skips) when none can be had."""
    return shared_elastic_url()
