"""### Load seed stories and positions

By hand, after you changed a file in `seeds/`. Loading the same files twice changes nothing; a position that is no
longer in its file is withdrawn, not deleted. A file with a mistake fails the run and names file, line and field.

New positions count for articles that come from now on. To judge the last days' articles too, run *backfill*.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task
from monitor_defaults import SHARED

PARAMS = {
    "folder": Param("", type="string", title="Folder or file", description="Empty: the setting `seeds`."),
}


@dag(schedule=None, params=PARAMS, doc_md=__doc__, tags=["news-monitor", "by hand"], **SHARED)
def load_seeds() -> None:
    @task(execution_timeout=timedelta(minutes=5))
    def load(params: dict[str, Any] | None = None) -> dict[str, Any]:
        from monitor.airflow.tasks import load

        return load((params or {})["folder"])

    load()


load_seeds()
