"""### Pick up what was left behind

Every five minutes: all stages after fetching, over whatever still waits, and all alerts that are due again. Events
only wake; what is to be done stands in the store. So a lost event, a crash or a restart costs minutes, not news.

*Skipped* is the usual end: no new finding came of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from monitor_defaults import FINDINGS, MODELS, SHARED


@dag(schedule="*/5 * * * *", doc_md=__doc__, tags=["news-monitor", "upkeep"], **SHARED)
def sweep() -> None:
    @task(pool=MODELS, outlets=[FINDINGS], execution_timeout=timedelta(hours=2))
    def finish_pending() -> dict[str, Any]:
        from monitor.airflow.tasks import sweep_for

        return sweep_for("findings")

    finish_pending()


sweep()
