"""What Airflow imports besides the DAGs: the plugin and the trigger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samples.demo import sample_feeds, serving, write_config

KIBANA = "http://localhost:5601"


def test_the_side_bar_has_a_link_to_kibana(run_script: Callable[..., Any]) -> None:
    found = run_script("load_plugin.py", MONITOR_ALERT__KIBANA_URL=KIBANA)
    assert [(view["name"], view["href"]) for view in found["views"]] == [("Kibana", KIBANA)]
    assert found["errors"] == {}


def test_a_mistake_in_the_settings_costs_the_link_and_not_the_ui(run_script: Callable[..., Any]) -> None:
    found = run_script("load_plugin.py", MONITOR_ALERT__KIBANA_URL=KIBANA, MONITOR_STORE__URL="nonsense")
    assert found == {"views": [], "errors": {}}


@pytest.fixture(scope="module")
def heard(run_script: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    with serving(day=8) as site:
        config = write_config(tmp_path_factory.mktemp("trigger"), sample_feeds(site))
        return run_script("run_trigger.py", MONITOR_CONFIG=str(Path(config)))


def test_feeds_that_are_due_are_announced_once(heard: Any) -> None:
    assert heard["first"] == [{"due_feeds": 11}]


def test_a_triggerer_that_starts_again_does_not_announce_them_again(heard: Any) -> None:
    assert heard["after_restart"] == []


def test_with_the_watermark_lost_they_are_announced_again(heard: Any) -> None:
    assert heard["watermark_lost"] == [{"due_feeds": 11}]
