"""Run Airflow with our DAGs on the embedded store, without containers: what `make airflow` does.

`standalone.py [--demo]`. Everything of Airflow's lies in .airflow (or $AIRFLOW_HOME), all ports are on 127.0.0.1, and
there is no login. With `--demo` the sample news is served on loopback and the store lies in var/airflow-demo.
Ends with Ctrl-C: Airflow's parts are one process group, and the whole group is ended.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 300
LOCK_SECONDS = 120
DEMO_SECONDS = 300
"""After so long, two more days of the sample news come in."""


def environment(port: int, given: Mapping[str, str]) -> dict[str, str]:
    """Airflow's settings; whatever is `given` already wins."""
    ours = {
        "AIRFLOW_HOME": str(ROOT / ".airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "true",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        # on a busy machine Airflow's own API needs more than the usual five seconds, and a task that gives up is lost
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        # our DAG files seldom change; read every half minute, they cost a third of a core
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
        "MONITOR_RUN__PROGRESS": "false",
        "PATH": f"{BIN}{os.pathsep}{given['PATH']}",
    }
    env = ours | {name: value for name, value in given.items() if name != "PATH"}
    # SQLite's usual five seconds of waiting for a lock end in "database is locked" on a busy machine
    metadata = f"sqlite:///{Path(env['AIRFLOW_HOME']).resolve()}/airflow.db?timeout={LOCK_SECONDS}"
    return {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata} | env


def prepare(env: dict[str, str]) -> None:
    """Airflow's database and pools; our store and seeds. Repeatable."""
    for command in (
        ["airflow", "db", "migrate"],
        ["airflow", "pools", "import", str(ROOT / "docker" / "pools.json")],
        ["monitor", "setup"],
        ["monitor", "seeds", "load"],
    ):
        print("…", *command, flush=True)
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]], env=env, check=False, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"{done.stdout[-2_000:]}{done.stderr[-2_000:]}\n{' '.join(command)} failed; see above")


@contextlib.contextmanager
def later(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """Call it after so many seconds, unless the block has ended."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextlib.contextmanager
def sample_news(env: dict[str, str]) -> Iterator[None]:
    """The sample news on loopback for the time being, with settings that read it."""
    from samples.demo import sample_feeds, serving, write_config  # only for the demo

    folder = ROOT / "var" / "airflow-demo"
    shutil.rmtree(folder, ignore_errors=True)
    with serving(day=8) as site, later(DEMO_SECONDS, lambda: setattr(site, "day", 10)):
        env["MONITOR_CONFIG"] = str(write_config(folder, sample_feeds(site)))
        print(f"the sample news is served at {site.base_url}; mails become files in {folder / 'mail'}", flush=True)
        yield


def run(env: dict[str, str], port: int) -> int:
    """Airflow until it ends or we are asked to; its exit status."""
    child = subprocess.Popen([str(BIN / "airflow"), "standalone"], env=env, start_new_session=True)

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        tell_when_ready(child, port)
        return child.wait()
    except KeyboardInterrupt:
        print("ending …", flush=True)
        return 0
    finally:
        end_group(child)


def tell_when_ready(child: subprocess.Popen[bytes], port: int) -> None:
    """Airflow says it is ready before its API answers; so ask."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while child.poll() is None and time.monotonic() < give_up_at:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/version", timeout=5):
            print(f"\nReady: http://127.0.0.1:{port}   (Ctrl-C ends it)\n", flush=True)
            return
        time.sleep(1)


def end_group(child: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the whole group (Airflow's parent leaves its children behind), after 15 s SIGKILL."""
    for number, seconds in ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            child.poll()
            try:
                os.killpg(child.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.2)


def main() -> int:
    """See the module's first lines."""
    parser = argparse.ArgumentParser(description="Airflow with our DAGs, without containers.")
    parser.add_argument("--demo", action="store_true", help="read the bundled sample news")
    parser.add_argument("--port", type=int, default=int(os.environ.get("AIRFLOW_PORT", "8080")))
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", options.port)) == 0:
            sys.exit(f"port {options.port} is taken; set AIRFLOW_PORT to another one")
    env = environment(options.port, os.environ)
    with sample_news(env) if options.demo else contextlib.nullcontext():
        prepare(env)
        return run(env, options.port)


if __name__ == "__main__":
    sys.exit(main())
