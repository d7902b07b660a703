"""Airflow in processes of its own: at import it sets up logging anew, which other tests must not see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
        assert done.returncode == 0, (done.stdout + done.stderr)[-4_000:]
        return json.loads(result.read_text(encoding="utf-8"))

    return run
