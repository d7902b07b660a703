"""The chain of DAGs with `dag.test()` on a real Elasticsearch node: what comes out is as on the embedded store."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.bootstrap import open_services
from monitor.models import AlertState
from monitor.settings import load_settings
from samples.demo import sample_feeds, serving, write_config
from tests.dags.conftest import LIGHT, ByHand
from tests.golden.write import essence
from tests.services.elasticsearch.fixtures import shared_elastic_url

pytestmark = pytest.mark.services

CHAIN = ("load_seeds", "ingest_feeds", "embed_and_cluster", "judge_and_alert", "maintain")


def test_the_chain_on_elasticsearch_finds_and_mails_what_the_command_line_does(
    run_script: Callable[..., Any], by_hand: ByHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = {"MONITOR_STORE__URL": shared_elastic_url(), "MONITOR_STORE__INDEX_PREFIX": f"test-{uuid.uuid4().hex[:10]}"}
    with serving(day=8) as site:
        config = write_config(tmp_path, sample_feeds(site))
        outcome = run_script("run_dags.py", *CHAIN, MONITOR_CONFIG=str(config), **store, **LIGHT)
    assert [(run["dag"], run["state"]) for run in outcome["runs"]] == [(dag_id, "success") for dag_id in CHAIN]
    for name, value in store.items():
        monkeypatch.setenv(name, value)
    with open_services(load_settings(config)) as services:
        alerts = services.store.alerts()
        assert essence(services.store.findings()) == by_hand.findings
    assert sorted(alert.finding_id for alert in alerts if alert.finding_id) == by_hand.told
    assert {alert.state for alert in alerts} == {AlertState.SENT}
