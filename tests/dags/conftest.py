"""Airflow in processes of its own: at import it sets up logging anew, which other tests must not see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.bootstrap import open_services
from monitor.pipeline import load_seeds, run_once
from monitor.settings import load_settings, read_seeds
from samples.demo import SEEDS, sample_feeds, serving, write_config
from tests.golden.write import essence

LIGHT = {
    "MONITOR_EMBED__MODEL": "hashing",
    "MONITOR_JUDGE__KIND": "lexical",
    "MONITOR_JUDGE__CANDIDATE_SIMILARITY": "0.1",
    "MONITOR_JUDGE__CANDIDATE_MARGIN_ELSEWHERE": "0",
    "MONITOR_JUDGE__POSSIBLE_MATCHES": "0.5",
    "MONITOR_JUDGE__POSSIBLE_CONTRADICTS": "0.5",
}
"""Quick stand-ins that find something: which findings is the business of other tests; here, that they are the same."""
ROOT = Path(__file__).parents[2]


def airflow_environment(home: Path, **more: str) -> dict[str, str]:
    """No settings of the machine's owner, no network, a database below `home`."""
    inherited = os.environ  # noqa: TID251 - what is started here gets the environment without our settings
    kept = {name: value for name, value in inherited.items() if not name.startswith(("AIRFLOW", "MONITOR_"))}
    return (
        kept
        | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
        }
        | more
    )


@pytest.fixture(scope="session")
def run_script(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Run a script of this folder; what it writes into its first argument, as JSON."""

    def run(script: str, *arguments: str, **more: str) -> Any:
        folder = tmp_path_factory.mktemp("airflow")
        result = folder / "result.json"
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name(script)), str(result), *arguments],
            env=airflow_environment(folder, **more),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=1_800,
            check=False,
        )
        print((done.stdout + done.stderr)[-8_000:])  # shown when a test that uses it fails
        assert done.returncode == 0
        return json.loads(result.read_text(encoding="utf-8"))

    return run


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """What the command line's own functions make of the sample news' eighth day."""

    findings: Any
    told: list[str]
    """Findings that somebody was told of."""


@pytest.fixture(scope="session")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> ByHand:
    with serving(day=8) as site, pytest.MonkeyPatch.context() as patch:
        config = write_config(tmp_path_factory.mktemp("by-hand"), sample_feeds(site))
        for name, value in LIGHT.items():
            patch.setenv(name, value)
        with open_services(load_settings(config)) as services:
            load_seeds(services, read_seeds(SEEDS))
            run_once(services)
            told = sorted(alert.finding_id for alert in services.store.alerts())
            findings = essence(services.store.findings())
    assert len(findings) > 3
    return ByHand(findings=findings, told=told)
