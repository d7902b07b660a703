"""What the tasks of dags/ do: open the services, run a stage, say in one line what happened.

In: counts and ids from earlier tasks. Out: counts of at most a kilobyte (Airflow keeps them as XCom).
A task with an asset is *skipped* when there is nothing new for whoever waits for the asset, so no event goes out.
Errors in Airflow's words: `Retryable` → `AirflowException`, tried again with growing pauses; other errors of the
monitor → `AirflowFailException`, trying again would not help; anything else fails loudly and is tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from monitor.bootstrap import open_services
from monitor.errors import MonitorError, Retryable
from monitor.models import Stage, StageReport
from monitor.pipeline import STAGES, Services, fetch_feeds, load_seeds, send_alerts
from monitor.settings import load_settings, read_seeds

log = logging.getLogger(__name__)

Counts = dict[str, Any]
BATCH = 50
"""Feeds of one mapped task: enough to keep the fetcher's connections busy, few enough to retry cheaply."""
SHOWN_PROBLEMS = 20


@contextmanager
def services_for_task() -> Iterator[Services]:
    """The services, with the monitor's errors turned into Airflow's."""
    try:
        with open_services(load_settings()) as services:
            yield services
    except Retryable as error:
        raise AirflowException(f"will be tried again: {error}") from error
    except MonitorError as error:
        raise AirflowFailException(str(error)) from error


def plan_fetch() -> list[list[str]]:
    """Addresses of the feeds that are due, in batches."""
    from monitor.pipeline.fetch import due_feeds

    with services_for_task() as services:
        urls = [feed.url for feed, _ in due_feeds(services)]
    log.info("%d feeds are due", len(urls))
    return [urls[at : at + BATCH] for at in range(0, len(urls), BATCH)]


def fetch_batch(urls: Sequence[str]) -> Counts:
    """Poll these feeds, as far as they are (still) due."""
    with services_for_task() as services:
        counts = tell(fetch_feeds(services, urls=urls))
    context: Any = get_current_context()
    context["label"] = f"{len(urls)} feeds: {counts['new']} new entries"
    return counts


def run_stage(stage: str) -> Counts:
    """One stage over all that is pending."""
    with services_for_task() as services:
        return tell(STAGES[stage](services))


def run_stage_for(asset: str, stage: str, *, then: Stage) -> Counts:
    """One stage; the asset's event goes out when something now waits for the stage `then`."""
    with services_for_task() as services:
        counts = tell(STAGES[stage](services))
        counts["waiting"] = services.store.backlog()[then]
    return _announce(asset, counts, is_new=bool(counts["waiting"]))


def judge_for(asset: str) -> Counts:
    """Judge; the asset's event goes out when there are new findings."""
    with services_for_task() as services:
        counts = tell(STAGES["judge"](services))
    return _announce(asset, counts, is_new=bool(counts["new"]))


def sweep_for(asset: str) -> Counts:
    """Every stage after fetching, over whatever a lost event left behind; and all alerts that are due."""
    with services_for_task() as services:
        reports = [run(services) for name, run in STAGES.items() if name != "fetch"]
        told = [tell(report) for report in reports]
    counts: Counts = {count["stage"]: count["done"] for count in told}
    counts["new"] = next(count["new"] for count in told if count["stage"] == "judge")
    return _announce(asset, counts, is_new=bool(counts["new"]))


def load(folder: str) -> Counts:
    """Load seed files: those of `folder`, or of the setting `seeds` where it is empty."""
    with services_for_task() as services:
        changes = load_seeds(services, read_seeds(Path(folder) if folder else services.settings.seeds))
    for seed_id, change in changes.items():
        log.info(
            "%s: story %s; positions: %d added, %d changed, %d withdrawn, %d unchanged",
            *(seed_id, change.story, len(change.added), len(change.changed), len(change.withdrawn), change.unchanged),
        )
    return {
        "seeds": len(changes),
        "added": sum(len(change.added) for change in changes.values()),
        "changed": sum(len(change.changed) for change in changes.values()),
        "withdrawn": sum(len(change.withdrawn) for change in changes.values()),
    }


