"""The DAGs as Airflow reads them: ids, schedules, limits, and that reading them is cheap."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
POOLS = {"default_pool", *json.loads((ROOT / "docker" / "pools.json").read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def loaded(run_script: Callable[..., Any]) -> Any:
    return run_script("load_dags.py")


@pytest.fixture(scope="module")
def dags(loaded: Any) -> dict[str, Any]:
    return dict(loaded["dags"])


def tasks_of(dags: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{dag_id}.{task_id}", task) for dag_id, dag in dags.items() for task_id, task in dag["tasks"].items()]


def test_every_dag_file_loads(loaded: Any) -> None:
    assert loaded["errors"] == {}


def test_loading_the_dags_imports_nothing_of_the_monitor_but_the_edge(loaded: Any) -> None:
    # a watcher needs its trigger's class, and Airflow looks at the deadline's callback when it reads its path
    edge = {"monitor", "monitor.airflow", "monitor.airflow.callbacks", "monitor.airflow.trigger"}
    assert set(loaded["modules"]) <= edge


def test_ids_and_schedules_are_pinned(dags: dict[str, Any]) -> None:
    assert {dag_id: dag["expression"] or dag["assets"] for dag_id, dag in dags.items()} == {
        "ingest_feeds": "*/2 * * * *",
        "embed_and_cluster": ["articles"],
        "judge_and_alert": ["stories"],
        "sweep": "*/5 * * * *",
        "send_digest": "0 * * * *",
        "maintain": "0 4 * * *",
        "load_seeds": [],
        "backfill": [],
        "review_possible": ["findings"],
        "ingest_when_due": ["feeds-due"],
    }


def test_only_the_optional_dags_begin_paused(dags: dict[str, Any]) -> None:
    assert {dag_id for dag_id, dag in dags.items() if dag["paused"]} == {"review_possible", "ingest_when_due"}


def test_no_dag_runs_twice_at_a_time_or_catches_up(dags: dict[str, Any]) -> None:
    assert all(dag["max_active_runs"] == 1 and not dag["catchup"] for dag in dags.values())


def test_every_dag_tells_an_analyst_what_it_does(dags: dict[str, Any]) -> None:
    assert all(dag["doc"].startswith("### ") and len(dag["doc"]) > 200 for dag in dags.values())
    assert all("news-monitor" in dag["tags"] for dag in dags.values())


def test_every_task_retries_with_growing_pauses(dags: dict[str, Any]) -> None:
    assert not [name for name, task in tasks_of(dags) if task["retries"] < 2 or not task["backoff"]]


def test_every_task_has_a_time_limit(dags: dict[str, Any]) -> None:
    assert not [name for name, task in tasks_of(dags) if not task["timeout"]]


def test_every_task_has_an_owner_and_tells_the_operator_when_it_fails(dags: dict[str, Any]) -> None:
    found = {(task["owner"], *task["on_failure"]) for _, task in tasks_of(dags)}
    assert found == {("newsroom", "tell_operator")}


def test_every_pool_that_a_task_uses_is_created_by_the_set_up(dags: dict[str, Any]) -> None:
    assert {task["pool"] for _, task in tasks_of(dags)} <= POOLS


def test_models_run_in_the_pool_with_one_slot(dags: dict[str, Any]) -> None:
    in_pool = {name for name, task in tasks_of(dags) if task["pool"] == "models"}
    assert in_pool == {
        "embed_and_cluster.embed",
        "embed_and_cluster.cluster",
        "judge_and_alert.judge",
        "sweep.finish_pending",
        "backfill.do_again",
    }


def test_the_assets_lead_from_feeds_to_findings(dags: dict[str, Any]) -> None:
    assert dags["ingest_feeds"]["tasks"]["extract"]["outlets"] == ["articles"]
    assert dags["embed_and_cluster"]["tasks"]["cluster"]["outlets"] == ["stories"]
    assert dags["judge_and_alert"]["tasks"]["judge"]["outlets"] == ["findings"]


def test_manual_dags_take_parameters(dags: dict[str, Any]) -> None:
    assert dags["load_seeds"]["params"] == ["folder"]
    assert dags["backfill"]["params"] == ["days", "redo"]


def test_a_late_run_of_judging_has_a_callback_that_can_be_imported(dags: dict[str, Any]) -> None:
    [path] = dags["judge_and_alert"]["deadlines"]
    module, _, name = path.rpartition(".")
    assert inspect.iscoroutinefunction(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("path", sorted((ROOT / "dags").glob("*.py")), ids=lambda path: path.name)
def test_a_dag_file_stays_under_sixty_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 60
