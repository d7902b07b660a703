"""Run a function over hostile input in long-lived worker processes that can be killed.

In: the function's address (`"module:function"`), payloads. Out: its results.
Never: knows what the function does. A library that loops or eats memory on some document (feedparser on comment
openers, trafilatura on 100,000 attributes of one tag) has no time limit of its own, and one killed process breaks
a `ProcessPoolExecutor`; so each worker here has its own socket and is replaced when it dies.

A payload and its result are pickled: both must be small values of our own or of the standard library.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.errors import MonitorError, SettingsInvalid, Unusable

WALL_PER_CPU = 4
"""The limit counts CPU seconds, so that a busy machine kills no innocent; the clock on the wall may show so many times
as much before a worker that sleeps or waits is killed too."""
START_SECONDS = 120
"""Importing the function's module, on a very busy machine."""
CALLS_PER_WORKER = 1_000
"""A worker is then replaced, so that a library's leak never reaches the memory limit."""
CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from monitor.workers import serve; serve()"


class WorkerKilled(Unusable):
    """The input made a worker exceed its time or memory, or crash; another has taken its place."""


class WorkerFailed(Unusable):
    """The function raised something outside our errors' tree; the cause is named in the message."""


class KillableWorkers:
    """A pool of at most `count` workers, each started when first needed. Thread-safe.

    `seconds` are CPU seconds of one call; `memory_mb` is what a worker may take beyond its libraries (Linux only:
    macOS holds no such limit). A `MonitorError` that the function raises reaches the caller as it is.
    """

    def __init__(self, target: str, *, count: int, seconds: float, memory_mb: int) -> None:
        self.started = 0
        self._target, self._seconds, self._memory_mb = target, seconds, memory_mb
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()  # last in: few workers for little work
        for _ in range(count):
            self._slots.put(None)
        self._lock = threading.Lock()
        self._living: set[_Worker] = set()
        self._closed = False

    def call(self, payload: object) -> Any:
        """The function's result. Raises `WorkerKilled`, `WorkerFailed`, or the function's own `MonitorError`."""
        worker = self._slots.get()
        try:
            worker = worker or self._start()
            return worker.call(payload, self._seconds)
        finally:
            self._slots.put(self._keep(worker))

    def close(self) -> None:
        """End all workers. Safe to call twice; a later `call` starts new ones."""
        with self._lock:
            living, self._living = self._living, set()
        for worker in living:
            worker.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> _Worker:
        worker = _Worker(self._target, self._memory_mb)
        with self._lock:
            self.started += 1
            self._living.add(worker)
        return worker

    def _keep(self, worker: _Worker | None) -> _Worker | None:
        """The worker for the next call, or None for a fresh one."""
        if worker is None or (worker.is_alive and worker.calls < CALLS_PER_WORKER):
            return worker
        worker.kill()
        with self._lock:
            self._living.discard(worker)
        return None


class _Worker:
    """One process and the socket to it. Used by one thread at a time; `kill` may come from any."""

    def __init__(self, target: str, memory_mb: int) -> None:
        self.calls = 0
        self.is_alive = True
        self._connection, theirs = Pipe()
        arguments = [json.dumps(sys.path), str(theirs.fileno()), target, str(memory_mb)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own arguments
                [sys.executable, "-c", CHILD, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        problem = self._receive(START_SECONDS)
        if problem is not None:
            self.kill()
            raise SettingsInvalid(f"The worker for {target} did not start: {problem}")

    def call(self, payload: object, seconds: float) -> Any:
        self.calls += 1
        try:
            self._connection.send((seconds, payload))
        except OSError as error:
            raise WorkerKilled(f"the worker {self._end()}") from error
        kind, value = self._receive(seconds * WALL_PER_CPU)
        if kind == "result":
            return value
        if kind == "error":
            raise value
        if kind == "memory":
            self.kill()
            raise WorkerKilled(f"needed more memory than allowed ({value})")
        raise WorkerFailed(value)

    def kill(self) -> None:
        self.is_alive = False
        self._process.kill()
        self._process.wait()

    def _receive(self, wall_seconds: float) -> Any:
        try:
            if self._connection.poll(wall_seconds):
                return self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerKilled(f"the worker {self._end()}") from error
        self.kill()
        raise WorkerKilled(f"took longer than {wall_seconds:g} seconds")

    def _end(self) -> str:
        """How the process ended, in words; it is dead or closing its end when this is asked."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self.kill()
        status = self._process.returncode
        if status == -signal.SIGPROF:
            return "was stopped: over its limit of CPU seconds"
        return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"


# ---------------------------------------------------------------- in the worker's process


def serve() -> None:
    """The worker's life: import the function, say so, answer calls until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair; its end closes the socket
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process, whatever C code it is in
    _, descriptor, target, memory_mb = sys.argv[1:]
    connection = Connection(int(descriptor))
    try:
        module, _, name = target.partition(":")
        function = getattr(importlib.import_module(module), name)
        _limit_memory(int(memory_mb))
    except (ImportError, AttributeError, MemoryError, ValueError, OSError) as error:
        connection.send(f"{type(error).__name__}: {error}")
        return
    connection.send(None)
    _answer(connection, function)


def _answer(connection: Connection[Any, Any], function: Any) -> None:
    while True:
        try:
            seconds, payload = connection.recv()
        except (EOFError, OSError):
            return
        reply = _run(function, payload, seconds)
        try:
            connection.send(reply)
        except MemoryError:
            os._exit(1)
        except OSError:
            return


def _run(function: Any, payload: object, seconds: float) -> tuple[str, object]:
    signal.setitimer(signal.ITIMER_PROF, seconds)  # CPU seconds, user and system
    try:
        return "result", function(payload)
    except MonitorError as error:
        return "error", error
    except MemoryError:
        return "memory", "MemoryError"
    except Exception as error:  # noqa: BLE001 - the process border: what a library raises becomes our WorkerFailed
        return "failure", f"{type(error).__name__}: {error}"[:500]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _limit_memory(memory_mb: int) -> None:
    """So much more than the imported libraries have reserved, which on many cores can be gigabytes never used."""
    if not sys.platform.startswith("linux"):
        return  # macOS accepts RLIMIT_AS and does not hold it
    reserved = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = reserved + (memory_mb << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
