"""Tell the operator by mail that a task failed for good or that a run is late.

The word goes through the outbox like every alert (once per task and day); when the very store is away, straight to
the channel. A callback must not raise: Airflow would only log it, so it is logged here with its reason.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)


def tell_of_failure(context: Mapping[str, Any]) -> None:
    """For `on_failure_callback`: the last try of a task has failed."""
    task = context["ti"]
    error = context.get("exception")
    lines = [
        f"The task {task.task_id} of {task.dag_id} failed after its last try ({task.try_number}).",
        f"Reason: {type(error).__name__}: {error}" if error is not None else "Reason: see the task's log.",
        f"Run: {task.run_id}",
        "Nothing is lost: what was not done stays pending, and the next run takes it up.",
    ]
    _tell(f"{task.dag_id}: {task.task_id} failed", lines, kind=f"failure {task.dag_id} {task.task_id}")


async def tell_of_missed_deadline(*, minutes: int, context: Mapping[str, Any] | None = None) -> None:
    """For a `DeadlineAlert`; runs in the triggerer, so the blocking part goes to a thread."""
    run = (context or {}).get("dag_run") or {}
    dag_id, run_id = str(run.get("dag_id", "a DAG")), str(run.get("dag_run_id", "unknown"))
    lines = [
        f"A run of {dag_id} has not ended within {minutes} minutes of being queued: alerts may be late.",
        f"Run: {run_id}",
        "Look whether its tasks run, wait for a slot of a pool, or are being tried again.",
    ]
    await asyncio.to_thread(_tell, f"{dag_id} is late", lines, kind=f"late {dag_id}")


def _tell(headline: str, lines: Sequence[str], *, kind: str) -> None:
    from monitor.bootstrap import open_services, utc_now
    from monitor.errors import MonitorError, Retryable
    from monitor.pipeline.alert import send_alerts
    from monitor.pipeline.operator import mail_operator, tell_operator
    from monitor.settings import load_settings

    now = utc_now()
    try:
        settings = load_settings()
        try:
            with open_services(settings) as services:
                tell_operator(services, headline, lines, key=f"{kind} {now.date()}")
                send_alerts(services)
        except Retryable:
            mail_operator(settings.alert, headline, lines, now=now)
    except MonitorError:
        log.exception("the operator could not be told: %s", headline)
