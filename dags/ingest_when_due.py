"""### Read feeds the moment they are due

Optional; switch it on where the two minutes of *ingest_feeds* are too long. A watcher in Airflow's triggerer looks
every five seconds whether a feed is due, and wakes this DAG. Leave *ingest_feeds* on: it is the safety net, and two of
them never read a feed twice, since a feed that was just read is no longer due.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, AssetWatcher, dag, task
from monitor_defaults import ARTICLES, PAGES, SHARED

from monitor.airflow.trigger import FeedsDueTrigger

DUE = Asset("feeds-due", watchers=[AssetWatcher(name="feeds-due", trigger=FeedsDueTrigger(seconds=5.0))])
OFF = SHARED | {"is_paused_upon_creation": True}


@dag(schedule=[DUE], doc_md=__doc__, tags=["news-monitor", "fetch"], **OFF)
def ingest_when_due() -> None:
    @task(pool=PAGES, outlets=[ARTICLES], execution_timeout=timedelta(hours=1))
    def fetch_and_extract() -> dict[str, Any]:
        from monitor.airflow.tasks import Stage, run_stage, run_stage_for

        run_stage("fetch")
        return run_stage_for("articles", "extract", then=Stage.EMBED)

    fetch_and_extract()


ingest_when_due()
