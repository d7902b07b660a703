"""### Do the last days again

By hand, after a change of positions (*judge*) or of the embedding model (*embed*, which includes the rest).

Articles of the last days are sent back and go through the stages once more. A finding that is there already stays
one finding and is not mailed again; new ones are mailed unless the news is older than `alert.max_article_age_days`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task
from monitor_defaults import FINDINGS, MODELS, SHARED

PARAMS = {
    "days": Param(7, type="integer", minimum=1, maximum=3_650, title="How many days back"),
    "redo": Param("judge", type="string", enum=["judge", "embed"], title="What is done again"),
}


@dag(schedule=None, params=PARAMS, doc_md=__doc__, tags=["news-monitor", "by hand"], **SHARED)
def backfill() -> None:
    @task(execution_timeout=timedelta(minutes=30))
    def send_back(params: dict[str, Any] | None = None) -> dict[str, Any]:
        from monitor.airflow.tasks import send_back

        return send_back(days=(params or {})["days"], redo=(params or {})["redo"])

    @task(pool=MODELS, outlets=[FINDINGS], execution_timeout=timedelta(hours=12))
    def do_again() -> dict[str, Any]:
        from monitor.airflow.tasks import sweep_for

        return sweep_for("findings")

    send_back() >> do_again()


backfill()
