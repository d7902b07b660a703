"""All stages in order: once, or for ever with pauses that follow the work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event

from monitor.errors import Retryable
from monitor.memory import return_freed_memory
from monitor.models import Stage, StageReport
from monitor.pipeline.alert import send_alerts
from monitor.pipeline.cluster import cluster_articles
from monitor.pipeline.embed import embed_articles
from monitor.pipeline.extract import extract_articles
from monitor.pipeline.fetch import fetch_feeds
from monitor.pipeline.judge import judge_articles
from monitor.pipeline.ports import Services

log = logging.getLogger(__name__)

STAGES: dict[str, Callable[[Services], StageReport]] = {
    "fetch": fetch_feeds,
    "extract": extract_articles,
    "embed": embed_articles,
    "cluster": cluster_articles,
    "judge": judge_articles,
    "alert": send_alerts,
}
"""In the order of the plot."""

SHORTEST_PAUSE_SECONDS = 1.0


def run_once(services: Services) -> list[StageReport]:
    """Each stage over all that is pending, in order. What one has freed, the next may need."""
    reports = []
    for stage in STAGES.values():
        reports.append(stage(services))
        return_freed_memory()
    return reports


def run_watching(
    services: Services, *, stop: Event, on_round: Callable[[Sequence[StageReport]], None] = lambda _: None
) -> None:
    """Round after round until `stop` is set. A store that is away is waited for, with growing pauses."""
    failures = 0
    while not stop.is_set():
        try:
            on_round(run_once(services))
            failures = 0
            pause = seconds_to_next(services)
        except Retryable as error:
            failures += 1
            pause = min(2.0**failures, services.settings.run.watch_pause_seconds)
            log.warning("round failed, will try again", extra={"reason": str(error), "pause_seconds": pause})
        stop.wait(pause)


def seconds_to_next(services: Services) -> float:
    """Until the next feed is due, at most `run.watch_pause_seconds`; short when work is left over."""
    longest = services.settings.run.watch_pause_seconds
    backlog = services.store.backlog()
    if any(backlog[stage] for stage in Stage if stage is not Stage.ALERT):
        return min(5.0, longest)
    now = services.clock()
    states = services.store.feed_states()
    due = [s.next_poll_at for f in services.feeds() if (s := states.get(f.url)) and s.next_poll_at]
    soonest = min(((at - now).total_seconds() for at in due), default=longest)
    return max(SHORTEST_PAUSE_SECONDS, min(soonest, longest))


def timed(call: Callable[[], StageReport]) -> tuple[StageReport, float]:
    """A stage's report and its CPU seconds (this process alone): for benchmarks."""
    before = time.process_time()
    report = call()
    return report, time.process_time() - before
