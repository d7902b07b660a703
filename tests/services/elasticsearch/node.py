"""A real Elasticsearch node for tests and benchmarks: built once by Maven, started in one JVM on 127.0.0.1.

In: a data folder. Out: the node's address. Everything behind its HTTP end is Elasticsearch itself.
Never: outlives the process that started it, listens beyond the loopback, or is skipped quietly: what is missing
(a JDK 21 or later, Maven) is named in a `NodeMissing`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCES = Path(__file__).parent
LEAST_JAVA = 21
START_SECONDS = 600.0
STOP_SECONDS = 60.0
"""The first orderly stop also writes the class archive that quickens later starts."""


class NodeMissing(RuntimeError):
    """The node cannot be built or started here; says what to install."""


def find_jdk() -> Path:
    """The first JDK 21 or later among `JAVA_HOME` and /usr/lib/jvm/*, newest first. Raises `NodeMissing`."""
    named = os.environ.get("JAVA_HOME")  # noqa: TID251  the usual way to name a JDK
    homes = [Path(named)] if named else []
    homes += sorted(Path("/usr/lib/jvm").glob("*"), key=_java_version, reverse=True)
    for home in homes:
        if _java_version(home) >= LEAST_JAVA and (home / "bin/javac").is_file():
            return home
    raise NodeMissing(
        f"Elasticsearch's test node needs a JDK {LEAST_JAVA} or later; looked at JAVA_HOME and /usr/lib/jvm. "
        "Install one and set JAVA_HOME, or set MONITOR_TEST_ELASTIC_URL to a running server."
    )


def _java_version(home: Path) -> int:
    try:
        release = (home / "release").read_text("utf-8")
    except OSError:
        return 0
    found = re.search(r'JAVA_VERSION="(\d+)', release)
    return int(found.group(1)) if found else 0


def build_node(cache: Path | None = None) -> Path:
    """The node's home (`lib/`, `plugins/`), built at most once per state of its sources. Raises `NodeMissing`."""
    folder = (cache or _cache_folder()) / _sources_hash()
    home = folder / "home"
    if (home / "lib").is_dir():
        return home
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder.with_suffix(".lock")):
        if not (home / "lib").is_dir():
            _build(folder)
    return home


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")  # noqa: TID251  where caches go
    return Path(base) / "news-monitor" / "elasticsearch-node"


def _sources_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted([SOURCES / "pom.xml", *(p for p in (SOURCES / "src").rglob("*") if p.is_file())]):
        digest.update(path.relative_to(SOURCES).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Two test runs that start together build once."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(folder: Path) -> None:
    jdk = find_jdk()
    if shutil.which("mvn") is None:
        raise NodeMissing(
            "Elasticsearch's test node is built by Maven, and there is no `mvn`. "
            "Install Maven, or set MONITOR_TEST_ELASTIC_URL to a running server."
        )
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        project = Path(scratch) / "node"
        project.mkdir()
        shutil.copy(SOURCES / "pom.xml", project)
        shutil.copytree(SOURCES / "src", project / "src")
        done = subprocess.run(
            ["mvn", "-q", "-B", "package"],
            cwd=project,
            env={**os.environ, "JAVA_HOME": str(jdk)},  # noqa: TID251  handed on to Maven
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NodeMissing(f"Maven could not build the test node:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        (project / "target").rename(folder)


class ElasticNode:
    """One running node. `kill` and `start` again keep its data and its port."""

    def __init__(self, data: Path, *settings: str, heap: str = "512m") -> None:
        self.data = data
        self.url = ""
        self._settings = settings
        self._heap = heap
        self._port = "0"  # any free one at first; a restart keeps it
        self._process: subprocess.Popen[str] | None = None
        self.log_path = data.with_suffix(".log")
        data.parent.mkdir(parents=True, exist_ok=True)

    @property
    def pid(self) -> int:
        assert self._process is not None, "the node was not started"
        return self._process.pid

    def start(self) -> None:
        """Returns when the node answers. Raises `NodeMissing` with the end of its log."""
        home = build_node()
        log = self.log_path.open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            self._command(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        lines = self._process.stdout
        assert lines is not None
        for line in lines:
            if line.startswith("READY "):
                self.url = line.split()[1]
                self._port = self.url.rsplit(":", 1)[1]
                break
            log.write(line)
        watchdog.cancel()
        if not line.startswith("READY "):
            log.close()
            raise NodeMissing(f"the test node did not start:\n{self.log_path.read_text('utf-8')[-2000:]}")

        def drain() -> None:  # log lines come there too; a full pipe would stop the node
            with log:
                log.writelines(lines)

        threading.Thread(target=drain, name="elastic-log", daemon=True).start()

    def _command(self, home: Path) -> list[str]:
        archive = home.parent / "node.jsa"
        return [
            str(find_jdk() / "bin/java"),
            f"-Xms{self._heap}",
            f"-Xmx{self._heap}",
            "-XX:+UseSerialGC",
            "-XX:+AutoCreateSharedArchive",
            f"-XX:SharedArchiveFile={archive}",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            f"{home}/lib/*",
            "testnode.Main",
            str(home),
            str(self.data),
            self._port,
            str(os.getpid()),
            *self._settings,
        ]

    def stop(self) -> None:
        """An orderly end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a crash would end it."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(STOP_SECONDS)
