"""### Sort articles into stories

Runs whenever there are new articles (asset *articles*).

* **embed** gives every article and passage its vector: what it is about, as numbers.
* **cluster** puts each article into a story, one of your seed stories or a new one, and links copies of one text.
  *Skipped* means: nothing waits to be judged.

The asset *stories* then wakes *judge_and_alert*.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from monitor_defaults import ARTICLES, MODELS, SHARED, STORIES


@dag(schedule=[ARTICLES], doc_md=__doc__, tags=["news-monitor", "stories"], **SHARED)
def embed_and_cluster() -> None:
    @task(pool=MODELS, execution_timeout=timedelta(hours=2))
    def embed() -> dict[str, Any]:
        from monitor.airflow.tasks import run_stage

        return run_stage("embed")

    @task(pool=MODELS, outlets=[STORIES], execution_timeout=timedelta(hours=1))
    def cluster() -> dict[str, Any]:
        from monitor.airflow.tasks import Stage, run_stage_for

        return run_stage_for("stories", "cluster", then=Stage.JUDGE)

    embed() >> cluster()


embed_and_cluster()
