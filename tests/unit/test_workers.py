"""Worker processes that can be killed, with real processes; the functions are the standard library's own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from monitor.errors import FeedUnreadable, SettingsInvalid
from monitor.workers import KillableWorkers, WorkerFailed, WorkerKilled

FUNCTIONS = """
import os, signal, sys, time
from monitor.errors import FeedUnreadable

def act(order):
    what, value = order
    if what == "echo":
        return value
    if what == "pid":
        return os.getpid()
    if what == "spin":
        while True:
            pass
    if what == "sleep":
        time.sleep(value)
    if what == "eat":
        return len(bytearray(value))
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "print":
        print(value)
        return value
    if what == "refuse":
        raise FeedUnreadable(value, status=410)
    raise ZeroDivisionError(value)
"""


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KillableWorkers]:
    (tmp_path / "functions_for_workers.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(str(tmp_path))
    with KillableWorkers("functions_for_workers:act", count=1, seconds=0.5, memory_mb=512) as pool:
        yield pool


def test_the_result_comes_back(workers: KillableWorkers) -> None:
    body = bytes(3_000_000)
    assert workers.call(("echo", body)) == body


def test_a_worker_lives_on_between_calls(workers: KillableWorkers) -> None:
    assert workers.call(("pid", 0)) == workers.call(("pid", 0))
    assert workers.started == 1


def test_no_process_starts_before_the_first_call() -> None:
    before = psutil.Process().children()
    with KillableWorkers("operator:not_", count=2, seconds=1, memory_mb=512) as pool:
        assert psutil.Process().children() == before
        pool.call(1)
        assert len(psutil.Process().children()) == len(before) + 1


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (("spin", 0), "CPU seconds|took longer"),  # whichever limit a busy machine reaches first
        (("sleep", 60), "longer than 2 seconds"),
        (("eat", 2_000_000_000), "memory"),
        (("crash", 0), "signal 11"),
    ],
)
def test_a_worker_over_a_limit_is_killed_and_the_next_call_gets_another(
    workers: KillableWorkers, order: tuple[str, int], reason: str
) -> None:
    first = workers.call(("pid", 0))
    with pytest.raises(WorkerKilled, match=reason):
        workers.call(order)
    assert not psutil.pid_exists(first)
    assert workers.call(("pid", 0)) != first


def test_our_own_errors_arrive_whole(workers: KillableWorkers) -> None:
    with pytest.raises(FeedUnreadable, match="no feed") as caught:
        workers.call(("refuse", "no feed"))
    assert caught.value.status == 410


def test_a_librarys_error_is_named_and_the_worker_stays(workers: KillableWorkers) -> None:
    first = workers.call(("pid", 0))
    with pytest.raises(WorkerFailed, match="ZeroDivisionError: seven"):
        workers.call(("other", "seven"))
    assert workers.call(("pid", 0)) == first


def test_printing_in_a_worker_harms_nothing(workers: KillableWorkers, capfd: pytest.CaptureFixture[str]) -> None:
    assert workers.call(("print", "hello")) == "hello"
    assert capfd.readouterr().out == ""


def test_a_worker_killed_from_outside_is_replaced(workers: KillableWorkers) -> None:
    psutil.Process(workers.call(("pid", 0))).kill()
    with pytest.raises(WorkerKilled):
        workers.call(("echo", 1))
    assert workers.call(("echo", 1)) == 1


def test_a_function_that_does_not_exist_is_said_at_the_first_call() -> None:
    with (
        KillableWorkers("monitor.errors:nothing", count=1, seconds=1, memory_mb=512) as pool,
        pytest.raises(SettingsInvalid, match="nothing"),
    ):
        pool.call(None)


def test_closing_ends_the_processes_and_may_be_repeated(workers: KillableWorkers) -> None:
    pid = workers.call(("pid", 0))
    workers.close()
    workers.close()
    assert not psutil.pid_exists(pid)


def test_closing_ends_a_call_that_another_thread_waits_for(workers: KillableWorkers) -> None:
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            workers.call(("sleep", 1.9))
        except WorkerKilled as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while not workers.started:
        time.sleep(0.02)
    time.sleep(0.5)
    workers.close()
    thread.join(10)
    assert len(caught) == 1


def test_many_threads_share_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "functions_for_many.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(str(tmp_path))
    answers: list[int] = []
    with KillableWorkers("functions_for_many:act", count=2, seconds=5, memory_mb=512) as pool:
        threads = [threading.Thread(target=lambda n=n: answers.append(pool.call(("echo", n)))) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == list(range(20))
        assert pool.started <= 2


def test_a_worker_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    code = (
        "import time; from monitor.workers import KillableWorkers\n"
        "pool = KillableWorkers('operator:not_', count=1, seconds=9, memory_mb=512)\n"
        "pool.call(1); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        owner.stdout.readline()
        (child,) = psutil.Process(owner.pid).children()
        owner.kill()
        child.wait(10)
        assert not child.is_running()
