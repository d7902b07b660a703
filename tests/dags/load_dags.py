"""Load dags/ as Airflow does and write what it found, as JSON. Run in a process of its own by the tests."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.dag_processing.dagbag import BundleDagBag

NO_ASSETS = SimpleNamespace(objects=())
DAGS = Path(__file__).parents[2] / "dags"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def describe(dag: Any) -> dict[str, Any]:
    tasks = {
        task.task_id: {
            "pool": task.pool,
            "retries": task.retries,
            "backoff": bool(task.retry_exponential_backoff),
            "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else None,
            "owner": task.owner,
            "outlets": [asset.name for asset in task.outlets],
            "on_failure": [callback.__name__ for callback in _listed(task.on_failure_callback)],
            "upstream": sorted(task.upstream_task_ids),
            "trigger_rule": str(task.trigger_rule),
        }
        for task in dag.tasks
    }
    condition = getattr(dag.timetable, "asset_condition", None) or NO_ASSETS
    return {
        "timetable": type(dag.timetable).__name__,
        "expression": getattr(dag.timetable, "expression", ""),
        "assets": sorted(asset.name for asset in condition.objects),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "paused": dag.is_paused_upon_creation,
        "tags": sorted(dag.tags),
        "doc": dag.doc_md or "",
        "params": sorted(dag.params),
        "deadlines": [alert.callback.path for alert in _listed(dag.deadline)],
        "tasks": tasks,
    }


def main() -> None:
    bag = BundleDagBag(dag_folder=DAGS, bundle_path=DAGS, bundle_name="dags")
    found = {
        "errors": {str(path): error for path, error in bag.import_errors.items()},
        "modules": sorted(m for m in sys.modules if m.split(".")[0] in ("monitor", "torch", "sentence_transformers")),
        "dags": {dag_id: describe(dag) for dag_id, dag in bag.dags.items()},
    }
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
