"""Give back to the system what has been freed.

glibc keeps freed blocks for the process: after a model was loaded or a stage is done, some hundred megabytes that
nobody uses. Elsewhere (macOS, musl) there is nothing to do, or no way to ask.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from typing import Any


def return_freed_memory() -> None:
    """Costs some milliseconds; safe at any time, from any thread."""
    gc.collect()
    trim = _find_trim()
    if trim is not None:
        trim(0)


@cache
def _find_trim() -> Any:
    """glibc's malloc_trim(3), or None."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
