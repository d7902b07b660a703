"""One Airflow for all tests of this folder: starting it takes minutes on a busy machine."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from monitor.bootstrap import open_services
from monitor.models import Alert, AlertKind, AlertState, ArticleState, Attempt
from monitor.pipeline import Services, load_seeds, run_once
from monitor.settings import load_settings, read_seeds
from monitor.store.base import ArticleFilter
from samples.demo import FIRST_DAY, LAST_DAY, SEEDS, sample_feeds, serving, write_config
from samples.site import SampleSite
from tests.golden.write import essence
from tests.stack.running import ROOT, Airflow, running_airflow

KILLS = 3
IN_TIME = "interval=timedelta(minutes=15)"
AT_ONCE = "interval=timedelta(seconds=1)"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run left in its store when it was done."""

    findings: Any
    alerts: tuple[Alert, ...]
    attempts: tuple[Attempt, ...]

    @property
    def told(self) -> list[str]:
        """Findings that somebody was told of, once for each alert."""
        return sorted(alert.finding_id for alert in self.alerts if alert.finding_id)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Airflow, still running, after both days of the sample news."""

    airflow: Airflow
    config: Path
    outcome: Outcome
    killed: int


def read_outcome(config: Path) -> Outcome:
    with open_services(load_settings(config)) as services:
        alerts = [alert for alert in services.store.alerts() if alert.kind is not AlertKind.DIGEST]
        return Outcome(
            findings=essence(services.store.findings()),
            alerts=tuple(alerts),
            attempts=tuple(services.store.attempts()),
        )


def judged(services: Services) -> int:
    found = services.store.articles(ArticleFilter(), limit=1_000)
    return sum(article.state is ArticleState.JUDGED for article in found)


def judged_in(config: Path) -> int:
    with open_services(load_settings(config)) as services:
        return judged(services)


def is_done(config: Path, *, articles: int) -> bool:
    with open_services(load_settings(config)) as services:
        quiet = not any(services.store.backlog().values())
        alerts = services.store.alerts()
        return quiet and judged(services) == articles and all(alert.state is AlertState.SENT for alert in alerts)


@pytest.fixture(scope="session")
def days(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[int, Outcome]]:
    """By the command line's own functions: day → how many articles are judged then, and what came of it."""
    found = {}
    with serving(day=FIRST_DAY) as site:
        config = write_config(tmp_path_factory.mktemp("by-hand"), sample_feeds(site))
        with open_services(load_settings(config)) as services:
            load_seeds(services, read_seeds(SEEDS))
        for day in (FIRST_DAY, LAST_DAY):
            site.day = day
            with open_services(load_settings(config)) as services:
                run_once(services)
            found[day] = (judged_in(config), read_outcome(config))
    return found


@pytest.fixture(scope="session")
def by_hand(days: dict[int, tuple[int, Outcome]]) -> Outcome:
    return days[LAST_DAY][1]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, days: dict[int, tuple[int, Outcome]]) -> Iterator[Run]:
    """Both days of the news by Airflow; on the second day, the first tasks that are seen running are killed."""
    folder = tmp_path_factory.mktemp("by-airflow")
    with serving(day=FIRST_DAY) as site:
        config = configure(folder, site)
        with running_airflow(folder, config, AIRFLOW__CORE__DAGS_FOLDER=str(impatient_dags(folder))) as airflow:
            first, last = days[FIRST_DAY][0], days[LAST_DAY][0]
            airflow.wait_for("the first day's news are judged and mailed", lambda: is_done(config, articles=first))
            site.day = LAST_DAY
            killed = kill_tasks(airflow, times=KILLS)
            airflow.wait_for("the last day's news are judged and mailed", lambda: is_done(config, articles=last))
            yield Run(airflow=airflow, config=config, outcome=read_outcome(config), killed=killed)


def configure(folder: Path, site: SampleSite) -> Path:
    """The demo's settings, and an operator whose mails become files, too."""
    config = write_config(folder, sample_feeds(site))
    settings = yaml.safe_load(config.read_text("utf-8"))
    settings["alert"]["operator"] = "operator@example.org"
    config.write_text(yaml.safe_dump(settings), "utf-8")
    return config


def impatient_dags(folder: Path) -> Path:
    """Our DAGs as they are, but for the deadline of judge_and_alert: nobody can wait for fifteen minutes here."""
    dags = folder / "dags"
    shutil.copytree(ROOT / "dags", dags, ignore=shutil.ignore_patterns("__pycache__"))
    path = dags / "judge_and_alert.py"
    text = path.read_text("utf-8")
    assert IN_TIME in text
    path.write_text(text.replace(IN_TIME, AT_ONCE), "utf-8")
    return dags


def kill_tasks(airflow: Airflow, *, times: int) -> int:
    """Kill the processes of whatever task runs next, some times over; how many."""
    killed = 0
    while killed < times:
        airflow.wait_for("a task runs", lambda: bool(airflow.task_processes()))
        for process in airflow.task_processes():
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself in between: the next one, then
                process.kill()
                killed += 1
    return killed
