"""### Read the feeds

Every two minutes: which feeds are due, what is new in them, and the text of each new article.

* **plan** names the feeds that are due, in batches of fifty. A feed sets its own pace (at least 15 minutes).
* **fetch** reads one batch. The name of each mapped task says how many entries were new.
* **extract** gets the pages of new articles and takes the text out of them. *Skipped* means: nothing new this time.

The asset *articles* then wakes *embed_and_cluster*. Which feeds are in trouble, and why, stands in the log of
**fetch**, in the daily digest, and in `monitor status`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from monitor_defaults import ARTICLES, FETCH, PAGES, SHARED


@dag(schedule="*/2 * * * *", doc_md=__doc__, tags=["news-monitor", "fetch"], **SHARED)
def ingest_feeds() -> None:
    @task(execution_timeout=timedelta(minutes=2))
    def plan() -> list[list[str]]:
        from monitor.airflow.tasks import plan_fetch

        return plan_fetch()

    @task(pool=FETCH, map_index_template="{{ label }}", execution_timeout=timedelta(minutes=15))
    def fetch(urls: list[str]) -> dict[str, Any]:
        from monitor.airflow.tasks import fetch_batch

        return fetch_batch(urls)

    @task(pool=PAGES, outlets=[ARTICLES], trigger_rule="none_failed", execution_timeout=timedelta(hours=1))
    def extract() -> dict[str, Any]:
        from monitor.airflow.tasks import Stage, run_stage_for

        return run_stage_for("articles", "extract", then=Stage.EMBED)

    fetch.expand(urls=plan()) >> extract()


ingest_feeds()
