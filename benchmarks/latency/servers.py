"""PostgreSQL for Airflow's metadata: a database of its own in a folder, on loopback, ended with the block."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = "postgres"
"""PostgreSQL refuses to run as root; then this user of the package runs it."""


class PostgresMissing(RuntimeError):
    """PostgreSQL's programs were not found: install the package `postgresql`."""


@contextmanager
def running_postgres(port: int) -> Iterator[str]:
    """An SQLAlchemy address of an empty database `airflow`."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="latency-postgres-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
        _run([programs / "initdb", "-D", folder / "data", "-U", "airflow", "-A", "trust", "--no-locale", "-E", "UTF8"])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        _run([programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-o", options, "start"])
        try:
            _run([programs / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "airflow", "airflow"])
            yield f"postgresql+psycopg2://airflow@127.0.0.1:{port}/airflow"
        finally:
            _run([programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop"])


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "")]
    if not found[-1].is_file():
        raise PostgresMissing("initdb was not found: install PostgreSQL (Debian: apt-get install postgresql)")
    return found[-1].parent


def _run(command: Sequence[object]) -> None:
    words = [str(word) for word in command]
    if os.getuid() == 0:
        words = ["setpriv", f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups", *words]
    done = subprocess.run(words, cwd="/", capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise PostgresMissing(f"{words[-1]}: {done.stdout[-500:]}{done.stderr[-1_000:]}")
