"""### Send the daily digest

Once a day, from the hour of the setting `alert.digest_hour` on (UTC): one mail to everybody who gets the digest. It
says what was found on the last day, which feeds are in trouble, and what still waits; on a day without news it says so.

It looks every hour. *Skipped* means: too early, or the day has its digest already.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from monitor_defaults import SHARED


@dag(schedule="0 * * * *", doc_md=__doc__, tags=["news-monitor", "alerts"], **SHARED)
def send_digest() -> None:
    @task(execution_timeout=timedelta(minutes=10))
    def write_and_send() -> dict[str, Any]:
        from monitor.airflow.tasks import digest

        return digest()

    write_and_send()


send_digest()
