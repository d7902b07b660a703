"""How much of an event's way belongs to Airflow: the time in which no task of ours ran for it.

In: task instances as Airflow's API gives them (from its metadata database), the moments of poll and mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CHAIN = ("ingest_feeds", "embed_and_cluster", "judge_and_alert", "sweep")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpan:
    """From the task's start to its end (Unix seconds): its process, our imports, our work."""

    name: str
    started_at: float
    ended_at: float
    queued_seconds: float
    """From queued to started."""


def spans_of(instances: Sequence[dict[str, Any]]) -> list[TaskSpan]:
    """Those of the chain that have ended, in order of their start."""
    found = [
        TaskSpan(
            name=f"{one['dag_id']}.{one['task_id']}",
            started_at=seconds(one["start_date"]),
            ended_at=seconds(one["end_date"]),
            queued_seconds=seconds(one["start_date"]) - seconds(one["queued_when"] or one["start_date"]),
        )
        for one in instances
        if one["dag_id"] in CHAIN and one["start_date"] and one["end_date"]
    ]
    return sorted(found, key=lambda span: span.started_at)


def seconds_in_tasks(spans: Sequence[TaskSpan], begin: float, end: float) -> float:
    """Length of the union of the spans within [begin, end]."""
    covered, reached = 0.0, begin
    for span in spans:
        left, right = max(span.started_at, reached), min(span.ended_at, end)
        if right > left:
            covered += right - left
            reached = right
    return covered


def seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()
