"""`monitor setup` on Elasticsearch with Kibana beside it: indices, then Kibana's objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from monitor.cli.app import app
from monitor.errors import SettingsInvalid
from monitor.settings import StoreSettings
from tests.services.elasticsearch.contract import connect, drop
from tests.services.elasticsearch.fixtures import fresh_settings
from tests.services.elasticsearch.kibana_stub import Kibana, serving_kibana, uploaded

pytestmark = pytest.mark.services


@pytest.fixture
def settings(elastic_url: str) -> Iterator[StoreSettings]:
    settings = fresh_settings(elastic_url)
    yield settings
    drop(settings)


@pytest.fixture
def kibana() -> Iterator[tuple[type[Kibana], str]]:
    with serving_kibana() as found:
        yield found


def setup(folder: Path, store: dict[str, str], kibana_url: str) -> Result:
    config = folder / "monitor.yaml"
    config.write_text(yaml.safe_dump({"store": store, "alert": {"kibana_url": kibana_url}}), "utf-8")
    return CliRunner().invoke(app, ["setup", "--config", str(config)])


def test_setup_makes_the_indices_and_imports_what_is_seen_in_kibana(
    settings: StoreSettings, kibana: tuple[type[Kibana], str], tmp_path: Path
) -> None:
    handler, url = kibana
    store = {"url": settings.url, "index_prefix": settings.index_prefix}
    done = setup(tmp_path, store, url)
    assert done.exit_code == 0, done.output
    assert "15 saved objects imported" in done.stdout
    with connect(settings.url) as es:
        assert es.indices.exists(index=f"{settings.index_prefix}-findings")
    _, _, headers, body = handler.asked[-1]
    ids = [json.loads(line)["id"] for line in uploaded(headers, body)[1].splitlines()]
    assert f"{settings.index_prefix}-news-desk" in ids


def test_setup_that_kibana_refuses_says_what(
    settings: StoreSettings, kibana: tuple[type[Kibana], str], tmp_path: Path
) -> None:
    handler, url = kibana
    handler.answers = [(200, {"success": False, "errors": [{"type": "dashboard", "id": "d", "error": {"type": "x"}}]})]
    done = setup(tmp_path, {"url": settings.url, "index_prefix": settings.index_prefix}, url)
    assert isinstance(done.exception, SettingsInvalid)
    assert "dashboard d" in str(done.exception)


def test_setup_imports_nothing_where_kibana_sees_nothing(kibana: tuple[type[Kibana], str], tmp_path: Path) -> None:
    handler, url = kibana
    done = setup(tmp_path, {"url": f"sqlite:{tmp_path / 'monitor.db'}"}, url)
    assert done.exit_code == 0, done.output
    assert "nothing imported" in done.stdout
    assert handler.asked == []
