"""### Compare the news with the known positions, and tell

Runs whenever articles were put into stories (asset *stories*).

* **judge** compares each new passage with the positions you wrote down: does it match, does it contradict, who
  speaks. *Skipped* means: no new finding. `new` in its result counts new findings.
* **send** mails what is due. An alert is *sent* only once the mail server took it; otherwise it is tried again later.

A run that has not ended fifteen minutes after it was queued is reported to the operator.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference, dag, task
from monitor_defaults import FINDINGS, MODELS, SHARED, STORIES

LATE = DeadlineAlert(
    name="alerts are late",
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(minutes=15),
    callback=AsyncCallback("monitor.airflow.callbacks.tell_of_missed_deadline", kwargs={"minutes": 15}),
)


@dag(schedule=[STORIES], deadline=LATE, doc_md=__doc__, tags=["news-monitor", "alerts"], **SHARED)
def judge_and_alert() -> None:
    @task(pool=MODELS, outlets=[FINDINGS], execution_timeout=timedelta(hours=2))
    def judge() -> dict[str, Any]:
        from monitor.airflow.tasks import judge_for

        return judge_for("findings")

    @task(trigger_rule="none_failed", execution_timeout=timedelta(minutes=10))
    def send() -> dict[str, Any]:
        from monitor.airflow.tasks import run_stage

        return run_stage("alert")

    judge() >> send()


judge_and_alert()
