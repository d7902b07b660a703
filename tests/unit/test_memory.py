"""Freed memory goes back to the system, where glibc would keep it."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from monitor.memory import without_garbage_collection

PROGRAM = """
import ctypes
from pathlib import Path
from monitor.memory import return_freed_memory

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
blocks = [libc.malloc(60_000) for _ in range(3_000)]
for block in blocks:
    ctypes.memset(block, 1, 60_000)
for block in blocks[:-1]:  # the last one holds the end of the heap
    libc.free(block)
before = resident_mb()
return_freed_memory()
print(before - resident_mb())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone keeps freed blocks so")
def test_what_was_freed_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 100


def test_the_collector_is_back_whatever_happens_meanwhile() -> None:
    meanwhile = []

    def build() -> None:
        with without_garbage_collection():
            meanwhile.append(gc.isenabled())
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        build()
    assert meanwhile == [False]
    assert gc.isenabled()
