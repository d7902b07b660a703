"""What all DAGs share: owner, retries, time limits, assets, and the word to the operator.

Nothing of `monitor` is imported while Airflow parses these files: each task imports what it runs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset

ARTICLES = Asset("articles", group="news-monitor")
STORIES = Asset("stories", group="news-monitor")
FINDINGS = Asset("findings", group="news-monitor")

FETCH, PAGES, MODELS = "fetch", "pages", "models"
"""Pools (docker/pools.json). `pages` and `models` have one slot: two tasks at once would do the same work twice."""


def tell_operator(context: Any) -> None:
    """A task has failed for good: the operator gets a mail."""
    from monitor.airflow.callbacks import tell_of_failure

    tell_of_failure(context)


SHARED: dict[str, Any] = {
    "start_date": datetime(2025, 1, 1, tzinfo=UTC),
    "catchup": False,
    "max_active_runs": 1,
    "is_paused_upon_creation": False,
    "default_args": {
        "owner": "newsroom",
        "retries": 3,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": tell_operator,
    },
}
"""For `@dag(**SHARED)`."""
