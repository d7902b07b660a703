"""Give back to the system what has been freed, and build large things without the garbage collector.

glibc keeps freed blocks for the process: after a model was loaded or a stage is done, some hundred megabytes that
nobody uses. Elsewhere (macOS, musl) there is nothing to do, or no way to ask.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


def return_freed_memory() -> None:
    """Costs some milliseconds; safe at any time, from any thread.

    Looks for no garbage first: where much lives, that takes seconds.
    """
    trim = _find_trim()
    if trim is not None:
        trim(0)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """For building much that stays: the collector would walk all of it again and again (a third of the time at 15,000
    remembered articles, more at 50,000)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@cache
def _find_trim() -> Any:
    """glibc's malloc_trim(3), or None."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
