"""One extractor for the room's tests: its worker takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.extract import Extractor, make_extractor
from monitor.settings.model import ExtractSettings
from tests.unit.extract.jobs import Extract


@pytest.fixture(scope="session")
def extractor() -> Iterator[Extractor]:
    extractor = make_extractor(ExtractSettings(page_seconds=2, workers=2))
    yield extractor
    extractor.close()


@pytest.fixture
def extract(extractor: Extractor) -> Extract:
    return lambda job: next(iter(extractor.extract([job])))
