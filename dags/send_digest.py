"""### Send the daily digest

At seven in the morning (UTC): one mail to everybody who gets the digest. It says what was found on the last day,
which feeds are in trouble, and what still waits; on a day without news it says so. Running it again on the same day
sends no second one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from monitor_defaults import SHARED


@dag(schedule="0 7 * * *", doc_md=__doc__, tags=["news-monitor", "alerts"], **SHARED)
def send_digest() -> None:
    @task(execution_timeout=timedelta(minutes=10))
    def write_and_send() -> dict[str, Any]:
        from monitor.airflow.tasks import digest

        return digest()

    write_and_send()


send_digest()
