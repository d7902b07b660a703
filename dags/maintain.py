"""### Keep house

Once a day, at four in the morning (UTC).

* **delete_old** deletes articles older than the setting `store.keep_days` that no finding cites.
* **check_health** writes to the operator when something wants attention: no feed answers, no positions are loaded,
  nobody is told, alerts were given up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from monitor_defaults import SHARED


@dag(schedule="0 4 * * *", doc_md=__doc__, tags=["news-monitor", "upkeep"], **SHARED)
def maintain() -> None:
    @task(execution_timeout=timedelta(hours=1))
    def delete_old() -> dict[str, Any]:
        from monitor.airflow.tasks import delete_old

        return delete_old()

    @task(execution_timeout=timedelta(minutes=5))
    def check_health() -> dict[str, Any]:
        from monitor.airflow.tasks import check_health

        return check_health()

    delete_old() >> check_health()


maintain()
