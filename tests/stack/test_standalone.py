"""A real Airflow over the sample news, begun and ended as `make airflow` does it, with a task killed midway.

The quick stand-ins for the models: what is tested is that scheduler, events and retries lose nothing and mail nothing
twice, whatever the findings are. Takes some minutes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from monitor.bootstrap import open_services
from monitor.models import AlertKind, AlertState, ArticleState
from monitor.pipeline import Services, load_seeds, run_once
from monitor.settings import load_settings, read_seeds
from monitor.store.base import ArticleFilter
from samples.demo import FIRST_DAY, LAST_DAY, SEEDS, sample_feeds, serving, write_config
from tests.golden.write import essence

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
LIGHT = {"MONITOR_EMBED__MODEL": "hashing", "MONITOR_JUDGE__KIND": "lexical"}
PATIENCE_SECONDS = 900
TASK_PROCESS = re.compile(r"airflow worker -- [0-9a-f]{8}-")
"""How Airflow 3.3 names the process of a task; the rest of the name is the task instance's id."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, is_so: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > give_up_at:
            pytest.fail(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.5)


@dataclass
class Airflow:
    """A running `airflow standalone` and what can be asked of it."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if path.startswith("/api/v2/dag") else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    @property
    def token(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/auth/token", timeout=30) as answer:
            return str(json.load(answer)["access_token"])

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-3_000:]
        try:
            return bool(self.get("/api/v2/version"))
        except OSError:
            return False

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        return list(self.get(f"/api/v2/dags/{dag_id}/dagRuns?limit=100")["dag_runs"])

    def task_processes(self) -> list[psutil.Process]:
        """Processes that run a task right now (Airflow names them so)."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                title = " ".join(process.cmdline())
            except psutil.Error:
                continue
            if TASK_PROCESS.match(title):
                found.append(process)
        return found


def settings_in(folder: Path, site: Any) -> Path:
    return write_config(folder, sample_feeds(site))


def judged(services: Services) -> int:
    found = services.store.articles(ArticleFilter(), limit=1_000)
    return sum(article.state is ArticleState.JUDGED for article in found)


def judged_in(config: Path) -> int:
    with open_services(load_settings(config)) as services:
        return judged(services)


def is_done(config: Path, *, articles: int) -> bool:
    with open_services(load_settings(config)) as services:
        alerts = services.store.alerts()
        quiet = not any(services.store.backlog().values())
        return quiet and judged(services) == articles and all(alert.state is AlertState.SENT for alert in alerts)


@pytest.fixture(scope="module")
def light() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    for name, value in LIGHT.items():
        patch.setenv(name, value)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory, light: None) -> Path:
    """The same news by the command line's own functions; the settings."""
    with serving(day=FIRST_DAY) as site:
        config = settings_in(tmp_path_factory.mktemp("by-hand"), site)
        with open_services(load_settings(config)) as services:
            load_seeds(services, read_seeds(SEEDS))
            for day in (FIRST_DAY, LAST_DAY):
                site.day = day
                run_once(services)
    return config


@pytest.fixture(scope="module")
def airflow_run(tmp_path_factory: pytest.TempPathFactory, light: None, by_hand: Path) -> Iterator[tuple[Airflow, Path]]:
    """Both days of the news by Airflow; on the second day, the first tasks that are seen running are killed."""
    folder = tmp_path_factory.mktemp("by-airflow")
    with serving(day=FIRST_DAY) as site:
        config = settings_in(folder, site)
        airflow = start_airflow(folder, config)
        try:
            wait_for("Airflow's API answers", airflow.is_ready)
            wait_for("the first day's news are judged and mailed", lambda: is_done(config, articles=43))
            site.day = LAST_DAY
            kill_tasks(airflow, times=3)
            wait_for("the last day's news are judged and mailed", lambda: is_done(config, articles=judged_in(by_hand)))
            yield airflow, config
        finally:
            airflow.process.send_signal(signal.SIGTERM)
            airflow.process.wait(timeout=60)


def kill_tasks(airflow: Airflow, *, times: int) -> None:
    """Kill the processes of whatever task runs next, some times over."""
    for _ in range(times):
        wait_for("a task runs", lambda: bool(airflow.task_processes()), seconds=300)
        for process in airflow.task_processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def start_airflow(folder: Path, config: Path) -> Airflow:
    port, log = free_port(), folder / "airflow.log"
    inherited = os.environ  # noqa: TID251 - what is started here gets the environment with our settings
    env = inherited | {
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        # a killed task is noticed after this time, not after five minutes
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "MONITOR_CONFIG": str(config),
    }
    command = [sys.executable, str(ROOT / "docker" / "standalone.py"), "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    return Airflow(process=process, port=port, log=log)


def test_findings_and_mails_are_those_of_the_command_line(airflow_run: tuple[Airflow, Path], by_hand: Path) -> None:
    def outcome(config: Path) -> tuple[Any, list[str]]:
        with open_services(load_settings(config)) as services:
            alerts = [a.finding_id for a in services.store.alerts() if a.kind is not AlertKind.DIGEST]
            return essence(services.store.findings()), sorted(alerts)

    assert outcome(airflow_run[1]) == outcome(by_hand)
    assert outcome(by_hand)[0]


def test_no_alert_was_mailed_twice(airflow_run: tuple[Airflow, Path]) -> None:
    with open_services(load_settings(airflow_run[1])) as services:
        accepted = [alert_id for a in services.store.attempts() if a.ok for alert_id in a.alert_ids]
    assert accepted
    assert len(accepted) == len(set(accepted))


def test_airflow_woke_every_dag_of_the_chain(airflow_run: tuple[Airflow, Path]) -> None:
    airflow, _ = airflow_run
    for dag_id, kind in (("embed_and_cluster", "asset_triggered"), ("judge_and_alert", "asset_triggered")):
        assert kind in {run["run_type"] for run in airflow.runs(dag_id)}


def test_airflow_ends_with_all_its_processes(airflow_run: tuple[Airflow, Path]) -> None:
    airflow, _ = airflow_run
    children = psutil.Process(airflow.process.pid).children(recursive=True)
    assert len(children) > 3
    airflow.process.send_signal(signal.SIGTERM)
    assert airflow.process.wait(timeout=60) == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
