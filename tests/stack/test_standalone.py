"""A real Airflow over the sample news, begun and ended as `make airflow` does it, with tasks killed midway.

The tests share one Airflow and build on each other in this order; the last one ends it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psutil
import pytest

from monitor.airflow.review import MOST_QUESTIONS
from monitor.bootstrap import open_services
from monitor.models import Grade, Review
from monitor.settings import load_settings
from tests.stack.conftest import KILLS, Outcome, Run
from tests.stack.running import ROOT

pytestmark = pytest.mark.stack

ANSWERS = ("Confirm", "Dismiss")
WORDS = {"Confirm": Review.CONFIRMED, "Dismiss": Review.DISMISSED, "Leave open": Review.NONE}
IN_THE_STACK = "http://airflow-api-server:8080"
"""What the health check of the containers asks."""
LOOKS_SECONDS = 20
"""So long, the watcher (every five seconds) has looked at least once also on a busy machine."""


def test_tasks_were_killed_midway(run: Run) -> None:
    assert run.killed >= KILLS


def test_findings_are_those_of_the_command_line(run: Run, by_hand: Outcome) -> None:
    assert by_hand.findings
    assert run.outcome.findings == by_hand.findings


def test_the_same_people_are_told_of_the_same_findings(run: Run, by_hand: Outcome) -> None:
    assert by_hand.told
    assert run.outcome.told == by_hand.told


def test_no_alert_was_mailed_twice(run: Run) -> None:
    accepted = [alert_id for attempt in run.outcome.attempts if attempt.ok for alert_id in attempt.alert_ids]
    assert accepted
    assert len(accepted) == len(set(accepted))


@pytest.mark.parametrize("dag_id", ["embed_and_cluster", "judge_and_alert"])
def test_an_asset_woke_the_dag(run: Run, dag_id: str) -> None:
    assert "asset_triggered" in {one["run_type"] for one in run.airflow.runs(dag_id)}


def test_a_missed_deadline_is_told_to_the_operator(run: Run) -> None:
    def told() -> list[str]:
        mails = (run.config.parent / "mail" / "operator").glob("**/*.eml")
        return [text for text in map(text_of, mails) if "judge_and_alert is late" in text]

    run.airflow.wait_for("the operator hears of the missed deadline", lambda: bool(told()))
    assert "Run: asset_triggered__" in told()[0]


def text_of(mail: Path) -> str:
    message: Any = message_from_bytes(mail.read_bytes(), policy=policy.default)
    return f"{message['subject']}\n{message.get_body(('plain',)).get_content()}"


def test_keeping_house_deletes_nothing_young_and_ends_well(run: Run, by_hand: Outcome) -> None:
    run_id = run.airflow.trigger("maintain")
    run.airflow.wait_for("maintain has ended", lambda: state_of(run, "maintain", run_id) in ("success", "failed"))
    assert state_of(run, "maintain", run_id) == "success"
    with open_services(load_settings(run.config)) as services:
        assert len(services.store.findings()) == len(by_hand.findings)


def state_of(run: Run, dag_id: str, run_id: str) -> str:
    return str(run.airflow.call(f"/dags/{dag_id}/dagRuns/{run_id}")["state"])


@pytest.mark.parametrize("part", ["metadatabase", "scheduler", "dag_processor", "triggerer"])
def test_the_containers_health_check_finds_the_part_healthy(run: Run, part: str) -> None:
    script = (ROOT / "docker" / "healthy.py").read_text(encoding="utf-8")
    assert IN_THE_STACK in script
    command = [sys.executable, "-c", script.replace(IN_THE_STACK, run.airflow.url), part]
    run.airflow.wait_for(
        f"{part} is healthy", lambda: subprocess.run(command, check=False, capture_output=True).returncode == 0
    )


def test_what_a_person_answers_under_required_actions_is_kept_with_the_finding(run: Run) -> None:
    with open_services(load_settings(run.config)) as services:
        possible = {finding.id for finding in services.store.findings() if finding.grade is Grade.POSSIBLE}
    run.airflow.set_paused("review_possible", "false")
    run_id = run.airflow.trigger("review_possible")
    asked = min(len(possible), MOST_QUESTIONS)
    run.airflow.wait_for("the questions are asked", lambda: len(questions(run, run_id)) == asked)
    given = answer_all(run, run_id)
    run.airflow.wait_for("the answers are kept", lambda: state_of(run, "review_possible", run_id) != "running")
    with open_services(load_settings(run.config)) as services:
        kept = {finding_id: services.store.finding(finding_id).review for finding_id in possible}
    assert kept == dict.fromkeys(possible, Review.NONE) | {one: WORDS[word] for one, word in given.items()}
    assert {Review.CONFIRMED, Review.DISMISSED} <= set(kept.values())


def questions(run: Run, run_id: str) -> list[dict[str, Any]]:
    """Those that wait for an answer right now."""
    asked = run.airflow.call(f"/dags/review_possible/dagRuns/{run_id}/hitlDetails?limit=100")["hitl_details"]
    return [one for one in asked if one["task_instance"]["state"] == "awaiting_input"]


def answer_all(run: Run, run_id: str) -> dict[str, str]:
    """Confirm the first, dismiss the second, leave the others open; finding → word."""
    given = {}
    for number, question in enumerate(questions(run, run_id)):
        word = ANSWERS[number] if number < len(ANSWERS) else "Leave open"
        index = question["task_instance"]["map_index"]
        run.airflow.call(
            f"/dags/review_possible/dagRuns/{run_id}/taskInstances/ask/{index}/hitlDetails",
            method="PATCH",
            body={"chosen_options": [word], "params_input": {}},
        )
        given[question["subject"].partition(" ")[0]] = word
    return given


def test_a_watcher_whose_triggerer_was_killed_goes_on_and_repeats_nothing(run: Run) -> None:
    airflow = run.airflow
    for dag_id in ("ingest_feeds", "sweep"):
        airflow.set_paused(dag_id, "true")
    airflow.wait_for("no task runs", lambda: not airflow.task_processes())
    set_slots(run, 0)
    before = announcements(run)
    airflow.set_paused("ingest_when_due", "false")  # its run waits for the pool, so the same feeds stay due
    airflow.wait_for("due feeds are announced", lambda: announcements(run) == before + 1)
    kill_triggerer(run)
    with airflow.further_triggerer() as log:
        airflow.wait_for("the watcher runs again", lambda: "trigger ID " in read(log))
        time.sleep(LOOKS_SECONDS)
        assert announcements(run) == before + 1
        set_slots(run, 1)
        airflow.wait_for("feeds that are due again are announced", lambda: announcements(run) > before + 1)
    airflow.set_paused("ingest_when_due", "true")


def set_slots(run: Run, slots: int) -> None:
    """Of the pool that the watched DAG's task needs."""
    pool = {"pool": "pages", "slots": slots, "include_deferred": False}
    run.airflow.call("/pools/pages?update_mask=slots", method="PATCH", body=pool)


def read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def announcements(run: Run) -> int:
    """Events of the watched asset so far."""
    assets = run.airflow.call("/assets?name_pattern=feeds-due")["assets"]
    return sum(run.airflow.call(f"/assets/events?asset_id={one['id']}")["total_entries"] for one in assets)


def kill_triggerer(run: Run) -> None:
    """The triggerer and what it started, without a word."""
    found = run.airflow.children(re.compile(r".*airflow triggerer"))
    assert found
    family = {child for process in found for child in (process, *process.children(recursive=True))}
    for process in family:
        process.kill()
    psutil.wait_procs(list(family), timeout=60)


def test_airflow_ends_with_all_its_processes(run: Run) -> None:
    children = psutil.Process(run.airflow.process.pid).children(recursive=True)
    assert len(children) > 3
    assert run.airflow.end() == 0
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
