"""Every DAG over the sample news, with `dag.test()`, one after the other on one store: as in life."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.bootstrap import open_services
from monitor.models import AlertState, ArticleState
from monitor.settings import load_settings
from monitor.store.base import ArticleFilter
from samples.demo import sample_feeds, serving, write_config
from tests.dags.conftest import LIGHT, ByHand
from tests.golden.write import essence

STEPS = (
    "send_digest",
    "load_seeds",
    "ingest_feeds",
    "embed_and_cluster",
    "judge_and_alert",
    "ingest_feeds",
    "sweep",
    "send_digest",
    "send_digest",
    "maintain",
    'backfill={"days": 3, "redo": "judge"}',
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("news") / "by-airflow" / "monitor.yaml"


@pytest.fixture(scope="module")
def outcome(run_script: Callable[..., Any], config: Path) -> Any:
    with serving(day=8) as site:
        write_config(config.parent, sample_feeds(site))
        return run_script("run_dags.py", *STEPS, MONITOR_CONFIG=str(config), MONITOR_ALERT__DIGEST_HOUR="0", **LIGHT)


def result(outcome: Any, step: int, task: str) -> tuple[str, Any]:
    [instance] = outcome["runs"][step]["tasks"][task]
    return instance["state"], instance["result"]


def test_every_run_ends_well(outcome: Any) -> None:
    assert outcome["errors"] == []
    assert [(run["dag"], run["state"]) for run in outcome["runs"]] == [
        (step.partition("=")[0], "success") for step in STEPS
    ]


def test_the_seeds_are_loaded(outcome: Any) -> None:
    state, counts = result(outcome, 1, "load")
    assert (state, counts["seeds"]) == ("success", 2)
    assert counts["added"] > 0


def test_feeds_that_fail_do_not_fail_the_run(outcome: Any) -> None:
    state, counts = result(outcome, 2, "fetch")
    assert state == "success"
    assert counts["new"] == 43
    assert (counts["set_aside"], counts["left"]) == (1, 1)


def test_each_asset_had_one_event_and_none_when_there_was_nothing_new(outcome: Any) -> None:
    assert [(event["asset"], event["task"]) for event in outcome["events"]] == [
        ("articles", "extract"),
        ("stories", "cluster"),
        ("findings", "judge"),
    ]


def test_a_second_look_at_unchanged_feeds_is_skipped_with_its_counts(outcome: Any) -> None:
    state, counts = result(outcome, 5, "extract")
    assert (state, counts["done"]) == ("skipped", 0)


def test_the_sweep_finds_nothing_left_behind(outcome: Any) -> None:
    state, counts = result(outcome, 6, "finish_pending")
    assert state == "skipped"
    assert set(counts.values()) == {0}


def test_no_digest_goes_out_before_any_feed_was_read(outcome: Any) -> None:
    assert result(outcome, 0, "write_and_send") == ("skipped", None)


def test_the_digest_goes_out_once_a_day(outcome: Any) -> None:
    assert result(outcome, 7, "write_and_send")[1]["digests"] == 1
    assert result(outcome, 8, "write_and_send") == ("skipped", None)


def test_a_backfill_judges_again_and_finds_nothing_new(outcome: Any) -> None:
    assert result(outcome, 10, "send_back")[1]["sent_back"] == 43
    state, counts = result(outcome, 10, "do_again")
    assert (state, counts["judge"], counts["new"], counts["alert"]) == ("skipped", 43, 0, 0)


def test_what_airflow_keeps_of_a_task_is_small(outcome: Any) -> None:
    for run in outcome["runs"]:
        for name, instances in run["tasks"].items():
            for instance in instances:
                limit = 60 * 120 if name == "plan" else 1_024  # addresses of one batch of feeds
                assert len(json.dumps(instance["result"])) <= limit


def test_the_findings_and_mails_are_those_of_the_command_line(
    outcome: Any, config: Path, by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in LIGHT.items():
        monkeypatch.setenv(name, value)
    with open_services(load_settings(config)) as services:
        findings = essence(services.store.findings())
        alerts = services.store.alerts()
        articles = services.store.articles(ArticleFilter(), limit=1_000)
    assert outcome["runs"]
    assert by_hand.findings
    assert findings == by_hand.findings
    assert sorted(alert.finding_id for alert in alerts if alert.finding_id) == by_hand.told
    assert {alert.state for alert in alerts} == {AlertState.SENT}
    assert {article.state for article in articles} == {ArticleState.JUDGED}
