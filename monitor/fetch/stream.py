"""Run asynchronous work behind a plain generator.

In: a coroutine function that emits results. Out: an iterator that yields them as they come.
Never: knows what is fetched. The loop lives in a thread of its own, so that callers need no asyncio, may be inside
another loop (Airflow's triggerer), and may stop early.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
J = TypeVar("J")
Emit = Callable[[T], Awaitable[None]]
BUFFER = 32
"""Results that wait for the caller; more work is begun only when it has taken some."""
RESOLVER_THREADS = 16


def stream_results(work: Callable[[Emit[T]], Awaitable[None]]) -> Iterator[T]:
    """Yields what `work` emits; raises what it raises; ends it when the caller stops early."""
    run = _Run(work)
    thread = threading.Thread(target=run.main, name="fetch", daemon=True)
    thread.start()
    try:
        yield from run.results()
    finally:
        run.cancel()
        thread.join()


class _Run(Generic[T]):
    def __init__(self, work: Callable[[Emit[T]], Awaitable[None]]) -> None:
        self._work = work
        self._queue: queue.SimpleQueue[tuple[str, T | BaseException | None]] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._slots = asyncio.Semaphore(BUFFER)

    def main(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            self._queue.put(("end", None))
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread and raised there
            self._queue.put(("error", _first(error)))
        else:
            self._queue.put(("end", None))
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._loop.set_default_executor(ThreadPoolExecutor(RESOLVER_THREADS, "resolve"))
        self._ready.set()
        await self._work(self._emit)

    async def _emit(self, result: T) -> None:
        await self._slots.acquire()
        self._queue.put(("result", result))

    def results(self) -> Iterator[T]:
        while True:
            kind, value = self._queue.get()
            if kind == "end":
                return
            if isinstance(value, BaseException):
                raise value
            self._call(self._slots.release)
            yield value  # type: ignore[misc]  # only "end" carries None

    def cancel(self) -> None:
        self._ready.wait()
        if self._task:
            self._call(self._task.cancel)

    def _call(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and there is nothing left to tell it
            assert self._loop
            self._loop.call_soon_threadsafe(function)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def each_by_host(
    jobs: Iterable[J],
    *,
    host: Callable[[J], str],
    per_host: int,
    overall: int,
    wait: Callable[[J], Awaitable[None]],
    act: Callable[[J], Awaitable[None]],
) -> None:
    """Acts on every job, at most `per_host` of one host and `overall` in all at a time.

    Hosts do not wait for each other: a job that waits, in line or in `wait`, holds no place among the `overall`.
    """
    groups: dict[str, deque[J]] = defaultdict(deque)
    for job in jobs:
        groups[host(job)].append(job)
    gate = asyncio.Semaphore(overall)

    async def work_off(group: deque[J]) -> None:
        while group:
            job = group.popleft()
            await wait(job)
            async with gate:
                await act(job)

    async with asyncio.TaskGroup() as tasks:
        for group in groups.values():
            for _ in range(min(per_host, len(group))):
                tasks.create_task(work_off(group))
