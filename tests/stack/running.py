"""A real `airflow standalone` for tests and benchmarks: begun and ended as `make airflow` does it, asked by its API."""

from __future__ import annotations

import json
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 1_800.0
"""A busy machine with two cores took five minutes to start Airflow; without load it is one."""
SHOWN_LINES = 60
TRIES = 5
"""Airflow's SQLite answers 500 ("database is locked") now and then on a busy machine; nothing was done then."""
NOISE = re.compile(r"\[info +\]|\[debug +\]|py\.warnings|HMAC key|^\s*$")
TASK_PROCESS = re.compile(r"airflow worker -- [0-9a-f]{8}-")
"""How Airflow 3.3 names the process of a task; the rest of the name is the task instance's id."""


class WaitedInVain(AssertionError):
    """Something did not come about in time; says what, and what Airflow wrote last."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Airflow:
    """A running `airflow standalone` and what can be asked of it."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    home: Path
    env: dict[str, str] = field(repr=False)
    _token: str = field(default="", repr=False)

    @cached_property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, path: str, *, method: str = "GET", body: Any = None) -> Any:
        """One call of the API (below /api/v2), with a token where there is one."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/v2{path}", data=data, headers=headers, method=method)
        for tries_left in range(TRIES - 1, -1, -1):
            try:
                with urllib.request.urlopen(request, timeout=300) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                told = f"{method} {path}: {error.code} {error.read().decode()[:500]}"
                if error.code != 500 or not tries_left:
                    raise AssertionError(told) from error
                time.sleep(2.0)
        raise AssertionError(f"{method} {path}: not reached")

    @property
    def token(self) -> str:
        if not self._token:
            with urllib.request.urlopen(f"{self.url}/auth/token", timeout=120) as answer:
                self._token = str(json.load(answer)["access_token"])
        return self._token

    def end(self) -> int:
        """As Ctrl-C does it; the exit status. May be called again."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=300)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/version", timeout=30) as answer:
                return bool(json.load(answer))
        except OSError:
            return False

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        return list(self.call(f"/dags/{dag_id}/dagRuns?limit=100&order_by=-run_after")["dag_runs"])

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return list(self.call(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100")["task_instances"])

    def trigger(self, dag_id: str) -> str:
        """Ask for a run; its id."""
        return str(self.call(f"/dags/{dag_id}/dagRuns", method="POST", body={"logical_date": None})["dag_run_id"])

    def set_paused(self, dag_id: str, paused: str) -> None:
        """`paused`: "true" or "false"."""
        self.call(f"/dags/{dag_id}", method="PATCH", body={"is_paused": paused == "true"})

    @contextmanager
    def further_triggerer(self) -> Iterator[Path]:
        """A triggerer beside the parts that `standalone` started (which starts none again); what it writes."""
        log = self.log.with_name("triggerer.log")
        # docker/standalone.py is a script, not a module of a package
        env = runpy.run_path(str(ROOT / "docker" / "standalone.py"))["environment"](self.port, self.env)
        with log.open("wb") as out:
            command = [sys.executable, "-m", "airflow", "triggerer"]
            process = subprocess.Popen(
                command, env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            yield log
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=120)

    def children(self, title: re.Pattern[str]) -> list[psutil.Process]:
        """Airflow's processes whose command line begins so."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if title.match(" ".join(process.cmdline())):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def task_processes(self) -> list[psutil.Process]:
        """Processes that run a task right now."""
        return self.children(TASK_PROCESS)

    def wait_for(self, what: str, is_so: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Look once a second until it is so. Raises `WaitedInVain` with Airflow's last words."""
        give_up_at = time.monotonic() + seconds
        while not self._is_so(is_so):
            if self.process.poll() is not None:
                raise WaitedInVain(f"Airflow ended while waited for: {what}\n{self.last_words()}")
            if time.monotonic() > give_up_at:
                raise WaitedInVain(f"waited {seconds:.0f} s in vain: {what}\n{self.last_words()}")
            time.sleep(1.0)

    @staticmethod
    def _is_so(ask: Callable[[], bool]) -> bool:
        try:
            return ask()
        except OSError:  # the API is away for the moment, or not there yet
            return False

    def last_words(self) -> str:
        """Warnings and errors at the end of the log, the last lines of failed tasks, and the newest runs."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        telling = [line[:300] for line in lines if not NOISE.search(line)][-SHOWN_LINES:]
        return "\n".join([*telling, *self._newest_task_log(), *self._states()])

    def _newest_task_log(self) -> Iterator[str]:
        logs = sorted((self.home / "logs").rglob("*.log"), key=lambda path: path.stat().st_mtime)
        for path in logs[-2:]:
            yield f"--- {path.relative_to(self.home)}"
            yield from (line[:300] for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])

    def _states(self) -> Iterator[str]:
        yield "--- newest runs"
        try:
            for run in self.call("/dags/~/dagRuns?limit=12&order_by=-run_after")["dag_runs"]:
                yield f"{run['dag_id']} {run['dag_run_id']} {run['state']} {run['start_date']} … {run['end_date']}"
        except (OSError, AssertionError) as error:
            yield f"the API does not answer: {error}"


@contextmanager
def running_airflow(folder: Path, config: Path, **more: str) -> Iterator[Airflow]:
    """Airflow with our DAGs over the settings `config`; everything of it lies in `folder`. Ended with the block."""
    port, log, home = free_port(), folder / "airflow.log", folder / "airflow"
    command = [sys.executable, str(ROOT / "docker" / "standalone.py"), "--port", str(port)]
    env = environment(home, config) | more
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    airflow = Airflow(process=process, port=port, log=log, home=home, env=env)
    try:
        airflow.wait_for("Airflow's API answers", airflow.is_ready)
        yield airflow
    finally:
        airflow.end()


def environment(home: Path, config: Path) -> dict[str, str]:
    """The environment without other settings of ours and Airflow's; a killed task is noticed soon."""
    inherited = os.environ  # noqa: TID251 - what is started here gets the environment with our settings
    kept = {name: value for name, value in inherited.items() if not name.startswith("AIRFLOW")}
    return kept | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        # after this time, not after five minutes; not less: on a busy machine a live task must not be taken for dead
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "MONITOR_CONFIG": str(config),
    }