def digest() -> Counts:
    """Write the day's digests and send them, from `alert.digest_hour` on; skipped when the day has its digest."""
    from monitor.alert.digest import digest_day
    from monitor.pipeline.digest import write_digests

    with services_for_task() as services:
        if digest_day(services.clock(), services.settings.alert) is None:
            raise AirflowSkipException(f"before {services.settings.alert.digest_hour}:00 UTC")
        if not any(state.polls for state in services.store.feed_states().values()):
            raise AirflowSkipException("no feed was read yet")
        written = write_digests(services)
        if not written:
            raise AirflowSkipException("the day has its digest")
        return {"digests": written} | tell(send_alerts(services))


def send_back(*, days: int, redo: str) -> Counts:
    """Send articles of the last days back, to be embedded or only judged anew."""
    from monitor.pipeline.backfill import Redo, send_articles_back

    with services_for_task() as services:
        count = send_articles_back(services, days=days, redo=Redo(redo))
    log.info("%d articles of the last %d days are sent back: %s", count, days, redo)
    return {"sent_back": count}


def delete_old() -> Counts:
    """Retention, as `monitor maintain` does it."""
    from datetime import timedelta

    with services_for_task() as services:
        keep = timedelta(days=services.settings.store.keep_days)
        deleted = services.store.delete_before(services.clock() - keep)
    log.info("%d articles older than %d days deleted", deleted, keep.days)
    return {"deleted_articles": deleted}


def tidy_store() -> Counts:
    """What the store's technology wants once a day (rollover, compaction), as `monitor maintain` does it."""
    with services_for_task() as services:
        lines = services.store.maintain()
    for line in lines:
        log.info("%s", line)
    return {"done": len(lines)}


def watch_edits() -> Counts:
    """Read the pages again that findings cite; what has changed goes through the stages anew."""
    from monitor.pipeline.edits import watch_edits

    with services_for_task() as services:
        return tell(watch_edits(services))


def check_health() -> Counts:
    """Tell the operator, once a day, what `monitor status` warns of."""
    from monitor.pipeline.operator import tell_operator
    from monitor.pipeline.overview import overview

    with services_for_task() as services:
        seen = overview(services)
        if seen.warnings:
            tell_operator(services, "something wants your attention", seen.warnings, key=f"health {seen.at.date()}")
        backlog = {stage.value: count for stage, count in seen.backlog.items()}
        log.info("warnings: %s; backlog: %s", list(seen.warnings) or "none", backlog)
        return {"warnings": len(seen.warnings), "feeds": len(seen.feeds), "backlog": backlog}


def ask_about_possible() -> list[dict[str, str]]:
    """Questions for a person: the evidence must be seen to be judged, so here XCom carries text."""
    from monitor.airflow.review import questions_about

    with services_for_task() as services:
        positions = {position.id: position for position in services.store.positions(include_withdrawn=True)}
        return questions_about(services.store.findings(), positions)


def keep_answer(question: dict[str, str], answer: dict[str, Any]) -> Counts:
    """Write the analyst's word back, as `monitor findings confirm` and `dismiss` do."""
    from monitor.airflow.review import answer_to

    said = answer_to(question["subject"], answer.get("chosen_options", ()))
    if said is None:
        raise AirflowSkipException("left open")
    with services_for_task() as services:
        services.store.review_finding(said[0], said[1])
    log.info("%s: %s", said[0], said[1].value)
    return {"finding": said[0], "review": said[1].value}


def tell(report: StageReport) -> Counts:
    """Log the report for whoever reads the task's log; its counts, without the reasons."""
    log.info(
        "%s: %d seen, %d done, %d new, %d set aside, %d left for the next run, in %.1f s",
        *(report.stage, report.seen, report.done, report.new, report.set_aside, report.left, report.seconds),
    )
    for item, reason in report.problems[:SHOWN_PROBLEMS]:
        log.warning("%s: %s: %s", report.stage, item, reason)
    hidden = len(report.problems) - SHOWN_PROBLEMS
    if hidden > 0:
        log.warning("… and %d more: `monitor status`", hidden)
    names = ("stage", "seen", "done", "new", "set_aside", "left")
    return {name: getattr(report, name) for name in names} | {"seconds": round(report.seconds, 1)}


def _announce(asset: str, counts: Counts, *, is_new: bool) -> Counts:
    """Let the asset's event go out with the counts, or skip (the counts are kept all the same)."""
    context: Any = get_current_context()
    if not is_new:
        context["ti"].xcom_push(key="return_value", value=counts)
        raise AirflowSkipException(f"nothing new for {asset!r}: {counts}")
    context["outlet_events"][Asset(asset)].extra = counts
    return counts
