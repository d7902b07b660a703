from __future__ import annotations

import pytest

from monitor.cluster import make_clusterer
from monitor.cluster.base import Clusterer
from monitor.settings.model import ClusterSettings


@pytest.fixture
def clusterer() -> Clusterer:
    return make_clusterer(ClusterSettings())
