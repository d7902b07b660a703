"""### Ask a person about possible findings

Optional; switch it on where somebody looks at Airflow every day. When there are new findings, each *possible* one
becomes a question under **Required Actions**: both sentences side by side, *Confirm*, *Dismiss* or *Leave open*.

The answer is kept with the finding, just as `monitor findings confirm` and `dismiss` do it. Nobody answers within a
day: it stays open and is asked again with the next new finding.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import dag, task
from monitor_defaults import FINDINGS, SHARED

OFF = SHARED | {"is_paused_upon_creation": True}


@dag(schedule=[FINDINGS], doc_md=__doc__, tags=["news-monitor", "by hand"], **OFF)
def review_possible() -> None:
    @task(execution_timeout=timedelta(minutes=5))
    def choose() -> list[dict[str, str]]:
        from monitor.airflow.tasks import ask_about_possible

        return ask_about_possible()

    @task(execution_timeout=timedelta(minutes=5))
    def keep(asked: tuple[dict[str, str], dict[str, Any]]) -> dict[str, Any]:
        from monitor.airflow.tasks import keep_answer

        return keep_answer(*asked)

    questions = choose()
    ask = HITLOperator.partial(
        task_id="ask",
        options=["Confirm", "Dismiss", "Leave open"],
        defaults="Leave open",
        response_timeout=timedelta(days=1),
    ).expand_kwargs(questions)
    keep.expand(asked=questions.zip(ask.output))


review_possible()
