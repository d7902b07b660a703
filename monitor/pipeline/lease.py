"""Hold a named lease while a stage works that must not run twice at the same time (clustering, judging).

A heartbeat renews the lease, so it can be short: after `kill -9` the next run waits a few seconds, not minutes.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from monitor.errors import StoreUnavailable
from monitor.models import make_id
from monitor.store.base import Store

LEASE = timedelta(seconds=15)
HEARTBEAT_SECONDS = 4.0
"""Three beats may be lost before the lease ends."""


class StageBusy(StoreUnavailable):
    """Another process is at this stage; it will do the work."""


@contextmanager
def hold_lease(store: Store, name: str, *, clock: Callable[[], datetime], wait_seconds: float = 20.0) -> Iterator[None]:
    """Wait for the lease (longer than it lasts, so that a dead owner's ends), renew it, give it back.

    Raises `StageBusy` when a living owner keeps it.
    """
    owner = make_id("o", socket.gethostname(), str(os.getpid()), str(threading.get_ident()), str(time.monotonic_ns()))
    give_up_at = time.monotonic() + wait_seconds
    while not store.acquire_lease(name, owner=owner, now=clock(), until=clock() + LEASE):
        if time.monotonic() > give_up_at:
            raise StageBusy(f"another process is at the stage {name!r}; it will do the work, or run again later")
        time.sleep(0.25)
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                store.acquire_lease(name, owner=owner, now=clock(), until=clock() + LEASE)
            except StoreUnavailable:
                continue  # the next beat tries again; the lease outlasts two lost ones

    thread = threading.Thread(target=beat, name=f"lease-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        store.release_lease(name, owner=owner)
