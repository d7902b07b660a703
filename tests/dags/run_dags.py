"""Run DAGs one after the other over the sample news with `dag.test()`; write what came of it, as JSON.

Run in a process of its own by the tests: `run_dags.py RESULT DAG_ID[=CONF]…`. Each DAG works on what the one before
left in the store, as in life.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
from airflow.models.asset import AssetEvent
from airflow.utils.db import initdb
from airflow.utils.session import create_session
from sqlalchemy import select

DAGS = Path(__file__).parents[2] / "dags"


def run(dag: Any, conf: dict[str, Any]) -> dict[str, Any]:
    dag.deadline = None  # dag.test() of Airflow 3.3.2 looks deadlines up by an id that only the DAG processor gives
    ended = dag.test(run_conf=conf)
    tasks: dict[str, list[dict[str, Any]]] = {}
    for instance in ended.get_task_instances():
        # a mapped task has one instance for each batch
        result = instance.xcom_pull(task_ids=instance.task_id, map_indexes=instance.map_index)
        tasks.setdefault(instance.task_id, []).append({"state": str(instance.state), "result": result})
    return {"state": str(ended.state), "tasks": tasks}


def asset_events() -> list[dict[str, Any]]:
    with create_session() as session:
        events = session.scalars(select(AssetEvent).order_by(AssetEvent.id))
        return [
            {"asset": e.asset.name, "dag": e.source_dag_id, "task": e.source_task_id, "extra": e.extra} for e in events
        ]


def main() -> None:
    initdb()
    DagBundlesManager().sync_bundles_to_db()
    bag = BundleDagBag(dag_folder=DAGS, bundle_path=DAGS, bundle_name="dags-folder")
    sync_bag_to_db(bag, bundle_name="dags-folder", bundle_version=None)
    runs = []
    for step in sys.argv[2:]:
        dag_id, _, conf = step.partition("=")
        runs.append({"dag": dag_id} | run(bag.dags[dag_id], json.loads(conf or "{}")))
    result = {"errors": list(bag.import_errors), "runs": runs, "events": asset_events()}
    Path(sys.argv[1]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
