"""### Keep house

Once a day, at four in the morning (UTC).

* **delete_old** deletes articles older than the setting `store.keep_days` that no finding cites.
* **tidy_store** does what the store wants once a day: with Elasticsearch, a new index where the old one is large.
* **watch_edits** reads the pages again that findings of the last three days cite. `new` counts those whose text was
  changed: they are judged anew by the next *sweep*.
* **check_health** writes to the operator when something wants attention: no feed answers, no positions are loaded,
  nobody is told, alerts were given up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from monitor_defaults import PAGES, SHARED


@dag(schedule="0 4 * * *", doc_md=__doc__, tags=["news-monitor", "upkeep"], **SHARED)
def maintain() -> None:
    @task(execution_timeout=timedelta(hours=1))
    def delete_old() -> dict[str, Any]:
        from monitor.airflow.tasks import delete_old

        return delete_old()

    @task(execution_timeout=timedelta(hours=1))
    def tidy_store() -> dict[str, Any]:
        from monitor.airflow.tasks import tidy_store

        return tidy_store()

    @task(pool=PAGES, execution_timeout=timedelta(hours=1))
    def watch_edits() -> dict[str, Any]:
        from monitor.airflow.tasks import watch_edits

        return watch_edits()

    @task(trigger_rule="all_done", execution_timeout=timedelta(minutes=5))
    def check_health() -> dict[str, Any]:
        from monitor.airflow.tasks import check_health

        return check_health()

    delete_old() >> tidy_store() >> watch_edits() >> check_health()


maintain()
